package findings

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// report is what is written about each roster, with its findings as the last field.
type report struct {
	Roster     string        `json:"roster"`
	Rows       int           `json:"rows"`
	Invalid    int           `json:"invalid"`
	Duplicates int           `json:"duplicates"`
	Skipped    int           `json:"skipped"`
	Warnings   int           `json:"warnings"`
	Detected   string        `json:"detected,omitempty"`
	Refused    bool          `json:"refused"`
	ExitCode   status.Status `json:"exit_code"`
}

// report writes an object on one line, however many findings there are. It has what was fixed if something was to be.
func (w *Writer) report(ctx context.Context, c *onboard.Checked, all iter.Seq2[roster.Finding, error]) error {
	about := report{Roster: c.Name, Refused: c.Refused != nil, ExitCode: c.Status()}
	if r := c.Roster; r != nil {
		about.Rows, about.Invalid, about.Duplicates, about.Detected = r.Rows, r.Invalid, r.Duplicates, r.Detected
		about.Skipped, about.Warnings = r.Skipped, c.Warnings()
	}
	head, err := json.Marshal(about)
	if err != nil {
		return err
	}
	_, _ = w.out.Write(head[:len(head)-1])
	if c.Fixed != nil {
		if err := writeList(w.out, "fixed", c.Fixed.Changes(ctx)); err != nil {
			return err
		}
	}
	if err := writeList(w.out, "findings", all); err != nil {
		return err
	}
	_, _ = w.out.WriteString("}\n")
	return nil
}

// writeList writes a field of an object that is a list of whatever is yielded.
func writeList[T any](out *bufio.Writer, name string, all iter.Seq2[T, error]) error {
	_, _ = fmt.Fprintf(out, ",%q:[", name)
	separator := ""
	for one, err := range all {
		if err != nil {
			return err
		}
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s%s", separator, text)
		separator = ","
	}
	_, _ = out.WriteString("]")
	return nil
}
