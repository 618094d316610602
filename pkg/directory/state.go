package directory

import (
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
)

// State is what an invitation is worth.
type State string

// The states of an invitation.
const (
	// Pending: it can still be accepted.
	Pending State = "pending"
	// Expired: it ran out of time, rather than being answered or withdrawn.
	Expired State = "expired"
	// Ended: it was answered or withdrawn.
	Ended State = "ended"
)

// StateOf returns the state of an invitation at the service's time now. It is pending if its status says so, or says
// something unknown, and it has not expired. One whose end is not known counts as pending, so that nobody is mailed
// again by mistake.
func StateOf(invitation cybedefend.Invitation, now time.Time) State {
	status := strings.ToLower(strings.TrimSpace(invitation.Status))
	switch status { // its words are not documented
	case "accepted", "completed", "used", "joined",
		"cancelled", "canceled", "revoked", "deleted", "withdrawn",
		"declined", "rejected", "refused":
		return Ended
	}
	if status == "expired" || !invitation.ExpiresAt.IsZero() && !invitation.ExpiresAt.After(now) {
		return Expired
	}
	return Pending
}
