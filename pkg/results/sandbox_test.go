package results_test

import (
	"testing"

	"rollcall/pkg/results"
)

func TestSandboxPath(t *testing.T) {
	for give, want := range map[string]string{
		"team.results.csv":           "team.sandbox.results.csv",
		"a.b/team.results.xlsx":      "a.b/team.sandbox.results.xlsx",
		"team.todo-2.csv":            "team.sandbox.todo-2.csv",
		"team.sandbox.results.csv":   "team.sandbox.results.csv",
		"team.csv":                   "team.sandbox.csv",
		"team.sandbox.results-2.csv": "team.sandbox.results-2.csv",
		"team":                       "team.sandbox",
		"results.todo.results.csv":   "results.todo.sandbox.results.csv",
	} {
		if got := results.SandboxPath(give); got != want {
			t.Errorf("SandboxPath(%q) = %q, want %q", give, got, want)
		}
	}
}
