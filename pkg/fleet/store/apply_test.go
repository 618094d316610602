package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/fleet/store"
)

const two = `
shared-limits: {acme: 48/s}
defaults: {zone: UTC, shared-limit: acme, credential: acme}
jobs:
- {name: emea, roster: /srv/emea.csv, organization-id: emea, schedule: 30 14 * * *}
- {name: apac, roster: https://hr.example.com/apac.csv, organization-id: apac, schedule: 30 15 * * *}
`

// none is an empty list, however that is kept. Words have a test of their own.
var none = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(store.Applied{}, "Words")}

func TestApplyIsDeclarative(t *testing.T) {
	c := open(t)
	if got, want := c.apply("acme", two), (store.Applied{Added: []string{"emea", "apac"}, Limits: []string{"acme"}}); !cmp.Equal(got, want, none) {
		t.Error(cmp.Diff(want, got, none))
	}
	c.pass(time.Hour)
	if got := c.apply("acme", two); !cmp.Equal(got, store.Applied{}, none) {
		t.Errorf("applied once more: %+v", got)
	}
	emea := c.schedule("acme", "emea")
	if want := time.Date(2026, 11, 29, 14, 30, 0, 0, time.UTC); !emea.Slot.Equal(want) || !emea.DueAt.Equal(want) {
		t.Errorf("emea is due at %v", emea.Slot)
	}
	if err := c.PauseSchedule(t.Context(), "acme", "emea", "ada"); err != nil {
		t.Fatal(err)
	}
	c.at(begins.Add(4 * time.Hour))
	c.want("apac 15:30")

	const other = `
shared-limits: {acme: 30/s}
jobs:
- {name: emea, roster: /srv/emea.csv, organization-id: emea, schedule: 30 13 * * *, shared-limit: acme, max-new: 7}
`
	want := store.Applied{Changed: []string{"emea"}, Gone: []string{"apac"}, Limits: []string{"acme"}, Open: []int64{1}}
	compared, err := c.set("acme", other).Compare(t.Context(), c.Store)
	if err != nil || !cmp.Equal(compared, want, none) {
		t.Errorf("%v %s", err, cmp.Diff(want, compared, none))
	}
	if again := c.schedule("acme", "emea"); again.Options != "organization-id: emea\n" || c.schedule("acme", "apac").Name != "apac" {
		t.Errorf("a comparison has changed something: %+v", again)
	}
	if got := c.apply("acme", other); !cmp.Equal(got, want, none) {
		t.Error(cmp.Diff(want, got, none))
	}
	emea = c.schedule("acme", "emea")
	if want := time.Date(2026, 11, 30, 13, 30, 0, 0, time.UTC); !emea.Slot.Equal(want) || emea.Options != "max-new: 7\norganization-id: emea\n" || emea.Paused != "ada" {
		t.Errorf("emea is %+v", emea)
	}
	// The job of the schedule that is gone goes on, and ends by itself.
	if job, err := c.Job(t.Context(), 1); err != nil || !job.Open() || job.CancelledBy != "" {
		t.Errorf("%+v, %v", job, err)
	}
	c.end("apac", 2)
}

