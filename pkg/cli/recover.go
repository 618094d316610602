package cli

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// scope is what everything that is remembered belongs to.
func (r *onboarding) scope() record.Scope {
	return record.Scope{Service: r.service.url, OrganizationID: r.service.organization.ID}
}

// policy decides about single entries.
func (r *onboarding) policy() (journey.Policy, error) {
	return journey.Policy{
		Retry: retry.Policy{Attempts: r.flags.attempts}, Grace: r.flags.grace, Timeout: r.flags.timeout,
		UserTimeout: fence.UserTimeoutFor(r.service.host()), Lag: r.flags.lag(),
	}.WithDefaults()
}

// recover reads the organization, and settles what earlier runs left in doubt: the reading begins when none of their
// requests can be at work inside the service any more. The claims of the run that is resumed are left to the batch.
func (r *onboarding) recover(ctx context.Context) error {
	doubts, err := r.ledger.Doubts(ctx, r.scope())
	if err != nil {
		return err
	}
	policy, err := r.policy()
	if err != nil {
		return err
	}
	blind := r.blind(doubts)
	recovery := batch.Recovery{
		Store: r.ledger, Policy: policy, Run: r.run.ID, Since: r.held, Hold: r.pace.Hold, MaxWait: r.flags.maxWait, Now: r.service.now,
		Read: func(ctx context.Context) (plan.Inputs, error) { return r.readInputs(ctx, r.ledger, doubts, blind) },
	}
	if r.inputs, r.doubts, err = recovery.Recover(ctx, doubts); err != nil {
		return err
	}
	if len(doubts) > 0 { // some of them may have become invitations
		if r.inputs.Histories, err = r.remember(ctx, r.ledger); err != nil {
			return err
		}
	}
	if err := r.reopen(ctx); err != nil {
		return err
	}
	if err := r.findCarriedOut(ctx, r.ledger); err != nil {
		return err
	}
	return r.compare(ctx, r.ledger)
}

// recoverReadOnly is recover for a dry run: it reads, settles nothing, and does not hold the ledger.
func (r *onboarding) recoverReadOnly(ctx context.Context) (err error) {
	path, err := r.ledgerPath()
	if err != nil {
		return err
	}
	memory, err := sqlite.View(path)
	if errors.Is(err, fs.ErrNotExist) {
		if r.inputs, err = r.readInputs(ctx, nil, nil, r.flags.noPreflight); err != nil {
			return err
		}
		return r.compare(ctx, nil)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memory.Close()) }()
	if r.doubts, err = memory.Doubts(ctx, r.scope()); err != nil {
		return err
	}
	if r.inputs, err = r.readInputs(ctx, memory, r.doubts, r.blind(r.doubts)); err != nil {
		return err
	}
	if err := r.findCarriedOut(ctx, memory); err != nil {
		return err
	}
	if r.isDoneAlready() {
		return r.sayDoneAlready(ctx, memory)
	}
	return r.compare(ctx, memory)
}

// blind reports whether the organization's people are left out: where the flags spare them and no claim has to be settled.
func (r *onboarding) blind(doubts []record.Doubt) bool {
	switch {
	case len(doubts) > 0 && r.flags.noPreflight:
		r.log.Warn().Int("claims", len(doubts)).Msg("an earlier run ended without all answers: members and invitations are looked up all the same")
	case len(doubts) > 0:
		r.log.Warn().Int("claims", len(doubts)).Msg("an earlier run ended without all answers: looking up what became of its requests")
	}
	return r.flags.noPreflight && len(doubts) == 0
}

// readInputs reads all that verdicts rest on. memory is nil where nothing is remembered.
func (r *onboarding) readInputs(ctx context.Context, memory ledger.Ledger, doubts []record.Doubt, blind bool) (in plan.Inputs, err error) {
	in = plan.Inputs{Blind: blind, Policy: r.flags.policy(), TrustLists: r.flags.trustLists, Render: asFlag}
	if in.Histories, err = r.remember(ctx, memory); err != nil {
		return in, err
	}
	if r.directory, err = r.readDirectory(ctx, in.Histories, doubts, blind); err != nil {
		return in, err
	}
	in.Directory, in.At = r.directory, r.now()
	for _, warning := range r.directory.Warnings {
		r.log.Warn().Msg(warning)
	}
	return in, nil
}

// readDirectory reads the organization, of which only the teams count where the flags say so.
func (r *onboarding) readDirectory(ctx context.Context, histories plan.Histories, doubts []record.Doubt, blind bool) (*directory.Directory, error) {
	r.console.Status("reading the organization")
	defer r.console.Clear()
	addresses, err := r.addresses(ctx, doubts)
	if err != nil {
		return nil, err
	}
	o := directory.Options{
		Service: r.service, OrganizationID: r.service.organization.ID, Caller: r.service.caller,
		Teams: r.roster.NamesTeams, Blind: blind, People: addresses,
		Call: r.patience().Call, Parallel: r.flags.concurrency, Now: r.service.now,
		Progress: func(people int) { r.console.Status("reading the organization: " + plural(people, "person")) },
	}
	expectations(&o, histories, doubts, r.now())
	return directory.Read(ctx, o)
}

