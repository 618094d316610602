package follow

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
)

// liveFor is how long a roster counts that was let through, and with it the people in it: the rarest schedule of note is
// that of a month. A roster that is gone from the schedule protects nobody for longer.
const liveFor = 35 * 24 * time.Hour

// unchangedNights is for how many nights a roster may be the very same before a person is told: few companies see nobody
// come or go for longer, and an export that is stuck looks like that.
const unchangedNights = 7

// Memory is the ledger that remembers what a comparison goes by.
type Memory struct {
	Ledger ledger.Ledger // nil where there is none yet
	Scope  record.Scope
	// IsHeld says that no other process writes to it, so that what is of no use any more is forgotten.
	IsHeld bool
}

// Absence is what is remembered of whom rosters have named, by which is decided whether somebody has left the one that is
// followed now. Whoever has named a person last decides. The zero value knows nobody.
type Absence struct {
	// Accepted is the last roster that was let through, of whatever series; its At is zero if there is none. same is the
	// last one of the series of the roster now, nil if there is none.
	Accepted ledger.Accepted
	same     *ledger.Accepted
	// Evidence is when the roster was first read that lacks somebody: an export that is the very same the next night is no
	// further evidence. It is zero for one that is read for the first time.
	Evidence time.Time
	// named says when a roster last named a person that was let through, by key, and mailboxes by mailbox.
	named, mailboxes map[string]time.Time
	// asked says when somebody last asked for a person by a run that follows no roster, by mailbox.
	asked map[string]time.Time
	// numbers are those with which people were named last, by key.
	numbers map[string]ledger.Number
	// elsewhere are the mailboxes of those whom another live roster names.
	elsewhere map[string]bool

	// What follows tells how long somebody has been absent: the roster now and when it is read, the readings of its series,
	// the last one first, those of others, and which of their series are live.
	edition          Edition
	now              time.Time
	readings, others []ledger.Accepted
	live             map[string]bool
	// inRun are the mailboxes that a run names, by run, and ledger remembers those that were not looked up.
	inRun  map[string]map[string]bool
	ledger ledger.Ledger
}

// Edition is one of the rosters of a series: the one that is about to be followed.
type Edition struct {
	// Name is that of the roster, Shape what decides whom it names, and Content the digest of its bytes.
	Name, Shape string
	Content     [32]byte
}

// Recall finds out what is remembered, in this ledger and in those of other jobs beside it. All times are of this
// machine's clock.
func Recall(ctx context.Context, m Memory, r Edition, now time.Time, beside []string) (*Absence, error) {
	a := &Absence{
		named: map[string]time.Time{}, mailboxes: map[string]time.Time{}, asked: map[string]time.Time{}, elsewhere: map[string]bool{},
		numbers: map[string]ledger.Number{}, edition: r, now: now, live: map[string]bool{}, inRun: map[string]map[string]bool{}, ledger: m.Ledger,
	}
	if err := a.lookBeside(ctx, m, now, beside); err != nil || m.Ledger == nil {
		return a, err
	}
	accepted, err := ledger.All(m.Ledger.AcceptedRosters(ctx, m.Scope))
	if err != nil {
		return nil, err
	}
	if len(accepted) > 0 {
		a.Accepted = accepted[0]
	}
	if i := slices.IndexFunc(accepted, func(one ledger.Accepted) bool { return ledger.Series(one.Roster) == ledger.Series(r.Name) }); i >= 0 {
		a.same = &accepted[i]
	}
	if a.same != nil && a.same.Content == r.Content && a.same.Shape == r.Shape {
		a.Evidence = a.same.Since
	}
	others := live(accepted, ledger.Series(r.Name), now)
	if err := a.addLive(ctx, m, others); err != nil {
		return nil, err
	}
	a.order(accepted, others)
	for name, err := range m.Ledger.Named(ctx, m.Scope) {
		if err != nil {
			return nil, err
		}
		if name.Last.IsZero() {
			continue // the run that named the person was cut short
		}
		a.named[name.Person] = name.Last
		if name.Number != (ledger.Number{}) {
			a.numbers[name.Person] = name.Number
		}
		if mailbox := email.Mailbox(name.Person); name.Last.After(a.mailboxes[mailbox]) {
			a.mailboxes[mailbox] = name.Last
		}
	}
	for asked, err := range m.Ledger.Asked(ctx, m.Scope) {
		if err != nil {
			return nil, err
		}
		if _, known := a.mailboxes[asked.Mailbox]; known {
			a.asked[asked.Mailbox] = asked.At
		}
	}
	return a, nil
}

// order tells the readings of the series that is followed from those of others, of which these are live.
func (a *Absence) order(accepted, live []ledger.Accepted) {
	for _, reading := range accepted {
		if ledger.Series(reading.Roster) == ledger.Series(a.edition.Name) {
			a.readings = append(a.readings, reading)
		} else {
			a.others = append(a.others, reading)
		}
	}
	for _, one := range live {
		a.live[ledger.Series(one.Roster)] = true
	}
}

