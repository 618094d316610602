package plan

import (
	"iter"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/packed"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/secret"
)

// Histories are what is remembered, by the keys of the people. The zero value remembers nothing.
//
// A ledger may know a million people, and of most of them no more than one invitation, or that they are members. These are
// kept packed, and unpacked whenever somebody asks.
type Histories struct {
	whole  map[string]History
	packed *packedHistories // nil where there are none
	newest []Sent
}

// HistoriesOf returns the histories of people, by their keys.
func HistoriesOf(of map[string]History) Histories {
	h := Histories{whole: of}
	h.findNewest()
	return h
}

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
	if history, found = h.whole[key]; found || h.packed == nil {
		return history, found
	}
	text, found := h.packed.texts.Find(key)
	if !found {
		return History{}, false
	}
	return h.packed.unpack(key, text), true
}

// Len counts the people.
func (h Histories) Len() int {
	if h.packed == nil {
		return len(h.whole)
	}
	return len(h.whole) + h.packed.texts.Len()
}

// All yields what is remembered, by key and in no order.
func (h Histories) All() iter.Seq2[string, History] {
	return func(yield func(string, History) bool) {
		for key, history := range h.whole {
			if !yield(key, history) {
				return
			}
		}
		if h.packed == nil {
			return
		}
		for key, text := range h.packed.texts.All() {
			if !yield(key, h.packed.unpack(key, text)) {
				return
			}
		}
	}
}

// put remembers what is known of a person by now: packed, unless there is something in it that few have.
func (h *Histories) put(key string, history History) {
	if !history.JoinedAt.IsZero() || history.Earlier != nil || history.Cancelled != nil || history.Undone != nil {
		h.packed.texts.Delete(key)
		h.whole[key] = history
		return
	}
	h.packed.put(key, history)
}

// packedHistories are histories in which there is nothing that few have.
type packedHistories struct {
	texts packed.Texts
	words packed.Words
	teams map[string][]roster.Team // what each text says as the teams of a row
}

// teamsOf returns what a text says as the teams of a row, as it says to all who have the same.
func (p *packedHistories) teamsOf(text string) ([]roster.Team, error) {
	teams, known := p.teams[text]
	if known {
		return teams, nil
	}
	teams, err := roster.ParseTeams(text)
	if err == nil {
		p.teams[text] = teams
	}
	return teams, err
}

func (p *packedHistories) put(key string, h History) {
	var room [384]byte // enough for most
	text := packed.AppendNumber(room[:0], uint64(h.Times))
	text = packed.AppendTime(text, h.At)
	text = p.appendInvitation(text, key, h.Invitation)
	text = p.words.Append(text, h.Sent.Role)
	if h.Sent.Role != "" {
		teams := roster.FormatTeams(h.Sent.Teams)
		p.teams[teams] = h.Sent.Teams
		text = packed.AppendSame(text, h.Sent.Email, key)
		text = p.words.Append(text, teams)
	}
	unsure := byte(0)
	if h.Unsure {
		unsure = 1
	}
	text = append(text, unsure, byte(h.SeenAs))
	if h.SeenAs != record.Unset {
		text = packed.AppendTime(text, h.SeenAt)
		text = p.appendInvitation(text, key, h.Seen)
	}
	p.texts.Put(key, text)
}

// unpack returns the history of the person with a key.
func (p *packedHistories) unpack(key, text string) (h History) {
	r := packed.Read(text)
	h.Times = int(r.Number())
	h.At = r.Time()
	h.Invitation = p.invitation(&r, key)
	if h.Sent.Role = p.words.Read(&r); h.Sent.Role != "" {
		h.Sent.Email = r.Same(key)
		h.Sent.Teams = p.teams[p.words.Read(&r)]
	}
	h.Unsure = r.Byte() == 1
	if h.SeenAs = record.Outcome(r.Byte()); h.SeenAs != record.Unset {
		h.SeenAt = r.Time()
		h.Seen = p.invitation(&r, key)
	}
	return h
}

// appendInvitation appends what is remembered of an invitation, which [invitationOf] says.
func (p *packedHistories) appendInvitation(text []byte, key string, i cybedefend.Invitation) []byte {
	text = packed.AppendText(text, i.ID)
	text = packed.AppendText(text, i.Token.Reveal())
	text = packed.AppendSame(text, i.Email, key)
	text = p.words.Append(text, i.Status)
	text = p.words.Append(text, i.OrganizationRole)
	return packed.AppendTime(text, i.ExpiresAt)
}

func (p *packedHistories) invitation(r *packed.Reader, key string) cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: r.Text(), Token: secret.New(r.Text()), Email: r.Same(key), Status: p.words.Read(r), OrganizationRole: p.words.Read(r), ExpiresAt: r.Time(),
	}
}
