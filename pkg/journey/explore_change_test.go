package journey_test

import (
	"context"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// A sync changes people who are there already: it cancels the invitations of those whom its roster does not name, and gives
// members the roles of the roster. It is a process of its own, which takes hold of the ledger and recovers as any other, and
// makes its changes by the real [journey.Change]. Hold it beside change.go and follow.go of package onboard.

// changeRole is what a late request does that changes a role, beside the ordinals of invitations and -1 for an invite.
const changeRole = -2

// changeAnswers is what a change meets. Each attempt meets the same.
func changeAnswers() []answer {
	const frozen = fence.Good - time.Second
	lost, foreign := failure(cybedefend.Lost, 0), failure(cybedefend.Foreign, http.StatusForbidden)
	return []answer{
		{name: "a whole 200", effect: now},
		{name: "no reply, and it takes effect", effect: now, err: lost},
		{core: true, name: "no reply, and it takes effect later", effect: lately, lingers: lingers, err: lost},
		{name: "no reply in time, and it takes effect later", effect: lately, lingers: lingersLong, err: failure(cybedefend.Lost, 0, because(context.DeadlineExceeded))},
		{name: "no reply, and it never takes effect", err: lost},
		{name: "somebody else's answer, and it takes effect later", effect: lately, lingers: lingersShort, err: foreign},
		{name: "a 400", err: failure(cybedefend.FinalNo, http.StatusBadRequest)},
		{name: "the process killed after the claim", dies: true, err: errDead},
		{core: true, name: "the process killed after sending, and it takes effect later", effect: lately, lingers: lingers, err: lost, dies: true},
		{name: "4 s of freeze after the claim, then the process killed after sending, and it takes effect later", effect: lately, lingers: lingers, err: lost, dies: true, frozen: frozen},
		{name: "a freeze after the claim, a takeover, then a thaw", effect: now, frozen: fence.Good + lingers, takeover: true},
	}
}

// changes adds the events of changes to the alphabet.
func changes(add func(core bool, name string, may func(*world) bool, do func(*model))) {
	for who, name := range names {
		for _, a := range changeAnswers() {
			add(a.core, "a sync that does not name "+name+" cancels the invitation, and meets "+a.name,
				func(w *world) bool { return resting(w) && w.people[who].open() >= 0 },
				func(m *model) { m.sync(who, record.ChangeCancel, a, readings()[0]) })
			add(a.core, "a sync changes the role of "+name+", and meets "+a.name,
				func(w *world) bool { return resting(w) && w.people[who].member && w.people[who].otherRole },
				func(m *model) { m.sync(who, record.ChangeRole, a, readings()[0]) })
		}
		gap := readings()[3-who] // what is in doubt stays so
		add(false, "a sync that does not name "+name+" cancels the invitation by "+gap.name,
			func(w *world) bool { return resting(w) && w.people[who].open() >= 0 && w.people[who].rowClaimed() },
			func(m *model) { m.sync(who, record.ChangeCancel, changeAnswers()[0], gap) })
		add(false, "somebody else gives "+name+" another role", func(w *world) bool { return w.people[who].member && !w.people[who].otherRole },
			func(m *model) { m.people[who].otherRole = true })
	}
}

// sync has a process recover and change one person, if the lists show that there is something to change and nothing about
// the person is in doubt.
func (m *model) sync(who int, kind record.Change, a answer, r reading) {
	m.takeHold()
	defer func() {
		m.dead = false
		m.stop()
	}()
	recovered, err := m.recovery(r, "").Recover(m.ctx)
	if err != nil || journey.DoubtfulOf(recovered.Doubts()).Has(addresses[who]) {
		return
	}
	seen, n := recovered.Inputs().Directory.Person(addresses[who]), changeRole
	switch {
	case kind == record.ChangeCancel && seen.Pending != nil:
		n = ordinalOf(seen.Pending.ID)
	case kind == record.ChangeRole && seen.Member != nil && m.people[who].otherRole:
	default:
		return // it is not so any more
	}
	m.sending, m.claimed = a, func() error { return m.afterClaim(a) }
	defer func() { m.claimed = nil }()
	change := journey.Change{
		Store: m, Claim: record.Claim{Run: runName(m.ledger.run), Email: addresses[who], Change: kind}, Silence: max(rules.InFlightGrace(), rules.Timeout),
		Call:  func(ctx context.Context) error { return m.change(ctx, who, n) },
		Stamp: stamp,
	}
	for range 2 {
		if change.Make(m.ctx) == nil || m.dead || a.takeover {
			return
		}
		m.sleepUntil(time.Now().Add(time.Second))
	}
}

// change is a call that cancels an invitation or changes a role.
func (m *model) change(ctx context.Context, who, n int) error {
	p, a := m.people[who], m.sending
	if err := fence.Fresh(ctx); err != nil { // as a connection does inside Write
		return failure(cybedefend.NotProcessed, 0, because(err))
	}
	if p.change == nil {
		m.violated("a change of %s leaves without a claim", names[who])
	}
	for _, l := range p.late { // to cancel an invitation twice does no harm, whoever asks for it
		if l.cancels != n && (l.change || l.cancels == -1) {
			m.violated("%s is changed while another request is at work", names[who])
		}
	}
	m.dead = m.dead || a.dies
	switch a.effect {
	case now:
		m.makeChange(who, n, time.Now())
	case lately:
		p.late = append(p.late, late{time.Now().Add(a.lingers), n, true})
	case none:
	}
	return a.err
}

// makeChange has a change take effect.
func (m *model) makeChange(who, n int, at time.Time) {
	p := m.people[who]
	if n == changeRole {
		p.otherRole = false
		return
	}
	if i := &p.invitations[n]; i.how == pending {
		i.how, i.ended = cancelled, at
	}
}

// changing reports whether a request of a sync for the person is at work.
func (p *person) changing() bool {
	for _, l := range p.late {
		if l.change {
			return true
		}
	}
	return false
}

// concludeChange keeps what an attempt of a change has come to.
func (p *person) concludeChange(c record.Conclusion) {
	if !c.InDoubt {
		p.change, p.changed = nil, record.Record{}
		return
	}
	t := c.Trail
	p.changed = record.Record{Email: c.Email, Attempts: c.Attempts, Trail: record.Trail{Lost: t.Lost, EndedAt: t.EndedAt, SilentFor: t.SilentFor}}
}
