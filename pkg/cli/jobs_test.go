package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadJobs(t *testing.T) {
	got, err := readJobs(strings.NewReader(`
defaults:
  max-new: 5%
  allow-domain: [a.example, b.example]
jobs:
  - roster: one.csv
    apply-roles: true
  - {roster: two.csv, max-new: 7}
`))
	want := []syncJob{
		{roster: "one.csv", line: 6, flags: []string{"--max-new=5%", "--allow-domain=a.example", "--allow-domain=b.example", "--apply-roles=true"}},
		{roster: "two.csv", line: 8, flags: []string{"--max-new=5%", "--allow-domain=a.example", "--allow-domain=b.example", "--max-new=7"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(syncJob{})); diff != "" || err != nil {
		t.Errorf("readJobs: %v (-want +got):\n%s", err, diff)
	}
	tests := []struct{ give, want string }{
		{"", "1: "},
		{"jobs: 7", "1: "},
		{"jobs: [7]", "1: expected flags and their values"},
		{"jobs:\n- roster: a\n  role: {a: b}", "3: role: expected a value"},
		{"jobs:\n- roster: a\n  jobs: b.yaml", "3: a job has no jobs of its own"},
		{"job: []", "1: "},
		{"defaults: {roster: a}\njobs: [{roster: b}]", "1: each job names its own roster"},
	}
	for _, tt := range tests {
		if _, err := readJobs(strings.NewReader(tt.give)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("readJobs(%q) = %v, want %s", tt.give, err, tt.want)
		}
	}
}
