package onboard

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// Change is a difference between the organization and its roster, and what becomes of it.
type Change struct {
	drift.Difference
	Action Action
	// Err says why it could not be made.
	Err error
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

// fewLeavers is how many leavers are always within a share: in a small roster one person is a large share.
const fewLeavers = 3

// leavers returns how many leavers may be changed after a roster of so many people.
func (s *Sync) leavers(people int) int {
	if s.MaxLeavers.IsShare() {
		return max(fewLeavers, s.MaxLeavers.Of(people))
	}
	return s.MaxLeavers.Of(people)
}

// compare finds out where the organization differs from the roster that it is to follow, which of that is to be changed,
// and how much the roster has shrunk.
func (s *Session) compare(ctx context.Context) (err error) {
	if s.o.Sync == nil {
		return nil
	}
	named := map[string]bool{}
	if l := s.memory.ledger; l != nil {
		if s.accepted, _, err = l.AcceptedRoster(ctx, s.memory.scope); err != nil {
			return err
		}
		for name, err := range l.Named(ctx, s.memory.scope) {
			if err != nil {
				return err
			}
			named[name.Person] = true
		}
	}
	wanted := drift.Roster{}
	for entry, err := range s.roster.Entries(ctx) {
		switch {
		case err != nil:
			return err
		case entry.Invalid(), entry.RoleDefaulted:
			wanted[entry.Key()] = "" // the person is in the roster all the same, and keeps whatever role
		default:
			wanted[entry.Key()] = entry.Role
		}
	}
	owners := ownersOf(s.inputs.Histories)
	s.changes = nil
	for _, difference := range drift.Find(drift.Sides{
		People: s.inputs.Directory.People(), Roster: wanted,
		Known: func(key string) bool { return named[key] },
		Owner: func(id string) string { return owners[strings.ToLower(id)] },
	}) {
		s.changes = append(s.changes, Change{Difference: difference, Action: s.actionFor(difference)})
	}
	s.shrunk = guard.Shrink(s.accepted.Rows, s.roster.Rows, float64(s.o.Sync.MaxShrink)*100)
	return nil
}

// ownersOf returns whose the invitations are that are remembered, by their ids in lower case.
func ownersOf(histories plan.Histories) map[string]string {
	owners := make(map[string]string, len(histories))
	for key, history := range histories {
		for _, id := range []string{history.Invitation.ID, history.Seen.ID} {
			if id != "" {
				owners[strings.ToLower(id)] = key
			}
		}
	}
	return owners
}

// actionFor says what is to be done about a difference. Where rows are invalid, nobody is certain to have left: one of
// them may be meant. The caller's own role is for another person to change: without it, no later run might do anything.
func (s *Session) actionFor(d drift.Difference) Action {
	switch {
	case d.Doubt != "", s.doubtful.has(d.Email): // a request for the person may still take effect
	case d.Kind == drift.Role && s.o.Sync.ApplyRoles && email.Fold(d.Email) != email.Fold(s.inputs.Directory.Caller.Email),
		d.Kind == drift.LeaverInvited && s.o.Sync.CancelLeavers && s.roster.Invalid == 0:
		return Due
	}
	return Reported
}

// isDue reports whether anything but invitations is to be changed.
func (s *Session) isDue() bool {
	for _, c := range s.changes {
		if c.Action == Due {
			return true
		}
	}
	return false
}

// isIdle reports whether a sync has nothing to do that this roster was not let through for already.
func (p *Preview) isIdle() bool {
	s := p.session
	return s.o.Sync != nil && p.Sends() == 0 && !p.news && !s.isDue() && !s.report.Resumed && s.accepted.Digest == s.digest()
}

// follow makes the changes that are due once everybody is invited, and writes down where the organization differs. Only
// then has the roster been let through: what is cut short is held to the same guards when it goes on.
func (s *Session) follow(ctx context.Context, stop <-chan struct{}, applied error) error {
	switch {
	case s.o.Sync == nil:
		return applied
	case applied != nil:
		return errors.Join(applied, s.writeDrift())
	}
	err := s.makeChanges(ctx, stop)
	if err == nil || StatusOf(err) == status.Rows {
		accepted := ledger.Accepted{Rows: s.roster.Rows, Digest: s.digest(), At: s.now()}
		err = errors.Join(err, s.memory.ledger.AcceptRoster(ctx, s.memory.scope, accepted))
	}
	return errors.Join(err, s.writeDrift())
}

// makeChanges makes the changes that are due, until stop. They can be repeated without harm, so a run that is cut short here
// simply makes the rest the next time, and what was in flight once more.
func (s *Session) makeChanges(ctx context.Context, stop <-chan struct{}) error {
	waits, release := until(ctx, stop)
	defer release()
	if !s.o.Deadline.IsZero() {
		var cancel context.CancelFunc
		waits, cancel = context.WithDeadlineCause(waits, s.o.Deadline, &breaker.StopError{Reason: breaker.Deadline})
		defer cancel()
	}
	defer s.o.Observer.working("")
	failed, made := 0, 0
	for i := range s.changes {
		c := &s.changes[i]
		if c.Action != Due {
			continue
		}
		if err := context.Cause(waits); err != nil {
			return err
		}
		s.o.Observer.working("changing what differs: " + c.Email)
		done, err := s.makeChange(ctx, waits, c.Difference)
		switch {
		case err != nil && waits.Err() != nil:
			return context.Cause(waits)
		case breaker.ReasonOf(err) != 0:
			return err
		}
		if c.Action, c.Err = done, err; err == nil {
			made++
			continue
		}
		failed++
		s.o.Observer.warnOf(err, "could not be changed", map[string]any{"email": c.Email, "kind": string(c.Kind)})
		if errors.Is(err, cybedefend.ErrCredentials) {
			return err
		}
	}
	if failed > 0 {
		return refusal(status.Rows, fmt.Errorf("%d of %s failed", failed, plural.Of(failed+made, "change")), s.seeDrift())
	}
	return nil
}

// seeDrift says where the differences are listed, if they are.
func (s *Session) seeDrift() remedy.Hint {
	if s.o.Results == "-" {
		return nil
	}
	return remedy.Words("see " + results.DriftPath(s.o.Results))
}

// countDrift counts the differences.
func countDrift(changes []Change) *report.Drift {
	found := &report.Drift{}
	for _, c := range changes {
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
		switch c.Action {
		case Cancelled, RoleChanged:
			found.Changed++
		case Failed:
			found.Failed++
		case Reported, Due:
		}
	}
	return found
}

// writeDrift puts the differences into their file, if the results go to one, and counts them in the report.
func (s *Session) writeDrift() error {
	s.report.Drift = countDrift(s.changes)
	if s.o.Results == "" || s.o.Results == "-" {
		return nil
	}
	path := results.DriftPath(s.o.Results)
	if err := results.WriteDrift(path, driftLines(s.changes)); err != nil {
		return err
	}
	s.report.Drift.File = path
	return nil
}

// driftLines yields the lines of the file of differences.
func driftLines(changes []Change) iter.Seq[results.DriftLine] {
	return func(yield func(results.DriftLine) bool) {
		for _, c := range changes {
			line := results.DriftLine{
				Kind: string(c.Kind), Email: c.Email, HasRole: c.Has, WantedRole: c.Wanted, UserID: c.UserID,
				InvitationID: c.InvitationID, ExpiresAt: c.ExpiresAt, Action: string(c.Action), Error: c.Doubt,
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
