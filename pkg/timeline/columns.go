package timeline

import "time"

// Column is a span of a picture. Its numbers are shares of the buckets that it covers.
type Column struct {
	Start time.Time
	Lasts time.Duration
	// Requests, Refused and Lost count as in a [Bucket].
	Requests, Refused, Lost float64
	Held, Down              time.Duration
	// Allowed is the rate that was allowed in the end, 0 if that is not known.
	Allowed float64
	// Why is the reason of the hold, empty if there is none.
	Why string
}

// Rate returns how many requests a second came to their end.
func (c Column) Rate() float64 {
	if c.Lasts <= 0 {
		return 0
	}
	return c.Requests / c.Lasts.Seconds()
}

// IsHeld reports whether nobody was allowed to send for half of the span.
func (c Column) IsHeld() bool { return c.Held > 0 && c.Held*2 >= c.Lasts }

// IsDown reports whether the line was stopped for half of the span.
func (c Column) IsDown() bool { return c.Down > 0 && c.Down*2 >= c.Lasts }

// Columns returns the piece as so many spans of the same length, fewer where they would be shorter than its buckets.
func (p Piece) Columns(most int) []Column {
	lasts := max(p.Lasts(), time.Millisecond)
	n := max(1, min(most, int((lasts+p.Width-1)/max(p.Width, 1))))
	columns := make([]Column, n)
	for i := range columns {
		from, to := lasts*time.Duration(i)/time.Duration(n), lasts*time.Duration(i+1)/time.Duration(n)
		columns[i] = p.column(from, to)
		if i > 0 && columns[i].Allowed == 0 { // it was not looked at
			columns[i].Allowed = columns[i-1].Allowed
		}
	}
	return columns
}

// column returns what happened between two times after the start.
func (p Piece) column(from, to time.Duration) Column {
	c := Column{Start: p.Start.Add(from), Lasts: to - from}
	var most time.Duration
	for i := max(0, int(from/max(p.Width, 1))); i < len(p.Buckets); i++ {
		begins := time.Duration(i) * p.Width
		if begins >= to {
			break
		}
		b := p.Buckets[i]
		whole := min(p.Width, max(p.Lasts(), time.Millisecond)-begins) // the last one may not be over
		share := min(1, float64(min(to, begins+whole)-max(from, begins))/float64(max(whole, 1)))
		if share <= 0 {
			continue
		}
		c.Requests += share * float64(b.Requests)
		c.Refused += share * float64(b.Refused)
		c.Lost += share * float64(b.Lost)
		c.Held += time.Duration(share * float64(b.Held))
		c.Down += time.Duration(share * float64(b.Down))
		if b.Rate > 0 {
			c.Allowed = b.Rate
		}
		if b.Held > most {
			most, c.Why = b.Held, p.Reason(b)
		}
	}
	return c
}
