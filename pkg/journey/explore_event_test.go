package journey_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// model is a world in which an event takes place, in virtual time: it is the service, the ledger and the gate of the real
// [journey.Attempt].
type model struct {
	world
	ctx      context.Context //nolint:containedctx // of one event
	scenario *scenario
	// violation says which promise was broken, empty if none was.
	violation string

	dead       bool // the process that is at work writes and hears nothing any more
	writesLeft int  // until it dies, negative if it does not
	writes     int
	since      time.Time // when the process took hold of the ledger
	sending    answer
	claimed    func() error // what happens once a claim is durable, nil if nothing does
	content    [2]shown     // of the last reading
	uncertain  bool         // the last reading has failed or hides somebody
}

// wake returns a model of the world, in which the instants are those of the present.
func (w *world) wake(s *scenario) *model {
	m := &model{world: *w, ctx: context.Background(), scenario: s, writesLeft: -1}
	d := time.Since(origin)
	for i, p := range m.people {
		m.people[i] = p.moved(d, 0)
	}
	m.process = m.process.moved(d)
	return m
}

// atRest returns the world after the event.
func (m *model) atRest() *world {
	w, d := m.world, -time.Since(origin)
	for i, p := range w.people {
		w.people[i] = p.moved(d, 0)
	}
	w.process = w.process.moved(d)
	return &w
}

func (m *model) violated(format string, args ...any) {
	if m.violation == "" {
		m.violation = fmt.Sprintf(format, args...)
	}
}

// effect is what a request comes to at the service, whatever the answer says.
type effect uint8

const (
	none effect = iota
	now
	lately // after lingers
)

// answer is what an attempt meets.
type answer struct {
	name    string
	effect  effect
	lingers time.Duration
	// err is the client's error, nil for a whole invitation. Where it has an id, that could be read all the same.
	err   error
	id    bool
	spelt spelling
	// theirs says that somebody else has invited the person just before.
	theirs bool
	// dies says that the process is killed before it hears the answer.
	dies bool
	// frozen is how long the process stands still once its claim is durable, inside how long within the client.
	frozen, inside time.Duration
	// takeover says that another process takes over meanwhile.
	takeover bool
	// core says that it belongs to the small alphabet.
	core bool
}

