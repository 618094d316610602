package directory

import (
	"slices"
	"strings"

	"rollcall/pkg/cybedefend"
)

// Teams returns the teams that a roster may mean by name: the one with that id, else the one with exactly that name,
// else all whose name differs in letter case only. One team is an answer, none or several are a problem of the roster.
func (d *Directory) Teams(name string) []cybedefend.Team {
	for _, same := range []func(cybedefend.Team) bool{
		func(t cybedefend.Team) bool { return strings.EqualFold(t.ID, name) },
		func(t cybedefend.Team) bool { return t.Name == name },
		func(t cybedefend.Team) bool {
			return strings.EqualFold(strings.TrimSpace(t.Name), strings.TrimSpace(name))
		},
	} {
		var found []cybedefend.Team
		for _, team := range d.teams {
			if same(team) {
				found = append(found, team)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// TeamNames returns the names of all teams, sorted.
func (d *Directory) TeamNames() []string {
	names := make([]string, len(d.teams))
	for i, team := range d.teams {
		names[i] = team.Name
	}
	slices.Sort(names)
	return names
}
