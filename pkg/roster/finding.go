package roster

import (
	"fmt"
	"io/fs"
	"strings"

	"rollcall/pkg/remedy"
	"rollcall/pkg/workbook"
)

// The fields of an entry, as findings and column mappings name them.
const (
	FieldEmail = "email"
	FieldRole  = "role"
	FieldTeams = "teams"
	// FieldActive says whether somebody is active. It is no field of an entry: a row whose person is not is left out.
	FieldActive = "active"
)

// Severity says whether a finding makes its row invalid.
type Severity uint8

// The severities. An Error makes the row invalid, a Warning does not.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText writes [Severity.String].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [Severity.MarshalText] writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{Error, Warning} {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", text)
}

// Finding is something to be said about a place in a roster.
type Finding struct {
	File string `json:"file"`
	// Line and Column are where an editor jumps to: the physical line and the byte in it, both from 1. YAML columns
	// count characters. A finding about the whole document has neither.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Cell is how people call the place in a workbook: C22. It is empty in any other document.
	Cell string `json:"cell,omitempty"`
	// Field is "email", "role", "teams" or "active"; empty if the finding is about none of them.
	Field    string   `json:"field,omitempty"`
	Severity Severity `json:"severity"`
	Reason   string   `json:"reason"`
	// Suggestion is what to do about it, if that is known: "did you mean manager?".
	Suggestion remedy.Hint `json:"suggestion,omitempty"`
	// Rows is how many rows the finding is about, and Lines are the first of them, if it stands for many.
	Rows  int   `json:"rows,omitempty"`
	Lines []int `json:"lines,omitempty"`
	// Code says what the finding is in a word that does not change, one of [Codes]. Args are the values that it speaks of, in the
	// order that stands there.
	Code string   `json:"code,omitempty"`
	Args []string `json:"args,omitempty"`
	// Meant is the value that the suggestion guesses: "manager". It is empty if there is none.
	Meant string `json:"meant,omitempty"`
}

// Coded returns the finding with a code, one of [Codes], and its values.
func (f Finding) Coded(code string, args ...string) Finding {
	f.Code, f.Args = code, args
	return f
}

// In returns the finding with a suggestion of words alone, in which remedies stand as the renderer shows them.
func (f Finding) In(render remedy.Renderer) Finding {
	f.Suggestion = remedy.Words(f.Suggestion.Render(render))
	return f
}

// String returns the finding as compilers print theirs: `team.csv:14:3: role: unknown role "managr" (did you mean
// manager?)`; a warning with ` [warning]` behind it, and one in a workbook with the name of the cell: ` [C14]`.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	b.WriteString(f.Reason)
	if len(f.Suggestion) > 0 {
		b.WriteString(" (" + f.Suggestion.String() + ")")
	}
	if f.Severity == Warning {
		b.WriteString(" [" + f.Severity.String() + "]")
	}
	if f.Cell != "" {
		b.WriteString(" [" + f.Cell + "]")
	}
	return b.String()
}

// inBook returns the finding with the name of its cell, if it is one about a place in a workbook.
func (f Finding) inBook(isBook bool) Finding {
	if isBook && f.Line > 0 && f.Column > 0 {
		f.Cell = workbook.CellName(f.Column, f.Line)
	}
	return f
}

// RefusedError says that a roster as a whole cannot be used. Every way in which [Read] and [Roster.Entries] can
// refuse a document is one: match it with errors.As.
type RefusedError struct {
	// Findings are the reasons, after those about rows that were read before.
	Findings []Finding
	// More counts the findings about rows that are not listed, since there are too many.
	More int
	// Err is what kept the document from being read: an error of the system, or [ErrChanged]. It is nil if the
	// document was read and is wrong.
	Err error
}

// In returns the error with its findings as [Finding.In] returns them.
func (e *RefusedError) In(render remedy.Renderer) *RefusedError {
	shown := *e
	shown.Findings = make([]Finding, len(e.Findings))
	for i, finding := range e.Findings {
		shown.Findings[i] = finding.In(render)
	}
	return &shown
}

// Error returns the findings, one a line.
func (e *RefusedError) Error() string {
	lines := make([]string, 0, len(e.Findings)+1)
	for _, finding := range e.Findings {
		lines = append(lines, finding.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more findings", e.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// place is a physical line and a column in it, both from 1.
type place struct{ line, column int }

// problem is a finding that does not know its file yet.
type problem struct {
	place
	field      string
	reason     said
	suggestion remedy.Hint
}

func (p problem) finding(file string) Finding {
	return Finding{
		File: file, Line: p.line, Column: p.column, Field: p.field,
		Severity: Error, Code: p.reason.code, Args: p.reason.args, Meant: p.reason.meant, Reason: p.reason.text, Suggestion: p.suggestion,
	}
}

// warning is the finding that does not make its row invalid.
func (p problem) warning(file string) Finding {
	finding := p.finding(file)
	finding.Severity = Warning
	return finding
}

// structureError is why reading a document cannot go on: problems that are not a row's.
type structureError []problem

func (e structureError) Error() string { return e[0].reason.text }

// broken returns a structureError of one problem.
func broken(at place, reason said, suggestion string) error {
	return unfit(at, reason, remedy.Words(suggestion))
}

// unfit returns a structureError of one problem that a setting may solve.
func unfit(at place, reason said, suggestion remedy.Hint) error {
	return structureError{{place: at, reason: reason, suggestion: suggestion}}
}

// systemReason returns what the system said, without the path, which the finding has already.
func systemReason(err error) said {
	if pathError, ok := err.(*fs.PathError); ok { //nolint:errorlint // only the outermost layer repeats the path
		return say("unreadable", "cannot "+pathError.Op+": "+pathError.Err.Error(), pathError.Err.Error())
	}
	return say("unreadable", "cannot read: "+err.Error(), err.Error())
}
