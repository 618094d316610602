package htmlreport

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/plural"
	"rollcall/pkg/timeline"
)

// mostSpans is how many lines the table of the pace has.
const mostSpans = 40

// paceView is what there is to see of the pace.
type paceView struct {
	Pictures []template.HTML
	Allowed  bool
	Text     string
	Spans    []spanView
}

// spanView is a line of the table.
type spanView struct{ From, To, Requests, Refused, Lost, Held, Down string }

// pace returns what there is to see of the pace, nil where nothing is known.
func (p Page) pace() *paceView {
	pieces := slices.DeleteFunc(slices.Clone(p.Pace), isEmpty)
	if len(pieces) == 0 {
		return nil
	}
	v := &paceView{Text: p.paceText(pieces)}
	d := drawing{page: p, pieces: pieces, width: 1000, height: 150, step: 4, class: "wide"}
	v.Pictures = append(v.Pictures, d.draw(v.Text))
	v.Allowed = d.allowed
	d = drawing{page: p, pieces: pieces, width: 340, height: 120, step: 4, class: "narrow"}
	v.Pictures = append(v.Pictures, d.draw(v.Text))
	each := max(1, mostSpans/len(pieces))
	for _, piece := range pieces {
		for _, c := range piece.Columns(each) {
			v.Spans = append(v.Spans, spanView{
				p.clock(c.Start), p.clock(c.Start.Add(c.Lasts)), plural.Grouped(round(c.Requests)), count(c.Refused), count(c.Lost), span(c.Held), span(c.Down),
			})
		}
	}
	return v
}

// isEmpty reports whether nothing happened in a piece.
func isEmpty(piece timeline.Piece) bool {
	sum := piece.Sum()
	return piece.Lasts() <= 0 || sum.Requests == 0 && sum.Held == 0 && sum.Down == 0
}

// paceText says the same in words.
func (p Page) paceText(pieces []timeline.Piece) string {
	var sum timeline.Bucket
	var lasts time.Duration
	var whys []string
	top := 0.0
	for _, piece := range pieces {
		one := piece.Sum()
		sum.Requests += one.Requests
		sum.Refused += one.Refused
		sum.Lost += one.Lost
		sum.Held += one.Held
		sum.Down += one.Down
		lasts += piece.Lasts()
		for _, why := range piece.Reasons {
			if !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		}
		for _, c := range piece.Columns(min(100, max(1, int(piece.Lasts()/time.Second)))) { // what comes close together is no rate
			top = max(top, c.Rate())
		}
	}
	what := "request"
	if p.RoughPace {
		what = "row"
	}
	text := fmt.Sprintf("%s in %s, at most %s a second.", rowsNamed(sum.Requests, what), short(lasts), number(top))
	if p.RoughPace {
		return text + " Nothing was kept of the pace itself: this is by when the rows ended, without refusals, holds and outages."
	}
	if sum.Refused > 0 {
		text += " The service refused " + rowsNamed(sum.Refused, "request") + " for the moment, as it does when there are too many."
	} else {
		text += " None was refused for being too many."
	}
	if sum.Lost > 0 {
		text += " " + rowsNamed(sum.Lost, "request") + " got no reply."
	}
	if sum.Held > 0 {
		text += " For " + short(sum.Held) + " nobody was allowed to send"
		if len(whys) > 0 {
			text += ": " + p.text(strings.Join(whys, "; "))
		}
		text += "."
	}
	if sum.Down > 0 {
		text += " For " + short(sum.Down) + " the line was stopped, since the service did not answer as it should."
	}
	if n := len(pieces); n > 1 {
		text += " The run was gone on with " + times(n-1) + "; the time between is left out."
	}
	return text
}

// times says how often.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return plural.Of(n, "time")
}

// drawing draws the pace.
type drawing struct {
	page                Page
	pieces              []timeline.Piece
	width, height, step int
	class               string
	gap                 float64 // between two pieces
	allowed             bool    // a rate was drawn that was allowed
}

const (
	paceLeft = 66 // room for the names of the lanes
	paceTop  = 8
	paceGap  = 16 // between two pieces, at most
	laneHigh = 10
	laneStep = 17
)

// lane is a strip below the bars.
type lane struct {
	name, class string
	there       func(timeline.Column) bool
}

// lanes are the strips, from the highest.
var lanes = []lane{
	{"refused", "refused", func(c timeline.Column) bool { return c.Refused > 0 }},
	{"no reply", "lost", func(c timeline.Column) bool { return c.Lost > 0 }},
	{"held", "held", func(c timeline.Column) bool { return c.Held > 0 }},
	{"stopped", "down", func(c timeline.Column) bool { return c.Down > 0 }},
}

// strip is a piece in its place.
type strip struct {
	x, width float64
	columns  []timeline.Column
	piece    timeline.Piece
}

// strips shares the room among the pieces by how long they last, each having some.
func (d *drawing) strips() []strip {
	var whole time.Duration
	for _, piece := range d.pieces {
		whole += piece.Lasts()
	}
	room, n := float64(d.width-paceLeft), float64(len(d.pieces))
	d.gap = min(paceGap, room/2/n)
	room -= d.gap * (n - 1)
	least := min(24, room/2/n)
	room -= least * n
	x := float64(paceLeft)
	strips := make([]strip, 0, len(d.pieces))
	for _, piece := range d.pieces {
		s := strip{x: x, width: least + room*float64(piece.Lasts())/float64(whole), piece: piece}
		s.columns = piece.Columns(max(1, int(s.width)/d.step))
		strips = append(strips, s)
		x += s.width + d.gap
	}
	return strips
}

