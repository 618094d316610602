package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// change is a difference between the organization and its roster, and what is done about it.
type change struct {
	drift.Difference
	action action
	err    error
}

// action is what becomes of a difference, as the file of differences has it.
type action string

const (
	reported    action = "reported"
	due         action = "not_done" // until it is: a run that stops leaves it so
	cancelled   action = "cancelled"
	roleChanged action = "role_changed"
	refused     action = "failed"
)

// compare finds out where the organization differs from the roster, which of that is to be changed, and how much the
// roster has shrunk. memory is nil where there is none yet.
func (r *onboarding) compare(ctx context.Context, memory ledger.Ledger) (err error) {
	if r.sync == nil {
		return nil
	}
	earlier := map[string]bool{}
	if memory != nil {
		if r.accepted, _, err = memory.AcceptedRoster(ctx, r.scope()); err != nil {
			return err
		}
		for name, err := range memory.Named(ctx, r.scope()) {
			if err != nil {
				return err
			}
			earlier[name.Person] = true
		}
	}
	wanted := drift.Roster{}
	for entry, err := range r.roster.Entries(ctx) {
		switch {
		case err != nil:
			return err
		case entry.Invalid(), entry.RoleDefaulted:
			wanted[entry.Key()] = "" // the person is in the roster all the same, and keeps whatever role
		default:
			wanted[entry.Key()] = entry.Role
		}
	}
	r.changes = nil
	for _, difference := range drift.Find(r.directory.People(), wanted, func(key string) bool { return earlier[key] }) {
		r.changes = append(r.changes, change{Difference: difference, action: r.actionFor(difference)})
	}
	r.shrunk = guard.Shrink(r.accepted.Rows, r.roster.Rows, float64(r.sync.maxShrink)*100)
	return nil
}

// actionFor says what is to be done about a difference. Where rows are invalid, nobody is certain to have left: one of
// them may be meant. The caller's own role is for another person to change: without it, no later run might do anything.
func (r *onboarding) actionFor(d drift.Difference) action {
	switch {
	case r.inDoubt(d.Email): // a request for the person may still take effect
	case d.Kind == drift.Role && r.sync.applyRoles && email.Fold(d.Email) != email.Fold(r.directory.Caller.Email),
		d.Kind == drift.LeaverInvited && r.sync.cancelLeavers && r.roster.Invalid == 0:
		return due
	}
	return reported
}

// isDue reports whether anything but invitations is to be changed.
func (r *onboarding) isDue() bool {
	for _, c := range r.changes {
		if c.action == due {
			return true
		}
	}
	return false
}

// reconcile invites the people who are missing from the organization, and makes the other changes that the flags allow.
func (r *onboarding) reconcile(ctx context.Context) error {
	if !r.common.quiet {
		r.showPlan()
	}
	idle := r.preview.toSend() == 0 && r.preview.news == 0 && !r.isDue() && !r.summary.Resumed && r.accepted.Digest == r.digest()
	if idle {
		r.summary.Idle, r.hasSummary = true, true
		if err := r.writeVerdicts(ctx); err != nil {
			return err
		}
		return r.writeDrift()
	}
	err := r.apply(ctx)
	if r.run.ID != "" { // from here on it remembers who was named
		accepted := ledger.Accepted{Rows: r.roster.Rows, Digest: r.digest(), At: r.now()}
		err = errors.Join(err, r.ledger.AcceptRoster(context.WithoutCancel(ctx), r.scope(), accepted))
	}
	if err == nil {
		err = r.change(ctx)
	}
	return errors.Join(err, r.writeDrift())
}

// change makes the changes that are due, until the run has to stop. They can be repeated without harm, so a run that is
// cut short here simply makes the rest the next time, and what was in flight once more.
func (r *onboarding) change(ctx context.Context) error {
	if !r.flags.until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, r.flags.until, &breaker.StopError{Reason: breaker.Deadline})
		defer cancel()
	}
	defer r.console.Clear()
	failed, made := 0, 0
	for i := range r.changes {
		c := &r.changes[i]
		if c.action != due {
			continue
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		r.console.Status(fmt.Sprintf("changing what differs: %s", c.Email))
		done, err := r.applyChange(ctx, c.Difference)
		switch {
		case err != nil && ctx.Err() != nil:
			return context.Cause(ctx)
		case breaker.ReasonOf(err) != 0:
			return err
		}
		if c.action, c.err = done, err; err != nil {
			failed++
			r.log.Warn().Err(c.err).Str("email", c.Email).Str("kind", string(c.Kind)).Msg("could not be changed")
			if errors.Is(c.err, cybedefend.ErrCredentials) {
				return c.err
			}
			continue
		}
		made++
	}
	if failed > 0 {
		return &codedError{status.Rows, fmt.Errorf("%d of %s failed", failed, plural(failed+made, "change")), r.seeDrift()}
	}
	return nil
}

// seeDrift says where the differences are listed, if they are.
func (r *onboarding) seeDrift() string {
	if r.flags.results == "-" {
		return ""
	}
	return "see " + r.driftFile()
}

// applyChange makes one change of the organization.
func (r *onboarding) applyChange(ctx context.Context, d drift.Difference) (action, error) {
	organization := r.service.organization.ID
	done, call := roleChanged, func(ctx context.Context) error {
		return r.service.ChangeRole(ctx, organization, d.UserID, cybedefend.Role(d.Wanted))
	}
	if d.Kind == drift.LeaverInvited {
		done, call = cancelled, func(ctx context.Context) error {
			_, err := r.service.CancelInvitation(ctx, organization, d.InvitationID)
			if answer, ok := errors.AsType[*cybedefend.Error](err); ok && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone) {
				return nil // it is gone already
			}
			return err
		}
	}
	if err := r.patience().Call(ctx, call); err != nil {
		return refused, err
	}
	return done, nil
}

// count adds a difference to what a summary says of them.
func count(found *report.Drift, c change) {
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
	switch c.action {
	case cancelled, roleChanged:
		found.Changed++
	case refused:
		found.Failed++
	case reported, due:
	}
}

// driftFile returns where the differences go: NAME.drift.csv beside NAME.results.csv.
func (r *onboarding) driftFile() string { return results.DriftPath(r.flags.results) }

// drift counts the differences.
func (r *onboarding) drift() *report.Drift {
	found := &report.Drift{}
	for _, c := range r.changes {
		count(found, c)
	}
	return found
}

// writeDrift puts the differences into their file, if the results go to one, and counts them in the summary.
func (r *onboarding) writeDrift() error {
	r.summary.Drift = r.drift()
	if r.flags.results == "" || r.flags.results == "-" {
		return nil
	}
	r.summary.Drift.File = r.driftFile()
	return results.WriteDrift(r.driftFile(), func(yield func(results.DriftLine) bool) {
		for _, c := range r.changes {
			if !yield(driftLine(c)) {
				return
			}
		}
	})
}

// driftLine returns a difference as its file has it.
func driftLine(c change) results.DriftLine {
	line := results.DriftLine{
		Kind: string(c.Kind), Email: c.Email, HasRole: c.Has, WantedRole: c.Wanted,
		UserID: c.UserID, InvitationID: c.InvitationID, ExpiresAt: c.ExpiresAt, Action: string(c.action),
	}
	if c.err != nil {
		line.Error = c.err.Error()
	}
	return line
}
