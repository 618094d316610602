package onboard

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/email"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// memory is the ledger of an organization, held by this process or only looked at. The zero value remembers nothing.
type memory struct {
	ledger ledger.Ledger // nil where there is none yet
	scope  record.Scope
	// held is when the ledger was taken hold of: no other process sends since.
	held time.Time
	// lapsed is until when requests may have left that the ledger has forgotten, zero if it has forgotten none.
	lapsed time.Time
}

// holdMemory takes hold of the ledger at path, which begins if there is none, and is opened by open unless that is nil.
func holdMemory(ctx context.Context, path string, open func(context.Context) (ledger.Ledger, error), scope record.Scope) (memory, error) {
	if open == nil {
		open = func(ctx context.Context) (ledger.Ledger, error) { return place.Open(ctx, path) }
	}
	opened, err := open(ctx)
	if err != nil {
		return memory{}, err
	}
	if _, err := opened.Enter(ctx, scope); err != nil {
		return memory{}, errors.Join(err, opened.Close())
	}
	held := time.Now()
	lapsed, err := opened.Lapse(ctx)
	if err != nil {
		return memory{}, errors.Join(err, opened.Close())
	}
	if place.IsAddress(path) {
		// Whoever held it before may be frozen rather than dead, and sends for as long as a claim is good that it has.
		held = held.Add(fence.Good)
	}
	if !lapsed.IsZero() {
		lapsed = lapsed.Add(fence.Good)
	}
	return memory{ledger: opened, scope: scope, held: held, lapsed: lapsed}, nil
}

// viewMemory looks at the ledger at path without holding it.
func viewMemory(ctx context.Context, path string, scope record.Scope) (memory, error) {
	viewed, err := place.View(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return memory{scope: scope}, nil
	}
	if err != nil {
		return memory{}, err
	}
	lapsed, err := viewed.Lapse(ctx)
	if err != nil {
		return memory{}, errors.Join(err, viewed.Close())
	}
	return memory{ledger: viewed, scope: scope, lapsed: lapsed}, nil
}

// close lets others in.
func (m memory) close(ctx context.Context) error {
	if m.ledger == nil {
		return nil
	}
	if !m.held.IsZero() {
		// By now everything in flight was answered and kept. An end that cannot be noted only costs a look the next time.
		_ = m.ledger.Leave(ctx, m.scope)
	}
	return m.ledger.Close()
}

// histories takes in what earlier runs did and saw, by the service's time now. Whole is the name of the whole roster that
// is followed now, empty if none is: what was seen before somebody left it does not count once it names the person again.
func (m memory) histories(ctx context.Context, now time.Time, whole string) (plan.Histories, error) {
	if m.ledger == nil {
		return plan.Histories{}, nil
	}
	joined, err := m.joined(ctx, now, whole)
	if err != nil {
		return plan.Histories{}, err
	}
	return plan.Remember(plan.Remembered{
		Invited: m.ledger.Invited(ctx, m.scope), Sighted: m.ledger.Sighted(ctx, m.scope), Cancelled: m.ledger.Cancelled(ctx, m.scope),
		Joined: joined, Undone: m.undone(ctx),
	})
}

// undone yields the invitations that were cancelled for good, see [OpenCancel].
func (m memory) undone(ctx context.Context) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for c, err := range m.ledger.ChangesIn(ctx, m.scope) {
			if err == nil && (c.Kind != string(Invited) || c.Action != string(amend.Cancelled)) {
				continue
			}
			if !yield(record.Record{Email: c.Email, InvitationID: c.InvitationID, UpdatedAt: c.At}, err) {
				return
			}
		}
	}
}

// clocks is how much this machine's clock, by which a joining begins, may be ahead of the service's, by which an invitation
// is sent: what the joining has led to must not seem to be from before it.
const clocks = time.Minute

// joined returns since when the present joining of those lasts who have left and are named again. Whoever was removed has left,
// whatever roster or person asks for them since.
func (m memory) joined(ctx context.Context, now time.Time, whole string) (map[string]time.Time, error) {
	joined, err := m.joinedBy(ctx, now, whole)
	if err != nil {
		return nil, err
	}
	for c, err := range m.ledger.ChangesIn(ctx, m.scope) {
		if err != nil {
			return nil, err
		}
		if key := email.Fold(c.Email); c.Action == string(amend.Removed) && c.At.After(joined[key]) {
			joined[key] = c.At
		}
	}
	return joined, nil
}

// joinedBy returns what [memory.joined] does of those who have left the whole roster of that name.
func (m memory) joinedBy(ctx context.Context, now time.Time, whole string) (map[string]time.Time, error) {
	joined := map[string]time.Time{}
	if same, err := m.follows(ctx, whole); err != nil || !same {
		return joined, err
	}
	recent := now.Add(-journey.MemoryCounts) // what is younger counts whatever a list or a roster says
	for name, err := range m.ledger.Named(ctx, m.scope) {
		switch {
		case err != nil:
			return nil, err
		case name.Left || name.Since.After(recent):
			joined[name.Person] = recent
		case !name.Since.IsZero():
			joined[name.Person] = name.Since.Add(-clocks)
		}
	}
	return joined, nil
}

// follows reports whether the last whole roster that was let through was the one of that name, on another day perhaps:
// whoever another roster does not name has not left this one.
func (m memory) follows(ctx context.Context, whole string) (bool, error) {
	for accepted, err := range m.ledger.AcceptedRosters(ctx, m.scope) {
		if err != nil || accepted.Whole {
			return err == nil && whole != "" && ledger.Series(accepted.Roster) == ledger.Series(whole), err
		}
	}
	return false, nil
}

// doubts returns the claims that stand.
func (m memory) doubts(ctx context.Context) ([]record.Doubt, error) {
	if m.ledger == nil {
		return nil, nil
	}
	return m.ledger.Doubts(ctx, m.scope)
}

// claims returns the claims that stand for rows of a run, by row.
func (m memory) claims(ctx context.Context, run string) (map[int]*record.Claim, error) {
	doubts, err := m.doubts(ctx)
	claims := map[int]*record.Claim{}
	for _, doubt := range doubts {
		if doubt.Run == run && doubt.Row > 0 {
			claims[doubt.Row] = &doubt.Claim
		}
	}
	return claims, err
}

// paceLasts is how long a learned pace is believed: services change with their releases and their load.
const paceLasts = 7 * 24 * time.Hour

// restorePace begins with the pace that an earlier run has learned.
func (m memory) restorePace(ctx context.Context, p *pace.Pace) error {
	learned, at, err := m.ledger.Pace(ctx, m.scope)
	if age := time.Since(at); err == nil && age >= 0 && age < paceLasts {
		p.Restore(pace.Rate(learned))
	}
	return err
}

// learnPace remembers the pace that a run has learned, zero if one that an earlier run has learned was wrong.
func (m memory) learnPace(ctx context.Context, rate float64) error {
	return m.ledger.LearnPace(ctx, m.scope, rate)
}
