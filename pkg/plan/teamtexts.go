package plan

import (
	"strings"
	"sync"
	"sync/atomic"

	"rollcall/pkg/roster"
)

// TeamTexts remember what texts say as the teams of rows: most rows of a roster have the same few. The zero value is ready for
// use, and safe for concurrent use.
type TeamTexts struct {
	known sync.Map
	count atomic.Int32
}

// mostTexts bounds what is remembered: more than any organization has combinations of teams.
const mostTexts = 4096

// parse is [roster.ParseTeams]. The teams are shared: do not change them. Nil remembers nothing.
func (t *TeamTexts) parse(text string) ([]roster.Team, error) {
	if t == nil || text == "" {
		return roster.ParseTeams(text)
	}
	if teams, known := t.known.Load(text); known {
		return teams.([]roster.Team), nil
	}
	text = strings.Clone(text) // which is a piece of more
	teams, err := roster.ParseTeams(text)
	if err == nil && t.count.Add(1) <= mostTexts {
		t.known.Store(text, teams)
	}
	return teams, err
}
