package onboard_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/status"
)

// TestAHundredDaysOfLeaving has members removed who have left, while exports are broken and the program is cut off anywhere:
// nobody is who works for the company or has been away for less than a week, and in the end everybody is who has been away for
// long. Whoever comes back is a member again.
func TestAHundredDaysOfLeaving(t *testing.T) {
	const tries = 6 * time.Hour // after which a night that is cut off again and again has its end
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t, 0)
		s.options.Sync.RemoveLeavers = true
		left, removed, back := map[*colleague]time.Time{}, 0, 0
		members := s.members()
		for range 100 {
			night := time.Now()
			s.day()
			before := members
			members = s.members()
			for _, c := range s.people {
				if _, away := left[c]; c.works {
					delete(left, c)
				} else if !away {
					left[c] = night
				}
				_, was := before[c.address]
				_, is := members[c.address]
				switch since, away := left[c]; {
				case was && !is && (!away || night.Sub(since) < 7*24*time.Hour-tries):
					t.Fatalf("%s is removed on %s, away since %s", c.address, night, since)
				case was && !is:
					removed++
				case is && !was && c.joined > 1:
					back++
				}
			}
		}
		for c, since := range left {
			if _, is := members[c.address]; is && time.Since(since) > 30*24*time.Hour {
				t.Errorf("%s is still there, away since %s", c.address, since)
			}
		}
		if removed < 5 || back == 0 || s.nights[status.Interrupted] == 0 || s.nights[status.Roster] == 0 {
			t.Errorf("nothing has happened: %d removed, %d back, %v", removed, back, s.nights)
		}
	})
}
