package onboard_test

import (
	"iter"
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
)

// TestSince names of whom something else becomes since somebody has invited them meanwhile.
func TestSince(t *testing.T) {
	_, o := team(t, 3, sandbox.Options{})
	dry := o
	dry.DryRun, dry.Results = true, ""
	session, err := onboard.Open(t.Context(), dry)
	if err != nil {
		t.Fatal(err)
	}
	before, err := session.DryRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.End(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	first := before.Invitees.First[0]
	other := o
	other.Roster, other.Role, other.Ledger, other.Results = first.Email, "member", filepath.Join(t.TempDir(), "other.db"), ""
	if report, err := onboard.Run(t.Context(), nil, other, nil); err != nil || report.Outcomes[record.Invited] != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	session, err = onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	now, err := session.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	moved, all, err := now.Since(t.Context(), before)
	if err != nil || all != 1 || moved[0] != (onboard.Moved{Line: first.Line, Email: first.Email, Outcome: record.AlreadyInvited}) {
		t.Errorf("%+v, %d, %v", moved, all, err)
	}
	if now.Digest() == before.Digest() {
		t.Error("something else has the same digest")
	}
	if moved, all, err := now.Since(t.Context(), now); all != 0 || err != nil {
		t.Errorf("since itself: %+v, %v", moved, err)
	}
	if _, err := session.End(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestADryRunShowsWhichRunWouldGoOn counts what a run that was cut short has done.
func TestADryRunShowsWhichRunWouldGoOn(t *testing.T) {
	_, o := team(t, 5, sandbox.Options{})
	o.Limit = new(2)
	cut, err := onboard.Run(t.Context(), nil, o, nil)
	if err == nil {
		t.Fatalf("the run has ended: %+v", cut)
	}
	o.Limit, o.DryRun, o.Results = nil, true, ""
	session, err := onboard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := session.DryRun(t.Context())
	if err != nil || p.Resumed == nil || p.Resumed.ID != cut.Run || p.DoneBefore != 2 || p.Sends() != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := session.End(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestLook shows the rows of a run, and who holds its ledger.
func TestLook(t *testing.T) {
	_, o := team(t, 3, sandbox.Options{})
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := onboard.History{Ledgers: []string{o.Ledger}}
	invited := 0
	found, err := h.Look(t.Context(), report.Run, func(run ledger.Summary, records iter.Seq2[record.Record, error]) error {
		if run.ID != report.Run || run.Outcomes[record.Invited] != 3 {
			t.Errorf("it is %+v", run)
		}
		for rec, err := range records {
			if err == nil && rec.Outcome == record.Invited {
				invited++
			}
		}
		return nil
	})
	if !found || err != nil || invited != 3 {
		t.Errorf("%v, %v, %d invited", found, err, invited)
	}
	found, err = h.Look(t.Context(), "nobody's", nil)
	if found || err != nil {
		t.Errorf("a run that is not there: %v, %v", found, err)
	}
	if by := onboard.Holder(o.Ledger); by != nil {
		t.Errorf("the ledger is held: %v", by)
	}
	session, err := onboard.Open(t.Context(), o)
	if by := onboard.Holder(o.Ledger); err != nil || by == nil || by.PID != os.Getpid() || by.Since.IsZero() {
		t.Errorf("the ledger is held by %+v, %v", by, err)
	}
	if _, err := session.End(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}
