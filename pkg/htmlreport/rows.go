package htmlreport

import (
	"bufio"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/plural"
	"rollcall/pkg/record"
)

const (
	// early is how many rows stand in the page itself, for whoever runs no script.
	early = 100
	// mostWords is how many texts that several rows have in common are written once.
	mostWords = 4096
)

// rows hands the rows of a page over, the first ones for the page itself and then all of them as data for its script.
type rows struct {
	page  Page
	next  func() (record.Record, error, bool)
	stop  func()
	first []record.Record
	// outcomes are those that rows have, in the order of a summary.
	outcomes []record.Outcome
	words    []string
	places   map[string]int
}

func newRows(p Page) *rows {
	r := &rows{page: p, stop: func() {}, places: map[string]int{}}
	for _, o := range record.Outcomes() {
		if p.Outcomes[o] > 0 {
			r.outcomes = append(r.outcomes, o)
		}
	}
	return r
}

// begin takes the first rows.
func (r *rows) begin() error {
	if r.page.Rows == nil {
		return nil
	}
	r.next, r.stop = iter.Pull2(r.page.Rows)
	for len(r.first) < early {
		one, err, ok := r.next()
		if !ok {
			return nil
		}
		if err != nil {
			return err
		}
		r.first = append(r.first, one)
	}
	return nil
}

// shownOutcome is an outcome as the script needs it.
type shownOutcome struct {
	Label string `json:"label"`
	Tone  string `json:"tone"`
}

// writeData writes all rows as data, and the script that shows them. JSON writes <, > and & as escapes, and the two
// characters that end a line of a script, so that nothing in it can end the element.
func (r *rows) writeData(out *bufio.Writer) error {
	if len(r.first) == 0 {
		return nil
	}
	_, _ = out.WriteString(`<script type="application/json" id="data">{"day":`) // the last error of a bufio.Writer is kept
	_, _ = out.Write(asJSON(r.page.day()))
	_, _ = out.WriteString(`,"rows":[`)
	for i, one := range r.first {
		r.write(out, one, i == 0)
	}
	for len(r.first) == early {
		one, err, ok := r.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		r.write(out, one, false)
	}
	shown := make([]shownOutcome, len(r.outcomes))
	for i, o := range r.outcomes {
		l := lookOf(o)
		shown[i] = shownOutcome{l.Label, l.Tone}
	}
	_, _ = out.WriteString("\n],\"outcomes\":")
	_, _ = out.Write(asJSON(shown))
	_, _ = out.WriteString(`,"words":`)
	_, _ = out.Write(asJSON(append([]string{""}, r.words...)))
	_, err := out.WriteString("}</script>\n<script>" + script + "</script>\n")
	return err
}

// write writes a row as a list.
func (r *rows) write(out *bufio.Writer, one record.Record, first bool) {
	if !first {
		_ = out.WriteByte(',')
	}
	place := slices.Index(r.outcomes, one.Outcome)
	if place < 0 { // which the summary does not count: it is said all the same
		r.outcomes = append(r.outcomes, one.Outcome)
		place = len(r.outcomes) - 1
	}
	p := r.page
	_, _ = out.WriteString("\n")
	_, _ = out.Write(asJSON([]any{
		one.Line, p.text(one.Email), r.word(p.text(one.Role)), r.word(p.text(one.Teams)), place,
		r.word(p.textOf(one, one.Error)), r.word(p.textOf(one, one.Hint)), one.Attempts, p.clock(one.UpdatedAt),
	}))
}

// word returns the place of a text among those that are written once, or the text where there are too many of them.
func (r *rows) word(text string) any {
	if text == "" {
		return 0
	}
	if place, ok := r.places[text]; ok {
		return place
	}
	if len(r.words) >= mostWords {
		return text
	}
	r.words = append(r.words, text)
	r.places[text] = len(r.words)
	return len(r.words)
}

// asJSON returns a value of texts and numbers.
func asJSON(v any) []byte {
	text, _ := json.Marshal(v) // texts and numbers never fail
	return text
}

// shownRow is a row as the page itself has it.
type shownRow struct {
	look
	Line, Email, Role, Teams, Error, Hint, Times, When string
}

// shown returns the first rows as the page itself has them.
func (r *rows) shown() []shownRow {
	p := r.page
	list := make([]shownRow, 0, len(r.first))
	for _, one := range r.first {
		row := shownRow{
			look: lookOf(one.Outcome), Email: p.text(one.Email), Role: p.text(one.Role), Teams: p.text(one.Teams),
			Error: p.textOf(one, one.Error), Hint: p.textOf(one, one.Hint), When: strings.TrimPrefix(p.clock(one.UpdatedAt), p.day()),
		}
		if one.Line > 0 {
			row.Line = strconv.Itoa(one.Line)
		}
		if one.Attempts > 1 {
			row.Times = plural.Of(one.Attempts, "request")
		}
		list = append(list, row)
	}
	return list
}

// day is how every time of the day begins on which the run began: a row leaves it out.
func (p Page) day() string {
	if p.StartedAt.IsZero() {
		return p.Made.Format(time.DateOnly) + " "
	}
	return p.StartedAt.In(p.Made.Location()).Format(time.DateOnly) + " "
}

// clock writes an instant in the zone of the page, such that instants sort as texts.
func (p Page) clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(p.Made.Location()).Format(time.DateTime)
}
