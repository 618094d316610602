package plan

import (
	"cmp"
	"slices"
	"time"
)

// MostNewest is how many invitations [Histories.Newest] returns at most.
const MostNewest = 16

// Sent is an invitation that was sent to a person, by key.
type Sent struct {
	Person, InvitationID string
	At                   time.Time
}

// Newest returns the invitations that were sent last, the newest first, of those that the service has described in its answer.
func (h Histories) Newest() []Sent { return h.newest }

// findNewest finds out which are the newest, once everything is remembered.
func (h *Histories) findNewest() {
	var newest []Sent
	var oldest time.Time // of those that may be among them
	sort := func() {
		slices.SortFunc(newest, func(a, b Sent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Person, b.Person)) })
		if len(newest) >= MostNewest {
			newest = newest[:MostNewest]
			oldest = newest[MostNewest-1].At
		}
	}
	for key, history := range h.All() {
		id := history.Invitation.ID
		if id == "" || history.Unsure || history.At.Before(oldest) {
			continue
		}
		newest = append(newest, Sent{key, id, history.At})
		if len(newest) > 8*MostNewest { // a run may have invited a million people lately
			sort()
		}
	}
	sort()
	h.newest = newest
}
