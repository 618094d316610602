package roster_test

import (
	"testing"

	"pgregory.net/rapid"

	"rollcall/pkg/roster"
)

func TestRewordTeams(t *testing.T) {
	names := map[string]string{roster.WordKey("Plattform"): "Platform", roster.WordKey("Ops"): "Ops; EU", roster.WordKey("-"): "", roster.WordKey("X"): "X:dev"}
	teamRoles := map[string]string{roster.WordKey("Chef"): "team_manager", roster.WordKey("Dev"): "developer"}
	for give, want := range map[string]string{
		"":                             "",
		"Plattform":                    "Platform",
		" plattform : CHEF ;B:dev\r\n": " Platform: team_manager ;B:developer\r\n",
		`"Plattform":Chef`:             `Platform:team_manager`,
		"ops:chef;ops":                 `"Ops; EU":team_manager;"Ops; EU"`,
		"-; - :dev;A-":                 "; ;A-",
		"X:chef":                       `"X:dev":team_manager`,
		"Chef; Dev":                    "Chef; Dev",
		"A:boss":                       "A:boss",
	} {
		if got := roster.RewordTeams(give, names, teamRoles); got != want {
			t.Errorf("%q becomes %q, want %q", give, got, want)
		}
	}
}

// Without words, a text stays as it is; with some, no other team changes.
func TestRewordTeamsLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab:;" \n]{0,12}`).Draw(t, "text")
		if got := roster.RewordTeams(text, map[string]string{"c": "d"}, map[string]string{"e": "developer"}); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
