package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without the zones

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/jobs"
	"rollcall/pkg/pace"
)

// What a job says about itself is its own, else that of the defaults, and none of it is an option.
func TestTerms(t *testing.T) {
	file, err := jobs.Read(strings.NewReader(`
shared-limits: {acme: 48/s, x: 90/m}
defaults: {zone: Europe/Berlin, jitter: 20m, shared-limit: acme, schedule: "@daily", sheet: People}
jobs:
  - {name: emea, roster: emea.csv, schedule: 30 2 * * *, catchup: 6h, pause-on-failure: true, credential: acme-emea}
  - {name: apac, roster: apac.csv, zone: Asia/Tokyo, jitter: 0s, shared-limit: x}
`), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]pace.Rate{"acme": 48, "x": 1.5}, file.SharedLimits); diff != "" {
		t.Errorf("shared limits (-want +got):\n%s", diff)
	}
	now := time.Date(2026, 11, 29, 5, 0, 0, 0, time.UTC)
	var got [][]string
	for _, job := range file.Jobs {
		o := job.Schedule.Options()
		pauses := "goes on"
		if o.PauseOnFailure {
			pauses = "pauses"
		}
		got = append(got, []string{job.Name, job.Credential, job.SharedLimit, job.Schedule.Line(now), o.Catchup.String(), pauses})
		for _, term := range jobs.Terms() {
			if job.Names(term) {
				t.Errorf("%s is an option", term)
			}
		}
	}
	want := [][]string{
		{"emea", "acme-emea", "acme", "every night at 02:30 (Europe/Berlin), 9m43s later by its jitter, next: Mon 30 Nov 02:39", "6h0m0s", "pauses"},
		{"apac", "", "x", "every night at 00:00 (Asia/Tokyo), next: Mon 30 Nov 00:00", "one", "goes on"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var all []settings
	err = file.DecodeAll(func(jobs.Job) any {
		all = append(all, settings{})
		return &all[len(all)-1]
	})
	if err != nil || all[0].Sheet != "People" || all[1].Sheet != "People" {
		t.Errorf("options %+v, %v", all, err)
	}
	if want := strings.Fields("catchup credential jitter name pause-on-failure schedule shared-limit zone"); !slices.Equal(jobs.Terms(), want) {
		t.Errorf("terms %v, want %v", jobs.Terms(), want)
	}
}

// A job may have a name, a credential and a limit without a schedule, and a schedule may be left out where others have one.
func TestWithoutASchedule(t *testing.T) {
	file, err := jobs.Read(strings.NewReader("defaults: {zone: Europe/Berlin, jitter: 5m}\njobs:\n- {roster: a, name: one, credential: acme}\n- {roster: b}"), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range file.Jobs {
		if job.Schedule != nil {
			t.Errorf("%s has the schedule %s", job.Roster, job.Schedule)
		}
	}
	if file.Jobs[0].Name != "one" || file.Jobs[0].Credential != "acme" || file.Jobs[1].Name != "" || len(file.SharedLimits) != 0 {
		t.Errorf("read %+v", file)
	}
}

func TestTermsThatAreRefused(t *testing.T) {
	for _, test := range []struct{ name, give, want string }{
		{
			"all at once", "defaults: {zone: Mars/Base}\njobs:\n- roster: a\n  name: a\n  schedule: 0 2 31 2 *\n  jitter: soon\n  catchup: all\n  pause-on-failure: perhaps",
			"1: zone: there is no time zone \"Mars/Base\": write a place that has its time, such as Europe/Berlin or America/New_York, or UTC\n" +
				"5: schedule: \"0 2 31 2 *\": the day 31 never comes in February: name a day or a month that has it\n" +
				"6: jitter: expected a duration such as 20m, found \"soon\"\n" +
				"7: catchup: expected one, none, or how late a run may begin, such as 6h, and found \"all\"\n" +
				"8: pause-on-failure: expected true or false, found \"perhaps\"",
		},
		{"a schedule without a name", "jobs:\n- roster: a\n  schedule: 30 2 * * *", "3: schedule: a job that has one needs a name to keep, as in {name: emea}"},
		{"a default without names", "defaults: {schedule: 30 2 * * *}\njobs:\n- {roster: a, name: a}\n- {roster: b}", "4: schedule: a job that has one needs a name to keep, as in {name: emea}"},
		{"what a schedule has, without one", "jobs:\n- roster: a\n  zone: UTC\n  catchup: none", "3: zone: it is about a schedule, and the job has none\n4: catchup: it is about a schedule, and the job has none"},
		{"a wrong default, told once", "defaults: {schedule: 30}\njobs:\n- {roster: a, name: a, zone: UTC}\n- {roster: b}", "1: schedule: \"30\" has not five fields but 1: write minute, hour, day of the month, month and weekday, as in \"30 2 * * *\""},
		{"a name twice", "jobs:\n- {roster: a, name: emea}\n- {roster: b, name: apac}\n- {roster: c, name: emea}", "4: name: the job on line 2 is called emea, too"},
		{"a name for all", "defaults: {name: emea}\njobs:\n- {roster: a}\n- {roster: b}", "1: name: each job names its own name, and the defaults name none"},
		{
			"what no name can be", "jobs:\n- {roster: a, name: EMEA}\n- {roster: b, credential: ../pat}\n- {roster: c, shared-limit: \"\"}",
			"2: name: a name has small letters, digits and dashes, 63 at most, as in acme-emea, and \"EMEA\" has not\n" +
				"3: credential: a name has small letters, digits and dashes, 63 at most, as in acme-emea, and \"../pat\" has not\n" +
				"4: shared-limit: a name has small letters, digits and dashes, 63 at most, as in acme-emea, and \"\" has not",
		},
		{"a limit that is not there", "shared-limits: {acme: 48/s}\njobs:\n- {roster: a, shared-limit: acne}", "3: shared-limit: there is no acne among the shared-limits; did you mean acme?"},
		{"a limit for all that is not there", "defaults: {shared-limit: acme}\njobs:\n- {roster: a}", "3: shared-limit: there is no acme among the shared-limits"},
		{
			"rates", "shared-limits:\n  a: auto\n  b: fast\n  c: [48/s]\n  D: 48/s\njobs:\n- {roster: a, shared-limit: b}",
			"2: shared-limits: a: \"auto\" is not a rate: write a number per second, minute or hour, such as 48/s, 90/m, 1000/h\n" +
				"3: shared-limits: b: \"fast\" is not a rate: write a number per second, minute or hour, such as 48/s, 90/m, 1000/h\n" +
				"4: shared-limits: c: \"\" is not a rate: write a number per second, minute or hour, such as 48/s, 90/m, 1000/h\n" +
				"5: shared-limits: a name has small letters, digits and dashes, 63 at most, as in acme-emea, and \"D\" has not",
		},
		{"limits that are none", "shared-limits: 48/s\njobs: [{roster: a}]", "1: expected names and their rates, as in {NAME: 48/s}"},
		{"no quotes", "jobs:\n- roster: a\n  schedule: @daily", "3: not valid YAML: found character that cannot start any token: a schedule that begins so needs quotes, as in \"*/15 * * * *\""},
		{"no quotes about a star", "jobs:\n- {roster: a, schedule: */15 * * * *}", "2: not valid YAML: did not find expected alphabetic or numeric character: a schedule that begins so needs quotes, as in \"*/15 * * * *\""},
		{"a null", "jobs:\n- {roster: a, name: a, schedule: }", "2: schedule: no value: leave the key out, or write \"\" for an empty text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := jobs.Read(strings.NewReader(test.give), "jobs.yaml")
			want := "jobs.yaml:" + strings.ReplaceAll(test.want, "\n", "\njobs.yaml:")
			if diff := cmp.Diff(want, message(err)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.give, diff)
			}
		})
	}
}

// What is written with an underscore or misspelt is meant, and said so.
func TestTermsThatAreMeant(t *testing.T) {
	for give, want := range map[string]string{"pause_on_failure: true": "pause-on-failure", `shedule: "@daily"`: "schedule", "sheets: a": "sheet"} {
		_, err := decodeAll("jobs:\n- {roster: a, " + give + "}")
		if !strings.HasSuffix(message(err), ": there is no such option; did you mean "+want+"?") {
			t.Errorf("%s: %v, want %s", give, err, want)
		}
	}
}
