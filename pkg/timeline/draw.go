package timeline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Picture says how a picture is drawn. The zero value draws what a terminal of 80 columns shows.
type Picture struct {
	// Columns is how wide it may be. Zero stands for 78.
	Columns int
	// Height is how many lines its bars have. Zero stands for 5.
	Height int
	// ASCII draws it without other characters, for a terminal that may not have them.
	ASCII bool
}

// The marks below the bars. A letter would be taken for a word.
const (
	markRefused = '!'
	markLost    = '?'
	markHeld    = '='
	markDown    = 'x'
)

// gap stands between two pieces.
const gap = '|'

// scale returns the characters for nothing and for ever more.
func (o Picture) scale() []rune {
	if o.ASCII {
		return []rune(" .:-+*#")
	}
	return []rune(" ▁▂▃▄▅▆▇█")
}

// Spark draws a piece in so many characters at most: the rate, = where nobody was allowed to send, x where the line was
// stopped, ! where many requests were refused. It is empty where there is nothing to draw.
func Spark(p Piece, columns int, ascii bool) string {
	if p.Lasts() <= 0 || columns < 1 {
		return ""
	}
	all := p.Columns(columns)
	top, scale := highest(all), Picture{ASCII: ascii}.scale()
	var b strings.Builder
	for _, c := range all {
		switch {
		case c.IsDown():
			b.WriteRune(markDown)
		case c.IsHeld():
			b.WriteRune(markHeld)
		case c.Refused*10 >= c.Requests && c.Refused > 0:
			b.WriteRune(markRefused)
		default:
			b.WriteRune(scale[level(c.Rate(), top, len(scale)-1)])
		}
	}
	return b.String()
}

// Lines draws the whole run: bars for the rate, a line of marks, the time, and what the marks mean. It returns nil where there
// is nothing to draw.
func Lines(pieces []Piece, o Picture) []string {
	if o.Columns == 0 {
		o.Columns = 78
	}
	if o.Height == 0 {
		o.Height = 5
	}
	pieces = slices.DeleteFunc(slices.Clone(pieces), func(p Piece) bool { return p.Lasts() <= 0 || len(p.Buckets) == 0 })
	if len(pieces) == 0 {
		return nil
	}
	const axis = 9 // characters before the bars
	shown, room := pieces, max(o.Columns-axis, 8)
	if most := (room + 1) / 2; len(shown) > most { // the latest ones fit
		shown = shown[len(shown)-most:]
	}
	cells := spans(shown, room)
	top := 0.0
	for _, c := range cells {
		top = max(top, c.Rate())
	}
	lines := make([]string, 0, o.Height+4)
	for row := range o.Height {
		label := ""
		if row == 0 {
			label = perSecond(top)
		}
		lines = append(lines, fmt.Sprintf("%7s %s", label, o.bars(cells, top, o.Height-1-row)))
	}
	if marks := marks(cells); strings.Trim(marks, " "+string(gap)) != "" {
		lines = append(lines, "        "+strings.TrimRight(marks, " "))
	}
	lines = append(lines, "        "+o.times(shown, len(cells)))
	return append(lines, legend(pieces)...)
}

// cell is a column of a picture, or the gap between two pieces.
type cell struct {
	Column
	gap bool
}

// spans shares the room among the pieces by how long they last, each having a column at least. There must be room for that.
func spans(pieces []Piece, room int) []cell {
	var whole time.Duration
	for _, p := range pieces {
		whole += p.Lasts()
	}
	room -= len(pieces) - 1 + len(pieces)
	var cells []cell
	for i, p := range pieces {
		if i > 0 {
			cells = append(cells, cell{gap: true})
		}
		for _, c := range p.Columns(1 + int(float64(room)*float64(p.Lasts())/float64(whole))) {
			cells = append(cells, cell{Column: c})
		}
	}
	return cells
}

// bars returns one line of the bars; line 0 is the lowest.
func (o Picture) bars(cells []cell, top float64, line int) string {
	scale := o.scale()
	steps := len(scale) - 1
	var b strings.Builder
	for _, c := range cells {
		if c.gap {
			b.WriteRune(gap)
			continue
		}
		filled := level(c.Rate(), top, steps*o.Height) - line*steps
		b.WriteRune(scale[min(max(filled, 0), steps)])
	}
	return strings.TrimRight(b.String(), " ")
}

// marks returns the line of marks.
func marks(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		switch {
		case c.gap:
			b.WriteRune(gap)
		case c.IsDown():
			b.WriteRune(markDown)
		case c.IsHeld():
			b.WriteRune(markHeld)
		case c.Refused > 0:
			b.WriteRune(markRefused)
		case c.Lost > 0:
			b.WriteRune(markLost)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// times returns when it began and ended, below the bars.
func (o Picture) times(pieces []Piece, width int) string {
	from, to := pieces[0].Start.Local(), pieces[len(pieces)-1].End.Local()
	first, last := from.Format(time.TimeOnly), to.Format(time.TimeOnly)
	if from.YearDay() != to.YearDay() || from.Year() != to.Year() {
		first, last = from.Format("2 Jan 15:04"), to.Format("2 Jan 15:04")
	}
	return first + strings.Repeat(" ", max(2, width-len(first)-len(last))) + last
}

// legend says what the marks mean that are there, and how much there was of it.
func legend(pieces []Piece) []string {
	var sum Bucket
	var whys []string
	for _, p := range pieces {
		sum = sum.with(p.Sum())
		for _, why := range p.Reasons {
			if !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		}
	}
	var parts []string
	if sum.Refused > 0 {
		parts = append(parts, fmt.Sprintf("%c refused %d", markRefused, sum.Refused))
	}
	if sum.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%c no reply %d", markLost, sum.Lost))
	}
	if sum.Held > 0 {
		parts = append(parts, fmt.Sprintf("%c held %s", markHeld, Short(sum.Held)))
	}
	if sum.Down > 0 {
		parts = append(parts, fmt.Sprintf("%c line stopped %s", markDown, Short(sum.Down)))
	}
	if len(pieces) > 1 {
		parts = append(parts, fmt.Sprintf("%c gone on later", gap))
	}
	var lines []string
	if len(parts) > 0 {
		lines = append(lines, "        "+strings.Join(parts, "   "))
	}
	if sum.Held > 0 && len(whys) > 0 {
		lines = append(lines, "        held since: "+strings.Join(whys, "; "))
	}
	return lines
}

// Short writes a duration without digits that nobody reads.
func Short(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// highest returns the highest rate.
func highest(columns []Column) float64 {
	top := 0.0
	for _, c := range columns {
		top = max(top, c.Rate())
	}
	return top
}

// level returns how many of so many steps a rate has. Whatever is not nothing has one.
func level(rate, top float64, steps int) int {
	if rate <= 0 || top <= 0 {
		return 0
	}
	return min(steps, max(1, int(rate/top*float64(steps)+0.5)))
}

// perSecond writes a rate with the digits that matter.
func perSecond(rate float64) string {
	if rate >= 10 {
		return strconv.FormatFloat(rate, 'f', 0, 64) + "/s"
	}
	return strconv.FormatFloat(rate, 'f', 1, 64) + "/s"
}
