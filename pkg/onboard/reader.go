package onboard

import (
	"context"
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/follow"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// reader reads the organization for a roster, with what is remembered of its people.
type reader struct {
	o          *Options
	roster     *roster.Roster
	connection *Connection
	memory     memory
	// made are the teams that were just made.
	made []cybedefend.Team
	// recall, if set, returns what is remembered in place of the ledger.
	recall func(context.Context) (plan.Histories, error)
}

// histories takes in what is remembered.
func (r reader) histories(ctx context.Context) (plan.Histories, error) {
	if r.recall != nil {
		return r.recall(ctx)
	}
	whole := ""
	if r.o.Sync != nil {
		whole = r.roster.Name
	}
	return r.memory.histories(ctx, r.connection.Now(), whole)
}

// remember takes in what is remembered where nothing will be settled, so that the memory stays as it is: it is read once, while
// requests of an earlier process come to rest. The doubts of the run that is resumed are left to it.
func (r *reader) remember(ctx context.Context, doubts []record.Doubt, resumed string) error {
	if slices.ContainsFunc(doubts, func(d record.Doubt) bool { return d.Run != resumed || d.Row == 0 }) {
		return nil
	}
	remembered, err := r.histories(ctx)
	r.recall = func(context.Context) (plan.Histories, error) { return remembered, nil }
	return err
}

// read reads all that verdicts rest on.
func (r reader) read(ctx context.Context, doubts []record.Doubt) (plan.Inputs, error) {
	in := plan.Inputs{
		Blind:      r.o.NoPreflight && len(doubts) == 0 && r.memory.lapsed.IsZero(),
		Policy:     plan.Policy{Reinvite: r.o.Reinvite, After: *r.o.ReinviteAfter, Max: r.o.ReinviteMax},
		TrustLists: r.o.TrustLists, Render: r.o.Render, Defaults: r.roster.Defaults(), TeamTexts: new(plan.TeamTexts),
	}
	var err error
	if in.Histories, err = r.histories(ctx); err != nil {
		return in, err
	}
	if in.Directory, err = r.directory(ctx, in, doubts); err != nil {
		return in, err
	}
	if err = r.planTeams(ctx, in.Directory); err != nil {
		return in, err
	}
	if in.Teams, err = r.staff(ctx, in.Directory); err != nil {
		return in, err
	}
	if in.RoleDefaulted, err = r.defaulted(ctx, in); err != nil {
		return in, err
	}
	in.At = r.connection.Now()
	for _, warning := range in.Directory.Warnings {
		r.o.Observer.warn(warning, nil)
	}
	return in, nil
}

// staff reads who is in the teams that matter, and returns how members' teams differ from their rows. Where the service does
// not say who is in its teams, they cannot be compared: that is a refusal only if they are to be changed.
func (r reader) staff(ctx context.Context, d *directory.Directory) (map[string]remedy.Hint, error) {
	seats, err := follow.SeatsOf(ctx, r.roster, d)
	if err != nil {
		return nil, err
	}
	teams := seats.Teams(r.o.Sync != nil || r.o.PruneTeams)
	if len(teams) == 0 {
		return nil, nil
	}
	r.o.Observer.working("reading who is in the teams")
	defer r.o.Observer.working("")
	there := slices.DeleteFunc(teams, directory.IsPlanned)
	switch d.Staff, err = directory.ReadStaff(ctx, r.connection.Reading(), r.connection, there); {
	case err != nil && cybedefend.ClassOf(err) == cybedefend.FinalNo && !r.o.ApplyTeams && !r.o.PruneTeams:
		r.o.Observer.warnOf(err, "the service does not say who is in its teams, so they are not compared", nil)
		return nil, nil
	case err != nil:
		return nil, err
	}
	return r.o.Teams.Hints(seats.Find(d)), nil
}

// foretell says that an earlier run ended without all answers, and that the organization is looked at for it.
func (r reader) foretell(doubts []record.Doubt) {
	fields := map[string]any{"claims": len(doubts)}
	switch {
	case len(doubts) > 0 && r.o.DryRun:
		r.o.Observer.warn("some requests are without an answer, since a run is at work or has ended early: members and invitations are looked up all the same", fields)
	case len(doubts) > 0 && r.o.NoPreflight:
		r.o.Observer.warn("an earlier run ended without all answers: members and invitations are looked up all the same", fields)
	case len(doubts) > 0:
		r.o.Observer.warn("an earlier run ended without all answers: looking up what became of its requests", fields)
	}
	if r.o.NoPreflight && len(doubts) == 0 && !r.memory.lapsed.IsZero() {
		r.o.Observer.warn("the database of the ledger was restored, or another one has taken its place: members and invitations are looked up all the same",
			map[string]any{"noticed_at": r.memory.lapsed})
	}
}

// foretellWait says that nobody is invited before an instant, since the ledger may have forgotten somebody.
func (r reader) foretellWait(until time.Time) {
	left := time.Until(until).Round(time.Second)
	if r.memory.lapsed.IsZero() || left <= 0 {
		return
	}
	r.o.Observer.warn("the database of the ledger was restored, or another one has taken its place: nobody is invited for the next "+left.String()+
		", until the service's lists show whom it may have forgotten", map[string]any{"until": until})
	r.o.Observer.working("the ledger may have forgotten somebody: waiting until the service's lists show them")
}

// directory reads the organization, of which only the teams count where the reading is blind.
func (r reader) directory(ctx context.Context, in plan.Inputs, doubts []record.Doubt) (*directory.Directory, error) {
	r.o.Observer.working("reading the organization")
	defer r.o.Observer.working("")
	addresses, err := r.addresses(ctx, doubts)
	if err != nil {
		return nil, err
	}
	o := r.connection.Reading()
	o.Teams, o.Blind, o.People = r.roster.NamesTeams, in.Blind, addresses
	o.Domains = true
	expect(&o, in.Histories, doubts, r.connection.Now())
	return directory.Read(ctx, o)
}

// expect adds what the lists must show if they are whole, by what is remembered.
func expect(o *directory.Options, histories plan.Histories, doubts []record.Doubt, now time.Time) {
	for key, history := range histories.All() {
		o.Invitations = append(o.Invitations, history.Earlier...)
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
func (r reader) addresses(ctx context.Context, doubts []record.Doubt) ([]string, error) {
	if r.roster.Rows > directory.MaxPeople || r.o.Sync != nil { // which looks at those, too, whom it does not name
		return nil, nil
	}
	addresses := make([]string, 0, r.roster.Rows)
	for entry, err := range r.roster.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if !entry.Invalid() && !entry.Skipped() {
			addresses = append(addresses, entry.Email)
		}
	}
	for _, doubt := range doubts {
		addresses = append(addresses, doubt.Email)
	}
	return addresses, nil
}
