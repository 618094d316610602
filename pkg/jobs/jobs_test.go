package jobs_test

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/jobs"
)

// share is "20" or "5%".
type share struct {
	Number  int
	Percent bool
}

var errShare = errors.New("neither a number nor a share")

func (s *share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	if _, err := fmt.Sscan(number, &s.Number); err != nil {
		return fmt.Errorf("%w: %s", errShare, text)
	}
	s.Percent = percent
	return nil
}

// pacing is inline in settings.
type pacing struct {
	Timeout     time.Duration `yaml:"timeout"`
	Concurrency int8          `yaml:"concurrency"`
	Factor      float64       `yaml:"factor,omitempty"`
}

type settings struct {
	pacing  `yaml:",inline"`
	MaxNew  share             `yaml:"max-new"`
	Limit   *share            `yaml:"limit"`
	Shares  []share           `yaml:"shares"`
	Domains []string          `yaml:"allow-domain"`
	Columns map[string]string `yaml:"map"`
	Apply   bool              `yaml:"apply-roles"`
	Sheet   string            `yaml:"sheet"`
	Rows    uint              `yaml:"rows"`
	Ledger  string
	Ignored string `yaml:"-"`
	Odd     chan int
}

// decodeAll reads and decodes, into settings that all begin with the same.
func decodeAll(text string) ([]settings, error) {
	file, err := jobs.Read(strings.NewReader(text), "jobs.yaml")
	if err != nil {
		return nil, err
	}
	all := make([]settings, 0, len(file.Jobs))
	err = file.DecodeAll(func(jobs.Job) any {
		all = append(all, settings{Sheet: "first", Domains: []string{"built.in"}, Columns: map[string]string{"email": "Login"}})
		return &all[len(all)-1]
	})
	return all, err
}

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		name, give string
		want       func(*settings)
	}{
		{"a duration", "timeout: 1h30m", func(s *settings) { s.Timeout = 90 * time.Minute }},
		{"a duration of nothing", "timeout: 0", func(*settings) {}},
		{"a whole number", "concurrency: 12", func(s *settings) { s.Concurrency = 12 }},
		{"a number below nothing", "concurrency: -12", func(s *settings) { s.Concurrency = -12 }},
		{"no octal number", "concurrency: 010", func(s *settings) { s.Concurrency = 10 }},
		{"a number for which below nothing makes no sense", "rows: 7", func(s *settings) { s.Rows = 7 }},
		{"a number", "factor: 1.5e1", func(s *settings) { s.Factor = 15 }},
		{"a number that is whole", "factor: 2", func(s *settings) { s.Factor = 2 }},
		{"true", "apply-roles: true", func(s *settings) { s.Apply = true }},
		{"false", "apply-roles: False", func(*settings) {}},
		{"a text", "sheet: People", func(s *settings) { s.Sheet = "People" }},
		{"a text that looks like a number", "sheet: 2024", func(s *settings) { s.Sheet = "2024" }},
		{"a text that looks like a bool", "sheet: yes", func(s *settings) { s.Sheet = "yes" }},
		{"an empty text", `sheet: ""`, func(s *settings) { s.Sheet = "" }},
		{"a text over two lines", "sheet: >-\n      a\n      b", func(s *settings) { s.Sheet = "a b" }},
		{"a field without a tag", "ledger: a.db", func(s *settings) { s.Ledger = "a.db" }},
		{"a text of its own, from a number", "max-new: 20", func(s *settings) { s.MaxNew = share{20, false} }},
		{"a text of its own, from a text", "max-new: 5%", func(s *settings) { s.MaxNew = share{5, true} }},
		{"a text of its own, in quotes", `max-new: "20"`, func(s *settings) { s.MaxNew = share{20, false} }},
		{"behind a pointer", "limit: 3", func(s *settings) { s.Limit = &share{3, false} }},
		{"a list", "allow-domain: [a.example, 7]", func(s *settings) { s.Domains = []string{"a.example", "7"} }},
		{"a list of one", "allow-domain: a.example", func(s *settings) { s.Domains = []string{"a.example"} }},
		{"an empty list", "allow-domain: []", func(s *settings) { s.Domains = []string{} }},
		{"a list of texts of its own", "shares: [1, 2%]", func(s *settings) { s.Shares = []share{{1, false}, {2, true}} }},
		{"a mapping", "map: {role: Function}", func(s *settings) { s.Columns = map[string]string{"role": "Function"} }},
		{"an alias", "ledger: &x a.db\n    sheet: *x", func(s *settings) { s.Ledger, s.Sheet = "a.db", "a.db" }},
		{"what is merged", "<<: {ledger: a.db, sheet: B}\n    sheet: A", func(s *settings) { s.Ledger, s.Sheet = "a.db", "A" }},
		{"what is merged first", "<<: [{sheet: A}, {sheet: B, ledger: a.db}]", func(s *settings) { s.Ledger, s.Sheet = "a.db", "A" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := settings{Sheet: "first", Domains: []string{"built.in"}, Columns: map[string]string{"email": "Login"}}
			test.want(&want)
			for _, text := range []string{
				"jobs:\n  - roster: a.csv\n    " + test.give,
				"defaults:\n    " + test.give + "\njobs:\n  - roster: a.csv",
			} {
				got, err := decodeAll(text)
				if diff := cmp.Diff([]settings{want}, got, cmp.AllowUnexported(settings{})); diff != "" || err != nil {
					t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
				}
			}
		})
	}
}

