package pace

import "time"

const (
	// crawl is the rate below which a limit that was told is put to the test.
	crawl Rate = 1
	// A limit is exceeded step by step: by patience times its rate more after every few accepted requests, up to crawl.
	few      = 3
	patience = 4
	// slack is how many more requests than a limit allows must be accepted until it is taken for misread: counts and
	// clocks differ a little.
	slack = 3
)

// verdict says whether the service acts as it tells.
type verdict uint8

const (
	untested verdict = iota
	// confirmed says that something was refused when the limit said so, or that what remains falls with each request.
	confirmed
	// misread says that the service accepted more than the limit allows by any reading. No refusal changes that: it has
	// another cause.
	misread
)

// doubt is the test of a limit that would make the pace crawl, or stop it again and again. Units are easily misread, and
// some services tell limits that they don't keep.
type doubt struct {
	verdict verdict
	// since is when the limit began to slow the pace, zero while it does not.
	since    time.Time
	allowed  int64 // requests since, as far as the service said what remained: at first, and whenever it became more
	left     int64 // what remained when it was told last
	accepted int64 // requests that were sent since
}

// told returns the test after the limit was told again. slows says whether it makes the pace crawl or stop.
func (d doubt) told(l Limit, slows bool, now time.Time) doubt {
	left := 2 * l.Quota // of this window and the next one, if nothing else is known
	if l.HasRemaining {
		left = l.Remaining
	}
	switch {
	case d.verdict != untested:
	case !slows:
		return doubt{}
	case d.since.IsZero():
		d.since, d.allowed = now, left
	case l.HasRemaining && d.accepted >= few && d.allowed-left >= d.accepted/2:
		d.verdict = confirmed
	default:
		d.allowed += max(0, left-d.left)
	}
	d.left = left
	return d
}

// took returns the test after the service accepted a request.
func (d doubt) took(l Limit, p Permission, now time.Time) doubt {
	if d.since.IsZero() || d.verdict != untested || !p.at.After(d.since) {
		return d
	}
	d.accepted++
	allowed := float64(d.allowed + slack)
	if l.Window > 0 && d.allowed > 0 { // a bucket fills meanwhile; where nothing is ever left nothing comes back
		allowed += float64(l.Quota) * now.Sub(d.since).Seconds() / l.Window.Seconds()
	}
	if float64(d.accepted) > allowed {
		d.verdict = misread
	}
	return d
}

// refused returns the test after the service refused a request.
func (d doubt) refused(p Permission) doubt {
	if d.verdict == untested && !d.since.IsZero() && p.at.After(d.since) {
		d.verdict = confirmed
	}
	return d
}

// eased returns the rate of a limit that is put to the test. It is never below floor, or the test would take hours.
func (d doubt) eased(r Rate) Rate {
	eased := max(r, floor)
	for range d.accepted / few {
		if eased >= crawl {
			break
		}
		eased *= patience
	}
	return min(eased, crawl)
}
