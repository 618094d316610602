package rota_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without the zones

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
	"rollcall/pkg/schedule"
)

// now is 05:00 in Berlin.
var now = time.Date(2026, 11, 29, 4, 0, 0, 0, time.UTC)

func read(text string) (rota.Set, error) {
	file, err := jobs.Read(strings.NewReader(text), "acme.yaml")
	if err != nil {
		return rota.Set{}, err
	}
	return rota.Read(file, "acme", now)
}

func TestRead(t *testing.T) {
	set, err := read(`
shared-limits: {acme: 90/m}
defaults: {zone: Europe/Berlin, jitter: 20m, shared-limit: acme, max-new: 5%, protect: [boss@example.com, /etc/rollcall/protected]}
jobs:
- {name: emea, roster: /srv/emea.csv, organization-id: emea, schedule: 30 2 * * *, catchup: 6h, pause-on-failure: true, credential: acme-emea, deadline: 06:00}
- {name: apac, roster: "https://hr.example.com/apac.csv?all=1", organization-id: apac, schedule: "@daily", jitter: 0s, header-file: /etc/rollcall/header, max-new: 7}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := rota.Set{Name: "acme", Limits: map[string]float64{"acme": 1.5}, Schedules: []store.Schedule{
		{
			Set: "acme", Name: "emea", PauseOnFailure: true,
			Order: store.Order{
				Organization: "emea", Command: store.Sync, Source: "/srv/emea.csv", Credential: "acme-emea", Limit: "acme",
				Options: "deadline: 06:00\nmax-new: 5%\norganization-id: emea\nprotect:\n- boss@example.com\n- /etc/rollcall/protected\n",
			},
			Timing: json.RawMessage(`{"version":1,"cron":"30 2 * * *","zone":"Europe/Berlin","jitter":"20m0s","catchup":"6h0m0s"}`),
			Slot:   time.Date(2026, 11, 30, 1, 30, 0, 0, time.UTC), DueAt: time.Date(2026, 11, 30, 1, 39, 43, 0, time.UTC),
		},
		{
			Set: "acme", Name: "apac",
			Order: store.Order{
				Organization: "apac", Command: store.Sync, Source: "https://hr.example.com/apac.csv?all=1", Limit: "acme",
				Options: "header-file: /etc/rollcall/header\nmax-new: 7\norganization-id: apac\nprotect:\n- boss@example.com\n- /etc/rollcall/protected\n",
			},
			Timing: json.RawMessage(`{"version":1,"cron":"@daily","zone":"Europe/Berlin","jitter":"0s","catchup":"one"}`),
			Slot:   time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC), DueAt: time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC),
		},
	}}
	for i := range set.Schedules {
		set.Schedules[i].Options = strings.ReplaceAll(set.Schedules[i].Options, "\n  - ", "\n- ")
	}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if words := rota.Words(set.Schedules[1]); words != "every night at 00:00 (Europe/Berlin)" {
		t.Error(words)
	}
	if job, err := jobs.ParseOptions(set.Schedules[0].Options); err != nil || !job.Names("deadline") {
		t.Errorf("%+v, %v", job, err)
	}
}

func TestReadRefuses(t *testing.T) {
	const well = "name: a, roster: /a.csv, organization-id: a, schedule: '@daily'"
	for _, test := range []struct{ name, give, want string }{
		{"a file for one machine", "defaults:\n  pat-file: /etc/pat\njobs:\n- {" + well + "}\n- {roster: b.csv, results: b.out.csv,\n   ledger: b.ledger}", `
2: pat-file: it is a file of one machine, and any worker may run the job: name a credential instead, which every worker has
5: it has no schedule, and a fleet runs it by that alone, as in {name: emea, schedule: "30 2 * * *"}; what is to run once is submitted
5: organization-id: it is missing: the workers have many, and ask nobody which one is meant
5: results: it is a file of one machine, and any worker may run the job: the fleet keeps the results
5: roster: "b.csv" is read by the workers: name an address, or the whole path there, as in /srv/rosters/b.csv
6: ledger: the ledger is the database of the fleet`},
		{"what else means nothing", "jobs:\n- {" + well + ", sandbox: true,\n report: a.html,\n summary: a,\n metrics-file: a,\n audit: a,\n notify: 'https://x',\n progress: line}", `
2: sandbox: it is a service inside one process, and the job has many: name the service of the workers
3: report: it is a file of one machine, and any worker may run the job: the fleet keeps what it is made from
4: summary: it is a file of one machine, and any worker may run the job: the fleet keeps the summary
5: metrics-file: it is a file of one machine, and any worker may run the job: each worker has metrics of its own
6: audit: it is a file of one machine, and its lines follow each other: no other worker could go on with it
7: notify: it is a secret, and the database keeps none: name a notify-file that every worker has
8: progress: nobody looks on`},
		{"rosters", "defaults: {schedule: '@daily'}\njobs:\n- {name: a, organization-id: a, roster: '-'}\n- {name: b, organization-id: b, roster: 'http://hr.example.com/b.csv'}\n" +
			"- {name: c, organization-id: c, roster: 'https://ada:secret@hr.example.com/c.csv'}\n- {name: d, organization-id: d, roster: 's3://bucket/d.csv'}", `
3: roster: the workers have no standard input: name an address, or a path on the workers
4: roster: http://hr.example.com must be https: credentials would travel in the clear
5: roster: an address must have no user
6: roster: s3:// is not https://`},
		{"files of the workers", "jobs:\n- {" + well + ", header-file: header,\n notify-file: ../notify,\n protect: [a@b.example, people.txt]}", `
2: header-file: "header" is read by the workers: write its whole path there, as in /etc/rollcall/NAME
3: notify-file: "../notify" is read by the workers: write its whole path there, as in /etc/rollcall/NAME
4: protect: "people.txt" is read by the workers: write its whole path there, as in /etc/rollcall/NAME`},
		{"no organization", "defaults: {schedule: '@daily'}\njobs:\n- {name: a, roster: /a, organization-id: ' '}\n- {name: b, roster: /b, organization-id: [x, y]}", `
3: organization-id: it is missing: the workers have many, and ask nobody which one is meant
4: organization-id: it is missing: the workers have many, and ask nobody which one is meant`},
		{"an organization twice", "defaults: {schedule: '@daily', organization-id: Acme}\njobs:\n- {name: a, roster: /a}\n- {name: b, roster: /a}\n- {name: c, roster: /c}\n- name: d\n  roster: /d\n  organization-id: ACME", `
5: organization-id: the job on line 3 has the same organization and another roster, and would take these people for leavers: put them into one roster
8: organization-id: the job on line 3 has the same organization and another roster, and would take these people for leavers: put them into one roster`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.give)
			got := strings.ReplaceAll("\n"+fmt.Sprint(err), "\nacme.yaml:", "\n")
			if diff := cmp.Diff(lines(test.want), lines(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !errors.As(err, new(*jobs.Error)) {
				t.Errorf("%T", err)
			}
		})
	}
}

