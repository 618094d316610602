package batch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/audit"
	"rollcall/pkg/record"
)

// told returns what the audit trail says.
func (w *world) told(t *testing.T) string {
	t.Helper()
	var all []string
	for text, err := range w.ledger.Restart().Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		line, err := audit.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Join([]string{string(line.Kind), line.Email, line.Outcome, line.Run}, " "))
	}
	return strings.Join(all, "; ")
}

// mistold says where the audit trail does not tell what came of the rows: after a crash, too, each request has its line,
// and the last one has the last word.
func (w *world) mistold(t *testing.T, rows []record.Record) (wrong []string) {
	t.Helper()
	var whole strings.Builder
	last := map[string]audit.Line{}
	for text, err := range w.ledger.Restart().Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		whole.WriteString(text + "\n")
		line, err := audit.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if line.Kind == audit.Invite {
			last[line.Email] = line
		}
	}
	if _, err := audit.Verify(strings.NewReader(whole.String())); err != nil {
		wrong = append(wrong, fmt.Sprintf("the trail does not hold: %v", err))
	}
	for _, r := range rows {
		line := last[r.Email]
		if r.Outcome == record.Unset && slices.Contains([]string{"", audit.Again, audit.NoEffect}, line.Outcome) {
			continue // the run stopped before its turn
		}
		if line.Outcome != r.Outcome.String() || r.Outcome == record.Invited && line.After != r.InvitationID {
			wrong = append(wrong, fmt.Sprintf("row %d ended as %s with %q, and the trail says %s with %q", r.Row, r.Outcome, r.InvitationID, line.Outcome, line.After))
		}
	}
	return wrong
}

// TestNothingIsToldOfWhatWasNotSent has people whom nothing is sent to, and a service that can't be reached.
func TestNothingIsToldOfWhatWasNotSent(t *testing.T) {
	w := newWorld(t, 2, func(string, int) reply { return unreachable() })
	w.options.Limits.MaxWait = 1
	_ = w.run(t, nil) // which stops
	for text, err := range w.process.Audit(t.Context(), 0) {
		t.Errorf("told %s, %v", text, err)
	}
}
