package onboard_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// team returns the options to invite so many people.
func team(t *testing.T, people int, service sandbox.Options) (*company, onboard.Options) {
	t.Helper()
	c := newCompany(t, service)
	c.name(t, people)
	o := c.options
	o.Sync, o.Reinviting, o.Guards = nil, onboard.Reinviting{}, onboard.Guards{}
	return c, o
}

// TestWithoutASessionNothingIsDone has a session that could not be opened do no more than report.
func TestWithoutASessionNothingIsDone(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	o.Grace = -1
	session, err := onboard.Open(t.Context(), o)
	if remedy.Of(err) == nil || remedy.Of(err).Option != "grace" || onboard.StatusOf(err) != status.Settings {
		t.Fatalf("Open = %v", err)
	}
	if preview, again := session.Preview(t.Context()); preview != nil || !errors.Is(again, err) {
		t.Errorf("Preview = %v, %v", preview, again)
	}
	if preview, again := session.DryRun(t.Context()); preview != nil || !errors.Is(again, err) {
		t.Errorf("DryRun = %v, %v", preview, again)
	}
	if report, again := session.End(t.Context(), err); report.Status != status.Settings || again == nil || c.service.Counts().Emails != 0 {
		t.Errorf("End = %+v, %v", report, again)
	}
}

// TestOptionsSayWhatIsMissing leaves out one thing after the other, or has it be what it cannot be.
func TestOptionsSayWhatIsMissing(t *testing.T) {
	_, whole := team(t, 1, sandbox.Options{})
	if err := whole.Validate(); err != nil {
		t.Fatal(err)
	}
	for option, spoil := range map[string]func(*onboard.Options){
		"roster":         func(o *onboard.Options) { o.Roster = "" },
		"results":        func(o *onboard.Options) { o.Results = "-" },
		"api-url":        func(o *onboard.Options) { o.Dial = nil },
		"ledger":         func(o *onboard.Options) { o.Ledger = "" },
		"reinvite":       func(o *onboard.Options) { o.Reinvite = "sometimes" },
		"reinvite-after": func(o *onboard.Options) { o.ReinviteAfter = new(time.Duration(-1)) },
		"reinvite-max":   func(o *onboard.Options) { o.ReinviteMax = -1 },
		"max-admins":     func(o *onboard.Options) { o.MaxAdmins = new(-1) },
		"min-rows":       func(o *onboard.Options) { o.MinRows = -1 },
		"max-failures":   func(o *onboard.Options) { o.MaxFailures = quantity.Number(0) },
		"max-new":        func(o *onboard.Options) { o.MaxNew, o.NoPreflight = quantity.Percent(5), true },
		"allow-domain":   func(o *onboard.Options) { o.AllowDomains = []string{"nowhere"} },
		"offline":        func(o *onboard.Options) { o.Offline = true },
		"timeout":        func(o *onboard.Options) { o.Timeout = -1 },
		"max-wait":       func(o *onboard.Options) { o.MaxWait = -1 },
		"concurrency":    func(o *onboard.Options) { o.Concurrency = -1 },
		"attempts":       func(o *onboard.Options) { o.Attempts = -1 },
		"burst":          func(o *onboard.Options) { o.Burst = 2 },
	} {
		o := whole
		spoil(&o)
		if p := remedy.Of(o.Validate()); p == nil || p.Option != option {
			t.Errorf("%s: %v", option, o.Validate())
		}
		if _, err := onboard.Open(t.Context(), o); onboard.StatusOf(err) != status.Settings {
			t.Errorf("%s: Open = %v", option, err)
		}
	}
}

// TestADryRunSendsNothing applies what a dry run has shown.
func TestADryRunSendsNothing(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	o.DryRun = true
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := session.DryRun(t.Context())
	if err != nil || preview.Sends() != 3 {
		t.Fatalf("%+v, %v", preview, err)
	}
	if err := preview.Apply(t.Context(), nil); err == nil {
		t.Error("a dry run was applied")
	}
	report, err := session.End(t.Context(), nil)
	if err != nil || report.Outcomes[record.WouldInvite] != 3 || c.service.Counts().Emails != 0 || c.service.Counts().Requests[sandbox.Invite] != 0 {
		t.Errorf("%+v, %v, %+v", report, err, c.service.Counts())
	}
	if _, err := os.Stat(o.Ledger); err == nil {
		t.Error("a dry run has left a ledger")
	}
}

