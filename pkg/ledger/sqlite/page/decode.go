package page

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// Parse returns the page with that text, or an error that matches [ledger.ErrDamaged].
func Parse(text string) (*Page, error) {
	p := &Page{}
	if err := p.Parse(text); err != nil {
		return nil, err
	}
	return p, nil
}

// Parse makes the page the one with that text, or returns an error that matches [ledger.ErrDamaged]. It knows every key
// that is written, in any order, and refuses others: what they say would be lost when the page is written again.
func (p *Page) Parse(text string) error {
	p.Reset()
	if p.Entries == nil {
		p.Entries, p.spans = make([]Entry, 0, Size), make([]span, 0, Size)
	}
	r := reader{text: text}
	r.array(func() {
		from := r.at
		p.Entries = append(p.Entries, Entry{})
		r.entry(&p.Entries[len(p.Entries)-1])
		p.spans = append(p.spans, span{from, r.at})
	})
	for i := range p.Entries {
		if row := p.Entries[i].Row; row < 1 || i > 0 && row <= p.Entries[i-1].Row {
			r.spoil()
		}
	}
	p.text = text
	return r.end("rows of a run")
}

// reader reads the text of a page from front to back. From the first thing on that it does not understand it is bad, and
// what it returns means nothing. There are no blanks between the parts of a text.
type reader struct {
	text string
	at   int
	bad  bool
	// cells is where lists are kept, of all entries together.
	cells []string
}

// end returns an error if what the text says, which is what, was not understood to its end.
func (r *reader) end(what string) error {
	if r.bad || r.at != len(r.text) {
		return fmt.Errorf("%w: %s, at byte %d of %d", ledger.ErrDamaged, what, min(r.at, len(r.text)), len(r.text))
	}
	return nil
}

// spoil makes the reader bad; it then finds nothing more.
func (r *reader) spoil() { r.bad = true }

// take goes past c if that comes next.
func (r *reader) take(c byte) bool {
	if r.bad || r.at >= len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

// expect goes past c, which must come next.
func (r *reader) expect(c byte) {
	if !r.take(c) {
		r.spoil()
	}
}

// key returns the key that comes next.
func (r *reader) key() string {
	key := r.string()
	r.expect(':')
	return key
}

// string returns the text that comes next: a part of the page's own where nothing in it is escaped.
func (r *reader) string() string {
	if !r.take('"') {
		r.spoil()
		return ""
	}
	from := r.at
	end := strings.IndexByte(r.text[from:], '"')
	if end < 0 {
		r.spoil()
		return ""
	}
	if text := r.text[from : from+end]; strings.IndexByte(text, '\\') < 0 {
		r.at = from + end + 1
		return text
	}
	return r.escaped()
}

// escaped returns a text in which something is escaped.
func (r *reader) escaped() (text string) {
	from := r.at
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case '"':
			r.at++
			if json.Unmarshal([]byte(r.text[from-1:r.at]), &text) != nil {
				r.spoil()
			}
			return text
		}
		r.at++
	}
	r.spoil()
	return ""
}

// number returns the whole number that comes next.
func (r *reader) number() int64 {
	from := r.at
	negative := r.take('-')
	digits, n := r.at, int64(0)
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		n = n*10 + int64(r.text[r.at]-'0')
		r.at++
	}
	length := r.at - digits
	if r.bad || length == 0 || length > 1 && r.text[digits] == '0' {
		r.spoil()
		return 0
	}
	if length > 18 {
		var err error
		if n, err = strconv.ParseInt(r.text[from:r.at], 10, 64); err != nil {
			r.spoil()
		}
		return n
	}
	if negative {
		return -n
	}
	return n
}

// small returns the number of an outcome or a change.
func (r *reader) small() uint8 {
	n := r.number()
	if n < 0 || n > 255 {
		r.spoil()
	}
	return uint8(n)
}

func (r *reader) time() time.Time { return Time(r.number()) }

func (r *reader) truth() bool {
	for _, word := range []string{"true", "false"} {
		if !r.bad && strings.HasPrefix(r.text[r.at:], word) {
			r.at += len(word)
			return word == "true"
		}
	}
	r.spoil()
	return false
}

func (r *reader) list() []string {
	from := len(r.cells)
	r.array(func() { r.cells = append(r.cells, r.string()) })
	if len(r.cells) == from {
		return nil
	}
	return r.cells[from:len(r.cells):len(r.cells)]
}

func (r *reader) times() (all []time.Time) {
	r.array(func() { all = append(all, r.time()) })
	return all
}

// array reads an array, whose values value reads.
func (r *reader) array(value func()) { r.series('[', ']', value) }

// object reads an object, whose values value reads.
func (r *reader) object(value func(key string)) { r.series('{', '}', func() { value(r.key()) }) }

// series reads what stands between two signs, with commas in between.
func (r *reader) series(from, to byte, value func()) {
	r.expect(from)
	if r.take(to) {
		return
	}
	for {
		value()
		if !r.take(',') {
			break
		}
	}
	r.expect(to)
}

// entry reads an entry. Its keys are those that [Entry.append] writes.
func (r *reader) entry(e *Entry) {
	t := &e.Trail
	r.object(func(key string) {
		switch key {
		case "row":
			e.Row = int(r.number())
		case "line":
			e.Line = int(r.number())
		case "email":
			e.Email = r.string()
		case "role":
			e.Role = r.string()
		case "teams":
			e.Teams = r.string()
		case "extra":
			e.Extra = r.list()
		case "outcome":
			e.Outcome = record.Outcome(r.small())
		case "invitation_id":
			e.InvitationID = r.string()
		case "token":
			e.Token = secret.New(r.string())
		case "status":
			e.Status = r.string()
		case "organization_id":
			e.OrganizationID = r.string()
		case "organization_name":
			e.OrganizationName = r.string()
		case "organization_role":
			e.OrganizationRole = r.string()
		case "expires_at":
			e.ExpiresAt = r.time()
		case "attempts":
			e.Attempts = int(r.number())
		case "http_status":
			e.HTTPStatus = int(r.number())
		case "error":
			e.Error = r.string()
		case "hint":
			e.Hint = r.string()
		case "updated_at":
			e.UpdatedAt = r.time()
		case "verdict":
			t.Verdict = record.Outcome(r.small())
		case "tries":
			t.Tries = int(r.number())
		case "throttled":
			t.Throttled = int(r.number())
		case "lost":
			t.Lost = r.truth()
		case "confirmed":
			t.Confirmed = r.truth()
		case "cancelled":
			t.Cancelled = r.string()
		case "ended_at":
			t.EndedAt = r.time()
		case "silent_for":
			t.SilentFor = time.Duration(r.number()) * time.Microsecond
		case "due_at":
			t.DueAt = r.time()
		case "mailed_at":
			e.MailedAt = r.times()
		default:
			r.spoil()
		}
	})
}
