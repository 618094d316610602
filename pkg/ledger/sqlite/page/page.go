// Package page has the rows of a run as a ledger keeps them: some consecutive ones together in one text, which is a JSON
// array with an object for each. What is empty or zero is left out; times are microseconds since 1970 in UTC, durations
// microseconds, outcomes and changes the numbers of package record.
//
//	p, err := page.Parse(`[{"row":1,"email":"ada@example.com","role":"member"}]`)
//
// A page is written as often as something becomes of one of its rows, so both ways are made for speed: a text is read by
// cutting it up, and of a page that has changed only the rows that have are written anew. Nothing here knows of a database.
package page

import (
	"slices"
	"sort"
	"time"

	"rollcall/pkg/record"
)

// Size is how many rows a page has, the last one of a run but for that. Fewer cost more when many rows are in flight, more
// cost more when one is.
const Size = 16

// Entry is a row of a run, and what else is kept with it.
type Entry struct {
	record.Record
	// MailedAt is when requests left that may have mailed the person, but for one whose claim stands.
	MailedAt []time.Time
}

// Invited reports whether the person of the row got an invitation.
func (e *Entry) Invited() bool { return e.Outcome == record.Invited || e.Trail.Confirmed }

// Sighted reports whether the row found its person in the organization or kept them back, see [ledger.Ledger.Sighted].
func (e *Entry) Sighted() bool {
	switch e.Outcome {
	case record.AlreadyInvited, record.AlreadyMember, record.Skipped:
		return !e.Trail.LeftOut()
	default:
		return false
	}
}

// Resumable reports whether [ledger.Resumed] changes the row.
func (e *Entry) Resumable() bool {
	switch t := &e.Trail; e.Outcome {
	case record.Rejected, record.Failed, record.Unknown, record.NotSent:
		return true
	case record.Unset:
		return t.Tries != 0 || t.Throttled != 0 || !t.DueAt.IsZero()
	default:
		return false
	}
}

// Page is some consecutive rows of a run. The zero value is an empty one. It is not safe for concurrent use.
type Page struct {
	// Entries are the rows, in their order. Whoever changes one calls [Page.Touch].
	Entries []Entry

	text   string // as it was parsed or written last
	buffer []byte // where a text is put together
	// spans say where each entry stands in the text; those of entries that have changed since are empty.
	spans []span
}

type span struct{ from, to int }

// Reset makes the page empty, and keeps its memory.
func (p *Page) Reset() { p.Entries, p.text, p.spans = p.Entries[:0], "", p.spans[:0] }

// Add puts an entry behind the others.
func (p *Page) Add(e Entry) { p.Entries, p.spans = append(p.Entries, e), append(p.spans, span{}) }

// Find returns the index of a row, -1 if the page does not have it.
func (p *Page) Find(row int) int {
	i := sort.Search(len(p.Entries), func(i int) bool { return p.Entries[i].Row >= row })
	if i == len(p.Entries) || p.Entries[i].Row != row {
		return -1
	}
	return i
}

// Touch says that the entry with the index has changed.
func (p *Page) Touch(i int) { p.spans[i] = span{} }

// Text returns the text of the page.
func (p *Page) Text() string {
	buffer := append(slices.Grow(p.buffer[:0], len(p.text)+256*len(p.Entries)), '[')
	for i := range p.Entries {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		from := len(buffer)
		if at := p.spans[i]; at.to > 0 {
			buffer = append(buffer, p.text[at.from:at.to]...)
		} else {
			buffer = p.Entries[i].append(buffer)
		}
		p.spans[i] = span{from, len(buffer)}
	}
	buffer = append(buffer, ']')
	p.buffer, p.text = buffer, string(buffer)
	return p.text
}

// Summary is what can be known of a page without reading it.
type Summary struct {
	// First and Last are the numbers of its first and last row.
	First, Last int
	// Open says that a row has no outcome, Acted that something is known to have been changed in the service for one, or may
	// have been: an invitation that was sent or cancelled.
	Open, Acted bool
	// Invited, Cancelled, Sighted and Resumable say that one is what the methods of [Entry] say, or has cancelled an invitation.
	Invited, Cancelled, Sighted, Resumable bool
	// MailedAt is the latest mailing, ExpiresAt when the first of the invitations expires whose tokens are kept.
	MailedAt, ExpiresAt time.Time
}

// Summary returns what is to be known of the page.
func (p *Page) Summary() (s Summary) {
	if len(p.Entries) == 0 {
		return s
	}
	s.First, s.Last = p.Entries[0].Row, p.Entries[len(p.Entries)-1].Row
	for i := range p.Entries {
		e := &p.Entries[i]
		s.Open = s.Open || e.Outcome == record.Unset
		s.Invited = s.Invited || e.Invited()
		s.Cancelled = s.Cancelled || e.Trail.Cancelled != ""
		s.Sighted = s.Sighted || e.Sighted()
		s.Resumable = s.Resumable || e.Resumable()
		for _, at := range e.MailedAt {
			if at.After(s.MailedAt) {
				s.MailedAt = at
			}
		}
		if !e.Token.Empty() && !e.ExpiresAt.IsZero() && (s.ExpiresAt.IsZero() || e.ExpiresAt.Before(s.ExpiresAt)) {
			s.ExpiresAt = e.ExpiresAt
		}
	}
	s.Acted = s.Invited || s.Cancelled || !s.MailedAt.IsZero()
	return s
}

// Micros returns what stands for a time in a ledger; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time returns the time that [Micros] stands for.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
