package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/jobs"
)

// A job without its file has the options that it had with it.
func TestOptionsAsText(t *testing.T) {
	file, err := jobs.Read(strings.NewReader(`
defaults: &all {max-new: 5%, allow-domain: &domains [a.example, b.example], zone: UTC, credential: acme}
jobs:
  - {roster: emea.csv, name: emea, max-new: 7, sheet: "12", rows: 12, map: {<<: {email: Mail, role: Rolle}, email: E-Mail}}
  - {roster: a.csv, allow-domain: *domains, timeout: 1h30m, apply-roles: true, sheet: "two\nlines\t☂ # no comment"}
  - {roster: b.csv, max-new: "*/2", sheet: " ", allow-domain: ["@x", "", ~, "null", "1e3"]} # comment
`), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"allow-domain:\n- a.example\n- b.example\nmap:\n  email: E-Mail\n  role: Rolle\nmax-new: 7\nrows: 12\nsheet: '12'\n",
		"allow-domain:\n- a.example\n- b.example\napply-roles: true\nmax-new: 5%\nsheet: \"two\\nlines\\t☂ # no comment\"\ntimeout: 1h30m\n",
		"allow-domain:\n- '@x'\n- ''\n- ~\n- 'null'\n- '1e3'\nmax-new: '*/2'\nsheet: ' '\n",
	}
	for i, job := range file.Jobs {
		got, err := job.Options()
		if err != nil {
			t.Error(err)
		}
		got = strings.ReplaceAll(got, "\n  - ", "\n- ")
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("job %d (-want +got):\n%s", i, diff)
		}
		back, err := jobs.ParseOptions(got)
		if err != nil || !back.Names("max-new") || back.Names("roster") || back.Names("zone") || back.Names("concurrency") {
			t.Errorf("job %d: %+v, %v", i, back, err)
		}
		alike(t, job, back)
	}
}

// alike holds that two jobs are decoded alike: with errors for the same reasons, wherever those are.
func alike(t *testing.T, one, other jobs.Job) {
	t.Helper()
	var first, second settings
	firstErr, secondErr := one.Decode(&first), other.Decode(&second)
	if (firstErr == nil) != (secondErr == nil) {
		t.Errorf("%v and %v", firstErr, secondErr)
	}
	if firstErr != nil {
		return
	}
	if diff := cmp.Diff(first, second, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("decoded with the file and without (-with +without):\n%s", diff)
	}
}

func TestOptionsThatAreNone(t *testing.T) {
	file, err := jobs.Read(strings.NewReader("jobs: [{roster: a.csv}]"), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := file.Jobs[0].Options()
	if err != nil || text != "" {
		t.Errorf("%q, %v", text, err)
	}
	for _, text := range []string{"", "{}", "\n# nothing\n", "~"} {
		job, err := jobs.ParseOptions(text)
		if got := (settings{}); err != nil || job.Decode(&got) != nil || !cmp.Equal(got, settings{}, cmp.AllowUnexported(settings{})) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestOptionsThatAreTooMuch(t *testing.T) {
	for _, test := range []struct{ name, give, want string }{
		{"itself", "jobs:\n- &a {roster: x, nest: &b [*b]}", "jobs.yaml:2: nest: the aliases stand for more than 100000 values"},
		{"itself in a mapping", "jobs:\n- {roster: x, tree: &b {x: *b}}", "jobs.yaml:2: tree: the aliases stand for more than 100000 values"},
		{
			"many bytes by aliases", "jobs:\n- {roster: x, a: &a " + strings.Repeat("x", 1000) + ", b: [*a" + strings.Repeat(", *a", 2000) + "]}",
			"jobs.yaml:2: options: a file of jobs may have 1 MiB and some 100,000 values at most, and this one has more",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := jobs.Read(strings.NewReader(test.give), "jobs.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.Jobs[0].Options(); message(err) != test.want || !errors.As(err, new(*jobs.Error)) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
	if _, err := jobs.ParseOptions("max-new: 7\nsheet: {]"); !strings.HasPrefix(message(err), "options:2: not valid YAML") {
		t.Error(err)
	}
	if _, err := jobs.ParseOptions("- 7"); message(err) != "options:1: expected options and their values" {
		t.Error(err)
	}
}

// What a job says of an option is known without knowing what the option means, and where it stands.
func TestTexts(t *testing.T) {
	file, err := jobs.Read(strings.NewReader(`
defaults:
  organization-id: acme
  sheet: People
jobs:
  - name: emea
    roster: ./emea.csv
    sheet: &sheet "12"
    allow-domain: [a.example, *sheet, [b]]
    map: {email: Mail}
`), "/etc/jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"organization-id": "[acme] 3", "sheet": "[12] 8", "allow-domain": "[a.example 12] 9", "map": "[] 10", "roster": "[./emea.csv] 7", "zone": "[] 6",
	} {
		texts, line := file.Jobs[0].Texts(key)
		if got := fmt.Sprint(texts, line); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestDiffering(t *testing.T) {
	file, err := jobs.Read(strings.NewReader(`
defaults: {max-new: 5%, sheet: People}
jobs:
  - {roster: a, name: a, allow-domain: [x, y], map: {a: b}, rows: 7}
  - {roster: b, name: b, allow-domain: [x, z], map: {a: b}, rows: "7", timeout: 1h}
`), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	one, other := file.Jobs[0], file.Jobs[1]
	if got, want := jobs.Differing(one, other), []string{"allow-domain", "rows", "timeout"}; !cmp.Equal(got, want) || len(jobs.Differing(one, one)) != 0 {
		t.Errorf("%v, want %v", got, want)
	}
	if got := jobs.Differing(other, jobs.Job{}); len(got) != 6 {
		t.Errorf("beside none: %v", got)
	}
}
