package sandbox

import (
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
)

// lateInvite is an invite that was answered and takes effect later.
type lateInvite struct {
	body cybedefend.Invite
	due  time.Time
}

// postpone lets the invite take effect when it is due.
func (s *Sandbox) postpone(body cybedefend.Invite, due time.Time) {
	place, _ := slices.BinarySearchFunc(s.late, due, func(l lateInvite, due time.Time) int {
		if l.due.After(due) {
			return 1
		}
		return -1 // behind those that are due at the same time
	})
	s.late = slices.Insert(s.late, place, lateInvite{body, due})
}

// callLate is catchUp for callers without the lock.
func (s *Sandbox) callLate() {
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(now)
}

// catchUp lets the late invites that are due take effect, in their order and each as of its own time. It is called
// before anything is shown or changed, so that no timer is needed.
func (s *Sandbox) catchUp(now time.Time) {
	for len(s.late) > 0 && !now.Before(s.late[0].due) {
		next := s.late[0]
		s.late = s.late[1:]
		_, _ = s.create(next.body, next.due) // nobody waits for its refusal
	}
}
