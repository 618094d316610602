package schedule_test

import (
	"testing"
	"time"

	"rollcall/pkg/schedule"
	"rollcall/pkg/status"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLook(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	slot := func(day int) time.Time { return at(day, 2, 30) }
	for _, test := range []struct {
		name    string
		catchup string
		state   schedule.State
		now     time.Time
		want    schedule.Look
	}{
		{"too early", "one", schedule.State{Last: slot(10)}, at(11, 2, 29), schedule.Look{Next: slot(11)}},
		{"on time", "one", schedule.State{Last: slot(10)}, slot(11), schedule.Look{Action: schedule.Begin, First: slot(11), Slot: slot(11), Next: slot(12)}},
		{"nights missed", "one", schedule.State{Last: slot(10)}, at(20, 12, 0), schedule.Look{Action: schedule.Begin, First: slot(11), Slot: slot(20), Next: slot(21)}},
		{"nights missed, none made up for", "none", schedule.State{Last: slot(10)}, at(20, 12, 0), schedule.Look{Action: schedule.Pass, First: slot(11), Slot: slot(20), Next: slot(21)}},
		{"nights missed, the last just now", "none", schedule.State{Last: slot(10)}, at(20, 2, 35), schedule.Look{Action: schedule.Begin, First: slot(11), Slot: slot(20), Next: slot(21)}},
		{"within six hours", "6h", schedule.State{Last: slot(10)}, at(11, 8, 30), schedule.Look{Action: schedule.Begin, First: slot(11), Slot: slot(11), Next: slot(12)}},
		{"beyond six hours", "6h", schedule.State{Last: slot(10)}, at(11, 8, 31), schedule.Look{Action: schedule.Pass, First: slot(11), Slot: slot(11), Next: slot(12)}},
		{"while a run is open", "one", schedule.State{Last: slot(10), Open: true}, at(12, 3, 0), schedule.Look{First: slot(11), Slot: slot(12), Next: slot(13)}},
		{"during a pause", "one", schedule.State{Last: slot(10), Paused: true}, at(12, 3, 0), schedule.Look{Action: schedule.Pass, First: slot(11), Slot: slot(12), Next: slot(13)}},
		{"new", "one", schedule.State{Last: at(10, 12, 0)}, at(10, 12, 0), schedule.Look{Next: slot(11)}},
		{"a clock that was set back", "one", schedule.State{Last: slot(12)}, at(10, 12, 0), schedule.Look{Next: slot(11)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := made(t, schedule.Options{Cron: cron(t, "30 2 * * *"), Catchup: catchup(t, test.catchup)})
			if diff := cmp.Diff(test.want, s.Look(test.state, test.now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnded(t *testing.T) {
	pausing := made(t, schedule.Options{Cron: cron(t, "@daily"), PauseOnFailure: true})
	going := made(t, schedule.Options{Cron: cron(t, "@daily")})
	for _, how := range status.All() {
		want := false
		switch how {
		case status.Unexpected, status.Settings, status.Refused, status.Roster, status.Guarded:
			want = true
		case status.Well, status.Rows, status.Locked, status.Stopped, status.Interrupted:
		}
		if got := pausing.Ended(schedule.State{Open: true}, how); got.Paused != want || got.Open {
			t.Errorf("after %d a schedule that pauses on failure has %+v, want paused %v", how, got, want)
		}
		if got := going.Ended(schedule.State{Open: true}, how); got != (schedule.State{}) {
			t.Errorf("after %d another one has %+v", how, got)
		}
		if got := going.Ended(schedule.State{Open: true, Paused: true}, how); !got.Paused {
			t.Errorf("%d has resumed a schedule that a person paused", how)
		}
	}
	now := time.Date(2026, 11, 29, 5, 0, 0, 0, time.UTC)
	if got, want := (schedule.State{Paused: true}).Resumed(now), (schedule.State{Last: now}); got != want {
		t.Errorf("resumed: %+v, want %+v", got, want)
	}
	if got := (schedule.State{Open: true}).Resumed(now); got != (schedule.State{Open: true}) {
		t.Errorf("a schedule that does not pause is resumed: %+v", got)
	}
}

// However often and however late somebody looks, every slot is dealt with once: by a run, by one that makes up for it, or
// by letting it pass where that was asked for; and no two runs are open.
func TestEverySlotIsDealtWithOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		now := instant(t, "start").Truncate(time.Second)
		state := schedule.State{Last: now}
		dealt := now // every slot until then
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			if rapid.Bool().Draw(t, "on time") {
				now = s.Next(now)
			} else {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(t, "later")))
			}
			look := s.Look(state, now)
			if !look.Next.After(now) || !s.Next(now).Equal(look.Next) {
				t.Fatalf("next is %v at %v", look.Next, now)
			}
			due := !s.Next(dealt).After(now)
			if due != !look.Slot.IsZero() {
				t.Fatalf("%+v at %v, due: %v", look, now, due)
			}
			if due {
				if !look.First.Equal(s.Next(dealt)) || look.Slot.After(now) || !s.Next(look.Slot).After(now) || !s.Next(look.Slot.Add(-1)).Equal(look.Slot) {
					t.Fatalf("%s at %v: %+v", s, now, look)
				}
			}
			switch look.Action {
			case schedule.Begin:
				if state.Open || state.Paused || !due {
					t.Fatalf("begun in %+v", state)
				}
				dealt = look.Slot
			case schedule.Pass:
				if late := now.Sub(look.Slot); !due || !state.Paused && (s.Options().Catchup == schedule.Catchup{} || late <= schedule.OnTime) {
					t.Fatalf("passed %v late in %+v", late, state)
				}
				dealt = look.Slot
			case schedule.Wait:
				if due && !state.Open {
					t.Fatalf("a slot waits in %+v", state)
				}
			}
			state = state.After(look)
			if state.Open && rapid.Bool().Draw(t, "ends") {
				state = s.Ended(state, rapid.SampledFrom(status.All()).Draw(t, "how"))
			}
			if state.Paused && rapid.Bool().Draw(t, "resumed") {
				if state = state.Resumed(now); state.Last.After(dealt) {
					dealt = state.Last
				}
			}
		}
	})
}

func TestCatchups(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"one", ""},
		{"none", ""},
		{"6h0m0s", ""},
		{"all", `expected one, none, or how late a run may begin, such as 6h, and found "all"`},
		{"", `expected one, none, or how late a run may begin, such as 6h, and found ""`},
		{"1m", "a run that may begin 1m0s late is easily missed: write none, which allows 5m0s, or more"},
		{"-1h", "a run that may begin -1h0m0s late is easily missed: write none, which allows 5m0s, or more"},
	} {
		var c schedule.Catchup
		err := c.UnmarshalText([]byte(test.give))
		if err == nil && (test.want != "" || c.String() != test.give) || err != nil && err.Error() != test.want {
			t.Errorf("%q: %v, %v\nwant %s", test.give, c, err, test.want)
		}
	}
	for _, test := range []struct{ give, want string }{
		{"20m", ""},
		{"soon", `expected a duration such as 20m, found "soon"`},
		{"-1m", "a jitter of -1m0s is not between 0 and 24h0m0s"},
		{"25h", "a jitter of 25h0m0s is not between 0 and 24h0m0s"},
	} {
		var j schedule.Jitter
		err := j.UnmarshalText([]byte(test.give))
		if err == nil && test.want != "" || err != nil && err.Error() != test.want {
			t.Errorf("%q: %v, %v, want %s", test.give, j, err, test.want)
		}
	}
}
