package directory

import (
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
)

// State is what an invitation is worth. The zero value stands for no invitation.
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

// endings are the words for an invitation that was answered or withdrawn, and how it ended. The service's own are not
// documented.
var endings = map[string]string{
	"accepted": "accepted", "completed": "accepted", "used": "accepted", "joined": "accepted",
	"cancelled": "cancelled", "canceled": "cancelled", "revoked": "cancelled", "deleted": "cancelled", "withdrawn": "cancelled",
	"declined": "declined", "rejected": "declined", "refused": "declined",
}

// StateOf returns the state of an invitation at the service's time now. It is pending if its status says so, or says
// something unknown, and it has not expired. One whose end is not known counts as pending, so that nobody is mailed
// again by mistake.
func StateOf(invitation cybedefend.Invitation, now time.Time) State {
	status := foldStatus(invitation.Status)
	if endings[status] != "" {
		return Ended
	}
	if status == "expired" || !invitation.ExpiresAt.IsZero() && !invitation.ExpiresAt.After(now) {
		return Expired
	}
	return Pending
}

// EndedHow returns how an invitation with that status ended: "accepted", "cancelled" or "declined", or "ended" where the
// status does not say.
func EndedHow(status string) string {
	if how := endings[foldStatus(status)]; how != "" {
		return how
	}
	return "ended"
}

func foldStatus(status string) string { return strings.ToLower(strings.TrimSpace(status)) }
