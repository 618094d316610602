package onboard

import (
	"context"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/directory"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// lagPerGrace is how late a list may be where nothing shows how late it is, in graces: by default half a minute.
const lagPerGrace = int(journey.UnknownLag / journey.DefaultGrace)

// policyOf returns what decides about single entries at a connection.
func policyOf(o *Options, c *Connection) (journey.Policy, error) {
	return journey.Policy{
		Retry: retry.Policy{Attempts: o.Attempts}, Grace: o.Grace, Timeout: o.Timeout,
		UserTimeout: fence.UserTimeoutFor(c.host()), Lag: time.Duration(lagPerGrace) * o.Grace,
	}.WithDefaults()
}

// recover waits until no request of an earlier process can be at work any more, reads the organization and settles what
// those processes left in doubt. The claims of the run that is resumed are left to it.
func (s *Session) recover(ctx context.Context) (err error) {
	policy, err := policyOf(&s.o, s.connection)
	if err != nil {
		return err
	}
	s.recovered, err = batch.Recovery{
		Ledger: s.memory.ledger, Scope: s.memory.scope, Policy: policy, Resumed: s.run.ID, Since: s.memory.held,
		Hold: s.connection.pace.Hold, MaxWait: s.o.MaxWait, Now: s.connection.Now, Read: s.readInputs,
		Remember: func(ctx context.Context) (plan.Histories, error) { return s.memory.histories(ctx, s.now()) },
	}.Recover(ctx)
	if err != nil {
		return err
	}
	s.policy, s.inputs, s.doubts = policy, s.recovered.Inputs(), s.recovered.Doubts()
	s.doubtful = doubtfulOf(s.doubts)
	return s.reopen(ctx)
}

// look is recover for a dry run: it reads, settles nothing, and does not hold the ledger.
func (s *Session) look(ctx context.Context) (err error) {
	if s.doubts, err = s.memory.doubts(ctx); err != nil {
		return err
	}
	s.doubtful = doubtfulOf(s.doubts)
	s.inputs, err = s.readInputs(ctx, s.doubts)
	return err
}

// readInputs reads all that verdicts rest on.
func (s *Session) readInputs(ctx context.Context, doubts []record.Doubt) (plan.Inputs, error) {
	in := plan.Inputs{
		Blind:      s.blind(doubts),
		Policy:     plan.Policy{Reinvite: s.o.Reinvite, After: s.o.ReinviteAfter, Max: s.o.ReinviteMax},
		TrustLists: s.o.TrustLists, Render: s.o.Render,
	}
	var err error
	if in.Histories, err = s.memory.histories(ctx, s.now()); err != nil {
		return in, err
	}
	if in.Directory, err = s.readDirectory(ctx, in, doubts); err != nil {
		return in, err
	}
	in.At = s.now()
	for _, warning := range in.Directory.Warnings {
		s.o.Observer.warn(warning, nil)
	}
	return in, nil
}

// blind reports whether the organization's people are left out: where the options spare them and no claim has to be
// settled.
func (s *Session) blind(doubts []record.Doubt) bool {
	fields := map[string]any{"claims": len(doubts)}
	switch {
	case len(doubts) > 0 && s.o.NoPreflight:
		s.o.Observer.warn("an earlier run ended without all answers: members and invitations are looked up all the same", fields)
	case len(doubts) > 0:
		s.o.Observer.warn("an earlier run ended without all answers: looking up what became of its requests", fields)
	}
	return s.o.NoPreflight && len(doubts) == 0
}

// readDirectory reads the organization, of which only the teams count where the reading is blind.
func (s *Session) readDirectory(ctx context.Context, in plan.Inputs, doubts []record.Doubt) (*directory.Directory, error) {
	s.o.Observer.working("reading the organization")
	defer s.o.Observer.working("")
	addresses, err := s.addresses(ctx, doubts)
	if err != nil {
		return nil, err
	}
	o := s.connection.Reading()
	o.Teams, o.Blind, o.People = s.roster.NamesTeams, in.Blind, addresses
	o.Progress = func(people int) { s.o.Observer.working("reading the organization: " + plural.Of(people, "person")) }
	expect(&o, in.Histories, doubts, s.now())
	return directory.Read(ctx, o)
}

// expect adds what the lists must show if they are whole, by what is remembered.
func expect(o *directory.Options, histories plan.Histories, doubts []record.Doubt, now time.Time) {
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
func (s *Session) addresses(ctx context.Context, doubts []record.Doubt) ([]string, error) {
	if s.roster.Rows > directory.MaxLookups || s.o.Sync != nil { // which looks at those, too, whom it does not name
		return nil, nil
	}
	addresses := make([]string, 0, s.roster.Rows)
	for entry, err := range s.roster.Entries(ctx) {
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

// reopen takes back what the run that is resumed has noted about people who are in the organization no more.
func (s *Session) reopen(ctx context.Context) error {
	if !s.report.Resumed {
		return nil
	}
	var gone []int
	for rec, err := range s.memory.ledger.Records(ctx, s.run.ID) {
		if err != nil {
			return err
		}
		if rec.Outcome == record.Unset {
			continue
		}
		step, err := s.resolve(rec)
		if err != nil {
			return err
		}
		if step.Move == journey.Send {
			gone = append(gone, rec.Row)
		}
	}
	return s.memory.ledger.Reopen(ctx, s.run.ID, gone...)
}

// resolve says what the reading means for a row of the roster or of the run.
func (s *Session) resolve(rec record.Record) (journey.Step, error) {
	desired, err := plan.DesiredOf(rec)
	if err != nil {
		return journey.Step{}, err
	}
	w := journey.Work{Record: rec, Desired: desired}
	if s.inputs.Directory == nil {
		return journey.Resolve(w, journey.Sighting{}, s.inputs, journey.Policy{}), nil
	}
	return journey.Resolve(w, journey.See(s.inputs.Directory, w, s.inputs, journey.UnknownLag), s.inputs, journey.Policy{}), nil
}
