package plan

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// NewRecord returns the record of an entry. It is settled, as of the given time, if the roster alone says what becomes
// of it: if it is invalid, a duplicate or left out by a rule of the user's. Its hint is a text, with remedies as the
// renderer shows them.
func NewRecord(e roster.Entry, at time.Time, render remedy.Renderer) record.Record {
	r := record.Record{
		Row: e.Row, Line: e.Line, Email: e.Email, Role: e.Role, Teams: e.TeamsText(), Extra: e.Extra,
	}
	switch {
	case e.Invalid():
		r.Outcome, r.UpdatedAt = record.Invalid, at
		r.Error, r.Hint = explain(e.Findings, render)
	case e.Skipped():
		r.Outcome, r.UpdatedAt, r.Hint = record.Skipped, at, e.Rule.Render(render)
		if r.Trail.Verdict = record.Skipped; e.Inactive {
			r.Trail.Verdict = record.NotSent
		}
	case e.DuplicateOf != 0:
		r.Outcome, r.UpdatedAt = record.Duplicate, at
		r.Hint = fmt.Sprintf("the same person as line %d", e.DuplicateOf)
	}
	return r
}

// Records yields the [NewRecord] of each entry, as of when it begins, for a ledger to keep. It ends with the first error.
func Records(entries iter.Seq2[roster.Entry, error], now func() time.Time, render remedy.Renderer) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		at := now()
		for e, err := range entries {
			if err != nil {
				yield(record.Record{}, err)
				return
			}
			if !yield(NewRecord(e, at, render), nil) {
				return
			}
		}
	}
}

// explain returns what is wrong with a row, and what to do about it.
func explain(findings []roster.Finding, render remedy.Renderer) (wrong, hint string) {
	var reasons, suggestions []string
	for _, finding := range findings {
		if finding.Severity != roster.Error {
			continue
		}
		reason := finding.Reason
		if finding.Field != "" {
			reason = finding.Field + ": " + reason
		}
		reasons = append(reasons, reason)
		if len(finding.Suggestion) > 0 {
			suggestions = append(suggestions, finding.Suggestion.Render(render))
		}
	}
	return strings.Join(reasons, "; "), strings.Join(suggestions, "; ")
}