func TestApplySaysWhatChanges(t *testing.T) {
	c := open(t)
	words := func(text string) map[string]string {
		t.Helper()
		compared, err := c.set("acme", text).Compare(t.Context(), c.Store)
		if err != nil {
			t.Fatal(err)
		}
		applied := c.apply("acme", text)
		if diff := cmp.Diff(applied, compared, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("a comparison says something else (-applied +compared):\n%s", diff)
		}
		return applied.Words
	}
	for i, test := range []struct {
		give string
		want map[string]string
	}{
		{two, map[string]string{"emea": "every day at 14:30 (UTC), for emea", "apac": "every day at 15:30 (UTC), for apac"}},
		{two, nil},
		{`
shared-limits: {x: 1/s}
jobs:
- {name: emea, roster: /srv/new.csv, organization-id: emea, schedule: 0 3 * * *, catchup: none, shared-limit: x, pause-on-failure: true, max-new: 7, dry-run: true}
- {name: apac, roster: https://hr.example.com/apac.csv, organization-id: pacific, schedule: 30 15 * * *, credential: acme}
`, map[string]string{
			"emea": "every night at 03:00 (UTC) with catch-up none instead of every day at 14:30 (UTC) with catch-up one; roster /srv/new.csv instead of /srv/emea.csv; " +
				"credential none instead of acme; shared limit x instead of acme; pause after a failure: true instead of false; other options: dry-run, max-new",
			"apac": "organization pacific instead of apac; shared limit none instead of acme; other options: organization-id",
		}},
		{"jobs:\n- {name: more, roster: /a, organization-id: more, schedule: '@hourly'}", map[string]string{
			"more": "every hour at :00 (UTC), for more", "emea": "no job of it begins any more; job 2 is open, and ends by itself", "apac": "no job of it begins any more",
		}},
	} {
		if diff := cmp.Diff(test.want, words(test.give), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if i == 2 {
			c.at(begins.Add(15 * time.Hour))
			c.want("apac 15:30, emea 03:00")
			c.end("pacific", 0)
		}
	}
}

func TestAnOrganizationIsInOneSet(t *testing.T) {
	c := open(t)
	c.apply("acme", two)
	_, err := c.set("other", two).Apply(t.Context(), c.Store)
	var taken *store.TakenError
	if !errors.As(err, &taken) || err.Error() != "emea is for the organization emea, which emea of the set acme is for already" {
		t.Errorf("a file that has another name now: %v", err)
	}
	if limits, err := c.Limits(t.Context()); err != nil || len(limits) != 1 || limits[0].Set != "acme" {
		t.Errorf("%+v, %v", limits, err)
	}
	// A set gets another name with all that it has.
	c.at(begins.Add(2*time.Hour + 30*time.Minute))
	c.want("emea 14:30")
	if err := c.Rename(t.Context(), "acme", "other"); err != nil {
		t.Fatal(err)
	}
	if got := c.apply("other", two); !cmp.Equal(got, store.Applied{}, none) {
		t.Errorf("applied by its new name: %+v", got)
	}
	if jobs, err := c.Jobs(t.Context(), store.Filter{Set: "other", Open: true}); err != nil || len(jobs) != 1 {
		t.Errorf("%+v, %v", jobs, err)
	}
	if err := c.Rename(t.Context(), "acme", "third"); !errors.Is(err, store.ErrNone) {
		t.Errorf("no such set: %v", err)
	}
	c.apply("third", "jobs: [{name: a, roster: /a, organization-id: a, schedule: '@daily'}]")
	if err := c.Rename(t.Context(), "third", "other"); !errors.Is(err, store.ErrSet) {
		t.Errorf("there is one: %v", err)
	}
	// It ends without schedules, and its organizations are free.
	c.end("", 0)
	if got, err := c.Apply(t.Context(), "other", nil, nil); err != nil || len(got.Gone) != 2 || len(got.Open) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	c.apply("acme", two)
}

func TestALimitBelongsToASet(t *testing.T) {
	c := open(t)
	file := func(organization, rate string) string {
		return fmt.Sprintf("shared-limits: {shared: %s}\njobs: [{name: a, roster: /a, organization-id: %s, schedule: '@daily', shared-limit: shared}]", rate, organization)
	}
	limit := func() string {
		t.Helper()
		limits, err := c.Limits(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, one := range limits {
			fmt.Fprintf(&text, "%s %g/s of %q", one.Name, one.Rate, one.Set)
		}
		return text.String()
	}
	c.apply("one", file("a", "48/s"))
	if got := c.apply("two", file("b", "48/s")); len(got.Limits) != 0 {
		t.Errorf("the same limit has changed: %+v", got)
	}
	_, err := c.set("two", file("b", "30/s")).Apply(t.Context(), c.Store)
	var other *store.LimitError
	if !errors.As(err, &other) || err.Error() != "the shared limit shared is 48/s in the set one, and cannot be 30/s here" {
		t.Errorf("another rate: %v", err)
	}
	if got := limit(); got != `shared 48/s of "one"` {
		t.Errorf("the limit is %s", got)
	}
	// The first set leaves it. It stays, since the second one needs it, and belongs to that from now on.
	c.apply("one", "jobs: [{name: a, roster: /a, organization-id: a, schedule: '@daily'}]")
	if got := limit(); got != `shared 48/s of ""` {
		t.Errorf("the limit is %s", got)
	}
	if got := c.apply("two", file("b", "30/s")); len(got.Limits) != 1 {
		t.Errorf("applied %+v", got)
	}
	if got := limit(); got != `shared 30/s of "two"` {
		t.Errorf("the limit is %s", got)
	}
	// A job that has it keeps it, also when it has ended, until it is forgotten.
	if _, err := c.Submit(t.Context(), store.Order{Organization: "x", Command: store.Sync, Source: "x", Limit: "shared"}, nil, ""); err != nil {
		t.Fatal(err)
	}
	c.end("x", 0)
	c.apply("two", "jobs: [{name: a, roster: /a, organization-id: b, schedule: '@daily'}]")
	if got := limit(); got != `shared 30/s of ""` {
		t.Errorf("the limit is %s", got)
	}
	if n, err := c.Forget(t.Context(), c.now().Add(time.Second)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := c.Apply(t.Context(), "one", nil, nil); err != nil || limit() != "" {
		t.Errorf("the limit is %s, %v", limit(), err)
	}
}

// TestApplyAmongOthers applies, fires, submits and pauses at the same time: nobody waits for ever for anybody.
func TestApplyAmongOthers(t *testing.T) {
	c := open(t)
	rates := []string{"10/s", "20/s"}
	file := func(set, i int) string {
		var text strings.Builder
		fmt.Fprintf(&text, "shared-limits: {l%d: %s, both: 5/s}\ndefaults: {schedule: '* * * * *', shared-limit: l%d}\njobs:\n", set, rates[i%2], set)
		for k := range 5 + i%3 {
			fmt.Fprintf(&text, "- {name: s%d, roster: /srv/a, organization-id: o%d-%d, max-new: %d}\n", k, set, k, i)
		}
		return text.String()
	}
	var all sync.WaitGroup
	for set := range 2 {
		for range 2 {
			all.Go(func() {
				for i := range 12 {
					if _, err := c.set(fmt.Sprint("set", set), file(set, i)).Apply(t.Context(), c.Store); err != nil {
						t.Error("apply:", err)
					}
				}
			})
		}
	}
	all.Go(func() {
		for range 12 {
			c.pass(time.Minute)
			c.end("", 1)
		}
	})
	for worker := range 2 {
		all.Go(func() {
			for i := range 60 {
				if _, _, err := c.fire(t.Context()); err != nil {
					t.Error("fire:", err)
				}
				order := store.Order{Organization: fmt.Sprint("p", worker, i), Command: store.Invite, Source: "x", Limit: fmt.Sprint("l", worker)}
				if _, err := c.Submit(t.Context(), order, nil, ""); err != nil && !errors.Is(err, store.ErrNone) && !errors.Is(err, store.ErrBusy) {
					t.Error("submit:", err)
				}
			}
		})
	}
	all.Wait()
}