func TestValuesOfAJobReplaceThoseOfDefaults(t *testing.T) {
	got, err := decodeAll(`
defaults: &d
  allow-domain: [a.example, b.example]
  map: {email: Mail}
  max-new: 5%
  timeout: 1s
jobs:
  - {roster: a.csv}
  - {roster: b.csv, allow-domain: c.example, map: {role: Function}, max-new: 7, timeout: 2s}
  - {<<: *d, roster: c.csv, timeout: 3s}
`)
	if err != nil {
		t.Fatal(err)
	}
	first := settings{
		pacing: pacing{Timeout: time.Second}, MaxNew: share{5, true}, Sheet: "first",
		Domains: []string{"a.example", "b.example"}, Columns: map[string]string{"email": "Mail"},
	}
	third := first
	third.Timeout = 3 * time.Second
	second := settings{
		pacing: pacing{Timeout: 2 * time.Second}, MaxNew: share{7, false}, Sheet: "first",
		Domains: []string{"c.example"}, Columns: map[string]string{"role": "Function"},
	}
	if diff := cmp.Diff([]settings{first, second, third}, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every mistake has its line, its option and words of its own.
func TestMistakes(t *testing.T) {
	job := func(options string) string { return "jobs:\n- roster: a.csv\n  " + options }
	for _, test := range []struct{ name, give, want string }{
		{"nothing", "", "1: there are no jobs in it"},
		{"a comment", "# none", "1: there are no jobs in it"},
		{"null", "~", "1: there are no jobs in it"},
		{"defaults alone", "defaults: {sheet: A}", "1: there are no jobs in it"},
		{"no jobs", "\njobs: []", "1: there are no jobs in it"},
		{"jobs that are null", "jobs:", "1: there are no jobs in it"},
		{"a list", "- roster: a.csv", "1: expected defaults and jobs"},
		{"another key", "job: []", "1: job: neither defaults nor jobs"},
		{"jobs twice", "jobs: [{roster: a}]\njobs: [{roster: b}]", "2: jobs: the key is there twice"},
		{"jobs that are no list", "jobs: 7", "1: jobs: expected a list of jobs"},
		{"defaults that are no mapping", "defaults: 7\njobs: [{roster: a}]", "1: expected options and their values"},
		{"a job that is no mapping", "jobs: [7]", "1: expected options and their values, as in {roster: FILE}"},
		{"a job that is null", "jobs:\n- ~", "2: expected options and their values, as in {roster: FILE}"},
		{"a job without a roster", "jobs:\n- {roster: a}\n- {sheet: A}", "3: the job names no roster"},
		{"an empty roster", "jobs:\n- roster: ''", "2: roster: expected one file or address"},
		{"a roster that is null", "jobs:\n- roster:", "2: roster: expected one file or address"},
		{"two rosters", "jobs:\n- roster: [a, b]", "2: roster: expected one file or address"},
		{"a roster for all", "defaults:\n  roster: a\njobs: [{roster: b}]", "2: roster: each job names its own roster, and the defaults name none"},
		{"jobs in a job", job("jobs: b.yaml"), "3: jobs: a job has no jobs of its own"},
		{"jobs in the defaults", "defaults: {jobs: [a]}\njobs: [{roster: b}]", "1: jobs: the defaults have no jobs of their own"},
		{"a key twice", job("sheet: A\n  sheet: B"), "4: sheet: the key is there twice"},
		{"a key twice in the defaults", "defaults: {sheet: A,\n sheet: B}\njobs: [{roster: b}]", "2: sheet: the key is there twice"},
		{"a key twice in a mapping", job("map: {a: b,\n   a: c}"), "4: a: the key is there twice"},
		{"a key that is a list", job("? [a]\n  : b"), "3: a key must be the name of an option"},
		{"an empty key", job(`"": b`), "3: a key must be the name of an option"},
		{"a text that is merged", job("<<: A"), "3: <<: expected a mapping, or a list of them"},
		{"texts that are merged", job("<<: [A]"), "3: <<: expected a mapping, or a list of them"},
		{"no YAML", "jobs:\n- {roster: a", "2: not valid YAML: did not find expected ',' or '}'"},
		{"an alias of nothing", job("sheet: *a"), "3: not valid YAML: unknown anchor 'a' referenced"},
		{"a second document", job("sheet: A\n---\njobs: []"), "4: a second document begins here: put all jobs into the first"},
		{"a second document that is broken", job("sheet: A\n---\n}"), "5: not valid YAML: did not find expected node content"},

		{"an unknown option", job("sheets: A"), "3: sheets: there is no such option; did you mean sheet?"},
		{"a field that is none", job("ignored: A"), "3: ignored: there is no such option"},
		{"an unknown option in the defaults", "defaults: {sheets: A}\njobs: [{roster: a},{roster: b}]", "1: sheets: there is no such option; did you mean sheet?"},
		{"no value", job("sheet:\n  max-new: 1"), `3: sheet: no value: leave the key out, or write "" for an empty text`},
		{"no value in a list", job("allow-domain: [a,\n  ~]"), "4: allow-domain: no value"},
		{"a list for a text", job("sheet: [A]"), "3: sheet: expected one value, not a list"},
		{"a list for a text of its own", job("max-new: [1]"), "3: max-new: expected one value, not a list"},
		{"a mapping for a text", job("sheet: {A: B}"), "3: sheet: expected one value, not a mapping"},
		{"a mapping for a list", job("allow-domain: {A: B}"), "3: allow-domain: expected a value or a list of them, not a mapping"},
		{"a list in a list", job("allow-domain:\n  - a\n  - [b]"), "5: allow-domain: expected one value, not a list"},
		{"a text for a mapping", job("map: email=Login"), "3: map: expected a mapping, as in {NAME: VALUE}"},
		{"a list in a mapping", job("map: {a: [b]}"), "3: map: expected one value, not a list"},
		{"no duration", job("timeout: soon"), `3: timeout: expected a duration such as 24h, found "soon"`},
		{"a duration without a unit", job("timeout: 24"), `3: timeout: expected a duration such as 24h, found "24"`},
		{"no number", job("concurrency: many"), `3: concurrency: expected a whole number, found "many"`},
		{"a number that is not whole", job("concurrency: 1.5"), `3: concurrency: expected a whole number, found "1.5"`},
		{"a number too large", job("concurrency: 300"), `3: concurrency: expected a whole number, and "300" is out of range`},
		{"a number below nothing", job("rows: -1"), `3: rows: expected a whole number, not below 0, found "-1"`},
		{"no number at all", job("factor: much"), `3: factor: expected a number, found "much"`},
		{"a number beyond all", job("factor: 1e999"), `3: factor: expected a number, and "1e999" is out of range`},
		{"neither true nor false", job("apply-roles: yes"), `3: apply-roles: expected true or false, found "yes"`},
		{"a bad text of its own", job("max-new: some"), "3: max-new: neither a number nor a share: some"},
		{"a bad text in a list", job("shares: [1,\n  some]"), "4: shares: neither a number nor a share: some"},
		{"a long value", job("timeout: " + strings.Repeat("x", 90)), `3: timeout: expected a duration such as 24h, found "` + strings.Repeat("x", 80) + `"…`},
		{"a field that holds no value", job("odd: 1"), "3: odd: no value can be decoded into a chan int"},
		{
			"several", "defaults: {a: b}\njobs:\n- {roster: a, concurrency: x, rows: 1, factor: y}\n- {roster: b, c: d}",
			"1: a: there is no such option\n3: concurrency: expected a whole number, found \"x\"\n" +
				"3: factor: expected a number, found \"y\"\n4: c: there is no such option",
		},
		{
			"several of the file", "defaults: {roster: a}\njob: 7\njobs: [{sheet: a}, 7]",
			"1: roster: each job names its own roster, and the defaults name none\n2: job: neither defaults nor jobs\n" +
				"3: the job names no roster\n3: expected options and their values, as in {roster: FILE}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := decodeAll(test.give)
			if err == nil {
				t.Fatalf("%s: no error, want %s", test.give, test.want)
			}
			want := "jobs.yaml:" + strings.ReplaceAll(test.want, "\n", "\njobs.yaml:")
			if diff := cmp.Diff(want, err.Error()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.give, diff)
			}
			if mistake, ok := errors.AsType[*jobs.Error](err); !ok || mistake.Path != "jobs.yaml" || mistake.Line == 0 {
				t.Errorf("%s: %#v is no *jobs.Error with a place", test.give, err)
			}
		})
	}
}