// lines returns the lines in alphabetical order: those about one line of a file come in any.
func lines(text string) []string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(all)
	return all
}

// Two jobs for one organization with one roster wait for each other.
func TestReadAllowsOneRosterTwice(t *testing.T) {
	set, err := read("defaults: {organization-id: a}\njobs:\n- {name: hourly, roster: /a, schedule: '@hourly'}\n- {name: nightly, roster: /a, schedule: '@daily', cancel-leavers: true}")
	if err != nil || len(set.Schedules) != 2 {
		t.Errorf("%+v, %v", set, err)
	}
}

// What an older version has written is read, and what a newer one has written is left to that.
func TestTimings(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{`{"version":1,"cron":"30 2 * * *","zone":"Europe/Berlin","jitter":"0s","catchup":"one"}`, "every night at 02:30 (Europe/Berlin)"},
		{`{"version":1,"cron":"30 2 * * *"}`, "every night at 02:30 (UTC)"},
		{`{"version":1,"cron":"30 2 * * *","later":7}`, "every night at 02:30 (UTC)"},
		{`{"version":2,"cron":["30 2 * * *"]}`, "when it is due was written by a newer version of this program (2, and 1 is known)"},
		{`{"version":1,"cron":"30 2"}`, `when it is due cannot be read: "30 2" has not five fields but 2: write minute, hour, day of the month, month and weekday, as in "30 2 * * *"`},
		{`{"version":1,"cron":"30 2 * * *","zone":"Mars/Base"}`, `when it is due cannot be read: there is no time zone "Mars/Base": write a place that has its time, such as Europe/Berlin or America/New_York, or UTC`},
		{`{"version":1}`, "a schedule needs times"},
		{`7`, "when it is due cannot be read: json: cannot unmarshal number into Go value of type struct { Version int \"json:\\\"version\\\"\" }"},
	} {
		one := store.Schedule{Name: "a", Timing: json.RawMessage(test.give), Slot: now}
		if got := rota.Words(one); got != test.want {
			t.Errorf("%s: %s, want %s", test.give, got, test.want)
		}
		if _, err := rota.Decide(one, now); (err == nil) != strings.HasPrefix(test.want, "every night") {
			t.Errorf("%s: %v", test.give, err)
		}
	}
}

