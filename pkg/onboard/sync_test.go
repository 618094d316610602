package onboard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// company is an organization that follows a roster.
type company struct {
	service *sandbox.Running
	options onboard.Options
}

func newCompany(t *testing.T, o sandbox.Options) *company {
	t.Helper()
	service, err := sandbox.Start(t.Context(), "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	options, folder := onboard.ForSync(), t.TempDir()
	options.Roster = filepath.Join(folder, "people.csv")
	options.Dial = onboard.At(service.URL(), cybedefend.AccessToken(service.AccessToken()))
	options.Timeout, options.Grace = time.Second, 100*time.Millisecond
	options.Ledger = filepath.Join(folder, "ledger.db")
	options.Results = filepath.Join(folder, "people.results.csv")
	options.Sync.CancelLeavers = true
	options.Sync.MaxLeavers = quantity.Number(100)
	options.Sync.MaxShrink = 1
	return &company{service, options}
}

// name has the roster name so many people.
func (c *company) name(t *testing.T, people int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&b, "p%d@x.example,member\n", i)
	}
	if err := os.WriteFile(c.options.Roster, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sync has the organization follow the roster, and checks how that ends.
func (c *company) sync(t *testing.T, stop <-chan struct{}, want status.Status) onboard.Report {
	t.Helper()
	report, err := onboard.Run(t.Context(), stop, c.options, nil)
	if report.Status != want {
		t.Fatalf("ended with %d, want %d: %v", report.Status, want, err)
	}
	return report
}

// doubts returns the claims that stand.
func (c *company) doubts(t *testing.T) []record.Doubt {
	t.Helper()
	l, err := sqlite.View(c.options.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	doubts, err := l.Doubts(t.Context(), record.Scope{Service: c.service.URL(), OrganizationID: sandbox.DefaultOrganizationID})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return doubts
}

// TestChangesStopBetweenTwo stops a sync while it cancels the invitations of leavers: what is in flight is answered, and the
// same work, done again, makes the rest within the guard that let it through, and tells of all.
func TestChangesStopBetweenTwo(t *testing.T) {
	c := newCompany(t, sandbox.Options{})
	c.name(t, 12)
	c.sync(t, nil, status.Well)
	c.name(t, 2)
	c.options.Sync.MaxLeavers = quantity.Number(10)
	stop, changes := make(chan struct{}), 0
	c.options.Observer.Working = func(what string) {
		if strings.HasPrefix(what, "changing") {
			if changes++; changes == 3 {
				close(stop)
			}
		}
	}
	report := c.sync(t, stop, status.Interrupted)
	if report.Drift.Changed < 2 || report.Drift.Changed > 3 || len(c.doubts(t)) != 0 {
		t.Errorf("%d changed, in doubt %v", report.Drift.Changed, c.doubts(t))
	}
	made := report.Drift.Changed
	c.options.Observer.Working = nil
	report = c.sync(t, nil, status.Well)
	if !report.Resumed || report.Drift.Changed != 10 || report.Drift.LeaversInvited != 10 || c.service.Counts().Requests[sandbox.Cancel] != 10 {
		t.Errorf("resumed %t, %d changed after %d, %v", report.Resumed, report.Drift.Changed, made, c.service.Counts().Requests)
	}
	listed, err := os.ReadFile(report.Drift.File)
	if lines := strings.Count(string(listed), "\nleaver_invited,"); err != nil || lines != 10 || strings.Count(string(listed), ",cancelled,") != 10 {
		t.Errorf("%v, %d changes are listed:\n%s", err, lines, listed)
	}
	if report = c.sync(t, nil, status.Well); !report.Idle {
		t.Errorf("there was something left to do: %+v", report)
	}
}

// TestALostChangeIsClaimed loses the reply to a cancellation for good: its claim stands, and a later run makes an end of it.
func TestALostChangeIsClaimed(t *testing.T) {
	c := newCompany(t, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if call.Operation == sandbox.Cancel {
			return sandbox.Fault{Kind: sandbox.CutAfter}
		}
		return sandbox.Fault{}
	}})
	c.options.Attempts = 2
	c.name(t, 4)
	c.sync(t, nil, status.Well)
	c.name(t, 3)
	report := c.sync(t, nil, status.Rows)
	doubts := c.doubts(t)
	if report.Drift.Failed != 1 || len(doubts) != 1 || doubts[0].Email != "p3@x.example" || doubts[0].Change != record.ChangeCancel {
		t.Fatalf("%+v, in doubt %+v", report.Drift, doubts)
	}
	report = c.sync(t, nil, status.Well)
	if report.Drift.LeaversInvited != 0 || len(c.doubts(t)) != 0 || c.service.Counts().Requests[sandbox.Cancel] != 2 {
		t.Errorf("%+v, in doubt %v, %v", report.Drift, c.doubts(t), c.service.Counts().Requests)
	}
}

// TestAnApprovedRunGoesOn stops a sync between two of the changes that a person has approved of. It goes on without another
// approval, and the same, once more, is for a person to approve once more.
func TestAnApprovedRunGoesOn(t *testing.T) {
	c := newCompany(t, sandbox.Options{})
	c.options.Sync.MaxLeavers = quantity.Number(4)
	c.name(t, 12)
	c.sync(t, nil, status.Well)
	c.name(t, 2)
	report := c.sync(t, nil, status.Guarded)
	if report.Tripped == nil || report.Tripped.Since.IsZero() || len(report.Tripped.Guards) != 1 || report.Tripped.Guards[0].Option != "max-leavers" {
		t.Fatalf("%+v", report.Tripped)
	}
	c.options.ApprovedDigests = []string{report.Tripped.Digest}
	stop, changes := make(chan struct{}), 0
	c.options.Observer.Working = func(what string) {
		if strings.HasPrefix(what, "changing") {
			if changes++; changes == 3 {
				close(stop)
			}
		}
	}
	if cut := c.sync(t, stop, status.Interrupted); cut.Tripped != nil || cut.Drift.Changed >= 10 {
		t.Fatalf("%+v, %+v", cut.Tripped, cut.Drift)
	}
	c.options.Observer.Working, c.options.ApprovedDigests = nil, nil
	report = c.sync(t, nil, status.Well)
	if !report.Resumed || report.Tripped != nil || report.Drift.Changed != 10 || c.service.Counts().Requests[sandbox.Cancel] != 10 {
		t.Errorf("resumed %t, %+v, %+v, %v", report.Resumed, report.Tripped, report.Drift, c.service.Counts().Requests)
	}
	l, err := sqlite.View(c.options.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	scope := record.Scope{Service: c.service.URL(), OrganizationID: sandbox.DefaultOrganizationID}
	approvals := 0
	for a, err := range l.Approvals(t.Context(), scope) {
		approvals++
		if err != nil || a.Run != report.Run || !a.Ended || len(a.Guards) != 1 || len(a.Work) != 10*8 {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if approvals != 1 {
		t.Errorf("%d approvals are remembered", approvals)
	}
	for tripped, err := range l.Tripped(t.Context(), scope) {
		t.Errorf("something is kept back: %+v, %v", tripped, err)
	}
}
