package journey

import (
	"cmp"
	"slices"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
)

// recent is how many of the invitations that were confirmed last tell how late a reading is.
const recent = 16

// Witness is an invitation that the service has confirmed, by which a reading shows how late it is.
type Witness struct {
	Email, InvitationID string
	At                  time.Time
	// Older says that the invitation may be older than At: then that a reading has it tells nothing.
	Older bool
}

// Lag returns how late a reading may be, by the invitations that were confirmed before it began. One that it lacks says
// that it is later than that; the newest that it has says that it is no later. Where nothing tells, [UnknownLag] counts.
func Lag(d *directory.Directory, witnesses []Witness) time.Duration {
	lag, told := time.Duration(0), false
	for _, witness := range witnesses {
		age := d.Began.Sub(witness.At)
		if age < 0 || age > MemoryCounts {
			continue
		}
		if !shows(d, witness) {
			return max(UnknownLag, 2*age)
		}
		if !witness.Older && (!told || age < lag) {
			lag, told = age, true
		}
	}
	if !told {
		return UnknownLag
	}
	return min(lag, UnknownLag)
}

func shows(d *directory.Directory, witness Witness) bool {
	if _, _, found := d.Invitation(witness.InvitationID); found {
		return true
	}
	m := d.Person(witness.Email)
	// Another invitation of the person may be older.
	return m.Member != nil || witness.InvitationID == "" && m.Pending != nil
}

// Witnesses returns the newest invitations in memory that may tell how late a reading is, at the service's time now. Some
// of them were found long after they were made.
func Witnesses(histories plan.Histories, now time.Time) []Witness {
	var witnesses []Witness
	for key, history := range histories {
		if id := history.Invitation.ID; id != "" && now.Sub(history.At) < MemoryCounts {
			witnesses = append(witnesses, Witness{Email: key, InvitationID: id, At: history.At, Older: true})
		}
	}
	slices.SortFunc(witnesses, func(a, b Witness) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Email, b.Email)) })
	return witnesses[:min(len(witnesses), recent)]
}
