// Package findings writes what checks of rosters have found: as lines for editors and people, as JSON for programs, as
// annotations of GitHub Actions, or as SARIF for whatever shows results of analyses.
//
//	w := findings.New(os.Stdout, findings.Options{Format: findings.SARIF})
//	err := w.Write(ctx, checked)
//	…
//	err = w.Close()
//
// It decides nothing: what is found, and how a check ends, is for package onboard to say.
package findings

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Format is how findings are written. The zero value is [Text].
type Format string

// The formats.
const (
	// Text is a line for each, as compilers print theirs.
	Text Format = "text"
	// JSON is an object for each roster, on a line of its own.
	JSON Format = "json"
	// GitHub is a workflow command for each: GitHub Actions shows it beside the line of the roster.
	GitHub Format = "github"
	// SARIF is one log for all rosters, of version 2.1.0.
	SARIF Format = "sarif"
)

// Formats are all of them, the default first.
func Formats() []Format { return []Format{Text, JSON, GitHub, SARIF} }

// ParseFormat returns the format of that name, [Text] for none.
func ParseFormat(name string) (Format, error) {
	if name == "" {
		return Text, nil
	}
	if format := Format(strings.ToLower(name)); slices.Contains(Formats(), format) {
		return format, nil
	}
	return "", fmt.Errorf("%q is none of text, json, github and sarif", name)
}

// Options say how findings are written. The zero value works.
type Options struct {
	Format Format
	// First shows the first ones of each roster as [Text], and of the rest how many there are.
	First bool
	// Render shows options in suggestions. Nil shows them in words.
	Render remedy.Renderer
	// Color paints the lines of [Text], and Width, unless it is nil, is how wide the terminal is that has them: what does not fit
	// goes on below.
	Color bool
	Width func() int
	// Version is that of the program, for [SARIF].
	Version string
}

// Writer writes findings. It is not safe for concurrent use.
type Writer struct {
	out *bufio.Writer
	o   Options
	// begun tells that the head of a log was written, any that it has results.
	begun, any bool
}

// New returns a writer to out. Close it.
func New(out io.Writer, o Options) *Writer {
	return &Writer{out: bufio.NewWriter(out), o: o}
}

// Write writes what there is to say about one roster. However many findings there are, one is held at a time.
func (w *Writer) Write(ctx context.Context, c *onboard.Checked) error {
	all := w.rendered(c.Findings(ctx))
	var err error
	switch w.o.Format {
	case JSON:
		err = w.report(ctx, c, all)
	case GitHub:
		err = w.each(all, w.annotate)
	case SARIF:
		err = w.each(all, w.result)
	default:
		err = w.lines(all)
	}
	return errors.Join(err, w.out.Flush())
}

// Close ends what was written. It does not close what it was written to.
func (w *Writer) Close() error {
	if w.o.Format == SARIF {
		w.end()
	}
	return w.out.Flush()
}

// rendered yields the findings with suggestions of words alone.
func (w *Writer) rendered(all iter.Seq2[roster.Finding, error]) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		for finding, err := range all {
			if !yield(finding.In(w.o.Render), err) {
				return
			}
		}
	}
}

// each hands the findings to write, up to the first error.
func (w *Writer) each(all iter.Seq2[roster.Finding, error], write func(roster.Finding) error) error {
	for finding, err := range all {
		if err == nil {
			err = write(finding)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) lines(all iter.Seq2[roster.Finding, error]) error {
	paper := paint.Paper{Out: w.out, Color: w.o.Color, Width: w.o.Width}
	write := func(f roster.Finding) error { return paper.Print(line(f)) }
	if !w.o.First {
		return w.each(all, write)
	}
	first, more, err := onboard.FirstOf(all)
	for _, finding := range first {
		err = errors.Join(err, write(finding))
	}
	if more != "" {
		err = errors.Join(err, paper.Print(paint.Line{}.In(paint.Strong, more)))
	}
	return err
}

// line returns a finding as its String has it: where it is, what it is about, and what is wrong.
func line(f roster.Finding) paint.Line {
	about := paint.Bad
	if f.Severity == roster.Warning {
		about = paint.Warn
	}
	text := f.String()
	where := f.File
	if f.Line > 0 {
		where += fmt.Sprintf(":%d:%d", f.Line, f.Column)
	}
	rest := strings.TrimPrefix(text, where+": ")
	whole := paint.Line{}.In(paint.Strong, where).Words(": ")
	if field := f.Field + ": "; f.Field != "" && strings.HasPrefix(rest, field) {
		whole, rest = whole.In(about, f.Field).Words(": "), rest[len(field):]
	}
	if before, behind, found := cutLast(rest, "[warning]"); found && f.Severity == roster.Warning {
		return whole.Words(before).In(paint.Warn, "[warning]").Words(behind).Hanging(hanging)
	}
	return whole.Words(rest).Hanging(hanging)
}

// hanging is how far the rest of a long finding is indented.
const hanging = 4

// cutLast cuts text around the last instance of a separator.
func cutLast(text, separator string) (before, behind string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

// message says what is wrong and what to do about it, and names the cell of a workbook.
func message(f roster.Finding) string {
	text := f.Reason
	if len(f.Suggestion) > 0 {
		text += " (" + f.Suggestion.String() + ")"
	}
	if f.Cell != "" {
		text += " [" + f.Cell + "]"
	}
	return text
}
