package plan

import (
	"iter"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// History is what earlier runs did for one person and saw of one. The zero value is nothing.
type History struct {
	// Times is how often the person was invited.
	Times int
	// At is when the last invitation was sent, and Invitation what it was then.
	At         time.Time
	Invitation cybedefend.Invitation
	// Sent is what was asked for with it. Its role is empty if that is not known.
	Sent Desired
	// Unsure says that the service has confirmed the last request without describing an invitation.
	Unsure bool
	// SeenAs is what a run last found the person to be without sending anything: [record.AlreadyMember],
	// [record.AlreadyInvited] or [record.Skipped]. SeenAt is when, and Seen the invitation that it found.
	SeenAs record.Outcome
	SeenAt time.Time
	Seen   cybedefend.Invitation
	// JoinedAt is since when the person's present joining lasts, zero meaning always: nothing that was before counts.
	JoinedAt time.Time
	// Earlier are the ids of invitations from before that joining: one that is still pending counts all the same.
	Earlier []string
	// Cancelled are the invitations that runs have cancelled in order to replace them, by id, with when that was at the
	// latest. Nil: none.
	Cancelled map[string]time.Time
	// Undone are the invitations that were cancelled for good since somebody asked for that, by id in lower case, with when
	// that was. Nil: none.
	Undone map[string]time.Time
}

// Anew reports whether the person has left, is named again, and was neither invited nor found to be there since.
func (h History) Anew() bool {
	seen := h.SeenAs == record.AlreadyMember || h.SeenAs == record.AlreadyInvited && !slices.Contains(h.Earlier, h.Seen.ID)
	return !h.JoinedAt.IsZero() && h.Times == 0 && !seen
}

// Last returns the invitation that was last sent or seen, when it was, and whether there is one.
func (h History) Last() (last cybedefend.Invitation, at time.Time, known bool) {
	if h.Seen.ID != "" && h.SeenAt.After(h.At) {
		return h.Seen, h.SeenAt, true
	}
	return h.Invitation, h.At, h.Times > 0 && !h.At.IsZero()
}

// FoundGone reports whether a run has found the invitation to have ended before it expired, or it was cancelled for good.
func (h History) FoundGone(invitationID string) bool {
	if _, undone := h.Undone[strings.ToLower(invitationID)]; undone {
		return true
	}
	return h.SeenAs == record.Skipped && h.Seen.ID == invitationID && (h.Seen.ExpiresAt.IsZero() || h.SeenAt.Before(h.Seen.ExpiresAt))
}

// Bereft returns the invitation that was last cancelled in order to be replaced, empty if none was since the person's present
// joining. It is not known to this whether another one has come after it.
func (h History) Bereft() (id string) {
	var latest time.Time
	for cancelled, at := range h.Cancelled {
		if !at.Before(h.JoinedAt) && (id == "" || at.After(latest) || at.Equal(latest) && cancelled > id) {
			id, latest = cancelled, at
		}
	}
	return id
}

// apart is how far the times of two processes may be apart by which one of them has sent an invitation and the other one
// cancelled it: the service tells its time in whole seconds.
const apart = 5 * time.Second

// Undoing returns the invitation that was last cancelled for good, and when that was, if nothing was sent since and no other
// invitation was seen. Otherwise the id is empty.
func (h History) Undoing() (id string, at time.Time) {
	for undone, when := range h.Undone {
		if id == "" || when.After(at) || when.Equal(at) && undone > id {
			id, at = undone, when
		}
	}
	_, sent := h.Undone[strings.ToLower(h.Invitation.ID)]
	_, seen := h.Undone[strings.ToLower(h.Seen.ID)]
	switch {
	case h.At.After(at.Add(apart)), !sent && h.At.After(at), h.SeenAs == record.AlreadyInvited && !seen && h.SeenAt.After(at):
		return "", time.Time{}
	}
	return id, at
}

// Remembered is what a ledger knows of a scope, each in any order.
type Remembered struct {
	// Invited has everybody who was invited, once for each time.
	Invited iter.Seq2[record.Record, error]
	// Sighted has people whom runs found to be there or kept back, the latest word for each.
	Sighted iter.Seq2[record.Record, error]
	// Cancelled has those whose invitation was cancelled in order to be replaced, as its trail names it: it counts as sent
	// and is no more.
	Cancelled iter.Seq2[record.Record, error]
	// Undone has whose invitation was cancelled for good, which one, and when as UpdatedAt.
	Undone iter.Seq2[record.Record, error]
	// Joined has since when the present joining of those lasts who have left and are named again, by key: what was before
	// does not count.
	Joined map[string]time.Time
}

// Remember makes histories of what a ledger knows. Whatever is nil there is nothing.
func Remember(r Remembered) (Histories, error) {
	h := Histories{whole: map[string]History{}, packed: &packedHistories{teams: map[string][]roster.Team{}}}
	for rec, err := range orEmpty(r.Cancelled) {
		if err != nil {
			return Histories{}, err
		}
		key := email.Fold(rec.Email)
		history := h.whole[key]
		if history.Cancelled == nil {
			history.Cancelled = map[string]time.Time{}
		}
		history.Cancelled[rec.Trail.Cancelled] = rec.Trail.EndedAt
		h.put(key, history)
	}
	for key, at := range r.Joined {
		history := h.whole[key]
		history.JoinedAt = at
		h.put(key, history)
	}
	joined := func(key string, at time.Time) bool { return !at.Before(r.Joined[key]) }
	for rec, err := range orEmpty(r.Invited) {
		if err != nil {
			return Histories{}, err
		}
		key := email.Fold(rec.Email)
		history, _ := h.Find(key)
		if !joined(key, rec.UpdatedAt) {
			if rec.InvitationID != "" {
				history.Earlier = append(history.Earlier, rec.InvitationID)
				h.put(key, history)
			}
			continue
		}
		history.Times++
		if !rec.UpdatedAt.Before(history.At) {
			history.At, history.Invitation = rec.UpdatedAt, invitationOf(rec)
			history.Unsure = rec.Trail.Confirmed && rec.Status == "" // nothing but a 2xx is known of it
			history.Sent = h.sentOf(rec)
		}
		h.put(key, history)
	}
	for rec, err := range orEmpty(r.Sighted) {
		if err != nil {
			return Histories{}, err
		}
		key := email.Fold(rec.Email)
		if history, _ := h.Find(key); joined(key, rec.UpdatedAt) && !rec.UpdatedAt.Before(history.SeenAt) {
			history.SeenAs, history.SeenAt, history.Seen = rec.Outcome, rec.UpdatedAt, invitationOf(rec)
			h.put(key, history)
		}
	}
	for rec, err := range orEmpty(r.Undone) {
		if err != nil {
			return Histories{}, err
		}
		key := email.Fold(rec.Email)
		history, _ := h.Find(key)
		if !joined(key, rec.UpdatedAt) {
			continue
		}
		if history.Undone == nil {
			history.Undone = map[string]time.Time{}
		}
		history.Undone[strings.ToLower(rec.InvitationID)] = rec.UpdatedAt
		h.put(key, history)
	}
	for key, history := range h.whole {
		if _, gone := history.Cancelled[history.Invitation.ID]; gone {
			history.At, history.Invitation, history.Sent = time.Time{}, cybedefend.Invitation{}, Desired{}
		}
		if _, gone := history.Cancelled[history.Seen.ID]; gone {
			history.SeenAs, history.SeenAt, history.Seen = record.Unset, time.Time{}, cybedefend.Invitation{}
		}
		h.put(key, history)
	}
	h.findNewest()
	return h, nil
}

func orEmpty[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	if seq == nil {
		return func(func(T, error) bool) {}
	}
	return seq
}

// sentOf returns what was asked for with an invitation, the zero value where that is not known for certain.
func (h *Histories) sentOf(r record.Record) Desired {
	teams, err := h.packed.teamsOf(r.Teams)
	if err != nil || r.Role == "" {
		return Desired{}
	}
	return Desired{Email: r.Email, Role: r.Role, Teams: teams}
}

func invitationOf(r record.Record) cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: r.InvitationID, Token: r.Token, Email: r.Email, Status: r.Status,
		OrganizationRole: r.OrganizationRole, ExpiresAt: r.ExpiresAt,
	}
}