func answers() []answer {
	confirmed := failure(cybedefend.Confirmed, http.StatusAccepted)
	lost := failure(cybedefend.Lost, 0)
	timeout := failure(cybedefend.Lost, 0, because(context.DeadlineExceeded))
	foreign := failure(cybedefend.Foreign, http.StatusForbidden)
	overloaded := failure(cybedefend.Lost, http.StatusServiceUnavailable)
	const frozen = fence.Good - time.Second
	return []answer{
		{core: true, name: "a whole 201", effect: now},
		{name: "a 201 that drops the tag", effect: now, spelt: without},
		{core: true, name: "a 202 without an id, and it takes effect", effect: now, err: confirmed},
		{name: "a 202 without an id, and it takes effect later", effect: lately, lingers: lingersShort, err: confirmed},
		{core: true, name: "a 202 without an id, and it never takes effect", err: confirmed},
		{name: "a cut 201 with an id", effect: now, err: confirmed, id: true},
		{core: true, name: "no reply, and it takes effect", effect: now, err: lost},
		{core: true, name: "no reply, and it takes effect later", effect: lately, lingers: lingers, err: lost},
		{core: true, name: "no reply, and it never takes effect", err: lost},
		{name: "no reply in time, and it takes effect later", effect: lately, lingers: lingersLong, err: timeout},
		{core: true, name: "a 400", err: failure(cybedefend.FinalNo, http.StatusBadRequest)},
		{name: "a 403", err: failure(cybedefend.FinalNo, http.StatusForbidden)},
		{name: "a 404", err: failure(cybedefend.FinalNo, http.StatusNotFound)},
		{name: "a 409", err: failure(cybedefend.FinalNo, http.StatusConflict)},
		{name: "a 409, since somebody else has just invited the person", err: failure(cybedefend.FinalNo, http.StatusConflict), theirs: true},
		{core: true, name: "a 400 about a quota", err: failure(cybedefend.FinalNo, http.StatusBadRequest, quota)},
		{name: "a 429", err: failure(cybedefend.NotProcessed, http.StatusTooManyRequests)},
		{name: "a 503, and it takes effect later", effect: lately, lingers: lingersShort, err: overloaded},
		{name: "a 503, and it never takes effect", err: overloaded},
		{name: "a 503 that asks for 5 s", err: failure(cybedefend.NotProcessed, http.StatusServiceUnavailable, retryAfter(5*time.Second))},
		{core: true, name: "somebody else's answer, and it takes effect later", effect: lately, lingers: lingersShort, err: foreign},
		{name: "somebody else's answer, and it never takes effect", err: foreign},
		{core: true, name: "no connection", err: failure(cybedefend.NotProcessed, 0)},
		{name: "a 401 for a token that has run out", err: failure(cybedefend.NotProcessed, http.StatusUnauthorized)},
		{core: true, name: "refused credentials", err: failure(cybedefend.FinalNo, http.StatusUnauthorized, because(cybedefend.ErrCredentials))},
		{core: true, name: "the process killed after the claim", dies: true, err: errDead},
		{name: "the process killed after sending, and it takes effect", effect: now, err: lost, dies: true},
		{name: "the process killed after sending, and it takes effect later", effect: lately, lingers: lingers, err: lost, dies: true},
		{core: true, name: "4 s of freeze after the claim, then the process killed after sending, and it takes effect later", effect: lately, lingers: lingers, err: lost, dies: true, frozen: frozen},
		{name: "4 s of freeze after the claim, then no reply, and it takes effect later", effect: lately, lingers: lingers, err: lost, frozen: frozen},
		{name: "a minute of freeze after the claim", effect: now, frozen: time.Minute},
		{name: "a minute of freeze inside the client", effect: now, inside: time.Minute},
		{core: true, name: "a freeze after the claim, a takeover, then a thaw", effect: now, frozen: fence.Good + lingers, takeover: true},
	}
}

// attempt makes one attempt for an entry that is ready.
func (m *model) attempt(who int, a answer) {
	p := m.people[who]
	m.sleepUntil(later(p.due, m.free()))
	if m.process.strange {
		m.violated("%s is sent although somebody else answers in the place of the service", names[who])
	}
	m.process.strange = cybedefend.ClassOf(a.err) == cybedefend.Foreign && !a.dies
	p.place, m.sending = inFlight, a
	m.claimed = func() error { return m.afterClaim(a) }
	attempt := journey.Attempt{
		Service: m, Store: m, Gate: m, OrganizationID: organizationID, Run: runName(m.ledger.run), Policy: rules, Now: m.now,
		Random: func() float64 { return 0 }, Twin: func(record.Record) int { return 0 }, Stamp: stamp,
	}
	var step journey.Step
	var failed error
	entries := []*journey.Allowed{{Work: p.work, Permission: pace.Permission{}}}
	attempt.Claim(m.ctx, entries, func(claimed []journey.Claimed, err error) {
		if failed = err; err == nil {
			attempt.Send(claimed[0], func(s *journey.Step, err error) { step, failed = *s, err })
		}
	})
	m.claimed = nil
	switch {
	case a.takeover:
		m.dead = false
		return
	case m.dead || failed != nil:
		m.stop()
		return
	}
	m.take(who, step)
	m.rest()
}

// afterClaim is what happens once a claim is durable.
func (m *model) afterClaim(a answer) error {
	if a.dies && a.err == errDead { //nolint:errorlint // the very value
		m.dead = true
		return errDead
	}
	m.sleepUntil(time.Now().Add(a.frozen))
	if a.takeover {
		m.start(readings()[0])
		m.dead = true // for whoever thaws now
	}
	return nil
}

func stamp(ctx context.Context) context.Context { return fence.StampBy(ctx, clock) }

