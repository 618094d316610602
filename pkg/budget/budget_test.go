package budget_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/budget"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestAllows(t *testing.T) {
	ago := func(hours ...float64) (times []time.Time) {
		for _, h := range hours {
			times = append(times, noon.Add(-time.Duration(h*float64(time.Hour))))
		}
		return times
	}
	stranger, counted := budget.Person{Key: "s"}, budget.Person{Key: "c", Counted: true}
	for _, tt := range []struct {
		name   string
		limits budget.Limits
		used   budget.Used
		person budget.Person
		want   bool
		from   time.Duration // from noon, 0 meaning that it is not known
	}{
		{"no limit", budget.Limits{}, budget.Used{Mailings: ago(1, 2, 3), Pending: 9}, stranger, true, 0},
		{"some of the day left", budget.Limits{PerDay: new(3)}, budget.Used{Mailings: ago(1, 2)}, stranger, true, 22*time.Hour + time.Minute},
		{"none of the day left", budget.Limits{PerDay: new(3)}, budget.Used{Mailings: ago(1, 3, 2)}, stranger, false, 21*time.Hour + time.Minute},
		{"more than the day has", budget.Limits{PerDay: new(2)}, budget.Used{Mailings: ago(5, 4, 3, 2)}, stranger, false, 21*time.Hour + time.Minute},
		{"those of yesterday do not count", budget.Limits{PerDay: new(3)}, budget.Used{Mailings: ago(25, 24.1, 2)}, stranger, true, 22*time.Hour + time.Minute},
		{"one that may just have arrived does", budget.Limits{PerDay: new(1)}, budget.Used{Mailings: ago(24)}, stranger, false, time.Minute},
		{"one from the future does", budget.Limits{PerDay: new(1)}, budget.Used{Mailings: ago(-1)}, stranger, false, 25*time.Hour + time.Minute},
		{"a day of nothing", budget.Limits{PerDay: new(0)}, budget.Used{}, stranger, false, 0},
		{"an untouched day", budget.Limits{PerDay: new(2)}, budget.Used{}, stranger, true, 24*time.Hour + time.Minute},
		{"fewer are open", budget.Limits{Pending: new(3)}, budget.Used{Pending: 2}, stranger, true, 0},
		{"as many are open", budget.Limits{Pending: new(3)}, budget.Used{Pending: 3}, stranger, false, 0},
		{"one in the place of an open one", budget.Limits{Pending: new(3)}, budget.Used{Pending: 3}, counted, true, 0},
		{"which takes of the day all the same", budget.Limits{PerDay: new(1), Pending: new(3)}, budget.Used{Mailings: ago(1), Pending: 3}, counted, false, 23*time.Hour + time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := budget.New(tt.limits, tt.used)
			if got := b.Allows(tt.person, noon); got != tt.want {
				t.Errorf("Allows = %v, want %v", got, tt.want)
			}
			want := time.Time{}
			if tt.from != 0 {
				want = noon.Add(tt.from)
			}
			if got := b.From(noon); !got.Equal(want) {
				t.Errorf("From = %v, want %v", got, want)
			}
		})
	}
}

// TestNeverTooManyInAnyDay sends whenever a budget allows it, some harmlessly, and holds every day to the limit.
func TestNeverTooManyInAnyDay(t *testing.T) {
	const limit = 7
	random := rand.New(rand.NewPCG(1, 2))
	b := budget.New(budget.Limits{PerDay: new(limit)}, budget.Used{})
	now, underway := noon, []budget.Person(nil)
	var mailed []time.Time
	for i := range 5_000 {
		now = now.Add(time.Duration(random.IntN(int(time.Hour))))
		if p := (budget.Person{Key: strconv.Itoa(i)}); b.Allows(p, now) {
			b.Leaves(p)
			underway = append(underway, p)
		}
		if len(underway) > 0 && random.IntN(2) == 0 {
			harmless := random.IntN(3) == 0
			b.Answered(underway[0], now, harmless)
			underway = underway[1:]
			if !harmless {
				mailed = append(mailed, now)
			}
		}
		if i%100 == 0 { // another process goes on
			for _, p := range underway {
				b.Answered(p, now, true)
			}
			underway = nil
			b = budget.New(budget.Limits{PerDay: new(limit)}, budget.Used{Mailings: slices.Clone(mailed)})
		}
	}
	for i := limit; i < len(mailed); i++ {
		if mailed[i].Sub(mailed[i-limit]) <= 24*time.Hour {
			t.Fatalf("%d mailings from %s to %s", limit+1, mailed[i-limit], mailed[i])
		}
	}
	if len(mailed) < 5_000/48*limit*9/10 {
		t.Errorf("%d mailings in some hundred days: far less than allowed", len(mailed))
	}
}

