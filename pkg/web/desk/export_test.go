package desk

import "time"

// Sweep removes the sheets that nobody has used for so long.
func (d *Desk) Sweep(unused time.Duration) { d.sweepSheets(unused) }

// MostRead is how many sheets are known row by row.
const MostRead = mostRead

// IsRead reports whether a sheet is known row by row.
func (s *Sheet) IsRead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reading != nil
}

// KeepsApart reports whether nobody looks at a ledger by one path while it is held by another one.
func KeepsApart(held, looked string) bool {
	var g gates
	defer g.hold(held)()
	done := g.look(looked)
	if done != nil {
		done()
	}
	return done == nil
}