// clock is that of the fence, in virtual time.
func clock() time.Duration { return time.Since(origin) }

// send lets a request leave, unless the process freezes before its bytes do. It must have a claim.
func (m *model) send(ctx context.Context, who int) error {
	if !m.people[who].claimed() {
		m.violated("a request for %s leaves without a claim", names[who])
	}
	if m.sending.inside == 0 {
		return nil
	}
	m.sleepUntil(time.Now().Add(m.sending.inside))
	if err := fence.Fresh(ctx); err != nil { // as a connection does inside Write
		return failure(cybedefend.NotProcessed, 0, because(err))
	}
	return nil
}

// Invite implements [journey.Inviter].
func (m *model) Invite(ctx context.Context, _ string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	who, a := whose(invite.Email), m.sending
	if err := m.send(ctx, who); err != nil {
		return cybedefend.Invitation{}, err
	}
	p := m.people[who]
	if !p.previewed {
		m.violated("%s is sent although the preview did not say so", names[who])
	}
	if p.changing() {
		m.violated("%s is sent while a change is at work", names[who])
	}
	if p.promised && m.scenario.policy.Reinvite != plan.ReinviteEnded { // which sends it once more, in another run
		m.violated("%s is sent again although a 2xx has answered before", names[who])
	}
	if a.theirs && p.open() < 0 && !p.member {
		p.invitations = append(p.invitations, invitation{born: time.Now().Add(-lag)})
	}
	answer := described(who, len(p.invitations), pending, spelled(who, a.spelt))
	switch a.effect {
	case now:
		m.mail(who, time.Now())
	case lately:
		p.late = append(p.late, late{time.Now().Add(a.lingers), -1, false})
	case none:
		p.promised = p.promised || cybedefend.ClassOf(a.err) == cybedefend.Confirmed
	}
	m.dead = m.dead || a.dies
	switch {
	case a.err == nil:
		return answer, nil
	case a.id:
		return cybedefend.Invitation{ID: answer.ID}, a.err
	}
	return cybedefend.Invitation{}, a.err
}

// CancelInvitation implements [journey.Inviter]. What has ended cannot be cancelled: the service says so in one of two ways.
func (m *model) CancelInvitation(ctx context.Context, _, id string) (cybedefend.Invitation, error) {
	who, n, a := 0, ordinalOf(id), m.sending
	if id == idOf(1, n) {
		who = 1
	}
	if err := m.send(ctx, who); err != nil {
		return cybedefend.Invitation{}, err
	}
	open := m.people[who].invitations[n].how == pending
	if cybedefend.ClassOf(a.err) == cybedefend.Confirmed { // what it was asked for is done, however it says so
		a.effect = now
	}
	switch a.effect {
	case now:
		m.cancel(who, n, time.Now())
	case lately:
		m.people[who].late = append(m.people[who].late, late{time.Now().Add(a.lingers), n, false})
	case none:
	}
	m.dead = m.dead || a.dies
	switch {
	case !open && a.err == nil && a.spelt == plainly:
		return cybedefend.Invitation{}, failure(cybedefend.FinalNo, http.StatusConflict)
	case !open && (a.err == nil || cybedefend.ClassOf(a.err) == cybedefend.Confirmed):
		return cybedefend.Invitation{}, failure(cybedefend.FinalNo, http.StatusNotFound)
	case open && cybedefend.ClassOf(a.err) == cybedefend.FinalNo && cybedefend.StatusOf(a.err) == http.StatusNotFound:
		return cybedefend.Invitation{}, failure(cybedefend.FinalNo, http.StatusBadRequest) // it is there
	}
	return cybedefend.Invitation{ID: id}, a.err
}

// event is something that may happen.
type event struct {
	name string
	// core says that it belongs to the small alphabet.
	core bool
	// may reports whether it may happen in the world, and do lets it happen.
	may func(*world) bool
	do  func(*model)
}