// TestWhatWasRefusedIsNotApplied applies a preview against which a guard speaks.
func TestWhatWasRefusedIsNotApplied(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	o.AllowDomains = []string{"elsewhere.example"}
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := session.Preview(t.Context())
	if onboard.StatusOf(err) != status.Guarded || preview == nil || len(preview.Trips) != 1 {
		t.Fatalf("%+v, %v", preview, err)
	}
	refused, ok := errors.AsType[*onboard.Error](err)
	if want := []remedy.Remedy{{Option: "allow-domain", Value: "x.example"}, {Option: "approve", Value: preview.Digest()}}; !ok || len(refused.Details) != 1 || !equal(refused.Remedy.Remedies(), want) {
		t.Errorf("%+v", refused)
	}
	if applied := preview.Apply(t.Context(), nil); onboard.StatusOf(applied) != status.Guarded {
		t.Errorf("Apply = %v", applied)
	}
	if report, _ := session.End(t.Context(), err); report.Status != status.Guarded || c.service.Counts().Emails != 0 {
		t.Errorf("%+v, %d e-mails", report, c.service.Counts().Emails)
	}
}

func equal(a, b []remedy.Remedy) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// TestPreviewAsJSON holds the preview to what a page shows of it.
func TestPreviewAsJSON(t *testing.T) {
	_, o := team(t, 3, sandbox.Options{Members: sandbox.Population{Count: 4}, Pending: sandbox.Population{Count: 2}, Seats: 20})
	o.Rate, o.Deadline = 2, time.Now().Add(time.Hour)
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := session.End(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}()
	preview, err := session.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(preview)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"organization_id":"` + sandbox.DefaultOrganizationID + `"`, `"population":{"members":5,"pending":2}`, `"rows":3`,
		`"outcomes":{"would_invite":3}`, `"sends":3`, `"seats":{"needed":3,"left":13,"total":20}`, `"rate":"2/s","finds_rate":false,"takes_s":1.5`,
		`"late":0`, `{"what":"results","path":"` + o.Results + `"}`, `{"what":"ledger","path":"` + o.Ledger + `"}`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it lacks %s:\n%s", want, text)
		}
	}
	rows := 0
	for rec, err := range preview.Verdicts(t.Context()) {
		if rows++; err != nil || rec.Row != rows || rec.Outcome != record.WouldInvite {
			t.Errorf("row %d: %+v, %v", rows, rec, err)
		}
	}
	if rows != 3 {
		t.Errorf("%d verdicts", rows)
	}
}

// TestTheObserverIsTold lists what a run tells, in its order.
func TestTheObserverIsTold(t *testing.T) {
	_, o := team(t, 2, sandbox.Options{})
	var told []string
	o.Concurrency = 1
	o.Observer.Named = func(string) { told = append(told, "named") }
	o.Observer.Begun = func(run ledger.Run, resumed bool) {
		if run.Rows != 2 || resumed {
			t.Errorf("begun: %d rows, resumed %t", run.Rows, resumed)
		}
		told = append(told, "begun")
	}
	o.Observer.Event = func(e batch.Event) {
		if e.Settled != nil {
			told = append(told, e.Settled.Outcome.String())
		}
	}
	o.Observer.Ended = func() { told = append(told, "ended") }
	agreed := false
	report, err := onboard.Run(t.Context(), nil, o, func(p *onboard.Preview) error {
		agreed = p.Sends() == 2 && len(told) == 0
		return nil
	})
	if got, want := strings.Join(told, " "), "named begun invited invited ended"; got != want || err != nil || !agreed || !report.Final {
		t.Errorf("%s, want %s; %v, agreed %t, %+v", got, want, err, agreed, report)
	}
}

// TestASessionIsAppliedOnce applies a preview again, and looks at another one.
func TestASessionIsAppliedOnce(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{Duplicates: sandbox.AcceptSecond})
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := session.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := preview.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := preview.Apply(t.Context(), nil); err == nil {
		t.Error("it was applied twice")
	}
	if again, err := session.Preview(t.Context()); again != nil || err == nil {
		t.Error("there is another preview")
	}
	report, err := session.End(t.Context(), nil)
	if err != nil || report.Outcomes[record.Invited] != 3 || c.service.Counts().Emails != 3 {
		t.Errorf("%+v, %v, %d e-mails", report, err, c.service.Counts().Emails)
	}
}

// TestNotAgreed has nothing sent where whoever looks at the preview says no.
func TestNotAgreed(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	no := errors.New("no")
	report, err := onboard.Run(t.Context(), nil, o, func(*onboard.Preview) error { return no })
	if !errors.Is(err, no) || report.Outcomes[record.NotSent] != 2 || c.service.Counts().Emails != 0 || report.Run != "" {
		t.Errorf("%v, %+v", err, report)
	}
}

// TestStoppedWhileItReads closes stop before anything is sent.
func TestStoppedWhileItReads(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	stop := make(chan struct{})
	o.Observer.Working = func(what string) {
		if strings.HasPrefix(what, "reading the organization") {
			select {
			case <-stop:
			default:
				close(stop)
			}
		}
	}
	report, err := onboard.Run(t.Context(), stop, o, nil)
	if report.Status != status.Interrupted || err == nil || c.service.Counts().Emails != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	// The ledger is free again.
	o.Observer.Working = nil
	if report, err := onboard.Run(t.Context(), nil, o, nil); err != nil || report.Outcomes[record.Invited] != 2 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestHistory looks back at two runs.
func TestHistory(t *testing.T) {
	_, o := team(t, 2, sandbox.Options{})
	h := onboard.History{Ledgers: []string{filepath.Join(t.TempDir(), "none.db"), o.Ledger}}
	if _, err := h.Runs(t.Context()); onboard.StatusOf(err) != status.Settings {
		t.Errorf("without a ledger: %v", err)
	}
	var names []string
	for range 2 {
		report, err := onboard.Run(t.Context(), nil, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, report.Run)
	}
	runs, err := h.Runs(t.Context())
	if err != nil || len(runs) != 2 || runs[0].ID != names[1] || runs[1].Outcomes[record.Invited] != 2 {
		t.Errorf("%+v, %v", runs, err)
	}
	var b strings.Builder
	for name, want := range map[string]string{names[0]: ",invited,", "": ",already_invited,"} {
		b.Reset()
		if err := h.Results(t.Context(), name, onboard.Output{Results: "-", Stream: &b}); err != nil || strings.Count(b.String(), want) != 2 {
			t.Errorf("results of %q: %v\n%s", name, err, b.String())
		}
	}
	if err := h.Results(t.Context(), "nobody's", onboard.Output{Results: "-", Stream: &b}); onboard.StatusOf(err) != status.Settings {
		t.Errorf("of a run that is not there: %v", err)
	}
}

// TestNoFileIsWrittenOverAnother names one file twice.
func TestNoFileIsWrittenOverAnother(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	for _, spoil := range []func(*onboard.Options){
		func(o *onboard.Options) { o.Results = o.Roster }, func(o *onboard.Options) { o.Results = o.Ledger },
		func(o *onboard.Options) { o.Ledger = o.Roster },
	} {
		o := o
		spoil(&o)
		if _, err := onboard.Open(t.Context(), o); onboard.StatusOf(err) != status.Settings || c.service.Counts().Emails != 0 {
			t.Errorf("Open = %v", err)
		}
	}
}

// TestEndedTwice ends a session once more.
func TestEndedTwice(t *testing.T) {
	_, o := team(t, 2, sandbox.Options{})
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := session.Preview(t.Context())
	if err == nil {
		err = preview.Apply(t.Context(), nil)
	}
	first, err := session.End(t.Context(), err)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := session.End(t.Context(), nil); err != nil || again.Status != first.Status || again.Outcomes[record.Invited] != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestCutOffItKeepsWhatIsKnown ends the context of a run midway: the results are written, and the same work finishes it.
func TestCutOffItKeepsWhatIsKnown(t *testing.T) {
	c, o := team(t, 40, sandbox.Options{Duplicates: sandbox.AcceptSecond})
	o.Rate = 50
	ctx, cancel := context.WithCancel(t.Context())
	settled := 0
	o.Observer.Event = func(e batch.Event) {
		if e.Settled == nil { // something else, such as a low pace
			return
		}
		if settled++; settled == 5 {
			cancel()
		}
	}
	report, err := onboard.Run(ctx, nil, o, nil)
	if report.Status != status.Interrupted || err == nil || report.Results == "" || report.Outcomes[record.Invited] < 5 {
		t.Errorf("%+v, %v", report, err)
	}
	o.Observer.Event, o.Rate = nil, 0
	report, err = onboard.Run(t.Context(), nil, o, nil)
	if err != nil || !report.Resumed || report.Outcomes[record.Invited] != 40 || c.service.Counts().Emails != 40 {
		t.Errorf("%+v, %v, %d e-mails", report, err, c.service.Counts().Emails)
	}
}
