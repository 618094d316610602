package onboard

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// Change is a difference between the organization and its roster, and what becomes of it.
type Change struct {
	drift.Difference
	Action Action
	// Err says why it could not be made.
	Err error
	// Held says which rule has kept it from being made, empty if none has.
	Held string

	// stuck is an earlier change that did not stick, nil unless that is to be told.
	stuck *ledger.RoleChange
}

// Action is what becomes of a difference, as the file of differences has it.
type Action string

// The actions.
const (
	Reported    Action = "reported"
	Due         Action = "not_done" // until it is: a run that stops leaves it so
	Cancelled   Action = "cancelled"
	RoleChanged Action = "role_changed"
	Failed      Action = "failed"
)

// following is where an organization differs from the roster that it is to follow. Nil is an organization that follows
// none.
type following struct {
	*Sync
	// absence is what is remembered of whom rosters have named.
	*absence
	// trips are what speaks against the roster itself: it has lost too many rows, or leavers would be changed by another one
	// than before.
	trips   []guard.Trip
	changes []Change
}

// fewLeavers is how many leavers are always within a share: in a small roster one person is a large share.
const fewLeavers = 3

// leavers returns how many leavers may be changed after a roster of so many people.
func (s *Sync) leavers(people int) int {
	if s.MaxLeavers.IsShare() {
		return max(fewLeavers, s.MaxLeavers.Of(people))
	}
	return s.MaxLeavers.Of(people)
}

// compare finds out where the organization differs from the roster that it is to follow, if it is to follow one.
func (s *Session) compare(ctx context.Context) error {
	if s.o.Sync == nil {
		return nil
	}
	absence, err := s.memory.absence(ctx, s.edition(), time.Now(), s.beside())
	if err != nil {
		return err
	}
	if s.following, err = s.o.Sync.compare(ctx, s.roster, s.memory, absence, s.edition(), &s.past); err == nil && s.report.Resumed {
		err = s.following.recall(ctx, s.memory.ledger, s.run.ID)
	}
	return err
}

// warnUnchanged tells a person that the roster has been the very same for many nights.
func (s *Session) warnUnchanged() {
	if s.following == nil {
		return
	}
	if same := s.following.unchanged(time.Now()); same != "" {
		s.o.Observer.warn(same, map[string]any{"since": s.following.evidence.Local().Format(time.DateTime)})
	}
}

// compare finds out where the organization differs from the roster that it is to follow, which of that is to be changed, and
// what speaks against the roster.
func (s *Sync) compare(ctx context.Context, r *roster.Roster, m memory, a *absence, now edition, p *past) (*following, error) {
	f := &following{Sync: s, absence: a}
	wanted, err := wishesOf(ctx, r)
	if err != nil {
		return nil, err
	}
	for mailbox := range a.elsewhere {
		if _, here := wanted[mailbox]; !here {
			wanted[mailbox] = "" // whom another live roster names has not left, whatever role that one wants
		}
	}
	rules, err := s.rulesFor(ctx, m, p, wanted)
	if err != nil {
		return nil, err
	}
	owners := ownersOf(p.inputs.Histories)
	leavers := false
	for _, difference := range drift.Find(drift.Sides{
		People: p.inputs.Directory.People(), Roster: wanted, Known: a.knows,
		Owner: func(id string) string { return owners[strings.ToLower(id)] },
	}) {
		if difference.Kind == drift.LeaverInvited {
			difference.Doubt = a.doubt(email.Fold(difference.Email), owners[strings.ToLower(difference.InvitationID)])
		}
		change := f.judge(difference, r, p, rules)
		leavers = leavers || change.Action == Due && difference.Kind != drift.Role
		f.changes = append(f.changes, change)
	}
	if trip := guard.Shrink(a.rows(), r.Rows, float64(s.MaxShrink)*100); trip != nil {
		f.trips = append(f.trips, *trip)
	}
	if leavers && !s.AcceptRoster {
		f.trips = append(f.trips, a.trips(now)...)
	}
	return f, nil
}

// wishesOf returns what a roster wants, by key. Whoever has an invalid row, one that a filter leaves out, or no role of their own
// is in the roster all the same, and keeps whatever role. Whoever is not active is not in it.
func wishesOf(ctx context.Context, r *roster.Roster) (drift.Roster, error) {
	wanted := drift.Roster{}
	for entry, err := range r.Entries(ctx) {
		switch {
		case err != nil:
			return nil, err
		case entry.Inactive: // who has left
		case entry.Skipped(): // by a filter, by which nobody has left
			if _, named := wanted[entry.Key()]; !named {
				wanted[entry.Key()] = ""
			}
		case entry.Invalid(), entry.RoleDefaulted:
			wanted[entry.Key()] = ""
		default:
			wanted[entry.Key()] = entry.Role
		}
	}
	return wanted, nil
}