// draw returns the picture; text is what it says in words.
func (d *drawing) draw(text string) template.HTML {
	strips := d.strips()
	top := 0.0
	for _, s := range strips {
		for _, c := range s.columns {
			top = max(top, c.Rate())
		}
	}
	if top == 0 {
		top = 1
	}
	top *= 1.08
	var shown []lane
	for _, l := range lanes {
		if slices.ContainsFunc(strips, func(s strip) bool { return slices.ContainsFunc(s.columns, l.there) }) {
			shown = append(shown, l)
		}
	}
	base := float64(paceTop + d.height)
	bottom := int(base) + 8 + laneStep*len(shown)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="pace %s" viewBox="0 0 %d %d" role="img" aria-label="%s">`, d.class, d.width, bottom+22, template.HTMLEscapeString("The pace over time: "+text))
	fmt.Fprintf(&b, `<path class="axis" d="M%d %dV%.0fH%d"/>`, paceLeft, paceTop, base, d.width)
	fmt.Fprintf(&b, `<text x="%d" y="%.0f" text-anchor="end">%s/s</text>`, paceLeft-6, base-float64(d.height)/1.08+4, number(top/1.08))
	fmt.Fprintf(&b, `<text x="%d" y="%.0f" text-anchor="end">0</text>`, paceLeft-6, base)
	for i, l := range shown {
		y := int(base) + 8 + laneStep*i
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, paceLeft-6, y+laneHigh-1, l.name)
	}
	for i, s := range strips {
		d.drawStrip(&b, s, top, shown)
		if i > 0 {
			fmt.Fprintf(&b, `<path class="gap" d="M%.1f %dV%d"/>`, s.x-d.gap/2, paceTop, bottom)
		}
	}
	d.drawTimes(&b, strips, bottom+16)
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // all of its text is escaped
}

// drawStrip draws one piece: its bars, the rate that was allowed, and what stands below.
func (d *drawing) drawStrip(b *strings.Builder, s strip, top float64, shown []lane) {
	each, base := s.width/float64(len(s.columns)), float64(paceTop+d.height)
	thick := max(each-1, each*0.75)
	var bars, allowed strings.Builder
	pen := false
	for i, c := range s.columns {
		x := s.x + each*float64(i)
		if rate := c.Rate(); rate > 0 {
			fmt.Fprintf(&bars, "M%.1f %.0fv%.1fh%.1fV%.0fz", x, base, -max(1, rate/top*float64(d.height)), thick, base)
		}
		if c.Allowed <= 0 || c.Allowed > top {
			pen = false
			continue
		}
		y := base - c.Allowed/top*float64(d.height)
		if !pen {
			fmt.Fprintf(&allowed, "M%.1f %.1f", x, y)
		}
		fmt.Fprintf(&allowed, "V%.1fH%.1f", y, x+each)
		pen = true
	}
	fmt.Fprintf(b, `<path class="sent" d="%s"/>`, bars.String())
	if allowed.Len() > 0 {
		d.allowed = true
		fmt.Fprintf(b, `<path class="allowed" d="%s"/>`, allowed.String())
	}
	for i, l := range shown {
		y := int(base) + 8 + laneStep*i
		fmt.Fprintf(b, `<rect class="lane" x="%.1f" y="%d" width="%.1f" height="%d"/>`, s.x, y, s.width, laneHigh)
		var marks strings.Builder
		for k, c := range s.columns {
			if l.there(c) {
				fmt.Fprintf(&marks, "M%.1f %dh%.1fv%dh%.1fz", s.x+each*float64(k), y, each, laneHigh, -each)
			}
		}
		if marks.Len() > 0 {
			fmt.Fprintf(b, `<path class="%s" d="%s"/>`, l.class, marks.String())
		}
	}
}

// drawTimes writes when each piece began, and when the last one ended, as far as there is room.
func (d *drawing) drawTimes(b *strings.Builder, strips []strip, y int) {
	first, last := strips[0].piece.Start, strips[len(strips)-1].piece.End
	zone := d.page.Made.Location()
	form, room := time.TimeOnly, 62.0
	if first.In(zone).YearDay() != last.In(zone).YearDay() || last.Sub(first) > 24*time.Hour {
		form, room = "2 Jan 15:04", 78.0
	}
	end := float64(d.width) - room
	free := 0.0
	for _, s := range strips {
		if s.x < free || s.x+room > end {
			continue
		}
		fmt.Fprintf(b, `<text x="%.0f" y="%d">%s</text>`, s.x, y, s.piece.Start.In(zone).Format(form))
		free = s.x + room + 8
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, d.width, y, last.In(zone).Format(form))
}

// number writes a rate with the digits that matter.
func number(rate float64) string {
	if rate >= 10 {
		return plural.Grouped(round(rate))
	}
	return fmt.Sprintf("%.1f", rate)
}

func round(x float64) int { return int(x + 0.5) }

// count writes a number of a table, nothing for none.
func count(x float64) string {
	switch n := round(x); {
	case x <= 0:
		return ""
	case n == 0:
		return "< 1"
	default:
		return plural.Grouped(n)
	}
}

// span writes a duration of a table, nothing for none.
func span(d time.Duration) string {
	if d < 50*time.Millisecond {
		return ""
	}
	return short(d)
}
