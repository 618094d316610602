package cli

import (
	"testing"
)

func TestCommandCanBeTypedAgain(t *testing.T) {
	a := &app{Process: Process{Args: []string{"invite", "my team.csv", "--map", `email="Work E-Mail"`, "it's", ""}}}
	want := `rollcall invite 'my team.csv' --map 'email="Work E-Mail"' 'it'\''s' ''`
	if got := a.command(); got != want {
		t.Errorf("command = %s, want %s", got, want)
	}
}
