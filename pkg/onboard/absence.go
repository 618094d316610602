package onboard

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/fileset"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/plural"
)

// liveFor is how long a roster counts that was let through, and with it the people in it: the rarest schedule of note is
// that of a month. A roster that is gone from the schedule protects nobody for longer.
const liveFor = 35 * 24 * time.Hour

// unchangedNights is for how many nights a roster may be the very same before a person is told: few companies see nobody
// come or go for longer, and an export that is stuck looks like that.
const unchangedNights = 7

// absence is what is remembered of whom rosters have named, by which is decided whether somebody has left the one that is
// followed now. Whoever has named a person last decides. The zero value knows nobody.
type absence struct {
	// accepted is the last roster that was let through, of whatever series; its At is zero if there is none. same is the
	// last one of the series of the roster now, nil if there is none.
	accepted ledger.Accepted
	same     *ledger.Accepted
	// evidence is when the roster was first read that lacks somebody: an export that is the very same the next night is no
	// further evidence. It is zero for one that is read for the first time.
	evidence time.Time
	// named says when a roster last named a person that was let through, by key, and mailboxes by mailbox.
	named, mailboxes map[string]time.Time
	// asked says when somebody last asked for a person by a run that follows no roster, by mailbox.
	asked map[string]time.Time
	// elsewhere are the mailboxes of those whom another live roster names.
	elsewhere map[string]bool
}

// edition is one of the rosters of a series: the one that is about to be followed.
type edition struct {
	name, shape string
	content     [32]byte
}

// absence finds out what is remembered, in this ledger and in those of other jobs beside it. All times are of this
// machine's clock.
func (m memory) absence(ctx context.Context, r edition, now time.Time, beside []string) (*absence, error) {
	a := &absence{named: map[string]time.Time{}, mailboxes: map[string]time.Time{}, asked: map[string]time.Time{}, elsewhere: map[string]bool{}}
	if err := a.lookBeside(ctx, m, now, beside); err != nil || m.ledger == nil {
		return a, err
	}
	accepted, err := all(m.ledger.AcceptedRosters(ctx, m.scope))
	if err != nil {
		return nil, err
	}
	if len(accepted) > 0 {
		a.accepted = accepted[0]
	}
	if i := slices.IndexFunc(accepted, func(one ledger.Accepted) bool { return ledger.Series(one.Roster) == ledger.Series(r.name) }); i >= 0 {
		a.same = &accepted[i]
	}
	if a.same != nil && a.same.Content == r.content && a.same.Shape == r.shape {
		a.evidence = a.same.Since
	}
	if err := a.addLive(ctx, m, live(accepted, ledger.Series(r.name), now)); err != nil {
		return nil, err
	}
	for name, err := range m.ledger.Named(ctx, m.scope) {
		if err != nil {
			return nil, err
		}
		if name.Last.IsZero() {
			continue // the run that named the person was cut short
		}
		a.named[name.Person] = name.Last
		if mailbox := email.Mailbox(name.Person); name.Last.After(a.mailboxes[mailbox]) {
			a.mailboxes[mailbox] = name.Last
		}
	}
	for asked, err := range m.ledger.Asked(ctx, m.scope) {
		if err != nil {
			return nil, err
		}
		if _, known := a.mailboxes[asked.Mailbox]; known {
			a.asked[asked.Mailbox] = asked.At
		}
	}
	return a, nil
}

// all returns what a sequence yields, up to its first error.
func all[T any](seq func(func(T, error) bool)) (values []T, err error) {
	for value, err := range seq {
		if err != nil {
			return values, err
		}
		values = append(values, value)
	}
	return values, nil
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
func (a *absence) addLive(ctx context.Context, m memory, rosters []ledger.Accepted) error {
	for _, roster := range rosters {
		if roster.Run == "" {
			continue
		}
		for rec, err := range m.ledger.Records(ctx, roster.Run) {
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
func (a *absence) lookBeside(ctx context.Context, m memory, now time.Time, beside []string) error {
	for _, path := range beside {
		if m.ledger != nil && fileset.Same(path, m.ledger.Path()) {
			continue
		}
		l, err := sqlite.View(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		other := memory{ledger: l, scope: m.scope}
		accepted, err := all(l.AcceptedRosters(ctx, m.scope))
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
func (a *absence) knows(key string) bool {
	mailbox := email.Mailbox(key)
	last, known := a.mailboxes[mailbox]
	return known && !a.asked[mailbox].After(last) && (a.evidence.IsZero() || last.Before(a.evidence))
}

// doubt says why nothing should be changed about somebody who is known, empty if nothing speaks against that: another
// spelling of an address may be somebody else's.
func (a *absence) doubt(keys ...string) string {
	for _, key := range keys {
		if _, exactly := a.named[key]; exactly {
			return ""
		}
	}
	return "an earlier roster has named another spelling of this address"
}

// trips says what speaks against changing people for not being in a roster: the organization has followed another one, or
// it is read in another way than before.
func (a *absence) trips(r edition) []guard.Trip {
	switch {
	case a.accepted.Roster == "" || a.accepted.At.IsZero():
	case ledger.Series(a.accepted.Roster) != ledger.Series(r.name):
		return []guard.Trip{guard.Another(filepath.Base(a.accepted.Roster), filepath.Base(r.name))}
	case a.same.Shape != "" && a.same.Shape != r.shape:
		return []guard.Trip{guard.Reshaped(a.same.Shape, r.shape)}
	}
	return nil
}

// rows is how many rows a roster is expected to have by the last one, 0 if there is none: the last one of its series if that
// is known, since another list may be longer or shorter.
func (a *absence) rows() int {
	if a.same != nil {
		return a.same.Rows
	}
	return a.accepted.Rows
}

// unchanged says that the roster has been the very same for many nights, empty if it has not.
func (a *absence) unchanged(now time.Time) string {
	if a.evidence.IsZero() {
		return ""
	}
	nights := int((now.Sub(a.evidence) + time.Hour) / (24 * time.Hour)) // which schedules don't keep to the minute
	if nights < unchangedNights {
		return ""
	}
	return "the roster has been the very same for " + plural.Of(nights, "night") + ": is it still exported?"
}
