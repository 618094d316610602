package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rollcall/pkg/directory"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// The options by which teams are made.
const (
	OptionCreateTeam  = "create-team"
	OptionCreateTeams = "create-teams"
)

// ToCreate returns the names of the teams that are to be made: those that the roster names, the organization lacks, and the
// options allow to be made, in the order of the roster. A name that is nearly that of a team is probably a slip of the pen,
// so it is refused.
func (t Teams) ToCreate(ctx context.Context, r *roster.Roster, d *directory.Directory) ([]string, error) {
	if !t.CreateTeams && len(t.CreateTeam) == 0 || !r.NamesTeams {
		return nil, nil
	}
	var names []string
	known := d.TeamNames()
	for entry, err := range r.Entries(ctx) {
		switch {
		case err != nil:
			return nil, err
		case entry.Inactive, entry.Skipped(), entry.Invalid():
			continue
		}
		for _, team := range entry.Teams {
			name := strings.TrimSpace(team.Name)
			same := func(other string) bool { return other == name }
			if slices.ContainsFunc(names, same) || slices.ContainsFunc(known, same) || !t.CreateTeams && !slices.ContainsFunc(t.CreateTeam, same) {
				continue
			}
			if uuid.Validate(name) == nil {
				continue // an id, which nobody can give to a team
			}
			if err := similar(name, slices.Concat(known, names)); err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// similar returns an error if a team is called nearly as a new one would be.
func similar(name string, known []string) error {
	near := roster.Nearest(name, known)
	if i := slices.IndexFunc(known, func(other string) bool { return strings.EqualFold(strings.TrimSpace(other), name) }); i >= 0 {
		near = known[i]
	}
	if near == "" {
		return nil
	}
	return remedy.Aboutf(OptionCreateTeam, "there would be a team %q beside %q", name, near).
		With(remedy.Words(fmt.Sprintf("write %q in the roster, or make the team in the dashboard", near)))
}