// TestOpenInvitations follows one budget of open invitations.
func TestOpenInvitations(t *testing.T) {
	b := budget.New(budget.Limits{Pending: new(12)}, budget.Used{Pending: 10})
	ada, bruno, carla, known := budget.Person{Key: "ada"}, budget.Person{Key: "bruno"}, budget.Person{Key: "carla"}, budget.Person{Key: "known", Counted: true}
	allows := func(p budget.Person, want bool) {
		t.Helper()
		if got := b.Allows(p, noon); got != want {
			t.Errorf("%s: Allows = %v, want %v", p.Key, got, want)
		}
	}
	b.Leaves(ada)
	b.Leaves(known)
	b.Suspects(bruno)
	allows(carla, false)
	allows(ada, true) // once more: of an earlier request nothing has come
	b.Answered(known, noon, false)
	allows(carla, false)
	b.Answered(ada, noon, true)
	allows(carla, true)
	b.Leaves(carla)
	allows(ada, false)
	allows(known, true)
}

func TestSpentSaysWhatIsLeft(t *testing.T) {
	at := time.Date(2026, 11, 29, 2, 9, 0, 1, time.Local)
	for want, spent := range map[string]*budget.SpentError{
		"the budget of 200 a day is used up; 140 people are left; from 2026-11-29 02:10 on the same command goes on":                              {Option: budget.OptionPerDay, Limit: 200, Left: 140, From: at},
		"the budget of 0 a day is used up; 1 person is left":                                                                                      {Option: budget.OptionPerDay, Left: 1},
		"the budget of 50 open invitations at once is used up; 2 people are left; once some are accepted or have ended, the same command goes on": {Option: budget.OptionPending, Limit: 50, Left: 2},
	} {
		if got := spent.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := (&budget.SpentError{Option: budget.OptionPerDay, Limit: 200, Left: 140, From: at}).Reason(), "the budget of 200 a day is used up; from 2026-11-29 02:10 on the same command goes on"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	both := budget.New(budget.Limits{PerDay: new(5), Pending: new(1)}, budget.Used{Pending: 1, Mailings: []time.Time{noon}})
	if got := both.Spent(3, noon).Option; got != budget.OptionPending {
		t.Errorf("the day has some left, and %s is blamed", got)
	}
}

// TestFirst lets so many people through, whatever comes of it.
func TestFirst(t *testing.T) {
	b := budget.New(budget.Limits{First: new(2), PerDay: new(5)}, budget.Used{})
	ada, bruno, carla := budget.Person{Key: "ada"}, budget.Person{Key: "bruno"}, budget.Person{Key: "carla"}
	for range 2 {
		if !b.Admit(ada) {
			t.Error("the first one is not let through, now or again")
		}
	}
	b.Leaves(bruno)
	b.Answered(bruno, noon, true)
	for _, p := range []budget.Person{ada, bruno} {
		if !b.Allows(p, noon) {
			t.Errorf("%s: another attempt counts as another person", p.Key)
		}
	}
	if b.Allows(carla, noon) || b.Admit(carla) {
		t.Error("a third person is let through, since a refusal gives something back")
	}
	if got, want := b.Spent(1, noon).Error(), "the limit of 2 at a time is reached; 1 person is left; the same command goes on with the next ones"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for range 5 {
		b.Leaves(ada)
	}
	if got := b.Spent(1, noon).Option; got != budget.OptionPerDay {
		t.Errorf("nobody can be sent today, and %s is blamed", got)
	}
}