// expectations adds what the lists must show if they are whole, by what is remembered.
func expectations(o *directory.Options, histories plan.Histories, doubts []record.Doubt, now time.Time) {
	for key, history := range histories {
		last, at, known := history.Last()
		if history.SeenAs == record.AlreadyMember && history.SeenAt.After(history.At) {
			o.Members = append(o.Members, key)
		}
		if !known || last.ID == "" {
			continue
		}
		o.Invitations = append(o.Invitations, last.ID)
		if now.Sub(at) >= journey.MemoryCounts && last.ExpiresAt.After(now) && !history.FoundGone(last.ID) {
			o.Pending = append(o.Pending, key)
		}
	}
	for _, doubt := range doubts {
		o.Invitations = append(o.Invitations, doubt.Record.InvitationID, doubt.Replaces)
	}
}

// addresses returns whom the roster names and who is in doubt, if they are few enough to be looked up one by one.
func (r *onboarding) addresses(ctx context.Context, doubts []record.Doubt) ([]string, error) {
	if r.roster.Rows > directory.MaxLookups || r.sync != nil { // which looks at those, too, whom it does not name
		return nil, nil
	}
	addresses := make([]string, 0, r.roster.Rows)
	for entry, err := range r.roster.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if !entry.Invalid() {
			addresses = append(addresses, entry.Email)
		}
	}
	for _, doubt := range doubts {
		addresses = append(addresses, doubt.Email)
	}
	return addresses, nil
}

// remember takes in what earlier runs did and saw. What they saw before somebody left the roster and was named again does
// not count.
func (r *onboarding) remember(ctx context.Context, memory ledger.Ledger) (plan.Histories, error) {
	if memory == nil {
		return nil, nil
	}
	// What is younger counts whatever a list or a roster says.
	recent := r.now().Add(-journey.MemoryCounts)
	joined := map[string]time.Time{}
	for name, err := range memory.Named(ctx, r.scope()) {
		if err != nil {
			return nil, err
		}
		if since := name.Since; since.After(recent) {
			joined[name.Person] = recent
		} else if !since.IsZero() {
			joined[name.Person] = since
		}
	}
	return plan.Remember(plan.Remembered{
		Invited: memory.Invited(ctx, r.scope()), Sighted: memory.Sighted(ctx, r.scope()), Cancelled: memory.Cancelled(ctx, r.scope()),
		JoinedAt: func(key string) time.Time { return joined[key] },
	})
}

// reopen takes back what the run that is resumed has noted about people who are in the organization no more.
func (r *onboarding) reopen(ctx context.Context) error {
	if !r.summary.Resumed {
		return nil
	}
	var gone []int
	for rec, err := range r.ledger.Records(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		if rec.Outcome == record.Unset {
			continue
		}
		step, err := r.resolve(rec)
		if err != nil {
			return err
		}
		if step.Move == journey.Send {
			gone = append(gone, rec.Row)
		}
	}
	return r.ledger.Reopen(ctx, r.run.ID, gone...)
}

// resolve says what the reading means for a row of the roster or of the run.
func (r *onboarding) resolve(rec record.Record) (journey.Step, error) {
	desired, err := plan.DesiredOf(rec)
	if err != nil {
		return journey.Step{}, err
	}
	w := journey.Work{Record: rec, Desired: desired}
	if r.directory == nil {
		return journey.Resolve(w, journey.Sighting{}, r.inputs, journey.Policy{}), nil
	}
	return journey.Resolve(w, journey.See(r.directory, w, r.inputs, journey.UnknownLag), r.inputs, journey.Policy{}), nil
}

// resolvePending is resolve for a row of a run that was cut short, whose claim may stand.
func (r *onboarding) resolvePending(pending ledger.Entry, policy journey.Policy, lag time.Duration) (journey.Step, error) {
	desired, err := plan.DesiredOf(pending.Record)
	if err != nil {
		return journey.Step{}, err
	}
	w := journey.Load(pending.Record, pending.Claim, desired, policy, r.held)
	return journey.Resolve(w, journey.See(r.directory, w, r.inputs, lag), r.inputs, policy), nil
}

// inDoubt reports whether a request of an earlier run for the same person could not be looked up yet.
func (r *onboarding) inDoubt(address string) bool {
	for _, doubt := range r.doubts {
		if email.Fold(doubt.Email) == email.Fold(address) {
			return true
		}
	}
	return false
}