// live returns the last rosters of other series that are live, of all that were let through, the one that was seen last
// first. A roster is live for [liveFor] after it was let through, unless another one has taken its place: the first of a new
// series takes that of the roster that was followed before it. A roster that is let through again is live again. Of another
// ledger, whose series are all others, series is empty.
func live(accepted []ledger.Accepted, series string, now time.Time) []ledger.Accepted {
	first := map[string]time.Time{} // of each series
	if series != "" {
		first[series] = now
	}
	for _, a := range accepted {
		if of, known := first[ledger.Series(a.Roster)]; !known || a.Since.Before(of) {
			first[ledger.Series(a.Roster)] = a.Since
		}
	}
	var found []ledger.Accepted
	seen := map[string]bool{series: series != ""}
	for i, a := range accepted {
		of := ledger.Series(a.Roster)
		if seen[of] {
			continue
		}
		seen[of] = true
		next := now // when another roster was last let through after this one
		if i > 0 {
			next = accepted[i-1].At
		}
		replaced := false
		for other, began := range first {
			replaced = replaced || other != of && began.After(a.At) && !began.After(next)
		}
		if !replaced && now.Sub(a.At) < liveFor {
			found = append(found, a)
		}
	}
	return found
}

// addLive takes in whom live rosters name.
func (a *Absence) addLive(ctx context.Context, m Memory, rosters []ledger.Accepted) error {
	for _, roster := range rosters {
		if roster.Run == "" {
			continue
		}
		for rec, err := range m.Ledger.Records(ctx, roster.Run, 0) {
			if err != nil {
				return err
			}
			if rec.Email != "" {
				a.elsewhere[email.Mailbox(rec.Email)] = true
			}
		}
	}
	return nil
}

// lookBeside takes in whom the live rosters of other ledgers name for the same organization. The session's own ledger is not
// opened once more, which would give up its lock.
func (a *Absence) lookBeside(ctx context.Context, m Memory, now time.Time, beside []string) error {
	for _, path := range beside {
		if m.Ledger != nil && place.Same(path, m.Ledger.Path()) {
			continue
		}
		l, err := place.View(ctx, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		other := Memory{Ledger: l, Scope: m.Scope}
		accepted, err := ledger.All(l.AcceptedRosters(ctx, m.Scope))
		if err == nil {
			err = a.addLive(ctx, other, live(accepted, "", now))
		}
		if err = errors.Join(err, l.Close()); err != nil {
			return err
		}
	}
	return nil
}

// knows reports whether somebody has been named by a roster that was followed, so that the person has left it if it names
// them no more. Whoever was asked for since, or named since the roster was first read, has not left by it.
func (a *Absence) knows(key string) bool {
	mailbox := email.Mailbox(key)
	last, known := a.mailboxes[mailbox]
	return known && !a.asked[mailbox].After(last) && (a.Evidence.IsZero() || last.Before(a.Evidence))
}

// doubt says why nothing should be changed about somebody who is known, empty if nothing speaks against that: another
// spelling of an address may be somebody else's.
func (a *Absence) doubt(keys ...string) string {
	for _, key := range keys {
		if _, exactly := a.named[key]; exactly {
			return ""
		}
	}
	return "an earlier roster has named another spelling of this address"
}

// trips says what speaks against changing people for not being in a roster: the organization has followed another one, or
// it is read in another way than before.
func (a *Absence) trips(r Edition) []guard.Trip {
	switch {
	case a.Accepted.Roster == "" || a.Accepted.At.IsZero():
	case ledger.Series(a.Accepted.Roster) != ledger.Series(r.Name):
		return []guard.Trip{guard.Another(filepath.Base(a.Accepted.Roster), filepath.Base(r.Name))}
	case a.same.Shape != "" && a.same.Shape != r.Shape:
		return []guard.Trip{guard.Reshaped(a.same.Shape, r.Shape)}
	}
	return nil
}

// Rows is how many rows a roster is expected to have by the last one, 0 if there is none: the last one of its series if that
// is known, since another list may be longer or shorter.
func (a *Absence) Rows() int {
	if a.same != nil {
		return a.same.Rows
	}
	return a.Accepted.Rows
}

// Unchanged says that the roster has been the very same for many nights, empty if it has not.
func (a *Absence) Unchanged(now time.Time) string {
	if a.Evidence.IsZero() {
		return ""
	}
	nights := int((now.Sub(a.Evidence) + time.Hour) / (24 * time.Hour)) // which schedules don't keep to the minute
	if nights < unchangedNights {
		return ""
	}
	return "the roster has been the very same for " + plural.Of(nights, "night") + ": is it still exported?"
}
