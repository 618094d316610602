package directory

import (
	"slices"
	"strings"
	"sync"

	"rollcall/pkg/cybedefend"
)

// Teams returns the teams that a roster may mean by name: the one with that id, else the one with exactly that name,
// else all whose name differs in letter case only. One team is an answer, none or several are a problem of the roster. What
// a text means is found out once, and shared: do not change it.
func (d *Directory) Teams(name string) []cybedefend.Team {
	found := d.named.of(name)
	if found == nil {
		found = d.findTeams(name)
		d.named.keep(name, found)
	}
	return found
}

// meanings are the teams that texts were found to mean, by text. Nil remembers nothing.
type meanings struct {
	mu    sync.RWMutex
	teams map[string][]cybedefend.Team
}

// of returns what a text means, nil if that is not remembered.
func (m *meanings) of(text string) []cybedefend.Team {
	if m == nil {
		return nil
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.teams[text]
}

// keep remembers what a text means; not of one that means none, of which a roster may have any number.
func (m *meanings) keep(text string, teams []cybedefend.Team) {
	if m == nil || len(teams) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.teams == nil {
		m.teams = map[string][]cybedefend.Team{}
	}
	m.teams[strings.Clone(text)] = teams // the text is a piece of more
}

// findTeams is [Directory.Teams], found out anew.
func (d *Directory) findTeams(name string) []cybedefend.Team {
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

// plannedID begins the id of a team that is not there yet.
const plannedID = "planned "

// Planned returns a team that is to be made, for [Directory.AddTeam].
func Planned(name string) cybedefend.Team { return cybedefend.Team{ID: plannedID + name, Name: name} }

// IsPlanned reports whether a team is not there yet.
func IsPlanned(team cybedefend.Team) bool { return strings.HasPrefix(team.ID, plannedID) }

// AddTeam adds a team that the list does not show.
func (d *Directory) AddTeam(team cybedefend.Team) {
	d.teams = append(d.teams, team)
	d.named = new(meanings)
}

// PlannedTeams returns the names of the teams that are to be made.
func (d *Directory) PlannedTeams() []string {
	if d == nil {
		return nil
	}
	var names []string
	for _, team := range d.teams {
		if IsPlanned(team) {
			names = append(names, team.Name)
		}
	}
	return names
}