// TestDecideTakesEverySlotOnce looks at a schedule at any moments: the slots follow each other without a gap, and only those that are
// later than their catch-up says have no job.
func TestDecideTakesEverySlotOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
		o := schedule.Options{Name: draw("name", "a", "b", "c")}
		for _, err := range []error{
			o.Cron.UnmarshalText([]byte(draw("cron", "* * * * *", "*/7 1-4 * * *", "30 2 * * *", "0 0 1 * *", "15 3 * * 0", "30 */6 29-31 12,3,10 *"))),
			o.Zone.UnmarshalText([]byte(draw("zone", "UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"))),
			o.Jitter.UnmarshalText([]byte(draw("jitter", "0s", "20m", "23h"))),
			o.Catchup.UnmarshalText([]byte(draw("catchup", "one", "none", "6h"))),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		s, err := schedule.New(o)
		if err != nil {
			t.Fatal(err)
		}
		timing, err := json.Marshal(map[string]any{"version": 1, "cron": o.Cron, "zone": o.Zone, "jitter": o.Jitter, "catchup": o.Catchup})
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1.1e9, 2.3e9).Draw(t, "at"), 0)
		next := s.Next(at)
		due := store.Schedule{Name: o.Name, Timing: timing, Slot: next.Add(-s.Later()), DueAt: next}
		for range rapid.IntRange(1, 12).Draw(t, "looks") {
			at = due.DueAt
			if late := rapid.IntRange(0, 3).Draw(t, "late"); late > 0 {
				at = at.Add(time.Duration(rapid.Int64Range(0, int64([]time.Duration{time.Minute, time.Hour, 20 * 24 * time.Hour}[late-1])).Draw(t, "by")))
			}
			firing, err := rota.Decide(due, at)
			if err != nil {
				t.Fatal(err)
			}
			// The slots one by one.
			missed, last := -1, time.Time{}
			for slot := due.DueAt; !slot.After(at); slot = s.Next(slot) {
				missed, last = missed+1, slot
			}
			late := at.Sub(last)
			begins := o.Catchup.String() == "one" || late <= schedule.OnTime || o.Catchup.String() != "none" && late <= 6*time.Hour
			if firing.Begin != begins || firing.Begin && (firing.Missed != missed || !firing.Slot.Equal(last.Add(-s.Later()))) {
				t.Fatalf("%s at %v: %+v, and %d slots were missed before %v", s, at, firing, missed, last)
			}
			if !firing.DueAt.Equal(s.Next(last)) || !firing.DueAt.After(at) || !firing.Next.Equal(firing.DueAt.Add(-s.Later())) {
				t.Fatalf("%s at %v: %+v", s, at, firing)
			}
			due.Slot, due.DueAt = firing.Next, firing.DueAt
		}
	})
}

// What the database says is due is due, once, whatever the zones of a machine say; and what is not due yet waits.
func TestDecideTrustsTheDatabase(t *testing.T) {
	due := store.Schedule{Name: "a", Timing: json.RawMessage(`{"version":1,"cron":"30 2 * * *","zone":"Europe/Berlin"}`), Slot: now.Add(-time.Hour)}
	firing, err := rota.Decide(due, now)
	next := time.Date(2026, 11, 30, 1, 30, 0, 0, time.UTC)
	if err != nil || !firing.Begin || !firing.Slot.Equal(due.Slot) || firing.Missed != 0 || !firing.Next.Equal(next) {
		t.Errorf("%+v, %v", firing, err)
	}
	due.Slot = now.Add(time.Hour)
	if firing, err = rota.Decide(due, now); err != nil || firing.Begin || !firing.DueAt.Equal(due.Slot) || !firing.Next.Equal(due.Slot) {
		t.Errorf("%+v, %v", firing, err)
	}
}

// A schedule of every minute that nobody has looked at for years is dealt with at once.
func TestDecideAfterYears(t *testing.T) {
	due := store.Schedule{Name: "a", Timing: json.RawMessage(`{"version":1,"cron":"* * * * *"}`), Slot: now.AddDate(-5, 0, 0)}
	if firing, err := rota.Decide(due, now); err != nil || !firing.Begin || firing.Missed != 100_000 || !firing.Slot.Equal(now) {
		t.Errorf("%+v, %v", firing, err)
	}
}
