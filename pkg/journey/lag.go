package journey

import (
	"slices"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
)

// MostWitnesses is how many of the invitations that were confirmed last tell how late a reading is.
const MostWitnesses = plan.MostNewest

// Witness is an invitation that the service has described in an answer, by which a reading shows how late it is.
type Witness struct {
	Email, InvitationID string
	// At is when the request left, so that the invitation is no older, by this machine's clock.
	At time.Time
	// Older says that the invitation may be older than At: then that a reading has it tells nothing.
	Older bool
}

// LagOf returns how late a reading may be, by the invitations that were confirmed before it began. The newest that it has
// says that it is no later. One that it lacks says that it is later than that, so it can only make the lag longer: to twice
// its age, and to the age of the newest one that is older and that the reading has. Where nothing tells, [Policy.Lag]
// counts, and so it does for a reading with gaps: whom it lacks may be hidden for good. Their age is that at the end of the
// reading: its last page may show somebody whom its first one was too early to show.
func (p Policy) LagOf(d *directory.Directory, witnesses []Witness) time.Duration {
	if len(d.Gaps) > 0 {
		return p.Lag
	}
	var shown []time.Duration
	missing := time.Duration(-1) // the age of the oldest that the reading lacks
	for _, witness := range witnesses {
		age := d.Ended.Sub(witness.At)
		switch {
		case witness.At.After(d.Began) || age > MemoryCounts || otherwise(d, witness):
		case !shows(d, witness):
			missing = max(missing, age)
		case !witness.Older:
			shown = append(shown, age)
		}
	}
	slices.Sort(shown)
	if missing < 0 {
		return slices.Min(append(shown, p.Lag))
	}
	lag := max(p.Lag, UnknownLag, 2*missing)
	if i := slices.IndexFunc(shown, func(age time.Duration) bool { return age > missing }); i >= 0 {
		lag = max(lag, shown[i])
	}
	return lag
}

// LagAtFirst returns how late the reading may be that verdicts rest on, by what is remembered.
func (p Policy) LagAtFirst(in plan.Inputs) time.Duration {
	return p.LagOf(in.Directory, Witnesses(in.Histories, in.At))
}

// otherwise reports whether a reading has another pending invitation of the person instead. That tells nothing: a late list
// still shows the one that was replaced, and a service may give an invitation another id in its answer than in its list,
// which would be waited for in vain.
func otherwise(d *directory.Directory, witness Witness) bool {
	if _, _, found := d.Invitation(witness.InvitationID); found {
		return false
	}
	m := d.Person(witness.Email)
	return m.Member == nil && m.Pending != nil && m.Pending.ID != ""
}

// shows reports whether a reading has the invitation, or what it has led to.
func shows(d *directory.Directory, witness Witness) bool {
	if _, _, found := d.Invitation(witness.InvitationID); found {
		return true
	}
	m := d.Person(witness.Email)
	return m.Member != nil || m.Pending != nil
}

// Witnesses returns the newest invitations in memory that may tell how late a reading is, at the service's time now. Some
// of them were found long after they were made. One that the service has confirmed without describing it is none: it may
// never be listed.
func Witnesses(histories plan.Histories, now time.Time) (witnesses []Witness) {
	for _, sent := range histories.Newest() {
		if now.Sub(sent.At) < MemoryCounts {
			witnesses = append(witnesses, Witness{Email: sent.Person, InvitationID: sent.InvitationID, At: sent.At, Older: true})
		}
	}
	return witnesses
}
