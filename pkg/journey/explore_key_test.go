package journey_test

import (
	"encoding/binary"
	"hash/maphash"
	"strings"
	"time"

	"rollcall/pkg/journey"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

// key tells worlds at rest apart: two hashes of all that matters from now on. With keys of 128 bits, two different worlds
// share one by chance about never.
type key [2]uint64

var keySeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// ancient is an age beyond which nothing looks: memory counts for ten minutes, and a witness that a reading lacks doubles
// its age.
const ancient = 2*journey.MemoryCounts + 2*time.Minute

// writer writes what tells worlds apart, as of now.
type writer struct {
	now time.Time
	b   []byte
}

func (w *writer) number(n int) { w.b = binary.AppendVarint(w.b, int64(n)) }

func (w *writer) flags(flags ...bool) {
	for _, flag := range flags {
		if flag {
			w.b = append(w.b, 1)
		} else {
			w.b = append(w.b, 0)
		}
	}
}

// instant writes an instant as its distance from now, as far back as matters.
func (w *writer) instant(t time.Time, matters time.Duration) {
	if t.IsZero() {
		w.b = append(w.b, 0xff)
		return
	}
	w.number(int(max(t.Sub(w.now), -matters) / time.Millisecond))
}

// id writes an invitation id without the person's name, so that the two can be swapped.
func (w *writer) id(id string) {
	_, ordinal, _ := strings.Cut(id, "-")
	w.b = append(append(w.b, ordinal...), ';')
}

// key returns the key of a world as of now. People who are in the same place may be swapped.
func (w *world) key(now time.Time) key {
	a, b := w.people[0].key(now, w.process.alive), w.people[1].key(now, w.process.alive)
	if b[0] < a[0] {
		a, b = b, a
	}
	e := writer{now: now, b: make([]byte, 0, 96)}
	for _, half := range [...]uint64{a[0], a[1], b[0], b[1]} {
		e.b = binary.LittleEndian.AppendUint64(e.b, half)
	}
	e.flags(w.ledger.open, w.ledger.run > 0, w.process.alive)
	e.number(int(w.skew))
	if process := w.process; process.alive {
		e.b = binary.LittleEndian.AppendUint64(e.b, maphash.Comparable(keySeeds[0], process.breaker.Relative(now)))
		if process.gate != nil {
			if gate := process.gate.Relative(now); gate != (pace.State{}) {
				e.b = binary.LittleEndian.AppendUint64(e.b, maphash.Comparable(keySeeds[0], gate))
			}
		}
		e.flags(process.strange)
		e.instant(process.since, ancient)
		e.instant(process.from, 0)
	}
	return e.key()
}

func (w *writer) key() key {
	return key{maphash.Bytes(keySeeds[0], w.b), maphash.Bytes(keySeeds[1], w.b)}
}

// key returns the key of a person as of now.
func (p *person) key(now time.Time, alive bool) key {
	e := writer{now: now, b: make([]byte, 0, 256)}
	e.flags(p.member, p.promised, p.otherRole)
	e.instant(p.memberSince, lag)
	for _, i := range p.invitations {
		e.b = append(e.b, byte(i.how)+1)
		e.flags(i.ours, i.byUs)
		e.instant(i.born, lag)
		e.instant(i.ended, lag)
	}
	for _, l := range p.late {
		e.instant(l.lands, 0)
		e.number(l.cancels)
		e.flags(l.change)
	}
	e.record(p.row, ended(p.claim, p.row))
	e.claim(p.claim, p.row)
	if p.change != nil {
		e.number(int(p.change.Change))
		e.record(p.changed, ended(p.change, p.changed))
		e.claim(p.change, p.changed)
	}
	for _, past := range p.past {
		e.record(past.record, ended(past.claim, past.record))
		e.claim(past.claim, past.record)
	}
	if alive {
		e.process(p)
	}
	return e.key()
}

// ended reports whether a claim stands whose attempt is known to have ended.
func ended(c *record.Claim, r record.Record) bool {
	return c != nil && record.Doubt{Claim: *c, Record: r}.Ended()
}

// process writes what the process holds of a person.
func (w *writer) process(p *person) {
	w.number(int(p.place))
	w.flags(p.previewed)
	if p.place != nowhere {
		work := p.work
		if p.place == ready {
			w.instant(p.due, 0)
		}
		w.flags(work.Invite.Email != "", work.InDoubt, work.Refused, work.HTTPStatus == 409, work.Elsewhere != "", work.Inherited, work.Unheard)
		w.id(work.Replaces)
		w.id(work.Before)
		w.record(work.Record, p.place == inDoubt)
		w.number(work.Trail.Tries)
	}
	w.number(min(p.history.Times, 2))
	w.flags(p.history.Unsure)
	w.id(p.history.Invitation.ID)
	w.instant(p.history.At, ancient)
	w.number(int(p.history.SeenAs))
	w.id(p.history.Seen.ID)
	w.instant(p.history.SeenAt, ancient)
	w.flags(p.first.odd())
	if p.first.odd() {
		w.b = append(w.b, p.first.bytes()...)
	}
	for _, witness := range p.witnesses {
		w.id(witness.InvitationID)
		w.instant(witness.At, ancient)
		w.flags(witness.Older)
	}
}

// record writes a row. When its last attempt ended matters only as long as a reading is held against it. What a resumed
// run forgets does not matter.
func (w *writer) record(r record.Record, doubt bool) {
	w.number(int(r.Outcome))
	w.id(r.InvitationID)
	w.id(r.Trail.Cancelled)
	w.flags(r.Row != 0, r.Status != "", r.Attempts > 0, r.Trail.Lost, r.Trail.Confirmed)
	switch r.Outcome {
	case record.Invited, record.AlreadyInvited, record.AlreadyMember, record.Skipped:
		w.instant(r.UpdatedAt, journey.MemoryCounts)
		return
	default:
	}
	w.number(int(r.Trail.Verdict))
	if r.Trail.Confirmed {
		w.instant(r.UpdatedAt, journey.MemoryCounts)
	}
	if doubt || r.Trail.Confirmed {
		w.instant(r.Trail.EndedAt, ancient)
		w.number(int(r.Trail.SilentFor))
	}
}

// claim writes a claim, if one stands, and how it relates to the row.
func (w *writer) claim(c *record.Claim, r record.Record) {
	w.flags(c != nil)
	if c == nil {
		return
	}
	w.number(c.Attempt - r.Attempts)
	w.instant(c.At, ancient)
	w.id(c.Replaces)
	w.id(c.Before)
	w.number(r.Trail.Tries)
}

// with returns the key of a world together with a number.
func (k key) with(n int) key { return key{k[0] + uint64(n), k[1]} }