// ownersOf returns whose the invitations are that are remembered, by their ids in lower case. An id that the service has
// given to several people is nobody's.
func ownersOf(histories plan.Histories) map[string]string {
	owners := make(map[string]string, len(histories))
	for key, history := range histories {
		for _, id := range append([]string{history.Invitation.ID, history.Seen.ID}, history.Earlier...) {
			id = strings.ToLower(id)
			if owner, taken := owners[id]; id == "" || taken && owner != key {
				owners[id] = ""
				continue
			}
			owners[id] = key
		}
	}
	return owners
}

// judge says what is to be done about a difference, and what holds it back. Where rows are invalid, nobody is certain to
// have left: one of them may be meant.
func (f *following) judge(d drift.Difference, r *roster.Roster, p *past, rules *roleRules) Change {
	c := Change{Difference: d, Action: Reported}
	switch {
	case d.Kind == drift.Role && !f.ApplyRoles: // nothing is to be changed, so nothing is held back
	case p.inDoubt(d.Email): // a request for the person may still take effect
		if d.Kind == drift.Role {
			c.Held = "what became of an earlier request for the person is not known yet"
		}
	case d.Kind == drift.Role:
		return rules.judge(d)
	case d.Kind == drift.LeaverInvited && d.Doubt == "" && f.CancelLeavers && r.Invalid == 0:
		c.Action = Due
	}
	return c
}

// limit adds to a guard's limits what holds for leavers and roles in an organization of so many members, and check shows a
// guard what is to be changed, which is work.
func (f *following) limit(limits *guard.Limits, members int) {
	if f != nil {
		limits.MaxLeavers = new(f.leavers(f.rows()))
		limits.MaxRoleChanges = new(f.roleChanges(members))
	}
}

func (f *following) check(guards *guard.Check, work *guard.Work) {
	if f == nil {
		return
	}
	for _, c := range f.changes {
		if c.Action == Due {
			work.Add(string(c.Kind), email.Fold(c.Email), c.Wanted)
		}
		switch {
		case c.Action != Due:
		case c.Kind == drift.Role:
			guards.ChangeRole(guard.Person{Email: c.Email, Role: c.Wanted})
		case c.Kind == drift.LeaverInvited:
			guards.Leave(c.Email)
		}
	}
}

// isDue reports whether anything is to be changed, or to be told of a change that did not stick.
func (f *following) isDue() bool {
	for _, c := range f.changes {
		if c.Action == Due || c.stuck != nil {
			return true
		}
	}
	return false
}

// count counts the differences.
func (f *following) count() *report.Drift {
	if f == nil {
		return nil
	}
	found := &report.Drift{}
	for _, c := range f.changes {
		switch c.Kind {
		case drift.Role:
			found.Roles++
		case drift.Leaver:
			found.Leavers++
		case drift.LeaverInvited:
			found.LeaversInvited++
		case drift.UnknownInvited:
			found.UnknownInvited++
		}
		if f.ApplyRoles && c.Kind == drift.Role && c.Action == Reported {
			found.Held++
		}
		switch c.Action {
		case Cancelled:
			found.Changed++
		case RoleChanged:
			found.Changed++
			found.RolesChanged++
		case Failed:
			found.Failed++
		case Reported, Due:
		}
	}
	return found
}

// write puts the differences into their file, if the results go to one, and counts them.
func (f *following) write(o Output) (*report.Drift, error) {
	found := f.count()
	if f == nil || o.Results == "" || o.Results == "-" {
		return found, nil
	}
	path := results.DriftPath(o.Results)
	if err := results.WriteDrift(path, f.lines()); err != nil {
		return found, err
	}
	found.File = path
	return found, nil
}

// lines yields the lines of the file of differences.
func (f *following) lines() iter.Seq[results.DriftLine] {
	return func(yield func(results.DriftLine) bool) {
		for _, c := range f.changes {
			line := results.DriftLine{
				Kind: string(c.Kind), Email: c.Email, HasRole: c.Has, WantedRole: c.Wanted, UserID: c.UserID,
				InvitationID: c.InvitationID, ExpiresAt: c.ExpiresAt, Action: string(c.Action), Error: cmp.Or(c.Doubt, c.Held),
			}
			if c.Err != nil {
				line.Error = c.Err.Error()
			}
			if !yield(line) {
				return
			}
		}
	}
}
