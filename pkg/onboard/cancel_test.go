package onboard_test

import (
	"errors"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/drift"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// undoing returns the options to take back all invitations of a company that has invited its people.
func undoing(t *testing.T, people int, service sandbox.Options) (*company, onboard.Options, onboard.CancelOptions) {
	t.Helper()
	c, o := team(t, people, service)
	if _, err := onboard.Run(t.Context(), nil, o, nil); err != nil {
		t.Fatal(err)
	}
	return c, o, onboard.CancelOptions{Options: o, Whom: []string{o.Roster}, History: onboard.History{Ledgers: []string{o.Ledger}}}
}

// doings returns the kinds and actions of the people in a report.
func doings(r onboard.CancelReport) (kinds []string) {
	for _, person := range r.People {
		kinds = append(kinds, person.Kind+" "+string(person.Action))
	}
	return kinds
}

// TestCancelSeesWhoHasAcceptedMeanwhile has somebody accept between the preview and the request, which the service refuses.
func TestCancelSeesWhoHasAcceptedMeanwhile(t *testing.T) {
	c, _, o := undoing(t, 2, sandbox.Options{})
	report, err := onboard.RunCancel(t.Context(), nil, o, func(p *onboard.CancelPreview) error {
		if p.Due() != 2 {
			t.Errorf("%d are due", p.Due())
		}
		return c.service.AcceptAs("p1@x.example", "p1@x.example")
	})
	if want := []string{"invited cancelled", "member reported"}; err != nil || report.Status != status.Well || !slices.Equal(doings(report), want) {
		t.Errorf("%v, %d, %v", doings(report), report.Status, err)
	}
}

// TestCancelFailsForCertain has the service refuse one of two for another reason.
func TestCancelFailsForCertain(t *testing.T) {
	c, _, o := undoing(t, 2, sandbox.Options{})
	o.Changes = filepath.Join(t.TempDir(), "changes.csv")
	report, err := onboard.RunCancel(t.Context(), nil, o, func(*onboard.CancelPreview) error {
		return c.service.AcceptAs("p1@x.example", "somebody@x.example")
	})
	if want := []string{"invited cancelled", "invited failed"}; onboard.StatusOf(err) != status.Rows || report.Status != status.Rows || !slices.Equal(doings(report), want) {
		t.Errorf("%v, %d, %v", doings(report), report.Status, err)
	}
	if report.File != o.Changes || report.Failed != 1 || report.Cancelled != 1 {
		t.Errorf("%+v", report)
	}
}

// TestCancelIsSaidNoTo has nobody lose anything after a no, after a guard, and in a dry run.
func TestCancelIsSaidNoTo(t *testing.T) {
	c, _, o := undoing(t, 3, sandbox.Options{})
	no := errors.New("not today")
	report, err := onboard.RunCancel(t.Context(), nil, o, func(*onboard.CancelPreview) error { return no })
	if !errors.Is(err, no) || report.Status != status.Stopped || report.NotDone != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	guarded := o
	guarded.MaxCancels = quantity.Number(2)
	if report, err = onboard.RunCancel(t.Context(), nil, guarded, nil); report.Status != status.Guarded || onboard.StatusOf(err) != status.Guarded {
		t.Errorf("%+v, %v", report, err)
	}
	dry := o
	dry.DryRun = true
	if report, err = onboard.RunCancel(t.Context(), nil, dry, nil); err != nil || report.NotDone != 3 || report.Status != status.Well {
		t.Errorf("%+v, %v", report, err)
	}
	stop := make(chan struct{})
	report, err = onboard.RunCancel(t.Context(), stop, o, func(*onboard.CancelPreview) error { close(stop); return nil })
	if report.Status != status.Interrupted || err == nil {
		t.Errorf("stopped: %+v, %v", report, err)
	}
	if n := c.service.Counts().Cancelled; n != 0 {
		t.Errorf("%d were cancelled", n)
	}
}

// TestCancelIsAppliedOnce has a preview not be applied twice, and a session that could not be opened do no more but to end.
func TestCancelIsAppliedOnce(t *testing.T) {
	c, _, o := undoing(t, 1, sandbox.Options{})
	session, err := onboard.OpenCancel(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := session.Preview()
	if err != nil || preview.OrganizationID == "" {
		t.Fatal(preview, err)
	}
	if err := preview.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := preview.Apply(t.Context(), nil); err == nil {
		t.Error("it was applied twice")
	}
	if report, err := session.End(t.Context(), nil); err != nil || report.Cancelled != 1 || c.service.Counts().Cancelled != 1 {
		t.Errorf("%+v, %v", report, err)
	}

	o.Whom = []string{"20260101T000000Z-abcdef"}
	session, err = onboard.OpenCancel(t.Context(), o)
	if onboard.StatusOf(err) != status.Settings {
		t.Fatal(err)
	}
	if preview, again := session.Preview(); preview != nil || !errors.Is(again, err) {
		t.Error(preview, again)
	}
	if report, again := session.End(t.Context(), err); report.Status != status.Settings || again == nil {
		t.Error(report, again)
	}
}

// TestALateListDoesNotUndoACancellation has the lists show for half an hour what was cancelled: nobody is told to be invited,
// nobody is cancelled twice, and nobody is invited; after that the list is believed.
func TestALateListDoesNotUndoACancellation(t *testing.T) {
	var ahead atomic.Int64
	c, invite, o := undoing(t, 2, sandbox.Options{TokenLifetime: 24 * time.Hour, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	ahead.Store(int64(time.Hour))
	if err := c.service.ChangeLists(sandbox.Lists{Lag: 30 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	cancel := func(want ...string) {
		t.Helper()
		report, err := onboard.RunCancel(t.Context(), nil, o, nil)
		if err != nil || !slices.Equal(doings(report), want) {
			t.Errorf("%v, %v", doings(report), err)
		}
	}
	outcome := func(o onboard.Options, want record.Outcome) {
		t.Helper()
		report, err := onboard.Run(t.Context(), nil, o, nil)
		if err != nil || report.Outcomes[want] != 2 {
			t.Errorf("%v, %v", report.Outcomes, err)
		}
	}
	cancel("invited cancelled", "invited cancelled")
	cancel("not_invited reported", "not_invited reported")
	outcome(invite, record.Skipped)
	blind := invite
	blind.NoPreflight = true
	outcome(blind, record.Skipped)
	ahead.Add(int64(20 * time.Minute)) // the memory counts no more, and the list shows them still
	outcome(invite, record.AlreadyInvited)
	ahead.Add(int64(time.Hour)) // the list knows
	outcome(invite, record.Skipped)
	if n := c.service.Counts(); n.Cancelled != 2 || n.Emails != 2 {
		t.Errorf("%+v", n)
	}
	again := invite
	again.Reinvite = "ended"
	outcome(again, record.Invited)
	ahead.Add(int64(time.Hour))
	cancel("invited cancelled", "invited cancelled")
}

// TestCancelLeavesARunAlone has what was undone in the name of a sync not be a difference of the sync's.
func TestCancelLeavesARunAlone(t *testing.T) {
	c := newCompany(t, sandbox.Options{})
	c.name(t, 2)
	ctx := t.Context()
	if _, err := onboard.Run(ctx, nil, c.options, nil); err != nil {
		t.Fatal(err)
	}
	o := onboard.CancelOptions{Options: c.options, Whom: []string{"p0@x.example"}}
	if report, err := onboard.RunCancel(ctx, nil, o, nil); err != nil || report.Cancelled != 1 {
		t.Fatal(report, err)
	}
	if report, err := onboard.Run(ctx, nil, c.options, nil); err != nil || report.Drift.String() != "" || report.Outcomes[record.Skipped] != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	if !slices.Contains(drift.Kinds(), drift.Role) || slices.Contains(drift.Kinds(), onboard.Invited) {
		t.Error("the kinds are mixed up")
	}
}
