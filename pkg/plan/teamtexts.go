package plan

import (
	"strings"
	"sync"

	"rollcall/pkg/roster"
)

// TeamTexts remember what texts say as the teams of rows: most rows of a roster have the same few. The zero value is ready for
// use, and safe for concurrent use.
type TeamTexts struct {
	mu    sync.RWMutex
	known map[string][]roster.Team
}

// mostTexts bounds what is remembered: more than any organization has combinations of teams.
const mostTexts = 4096

// parse is [roster.ParseTeams]. The teams are shared: do not change them. Nil remembers nothing.
func (t *TeamTexts) parse(text string) ([]roster.Team, error) {
	if t == nil || text == "" {
		return roster.ParseTeams(text)
	}
	t.mu.RLock()
	teams, known := t.known[text]
	t.mu.RUnlock()
	if known {
		return teams, nil
	}
	text = strings.Clone(text) // which is a piece of more
	teams, err := roster.ParseTeams(text)
	if err == nil {
		t.keep(text, teams)
	}
	return teams, err
}

// keep remembers what a text says.
func (t *TeamTexts) keep(text string, teams []roster.Team) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string][]roster.Team{}
	}
	if len(t.known) < mostTexts {
		t.known[text] = teams
	}
}
