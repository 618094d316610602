package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// longestLine is how long, in bytes, a line may be: no field of one has no bound.
const longestLine = 1 << 20

// Reason says how a trail does not hold.
type Reason string

// The reasons.
const (
	// Altered: the line is not what was written.
	Altered Reason = "changed"
	// Missing: lines before it were taken out.
	Missing Reason = "missing"
	// Inserted: the line was added.
	Inserted Reason = "inserted"
	// Reordered: the line stands in the place of another one, which comes later.
	Reordered Reason = "reordered"
	// Torn: the last line has no end, as after a crash in the middle of a write.
	Torn Reason = "torn"
	// CutOff: lines at the end were taken out, which only a ledger can tell.
	CutOff Reason = "cut off"
	// Foreign: the lines are not those of the ledger.
	Foreign Reason = "foreign"
)

// BreakError is the first place at which a trail does not hold.
type BreakError struct {
	// Line is that of the file, from 1; 0 where it is about its end.
	Line   int
	Reason Reason
	// Text says in words what is wrong.
	Text string
}

// Error implements error.
func (e *BreakError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Reason, e.Text)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Reason, e.Text)
}

// Report is what a trail has, as far as it holds.
type Report struct {
	Lines, Runs int
	// From and To are the times of the first and the last line.
	From, To time.Time
	// Ends are where its chains end, by their names.
	Ends map[string]Chain
	// Torn is what stands after the last end of a line.
	Torn string
}

// Verify reads a trail of one chain or several, and holds each line to the one before. Where it does not hold, that is a
// [*BreakError], and the report is about what comes before. Any other error is one of reading.
func Verify(r io.Reader) (Report, error) {
	v := verifier{in: bufio.NewReaderSize(r, 64<<10), runs: map[string]bool{}}
	v.report.Ends = map[string]Chain{}
	err := v.read()
	v.report.Runs = len(v.runs)
	return v.report, err
}

type verifier struct {
	in     *bufio.Reader
	line   int
	report Report
	runs   map[string]bool
}

func (v *verifier) read() error {
	for {
		text, whole, err := v.next()
		switch {
		case err != nil:
			return err
		case !whole && text == "":
			return nil
		case !whole:
			v.report.Torn = text
			return v.fault(Torn, "it has no end: it was being written when the program or the machine stopped, or the file was cut off in it")
		}
		line, err := Parse(text)
		if err != nil {
			return v.fault(Altered, err.Error())
		}
		if err := v.follow(line); err != nil {
			return err
		}
		v.take(line, text)
	}
}

// next returns the next line, and whether it has an end.
func (v *verifier) next() (text string, whole bool, err error) {
	v.line++
	var b strings.Builder
	for {
		part, err := v.in.ReadSlice('\n')
		b.Write(part)
		switch {
		case err == nil:
			return strings.TrimSuffix(b.String(), "\n"), true, nil
		case b.Len() > longestLine:
			return "", false, v.fault(Altered, "it is longer than any line of a trail")
		case errors.Is(err, io.EOF):
			return b.String(), false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", false, err
		}
	}
}

// follow returns what is wrong with a line after those before it.
func (v *verifier) follow(line Line) error {
	end := v.report.Ends[line.Chain]
	switch due := end.Number + 1; {
	case line.Number == due && line.Previous == end.Hash:
		return nil
	case line.Number == due:
		return v.fault(Altered, fmt.Sprintf("it does not go on from the line before of its chain: one of both was changed (chain %s, number %d)", line.Chain, line.Number))
	case line.Number < due:
		return v.fault(Inserted, fmt.Sprintf("number %d of chain %s is there already", line.Number, line.Chain))
	default:
		return v.gap(line, due)
	}
}

// gap says whether the line that should stand here is missing, or comes later.
func (v *verifier) gap(line Line, due int) error {
	here := v.line
	for {
		text, whole, err := v.next()
		if err != nil || !whole {
			break
		}
		if later, err := Parse(text); err == nil && later.Chain == line.Chain && later.Number == due {
			return &BreakError{Line: here, Reason: Reordered, Text: fmt.Sprintf("number %d of chain %s should stand here, and is on line %d", due, line.Chain, v.line)}
		}
	}
	lacks := fmt.Sprintf("number %d", due)
	if last := line.Number - 1; last > due {
		lacks = fmt.Sprintf("numbers %d to %d", due, last)
	}
	return &BreakError{Line: here, Reason: Missing, Text: fmt.Sprintf("%s of chain %s should stand before it", lacks, line.Chain)}
}

func (v *verifier) fault(reason Reason, text string) error {
	return &BreakError{Line: v.line, Reason: reason, Text: text}
}

func (v *verifier) take(line Line, text string) {
	r := &v.report
	r.Ends[line.Chain] = Chain{ID: line.Chain, Number: line.Number, Hash: hashOf(text)}
	r.Lines++
	if r.From.IsZero() || line.At.Before(r.From) {
		r.From = line.At
	}
	if line.At.After(r.To) {
		r.To = line.At
	}
	if line.Run != "" {
		v.runs[line.Run] = true
	}
}
