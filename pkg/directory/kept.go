package directory

import (
	"iter"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/packed"
	"rollcall/pkg/secret"
)

// Organizations may have a million members and invitations, so those that are kept are kept packed.

// usual is the length of what is packed, as a rule: it needs no memory of its own on its way.
const usual = 384

// invited are invitations by what tells them apart, see [invitationID].
type invited struct {
	texts packed.Texts
	words packed.Words
}

func (in *invited) put(id string, i cybedefend.Invitation) {
	var room [usual]byte
	in.texts.Put(id, in.pack(room[:0], id, i))
}

// add keeps an invitation unless there is one, which it then returns.
func (in *invited) add(id string, i cybedefend.Invitation) (before cybedefend.Invitation, found bool) {
	var room [usual]byte
	text, found := in.texts.Add(id, in.pack(room[:0], id, i))
	if !found {
		return cybedefend.Invitation{}, false
	}
	return in.unpack(id, text), true
}

func (in *invited) find(id string) (i cybedefend.Invitation, found bool) {
	text, found := in.texts.Find(id)
	if !found {
		return cybedefend.Invitation{}, false
	}
	return in.unpack(id, text), true
}

// all yields the invitations by what tells them apart, in no order.
func (in *invited) all() iter.Seq2[string, cybedefend.Invitation] {
	return func(yield func(string, cybedefend.Invitation) bool) {
		for id, text := range in.texts.All() {
			if !yield(id, in.unpack(id, text)) {
				return
			}
		}
	}
}

// pack appends an invitation to an empty text.
func (in *invited) pack(text []byte, id string, i cybedefend.Invitation) []byte {
	text = packed.AppendText(text, i.Email)
	text = in.words.Append(text, i.Status)
	text = packed.AppendTime(text, i.ExpiresAt)
	text = packed.AppendSame(text, i.ID, id)
	text = packed.AppendText(text, i.Token.Reveal())
	text = in.words.Append(text, i.OrganizationID)
	text = in.words.Append(text, i.OrganizationName)
	text = in.words.Append(text, i.OrganizationRole)
	return packed.AppendText(text, i.UnreadExpiry)
}

func (in *invited) unpack(id, text string) cybedefend.Invitation {
	r := packed.Read(text)
	i := in.standing(&r)
	i.ID, i.Token = r.Same(id), secret.New(r.Text())
	i.OrganizationID, i.OrganizationName, i.OrganizationRole = in.words.Read(&r), in.words.Read(&r), in.words.Read(&r)
	i.UnreadExpiry = r.Text()
	return i
}

// standing reads whose an invitation is and how it stands, which comes first.
func (in *invited) standing(r *packed.Reader) cybedefend.Invitation {
	return cybedefend.Invitation{Email: r.Text(), Status: in.words.Read(r), ExpiresAt: r.Time()}
}

// joined are members by key.
type joined struct {
	texts packed.Texts
	words packed.Words
}

func (j *joined) put(key string, u cybedefend.User) {
	var room [usual]byte
	text := packed.AppendText(room[:0], u.ID)
	text = packed.AppendSame(text, u.Email, key)
	j.texts.Put(key, j.words.Append(text, string(u.Role)))
}

func (j *joined) has(key string) bool {
	_, has := j.texts.Find(key)
	return has
}

// find returns the member with a key, nil if there is none.
func (j *joined) find(key string) *cybedefend.User {
	text, found := j.texts.Find(key)
	if !found {
		return nil
	}
	user := j.unpack(key, text)
	return &user
}

// all yields the members by key, in no order.
func (j *joined) all() iter.Seq2[string, cybedefend.User] {
	return func(yield func(string, cybedefend.User) bool) {
		for key, text := range j.texts.All() {
			if !yield(key, j.unpack(key, text)) {
				return
			}
		}
	}
}

func (j *joined) unpack(key, text string) cybedefend.User {
	r := packed.Read(text)
	return cybedefend.User{ID: r.Text(), Email: r.Same(key), Role: cybedefend.Role(j.words.Read(&r))}
}

// latest are the invitations that count most of each person, by key: what tells them apart, one for each state.
type latest struct {
	texts packed.Texts
}

// states are the states of an invitation, in the order in which [latest] keeps them.
var states = [...]State{Pending, Expired, Ended}

// find returns the invitations of a person, empty where there is none.
func (l *latest) find(key string) (ids [len(states)]string) {
	text, found := l.texts.Find(key)
	if !found {
		return ids
	}
	r := packed.Read(text)
	for i := range ids {
		ids[i] = r.Text()
	}
	return ids
}

func (l *latest) has(key string) bool {
	_, has := l.texts.Find(key)
	return has
}

func (l *latest) put(key string, ids [len(states)]string) {
	var room [usual]byte
	text := room[:0]
	for _, id := range ids {
		text = packed.AppendText(text, id)
	}
	l.texts.Put(key, text)
}
