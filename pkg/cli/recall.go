package cli

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// readDirectory reads the organization, of which only the teams count where the flags say so.
func (r *onboarding) readDirectory(ctx context.Context, blind bool) (err error) {
	r.console.Status("reading the organization")
	addresses, err := r.addresses(ctx)
	if err != nil {
		return err
	}
	r.directory, err = directory.Read(ctx, directory.Options{
		Service: r.service, OrganizationID: r.service.organization.ID, Caller: r.service.caller,
		Teams: r.people.NamesTeams, Blind: blind, People: addresses,
		Call: r.patience().Call, Parallel: r.flags.concurrency, Now: r.service.now,
		Progress: func(people int) { r.console.Status("reading the organization: " + plural(people, "person")) },
	})
	r.console.Clear()
	return err
}

// addresses returns whom the roster names, if they are few enough to be looked up one by one.
func (r *onboarding) addresses(ctx context.Context) ([]string, error) {
	if r.people.Rows > directory.MaxLookups || r.sync != nil { // which looks at those, too, whom it does not name
		return nil, nil
	}
	addresses := make([]string, 0, r.people.Rows)
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if !entry.Invalid() {
			addresses = append(addresses, entry.Email)
		}
	}
	return addresses, nil
}

// recall reads the organization, and settles what earlier runs left in doubt: the reading begins when none of their
// requests can be at work inside the service any more. The claims of the run that is resumed are left to the batch.
func (r *onboarding) recall(ctx context.Context) error {
	claims, err := r.ledger.InDoubt(ctx, r.service.organization.ID)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, claim := range claims {
		// A clock that was set back since must not hold us up by as much.
		left := claim.At
		if left.After(now) {
			left = now
		}
		r.pace.Hold(left.Add(batch.Silence(r.flags.grace, r.flags.timeout)), "requests of an earlier run may still be at work inside the service")
	}
	if err := r.look(ctx, r.blind(claims)); err != nil {
		return err
	}
	claims = slices.DeleteFunc(claims, func(c ledger.Claim) bool { return c.Run == r.run.ID })
	if err := batch.SettleEarlier(ctx, r.ledger, r.directory, claims, r.now()); err != nil {
		return err
	}
	if err := r.reopen(ctx); err != nil {
		return err
	}
	if err := r.compare(ctx, r.ledger); err != nil {
		return err
	}
	return r.remember(ctx, r.ledger)
}

// blind reports whether the organization's people are left out: where the flags spare them and no claim has to be settled.
func (r *onboarding) blind(claims []ledger.Claim) bool {
	switch {
	case len(claims) > 0 && r.flags.noPreflight:
		r.log.Warn().Int("claims", len(claims)).Msg("an earlier run ended without all answers: members and invitations are looked up all the same")
	case len(claims) > 0:
		r.log.Warn().Int("claims", len(claims)).Msg("an earlier run ended without all answers: looking up what became of its requests")
	}
	return r.flags.noPreflight && len(claims) == 0
}

// look reads the organization, as the basis of all verdicts.
func (r *onboarding) look(ctx context.Context, blind bool) error {
	if err := r.readDirectory(ctx, blind); err != nil {
		return err
	}
	r.basis = plan.Basis{
		Directory: r.directory, Blind: blind, Policy: r.flags.policy(), At: r.now(),
	}
	return nil
}

// lookBack is recall for a dry run, which only looks: it settles nothing, and holds no ledger.
func (r *onboarding) lookBack(ctx context.Context) (err error) {
	if !r.flags.remembers() && r.sync == nil {
		return r.look(ctx, false)
	}
	path, err := r.ledgerPath()
	if err != nil {
		return err
	}
	memory, err := ledger.View(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := r.look(ctx, r.flags.noPreflight); err != nil {
			return err
		}
		return r.compare(ctx, nil)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memory.Close()) }()
	claims, err := memory.InDoubt(ctx, r.service.organization.ID)
	if err != nil {
		return err
	}
	if err := r.look(ctx, r.blind(claims)); err != nil {
		return err
	}
	if err := r.compare(ctx, memory); err != nil {
		return err
	}
	return r.remember(ctx, memory)
}

// remember takes in what earlier runs did, if verdicts depend on it.
func (r *onboarding) remember(ctx context.Context, l *ledger.Ledger) (err error) {
	if r.flags.remembers() {
		r.basis.Memory, err = plan.Remember(l.Invited(ctx, r.service.organization.ID))
	}
	return err
}

// settled is how long after an outcome the directory must show it. What is younger may be missing there since the list
// lags behind.
const settled = 10 * time.Minute

// reopen takes back what the run that is resumed has noted about people who are in the organization no more: the
// directory's truth beats the ledger's memory, once it has had the time to learn it.
func (r *onboarding) reopen(ctx context.Context) error {
	if !r.summary.Resumed || !r.directory.Stable {
		return nil
	}
	var gone []int
	for rec, err := range r.ledger.Records(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		if r.now().Sub(rec.UpdatedAt) < settled {
			continue
		}
		switch rec.Outcome {
		case record.Invited, record.AlreadyInvited, record.AlreadyMember:
			if standing := r.directory.Person(rec.Email); standing.Member == nil && standing.Pending == nil {
				gone = append(gone, rec.Row)
			}
		default:
		}
	}
	return r.ledger.Reopen(ctx, r.run.ID, gone...)
}