// events is the alphabet.
func events() []event {
	var all []event
	add := func(core bool, name string, may func(*world) bool, do func(*model)) {
		all = append(all, event{name, core, may, do})
	}
	for who, name := range names {
		for _, a := range answers() {
			add(a.core, name+" meets "+a.name, func(w *world) bool { return w.turn(who) }, func(m *model) { m.attempt(who, a) })
		}
		open := func(w *world) bool { return w.people[who].open() >= 0 }
		add(true, name+" accepts", open, func(m *model) { m.others(who, accepted, true) })
		add(true, name+" accepts under another address", open, func(m *model) { m.others(who, accepted, false) })
		add(false, name+" declines", open, func(m *model) { m.others(who, declined, false) })
		add(true, "somebody else cancels the invitation of "+name, open, func(m *model) { m.others(who, cancelled, false) })
	}
	for _, r := range readings() {
		add(r.core, "what is in doubt is looked up: "+r.name, func(w *world) bool { return w.alive(breaker.Settle) }, func(m *model) { m.settle(r) })
		add(r.core, "the same command again: "+r.name, resting, func(m *model) { m.start(r) })
		for died := 1; died <= 3 && !r.unread; died++ {
			add(r.core && r.hides < 0, fmt.Sprintf("the same command again, killed after %d writes: %s", died, r.name), resting, func(m *model) {
				m.writesLeft = died
				m.start(r)
				m.stop()
			})
		}
	}
	for _, r := range readings()[:2] {
		add(r.lag == 0, "the same command again with the clock set back by an hour: "+r.name, steady, func(m *model) { m.jump(-time.Hour); m.start(r) })
		add(r.lag == 0, "the same command again with the clock set ahead by an hour: "+r.name, steady, func(m *model) { m.jump(time.Hour); m.start(r) })
	}
	for _, r := range readings() {
		if r.how == without {
			later := func(m *model) {
				m.sleepUntil(time.Now().Add(journey.MemoryCounts))
				m.start(r)
			}
			add(true, "the same command again when memory counts no more: "+r.name, func(w *world) bool { return resting(w) && w.ledger.run > 0 }, later)
		}
	}
	changes(add)
	add(true, "a probe succeeds", func(w *world) bool { return w.alive(breaker.Probe) }, func(m *model) { m.probe(nil) })
	add(true, "a probe fails", func(w *world) bool { return w.alive(breaker.Probe) }, func(m *model) { m.probe(failure(cybedefend.NotProcessed, 502)) })
	add(true, "the process is stopped or killed", func(w *world) bool { return w.process.alive }, (*model).stop)
	return all
}

func resting(w *world) bool { return !w.process.alive }

// steady reports whether no process is alive, and the clock can be set: once, and when there is something to remember.
func steady(w *world) bool { return resting(w) && w.ledger.run > 0 && w.skew == 0 }

// alive reports whether the process is alive and about to do that.
func (w *world) alive(action breaker.Action) bool { return w.process.alive && w.action() == action }

// turn reports whether the person may be sent next: nobody else is due earlier.
func (w *world) turn(who int) bool {
	p, other := w.people[who], w.people[1-who]
	if !w.process.alive || p.place != ready {
		return false
	}
	if action := w.action(); action != breaker.GoOn && action != breaker.TryOne {
		return false
	}
	return other.place != ready || !p.due.After(origin) || !other.due.Before(p.due)
}

// open returns the ordinal of the person's open invitation, -1 if there is none.
func (p *person) open() int {
	for n, i := range p.invitations {
		if i.how == pending {
			return n
		}
	}
	return -1
}

// others lets somebody else end the person's invitation.
func (m *model) others(who int, how ending, joins bool) {
	p := m.people[who]
	i := &p.invitations[p.open()]
	i.how, i.ended = how, time.Now()
	if joins {
		p.member, p.memberSince = true, time.Now()
	}
}

// jump sets the machine's clock while no process is alive. The service's clock stays as it is.
func (m *model) jump(by time.Duration) {
	m.skew -= by
	for i, p := range m.people {
		m.people[i] = p.moved(0, by)
	}
}
