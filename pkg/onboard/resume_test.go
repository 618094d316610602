package onboard_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/batch"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

// kept is all that a ledger has about its only run.
type kept struct {
	Run     ledger.Run
	Records []record.Record
	Doubts  []record.Doubt
}

func (c *company) kept(t *testing.T) (k kept) {
	t.Helper()
	k.Doubts = c.doubts(t)
	l, err := sqlite.View(c.options.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only read
	for run, err := range l.Runs(t.Context()) {
		if err != nil || k.Run.ID != "" {
			t.Fatalf("run %s beside %s, %v", run.ID, k.Run.ID, err)
		}
		k.Run = run.Run
		for r, err := range l.Records(t.Context(), run.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			k.Records = append(k.Records, r)
		}
	}
	return k
}

func differs(before, now kept) string {
	return cmp.Diff(before, now, cmp.Comparer(func(a, b secret.Text) bool { return a.Equal(b) }))
}

// troubled is a service that fails for p1 as long as fails is set, and whose answers about p2 are lost.
func troubled(fails *bool) sandbox.Options {
	return sandbox.Options{Duplicates: sandbox.AcceptSecond, Script: func(call sandbox.Call) sandbox.Fault {
		switch {
		case !*fails || call.Operation != sandbox.Invite:
		case call.Email == "p1@x.example":
			return sandbox.Fault{Kind: sandbox.Unavailable}
		case call.Email == "p2@x.example":
			return sandbox.Fault{Kind: sandbox.CutBefore}
		}
		return sandbox.Fault{}
	}}
}

// TestTheDecisionComesFirst has a run that was cut short stay as it is where something keeps it from going on: its rows
// that failed, too, which would be tried again.
func TestTheDecisionComesFirst(t *testing.T) {
	fails := true
	c, o := team(t, 6, troubled(&fails))
	o.Attempts, o.MaxFailures, o.Concurrency = 1, quantity.Number(1), 1
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if report.Status != status.Stopped || report.Outcomes[record.Failed] != 1 || report.Outcomes[record.NotSent] == 0 {
		t.Fatalf("%v, %+v", err, report)
	}
	o.Attempts, o.MaxFailures, fails = 0, quantity.Quantity{}, false
	before := c.kept(t)
	roster, err := os.ReadFile(o.Roster)
	if err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	for name, tt := range map[string]struct {
		spoil func(*onboard.Options)
		agree func(*onboard.Preview) error
		rows  string
		want  status.Status
	}{
		"not agreed":       {agree: func(*onboard.Preview) error { return no }, want: status.Stopped},
		"a guard":          {spoil: func(o *onboard.Options) { o.MaxNew = quantity.Number(0) }, want: status.Guarded},
		"too few rows":     {spoil: func(o *onboard.Options) { o.MinRows = 100 }, want: status.Guarded},
		"another roster":   {rows: "nobody,member\n", want: status.Roster},
		"dry":              {spoil: func(o *onboard.Options) { o.DryRun = true }, want: status.Well},
		"a results folder": {spoil: func(o *onboard.Options) { o.Results = t.TempDir() + "/none/results.csv" }, want: status.Settings},
	} {
		t.Run(name, func(t *testing.T) {
			o := o
			if tt.spoil != nil {
				tt.spoil(&o)
			}
			if err := os.WriteFile(o.Roster, append(roster, tt.rows...), 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := onboard.Run(t.Context(), nil, o, tt.agree)
			if report.Status != tt.want || report.Rows != sum(report.Outcomes) {
				t.Errorf("ended with %d, %v, %+v", report.Status, err, report)
			}
			if diff := differs(before, c.kept(t)); diff != "" {
				t.Errorf("the run is another one:\n%s", diff)
			}
		})
	}
	if err := os.WriteFile(o.Roster, roster, 0o600); err != nil {
		t.Fatal(err)
	}
	var shown *onboard.Preview
	report, err = onboard.Run(t.Context(), nil, o, func(p *onboard.Preview) error { shown = p; return nil })
	if err != nil || !report.Resumed || report.Outcomes[record.Invited] != 6 || c.service.Counts().Emails != 6 {
		t.Errorf("%v, %+v", err, report)
	}
	if shown.DoneBefore+shown.Sends() != 6 || shown.Outcomes[record.Failed] != 0 {
		t.Errorf("%d done before, %d to send, %v", shown.DoneBefore, shown.Sends(), shown.Outcomes)
	}
}

func sum(outcomes map[record.Outcome]int) (n int) {
	for _, rows := range outcomes {
		n += rows
	}
	return n
}

// TestThePlanOfARunThatGoesOn shows the rows of an interrupted run that are left, and has them stay so after a no.
func TestThePlanOfARunThatGoesOn(t *testing.T) {
	c, o := team(t, 5, sandbox.Options{})
	o.Rate = 20
	stop, settled := make(chan struct{}), 0
	o.Observer.Event = func(e batch.Event) {
		if e.Settled == nil { // something else, such as a low pace
			return
		}
		if settled++; settled == 2 {
			close(stop)
		}
	}
	if report, err := onboard.Run(t.Context(), stop, o, nil); report.Status != status.Interrupted {
		t.Fatalf("%v, %+v", err, report)
	}
	o.Observer.Event = nil
	before := c.kept(t)
	if report, err := onboard.Run(t.Context(), nil, o, func(p *onboard.Preview) error {
		if p.Sends() != 5-p.DoneBefore || p.DoneBefore < 2 {
			t.Errorf("%d to send, %d done", p.Sends(), p.DoneBefore)
		}
		rows := 0
		for _, err := range p.Verdicts(t.Context()) {
			if err != nil {
				t.Error(err)
			}
			rows++
		}
		if rows != p.Sends() {
			t.Errorf("%d verdicts", rows)
		}
		return errors.New("no")
	}); report.Status != status.Stopped {
		t.Errorf("%v, %+v", err, report)
	}
	if diff := differs(before, c.kept(t)); diff != "" {
		t.Errorf("the run is another one:\n%s", diff)
	}
}

// TestASyncMakesWholeWhatItResumes has an invite begin what a sync ends: the next sync knows who has left.
func TestASyncMakesWholeWhatItResumes(t *testing.T) {
	c := newCompany(t, sandbox.Options{})
	c.name(t, 6)
	o := c.options
	o.Sync, o.Rate = nil, 20
	stop, settled := make(chan struct{}), 0
	o.Observer.Event = func(e batch.Event) {
		if e.Settled == nil { // something else, such as a low pace
			return
		}
		if settled++; settled == 2 {
			close(stop)
		}
	}
	if report, err := onboard.Run(t.Context(), stop, o, nil); report.Status != status.Interrupted {
		t.Fatalf("%v, %+v", err, report)
	}
	if c.kept(t).Run.Whole {
		t.Error("an invite is whole")
	}
	if report := c.sync(t, nil, status.Well); !report.Resumed || !c.kept(t).Run.Whole {
		t.Errorf("resumed %t, %+v", report.Resumed, c.kept(t).Run)
	}
	c.name(t, 4)
	report := c.sync(t, nil, status.Well)
	drift, err := os.ReadFile(strings.Replace(c.options.Results, ".results.", ".results.drift.", 1))
	if report.Drift.LeaversInvited != 2 || report.Drift.Changed != 2 {
		t.Errorf("%+v\n%s, %v", report.Drift, drift, err)
	}
}