// What is right beside a mistake is decoded, and what a field had stays where its option is wrong.
func TestMistakesLeaveTheRest(t *testing.T) {
	got, err := decodeAll("jobs:\n- {roster: a, sheet: [x], allow-domain: [a, [b]], rows: 7, max-new: x}")
	want := []settings{{Sheet: "first", Domains: []string{"built.in"}, Columns: map[string]string{"email": "Login"}, Rows: 7}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	mistake, ok := errors.AsType[*jobs.Error](err)
	if want := (&jobs.Error{Path: "jobs.yaml", Line: 2, Key: "sheet", Err: mistake.Err}); !ok || *mistake != *want || !errors.Is(err, errShare) {
		t.Errorf("%#v, want %#v first, and errShare among them", mistake, want)
	}
}

func TestTargets(t *testing.T) {
	file, err := jobs.Read(strings.NewReader("jobs: [{roster: a}]"), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var same struct {
		A string `yaml:"x"`
		B string `yaml:"x"`
	}
	var odd struct {
		Inline map[string]string `yaml:",inline"`
	}
	for _, test := range []struct {
		target any
		want   string
	}{
		{nil, "options are decoded into a pointer to a struct, not into <nil>"},
		{settings{}, "options are decoded into a pointer to a struct, not into jobs_test.settings"},
		{(*settings)(nil), "options are decoded into a pointer to a struct, not into *jobs_test.settings"},
		{new(int), "options are decoded into a pointer to a struct, not into *int"},
		{&same, `two fields are called "x"`},
		{&odd, "Inline cannot be inline: it is no struct"},
	} {
		if err := file.Jobs[0].Decode(test.target); err == nil || err.Error() != "jobs.yaml:1: "+test.want {
			t.Errorf("Decode(%T) = %v, want %s", test.target, err, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	file, err := jobs.Read(strings.NewReader("defaults: {sheet: A}\njobs: [{roster: a, ledger: b, <<: {map: c}}, {roster: a}]"), "jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][2]bool{
		"sheet": {true, true}, "ledger": {true, false}, "map": {true, false}, "rows": {}, "roster": {}, "": {},
	} {
		if got := [2]bool{file.Jobs[0].Names(key), file.Jobs[1].Names(key)}; got != want {
			t.Errorf("Names(%q) = %v, want %v", key, got, want)
		}
	}
}

func TestPaths(t *testing.T) {
	absolute, err := filepath.Abs("people.csv")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("etc", "rollcall")
	for _, test := range []struct{ file, give, want string }{
		{filepath.Join(folder, "jobs.yaml"), "people.csv", filepath.Join(folder, "people.csv")},
		{filepath.Join(folder, "jobs.yaml"), "../people.csv", filepath.Join("etc", "people.csv")},
		{filepath.Join(folder, "jobs.yaml"), absolute, absolute},
		{filepath.Join(folder, "jobs.yaml"), "-", "-"},
		{filepath.Join(folder, "jobs.yaml"), "https://hr.example.com/people.csv?a=../b", "https://hr.example.com/people.csv?a=../b"},
		{"jobs.yaml", "people.csv", "people.csv"},
		{"-", "out/people.csv", filepath.Join("out", "people.csv")},
	} {
		file, err := jobs.Read(strings.NewReader("jobs:\n\n- roster: '"+test.give+"'"), test.file)
		if err != nil {
			t.Fatal(err)
		}
		job := file.Jobs[0]
		if job.Roster != test.want || job.Path(test.give) != test.want || job.Line != 3 || job.Path("") != "" || file.Path != test.file {
			t.Errorf("%s in %s: roster %q, path %q, empty %q, line %d; want %q", test.give, test.file, job.Roster, job.Path(test.give), job.Path(""), job.Line, test.want)
		}
	}
}

// A file that is too large, or stands for too much, is refused before it takes the memory for it.
func TestBounds(t *testing.T) {
	many := "[" + strings.Repeat("a,", 2000) + "]"
	for _, test := range []struct{ name, give, want string }{
		{"many bytes", "jobs: [{roster: a}] #" + strings.Repeat("x", 1<<20), "jobs.yaml: a file of jobs may have 1 MiB and some 100,000 values at most, and this one has more"},
		{"many values", "jobs: [" + strings.Repeat("a,", 100_000) + "]", "jobs.yaml: a file of jobs may have 1 MiB and some 100,000 values at most, and this one has more"},
		{
			"many options by aliases", "jobs:\n- &a {roster: x, " + options(500) + "}\n" + strings.Repeat("- *a\n", 1000),
			"jobs.yaml:401: the aliases stand for more than 200000 options",
		},
		{
			"many values by aliases", "jobs:\n- {roster: a, lists: [&a " + many + strings.Repeat(",*a", 1000) + "]}",
			"jobs.yaml:2: lists: the aliases stand for more than 100000 values",
		},
		{"itself", "jobs:\n- &a {roster: x, nest: &b [*b]}", "jobs.yaml:2: nest: the aliases stand for more than 100000 values"},
		{"a merge of itself", "jobs:\n- &a {roster: x, <<: *a, lists: a}", ""},
		{"itself in a mapping", "jobs:\n- {roster: x, tree: &b {x: *b}}", "jobs.yaml:2: tree: the aliases stand for more than 100000 values"},
		{"merges of merges", "defaults: {" + merges(30) + "}\njobs:\n- {roster: x, lists: a}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			type nest []nest
			type tree map[string]tree
			var target struct {
				Lists [][]string `yaml:"lists"`
				Nest  nest       `yaml:"nest"`
				Tree  tree       `yaml:"tree"`
			}
			file, err := jobs.Read(strings.NewReader(test.give), "jobs.yaml")
			if err == nil {
				err = file.Jobs[0].Decode(&target)
			}
			if got := message(err); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func options(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "o%d: a,", i)
	}
	return b.String()
}

// merges doubles itself with every level.
func merges(levels int) string {
	text := "lists: a"
	for i := range levels {
		text = fmt.Sprintf("<<: [&m%d {%s}, *m%d, *m%d]", i, text, i, i)
	}
	return text
}

func TestReadErrors(t *testing.T) {
	_, err := jobs.Read(iotest.ErrReader(io.ErrUnexpectedEOF), "jobs.yaml")
	if !errors.Is(err, io.ErrUnexpectedEOF) || message(err) != "jobs.yaml: unexpected EOF" {
		t.Errorf("%v, want the reader's error", err)
	}
	_, err = jobs.Read(strings.NewReader("jobs: ["+strings.Repeat("7,", 5000)+"]"), "jobs.yaml")
	if lines := strings.Count(message(err), "\n") + 1; lines != 100 {
		t.Errorf("%d mistakes are told, want the first 100", lines)
	}
}

// Whatever the file, reading and decoding end without a panic, every error has the type that callers expect, and options that were
// written are decoded as those of the file.
func FuzzRead(f *testing.F) {
	f.Add("defaults:\n  max-new: 5%\njobs:\n  - roster: emea.csv\n  - {roster: apac.csv, allow-domain: [a, b]}")
	f.Add("jobs:\n- &a {roster: x, <<: *a, shares: &b [*b], map: {a: b}}")
	f.Add("shared-limits: {a: 48/s}\ndefaults: {zone: UTC, jitter: 5m, shared-limit: a}\njobs: [{roster: x, name: x, schedule: 30 2 * * *, catchup: 6h}]")
	f.Add("jobs: [{roster: x, map: {<<: {a: '1', b: !!str 2}}, sheet: \"a\\n b \\x07\", concurrency: 0x10, limit: !x 7, rows: -0, timeout: 1_0}]")
	f.Add("jobs: [{<<: [{}, {roster: -}], timeout: 24h, ? [a] : b}]\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := jobs.Read(strings.NewReader(text), "jobs.yaml")
		if err == nil {
			if len(file.Jobs) == 0 {
				t.Fatal("neither jobs nor an error")
			}
			err = file.DecodeAll(func(job jobs.Job) any {
				if job.Line < 1 || job.Roster == "" || job.Names("roster") {
					t.Errorf("job %+v", job)
				}
				return &settings{}
			})
			for _, job := range file.Jobs {
				written, tooMuch := job.Options()
				if tooMuch != nil {
					continue
				}
				back, err := jobs.ParseOptions(written)
				if err != nil {
					t.Errorf("what was written is not read: %v\n%s", err, written)
				}
				alike(t, job, back)
			}
		}
		if err != nil && !errors.As(err, new(*jobs.Error)) {
			t.Errorf("%v is no *jobs.Error", err)
		}
	})
}
