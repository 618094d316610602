package onboard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/audit/auditfile"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Trail is what a file of an audit trail has, as far as it holds.
type Trail struct {
	audit.Report
	// Break is the first place where it does not hold, nil if it does.
	Break *audit.BreakError
}

// VerifyTrail holds a file of an audit trail to itself, and to the end of the trail of the ledger at a path, unless that is
// empty. A trail that does not hold is an error, and comes with it.
func VerifyTrail(ctx context.Context, path, ledgerPath string) (t Trail, err error) {
	file, err := os.Open(path)
	if err != nil {
		return t, fmt.Errorf("audit trail: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	t.Report, err = audit.Verify(file)
	if (err == nil || t.Torn != "") && ledgerPath != "" {
		err = cmp.Or(compareTrail(ctx, t.Report, ledgerPath), err)
	}
	if broken, ok := errors.AsType[*audit.BreakError](err); ok {
		t.Break = broken
		where := path
		if broken.Line > 0 {
			where = fmt.Sprintf("%s:%d", path, broken.Line)
		}
		err = refusal(status.Roster, fmt.Errorf("%s: %s: %s", where, broken.Reason, broken.Text), nil)
	}
	return t, err
}

func compareTrail(ctx context.Context, r audit.Report, path string) error {
	l, err := place.View(ctx, path)
	if err != nil {
		return remedy.About("ledger", err)
	}
	defer l.Close() //nolint:errcheck // it was only read
	number, err := auditfile.Compare(ctx, r, l.Audit)
	if broken, ok := errors.AsType[*audit.BreakError](err); r.Torn == "" || err != nil && (!ok || broken.Reason != audit.CutOff) {
		return err
	}
	continues, err := auditfile.Continues(ctx, r, number, l.Audit)
	if continues {
		err = &audit.BreakError{Line: r.Lines + 1, Reason: audit.Torn, Text: "it has no end, and is the beginning of what the ledger has there: the next run completes it"}
	}
	return err
}

// String says in a line what the trail has.
func (t Trail) String() string {
	text := plural.Of(t.Lines, "line") + ", " + plural.Of(t.Runs, "run")
	if n := len(t.Ends); n > 1 {
		text += ", " + plural.Of(n, "chain")
	}
	if t.Lines > 0 {
		text += ", from " + t.From.Format(time.RFC3339) + " to " + t.To.Format(time.RFC3339)
	}
	return text
}

// MarshalJSON lays out what programs read.
func (t Trail) MarshalJSON() ([]byte, error) {
	var from, to *time.Time
	if t.Lines > 0 {
		from, to = &t.From, &t.To
	}
	line, reason, text := 0, "", ""
	if t.Break != nil {
		line, reason, text = t.Break.Line, string(t.Break.Reason), t.Break.Text
	}
	return json.Marshal(struct {
		Lines  int        `json:"lines"`
		Runs   int        `json:"runs"`
		Chains int        `json:"chains"`
		From   *time.Time `json:"from"`
		To     *time.Time `json:"to"`
		Holds  bool       `json:"holds"`
		Line   int        `json:"line,omitempty"`
		Reason string     `json:"reason,omitempty"`
		Text   string     `json:"text,omitempty"`
	}{t.Lines, t.Runs, len(t.Ends), from, to, t.Break == nil, line, reason, text})
}

// WriteTrail writes the audit trails of the ledgers, a line each.
func (h History) WriteTrail(ctx context.Context, w io.Writer) error {
	return h.each(ctx, func(l ledger.Ledger) error {
		for text, err := range l.Audit(ctx, 0) {
			if err == nil {
				_, err = io.WriteString(w, text+"\n")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
