package onboard_test

import (
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// TestARunGoesOnWhereItStands has a run that was cut short go on twice: as one that is worked on in pieces it tries nobody again
// who has failed, and as the same work done again it does.
func TestARunGoesOnWhereItStands(t *testing.T) {
	fails := true
	c, o := team(t, 6, troubled(&fails))
	o.Attempts, o.MaxFailures, o.Concurrency = 1, quantity.Number(1), 1
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if report.Status != status.Stopped || report.Outcomes[record.Failed] != 1 {
		t.Fatalf("%v, %+v", err, report)
	}
	run := report.Run
	o.Attempts, o.MaxFailures, fails = 0, quantity.Quantity{}, false
	o.Continues = run
	report, err = onboard.Run(t.Context(), nil, o, nil)
	if err != nil || report.Run != run || report.Status != status.Rows || report.Outcomes[record.Failed] != 1 || report.Outcomes[record.Invited] != 5 {
		t.Errorf("it has gone on: %v, %+v", err, report)
	}
	if mails := c.service.Counts().Emails; mails != 5 {
		t.Errorf("%d mails have left, want 5", mails)
	}
	ended, ok, err := onboard.History{Ledgers: []string{o.Ledger}}.Ended(t.Context(), run)
	if err != nil || !ok || ended.Status != status.Rows || ended.Outcomes[record.Failed] != 1 || ended.Rows != 6 {
		t.Errorf("remembered: %+v, %t, %v", ended, ok, err)
	}
	if _, ok, err := (onboard.History{Ledgers: []string{o.Ledger}}).Ended(t.Context(), "another"); ok || err != nil {
		t.Errorf("a run that is not there: %t, %v", ok, err)
	}
}

// TestAnotherRunIsResumed has the name of another run than the one that was cut short mean nothing.
func TestAnotherRunIsResumed(t *testing.T) {
	fails := true
	c, o := team(t, 6, troubled(&fails))
	o.Attempts, o.MaxFailures, o.Concurrency = 1, quantity.Number(1), 1
	if report, err := onboard.Run(t.Context(), nil, o, nil); report.Status != status.Stopped {
		t.Fatalf("%v, %+v", err, report)
	}
	o.Attempts, o.MaxFailures, fails, o.Continues = 0, quantity.Quantity{}, false, "another"
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if err != nil || report.Outcomes[record.Invited] != 6 || c.service.Counts().Emails != 6 {
		t.Errorf("%v, %+v", err, report)
	}
}
