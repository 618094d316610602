package plan

import (
	"encoding/binary"
	"iter"
	"math"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/secret"
)

// Histories are what is remembered, by the keys of the people. The zero value remembers nothing.
//
// A ledger may know a million people, and of most of them no more than one invitation, or that they are members. These are
// kept packed: a text for each, which is read whenever somebody asks. Times are then to the microsecond, as in a ledger.
type Histories struct {
	whole  map[string]History
	packed map[string]string
	words  words
}

// HistoriesOf returns the histories of people, by their keys.
func HistoriesOf(of map[string]History) Histories { return Histories{whole: of} }

// Of returns what is remembered about an address.
func (h Histories) Of(address string) History {
	if h.Len() == 0 {
		return History{}
	}
	history, _ := h.Find(email.Fold(address))
	return history
}

// Find returns what is remembered of the person with a key, and whether anything is.
func (h Histories) Find(key string) (history History, found bool) {
	if history, found = h.whole[key]; found {
		return history, true
	}
	if text, packed := h.packed[key]; packed {
		return h.words.unpack(key, text), true
	}
	return History{}, false
}

// Len counts the people.
func (h Histories) Len() int { return len(h.whole) + len(h.packed) }

// All yields what is remembered, by key and in no order.
func (h Histories) All() iter.Seq2[string, History] {
	return func(yield func(string, History) bool) {
		for key, history := range h.whole {
			if !yield(key, history) {
				return
			}
		}
		for key, text := range h.packed {
			if !yield(key, h.words.unpack(key, text)) {
				return
			}
		}
	}
}

// put remembers what is known of a person by now: packed, unless there is something in it that few have.
func (h *Histories) put(key string, history History) {
	if !history.JoinedAt.IsZero() || history.Earlier != nil || history.Cancelled != nil || history.Undone != nil {
		delete(h.packed, key)
		h.whole[key] = history
		return
	}
	text := h.words.pack(key, history)
	h.packed[text[:len(key)]] = text[len(key):] // one piece of memory for both
}

// words are the texts that many packed histories have in common, such as roles, with what each says as the teams of a row.
type words struct {
	texts   []string
	numbers map[string]uint64
	teams   map[string][]roster.Team
}

// teamsOf returns what a text says as the teams of a row, as it says to all who have the same.
func (w *words) teamsOf(text string) ([]roster.Team, error) {
	teams, known := w.teams[text]
	if known {
		return teams, nil
	}
	teams, err := roster.ParseTeams(text)
	if err == nil {
		w.teams[text] = teams
	}
	return teams, err
}

// pack returns the key, and behind it the history for unpack.
func (w *words) pack(key string, h History) string {
	text := append(make([]byte, 0, 256), key...)
	text = binary.AppendUvarint(text, uint64(h.Times))
	text = appendTime(text, h.At)
	text = w.appendInvitation(text, key, h.Invitation)
	text = w.appendWord(text, h.Sent.Role)
	if h.Sent.Role != "" {
		teams := roster.FormatTeams(h.Sent.Teams)
		w.teams[teams] = h.Sent.Teams
		text = appendAddress(text, key, h.Sent.Email)
		text = w.appendWord(text, teams)
	}
	unsure := byte(0)
	if h.Unsure {
		unsure = 1
	}
	text = append(text, unsure, byte(h.SeenAs))
	if h.SeenAs != record.Unset {
		text = appendTime(text, h.SeenAt)
		text = w.appendInvitation(text, key, h.Seen)
	}
	return string(text)
}

// unpack returns the history of the person with a key.
func (w *words) unpack(key, text string) (h History) {
	p := packed{text: text}
	h.Times = int(p.number())
	h.At = p.time()
	h.Invitation = w.invitation(&p, key)
	if h.Sent.Role = w.word(&p); h.Sent.Role != "" {
		h.Sent.Email = p.address(key)
		h.Sent.Teams = w.teams[w.word(&p)]
	}
	h.Unsure = p.byte() == 1
	if h.SeenAs = record.Outcome(p.byte()); h.SeenAs != record.Unset {
		h.SeenAt = p.time()
		h.Seen = w.invitation(&p, key)
	}
	return h
}

// appendInvitation appends what is remembered of an invitation, which [invitationOf] says.
func (w *words) appendInvitation(text []byte, key string, i cybedefend.Invitation) []byte {
	text = appendText(text, i.ID)
	text = appendText(text, i.Token.Reveal())
	text = appendAddress(text, key, i.Email)
	text = w.appendWord(text, i.Status)
	text = w.appendWord(text, i.OrganizationRole)
	return appendTime(text, i.ExpiresAt)
}

func (w *words) invitation(p *packed, key string) cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: p.string(), Token: secret.New(p.string()), Email: p.address(key), Status: w.word(p), OrganizationRole: w.word(p), ExpiresAt: p.time(),
	}
}

// appendWord appends the number of a text that others have, too.
func (w *words) appendWord(text []byte, word string) []byte {
	number, known := w.numbers[word]
	if !known {
		number = uint64(len(w.texts))
		w.numbers[word], w.texts = number, append(w.texts, word)
	}
	return binary.AppendUvarint(text, number)
}

func (w *words) word(p *packed) string { return w.texts[p.number()] }

// noTime stands for the zero time.
const noTime = math.MinInt64

// appendTime appends a time as microseconds, in eight bytes.
func appendTime(text []byte, t time.Time) []byte {
	micros := int64(noTime)
	if !t.IsZero() {
		micros = t.UnixMicro()
	}
	return binary.LittleEndian.AppendUint64(text, uint64(micros))
}

// appendAddress appends an address of the person with the key, which mostly is the key itself.
func appendAddress(text []byte, key, address string) []byte {
	if address == key {
		return append(text, 1)
	}
	text = append(text, 0)
	return appendText(text, address)
}

func appendText(text []byte, s string) []byte {
	return append(binary.AppendUvarint(text, uint64(len(s))), s...)
}

// packed is a packed history that is read from its beginning.
type packed struct {
	text string
	at   int // how much of it was read
}

func (p *packed) byte() byte {
	p.at++
	return p.text[p.at-1]
}

// number reads what [binary.AppendUvarint] has written.
func (p *packed) number() (n uint64) {
	for shift := 0; ; shift += 7 {
		b := p.byte()
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
}

func (p *packed) string() string {
	length := int(p.number())
	p.at += length
	return p.text[p.at-length : p.at]
}

func (p *packed) address(key string) string {
	if p.byte() == 1 {
		return key
	}
	return p.string()
}

func (p *packed) time() time.Time {
	p.at += 8
	var bits uint64
	for i := range 8 {
		bits |= uint64(p.text[p.at-8+i]) << (8 * i)
	}
	if micros := int64(bits); micros != noTime {
		return time.UnixMicro(micros).UTC()
	}
	return time.Time{}
}
