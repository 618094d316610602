package onboard

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/follow"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
)

// defaulted tells which rows of the roster name no role. Only the role of an open invitation is held against that of a row,
// so where there is none, no row is looked at.
func (r reader) defaulted(ctx context.Context, in plan.Inputs) (func(row int) bool, error) {
	if !r.roster.LacksRoles || !in.Blind && in.Directory.Pending() == 0 {
		return nil, nil
	}
	var rows rowSet
	for entry, err := range r.roster.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if entry.RoleDefaulted {
			rows.add(entry.Row)
		}
	}
	return rows.includes, nil
}

// includes reports whether a row is in the set.
func (s rowSet) includes(row int) bool {
	return row >= 0 && row/64 < len(s) && s[row/64]&(1<<(row%64)) != 0
}

// differing are the pending invitations that are not what the roster wants.
type differing struct {
	// found are they all, as differences of an organization from its roster.
	found []amend.Change
	// replaced are the ids of those that are to be replaced, by row.
	replaced map[int]string
}

// add takes in the verdict on a row. GoesOn says that the row is of a run that was cut short and replaces what differs: the
// lists do not show any more what it has cancelled.
func (d *differing) add(v *verdict, goesOn bool) {
	pending, rec := v.plan.Membership.Pending, &v.record
	switch cancelled := rec.Trail.Cancelled; {
	case v.plan.Differs != nil && pending != nil:
		d.found = append(d.found, follow.PendingDiffers(*pending, *v.plan.Differs))
		if v.plan.Replaces != "" && !v.later {
			d.replaces(rec.Row, pending.ID)
		}
	case goesOn && cancelled != "" && (v.plan.Send() || rec.Outcome == record.Invited):
		gone := cybedefend.Invitation{ID: cancelled, Email: rec.Email}
		d.found = append(d.found, follow.PendingDiffers(gone, plan.Difference{Wanted: rec.Role}))
		d.replaces(rec.Row, cancelled)
	}
}

// replaces notes that an invitation is replaced by way of a row.
func (d *differing) replaces(row int, id string) {
	if d.replaced == nil {
		d.replaced = map[int]string{}
	}
	d.replaced[row] = id
}

// keepDiffering has the report count the pending invitations that differ, and the list of differences name them.
func (p *Preview) keepDiffering() {
	s := p.session
	s.differing = p.differing
	if s.o.Sync != nil && s.following != nil {
		s.following.SetPending(p.differing.found)
		p.Changes, p.Drift = s.following.Changes, s.following.Count()
		return
	}
	p.PendingDiffers = len(p.differing.found)
	s.report.PendingDiffers = p.PendingDiffers
}

// Differs says in words where the organization differs from the roster, as far as that was looked at, "" if nowhere.
func (p *Preview) Differs() string {
	var texts []string
	if p.Drift != nil {
		texts = append(texts, p.Drift.String())
	}
	texts = append(texts, report.PendingDiffer(p.PendingDiffers))
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), ", ")
}

// differs returns how the pending invitation of a row that is done is not what the roster wants.
func (p *past) differs(rec record.Record) (v plan.Verdict, err error) {
	if rec.Outcome != record.AlreadyInvited || p.inputs.Directory == nil {
		return v, nil
	}
	desired, err := p.inputs.DesiredOf(rec)
	if err == nil {
		v.Membership = p.inputs.Directory.Person(rec.Email)
		v.Differs = p.inputs.Differs(desired, v.Membership)
	}
	return v, err
}

// noteReplaced notes what has become of the pending invitations that were to be replaced.
func (s *Session) noteReplaced(ctx context.Context) error {
	if len(s.differing.replaced) == 0 {
		return nil
	}
	ended := map[string]amend.Change{} // by invitation
	for _, id := range s.differing.replaced {
		ended[id] = amend.Change{Action: amend.Due}
	}
	if s.run.ID != "" {
		for rec, err := range s.memory.ledger.Records(ctx, s.run.ID, 0) {
			if err != nil {
				return err
			}
			if id, replaced := s.differing.replaced[rec.Row]; replaced {
				ended[id] = s.replacedBy(rec)
			}
		}
	}
	if s.following == nil {
		return nil
	}
	for i := range s.following.Changes {
		c := &s.following.Changes[i]
		if now, replaced := ended[c.InvitationID]; replaced && c.Kind == drift.PendingDiffers {
			c.Action, c.Err = now.Action, now.Err
		}
	}
	return nil
}

// replacedBy returns what became of a pending invitation by what became of its row.
func (s *Session) replacedBy(rec record.Record) amend.Change {
	switch rec.Outcome {
	case record.Invited:
		if s.o.Sync == nil {
			s.report.PendingReplaced++
		}
		return amend.Change{Action: amend.Replaced}
	case record.Rejected, record.Failed, record.Unknown:
		return amend.Change{Action: amend.Failed, Err: errors.New(rec.Error)}
	case record.Unset, record.NotSent:
		return amend.Change{Action: amend.Due}
	default: // it is what it was, or somebody has ended it
		return amend.Change{Action: amend.Reported}
	}
}
