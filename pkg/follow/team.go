package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// The options that a person knows the teams by.
const (
	OptionApplyTeams = "apply-teams"
	OptionPruneTeams = "prune-teams"
)

// Teams say what is changed in the teams that a roster names, beside inviting people into them. The zero value changes
// nothing.
type Teams struct {
	// ApplyTeams puts members into the teams of their rows, and gives them the roles there that the rows name.
	ApplyTeams bool `yaml:"apply-teams"`
	// PruneTeams takes members out of teams that the roster names, and their row does not.
	PruneTeams bool `yaml:"prune-teams"`
	// CreateTeam are the names of teams that may be made where the roster names them, and CreateTeams allows all.
	CreateTeam  []string `yaml:"create-team"`
	CreateTeams bool     `yaml:"-"`
	// MaxPrunes is how many may be taken out, of one team and of all together: a number, or a share of those who are in. The
	// zero value stands for 20%.
	MaxPrunes quantity.Quantity `yaml:"max-prunes"`
}

const (
	// MaxPrunes is, in percent, more than changes teams overnight, and less than a roster whose column of teams has slipped.
	MaxPrunes = 20
	// fewPrunes are always within a share.
	fewPrunes = 3
)

// prunes returns how many may be taken out where so many are in.
func (t Teams) prunes(in int) int {
	most := t.MaxPrunes
	if !most.Given() {
		most = quantity.Percent(MaxPrunes)
	}
	if most.IsShare() {
		return max(fewPrunes, most.Of(in))
	}
	return most.Of(in)
}

// Seats are those that a roster wants in teams, by key, of the members whom it names, and the teams that it names, by id.
type Seats struct {
	Of    map[string][]drift.Seat
	Named map[string]cybedefend.Team
}

// SeatsOf returns the seats that a roster wants for members of an organization: nobody else is in its teams. A row whose team
// nobody has, or several have, is for others to refuse.
func SeatsOf(ctx context.Context, r *roster.Roster, d *directory.Directory) (Seats, error) {
	seats := Seats{map[string][]drift.Seat{}, map[string]cybedefend.Team{}}
	if !r.NamesTeams {
		return seats, nil
	}
	members := map[string]bool{}
	for key := range d.Joined() {
		if r.MayName(key) {
			members[key] = true
		}
	}
	if len(members) == 0 {
		return seats, nil
	}
	teams := map[string][]cybedefend.Team{} // by what rows call them
	for entry, err := range r.Entries(ctx) {
		switch {
		case err != nil:
			return seats, err
		case entry.Inactive, entry.Skipped(), entry.Invalid(), entry.DuplicateOf > 0:
			continue
		}
		key := entry.Key()
		wanted := []drift.Seat{}
		for _, team := range entry.Teams {
			found, known := teams[team.Name]
			if !known {
				found = d.Teams(team.Name)
				teams[team.Name] = found
			}
			if len(found) != 1 {
				continue
			}
			seats.Named[found[0].ID] = found[0]
			if members[key] {
				wanted = append(wanted, drift.Seat{Team: found[0], Role: team.Role, AnyRole: team.RoleDefaulted})
			}
		}
		if members[key] {
			seats.Of[key] = wanted
		}
	}
	return seats, nil
}

// Teams returns the teams whose members have to be read to compare them, in the order of their names: those that the rows of
// members name, or all that the roster names.
func (s Seats) Teams(all bool) []cybedefend.Team {
	of := map[string]cybedefend.Team{}
	for _, wanted := range s.Of {
		if all {
			of = s.Named
			break
		}
		for _, seat := range wanted {
			of[seat.Team.ID] = seat.Team
		}
	}
	teams := make([]cybedefend.Team, 0, len(of))
	for _, team := range of {
		teams = append(teams, team)
	}
	slices.SortFunc(teams, func(a, b cybedefend.Team) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return teams
}

// Find returns where the teams of an organization differ from the seats; nothing if its teams were not read.
func (s Seats) Find(d *directory.Directory) []drift.Difference {
	if d.Staff == nil {
		return nil
	}
	named := map[string]bool{}
	for id := range s.Named {
		named[id] = true
	}
	return drift.FindTeams(drift.Teams{People: d.People(), Staff: d.Staff, Seats: s.Of, Named: named})
}

// Hints say of members how their teams differ from their row, and what can be done about that, by key.
func (t Teams) Hints(differences []drift.Difference) map[string]remedy.Hint {
	words := map[string][]string{}
	for _, d := range differences {
		key, text := email.Fold(d.Email), ""
		switch d.Kind {
		case drift.TeamMissing:
			text = "not in team " + d.Team.Name
		case drift.TeamRole:
			text = fmt.Sprintf("in team %s as %s, and the roster wants %s", d.Team.Name, d.Has, d.Wanted)
		default: // what is more than the roster wants takes nothing away from the person
			continue
		}
		words[key] = append(words[key], text)
	}
	hints := make(map[string]remedy.Hint, len(words))
	for key, texts := range words {
		hint := remedy.Words(strings.Join(texts, ", ") + "; ")
		if t.ApplyTeams {
			hint = hint.Words("this is changed after the invitations")
		} else {
			hint = hint.Use(OptionApplyTeams, "").Words(" changes that")
		}
		hints[key] = hint
	}
	return hints
}

// alone returns where teams differ from the roster of an organization that follows none, nil if they do not.
func (t Teams) alone(ctx context.Context, r *roster.Roster, g Ground) (*Following, error) {
	changes, trips, err := t.compare(ctx, r, nil, g)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	return &Following{Options: &Options{}, Teams: t, Absence: &Absence{}, Changes: changes, Trips: trips}, nil
}

// compare returns where teams differ from a roster, with what becomes of each difference, and what speaks against taking so
// many out of them.
func (t Teams) compare(ctx context.Context, r *roster.Roster, elsewhere map[string]bool, g Ground) (changes []amend.Change, trips []guard.Trip, err error) {
	if g.Directory.Staff == nil { // which nothing could differ from
		return nil, nil, nil
	}
	seats, err := SeatsOf(ctx, r, g.Directory)
	if err != nil {
		return nil, nil, err
	}
	differences := seats.Find(g.Directory)
	rules, err := t.rulesFor(ctx, differences, g)
	if err != nil {
		return nil, nil, err
	}
	rules.elsewhere = elsewhere
	for _, difference := range differences {
		changes = append(changes, rules.judge(difference))
	}
	return changes, t.trips(changes, g.Directory.Staff), nil
}

// trips returns what speaks against taking so many people out of one team, or out of all together.
func (t Teams) trips(changes []amend.Change, staff *directory.Staff) (trips []guard.Trip) {
	var all []string
	byTeam, order := map[string][]string{}, []cybedefend.Team{}
	for _, c := range changes {
		if c.Step != amend.LeaveTeam || !c.IsDue() {
			continue
		}
		if byTeam[c.Team.ID] == nil {
			order = append(order, c.Team)
		}
		byTeam[c.Team.ID] = append(byTeam[c.Team.ID], c.Email)
		all = append(all, c.Email+" from "+c.Team.Name)
	}
	in := 0
	for _, n := range staff.Sizes() {
		in += n
	}
	if trip := guard.Prunes(t.prunes(in), all, "", len(all)); trip != nil {
		return append(trips, *trip)
	}
	for _, team := range order {
		if trip := guard.Prunes(t.prunes(staff.Sizes()[team.ID]), byTeam[team.ID], team.Name, len(all)); trip != nil {
			trips = append(trips, *trip)
		}
	}
	return trips
}

// teamRules decide who is put into a team, given another role there or taken out, one after the other.
type teamRules struct {
	Teams
	ground Ground
	// managers are how many manage each team, by id, as far as they stay.
	managers map[string]int
	// earlier are the changes of which nothing is seen, by person and team.
	earlier map[[2]string]ledger.RoleChange
	// elsewhere are the mailboxes of those whom another live roster names.
	elsewhere map[string]bool
}

// rulesFor returns the rules for an organization. Earlier changes that are seen to be made, or that nobody wishes for any
// more, are forgotten where the ledger is held.
func (t Teams) rulesFor(ctx context.Context, differences []drift.Difference, g Ground) (*teamRules, error) {
	r := &teamRules{Teams: t, ground: g, managers: g.Directory.Staff.Managers(), earlier: map[[2]string]ledger.RoleChange{}}
	if g.Ledger == nil {
		return r, nil
	}
	standing := map[[2]string]drift.Difference{}
	for _, d := range differences {
		standing[[2]string{email.Fold(d.Email), d.Team.ID}] = d
	}
	for c, err := range g.Ledger.RoleChanges(ctx, g.Scope) {
		if err != nil {
			return nil, err
		}
		if c.Team == "" {
			continue
		}
		key := [2]string{c.Person, c.Team}
		if d, stands := standing[key]; stands && d.UserID == c.UserID && d.Has == c.From && d.Wanted == c.To {
			r.earlier[key] = c
			continue
		}
		if g.IsHeld {
			if err := g.Ledger.KeepRoleChange(ctx, g.Scope, ledger.RoleChange{Person: c.Person, Team: c.Team}); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// judge says what becomes of a difference.
func (r *teamRules) judge(d drift.Difference) amend.Change {
	c := amend.Change{Difference: d, Action: amend.Reported}
	asked := r.ApplyTeams
	switch d.Kind {
	case drift.TeamMissing:
		c.Step = amend.JoinTeam
	case drift.TeamRole:
		c.Step = amend.ChangeTeamRole
	default:
		c.Step, asked = amend.LeaveTeam, r.PruneTeams
	}
	if !asked || d.Doubt != "" {
		return c
	}
	if c.Held = r.held(d); c.Held != "" {
		return c
	}
	if earlier, ok := r.earlier[[2]string{email.Fold(d.Email), d.Team.ID}]; ok {
		return again(c, earlier, r.ground.Now)
	}
	if isManager(d.Has) { // who will be none
		if r.managers[d.Team.ID] <= 1 {
			c.Held = "a team keeps one team_manager, and this is the last one"
			return c
		}
		r.managers[d.Team.ID]--
	}
	c.Action = amend.Due
	return c
}

// held returns which rule keeps a member's teams as they are.
func (r *teamRules) held(d drift.Difference) string {
	g := r.ground
	switch {
	case g.Doubtful.Has(d.Email):
		return heldInDoubt
	case d.Kind == drift.TeamMissing && !g.Directory.Staff.Stable:
		return "the list of the team's members kept changing while it was read"
	case d.Kind == drift.TeamMissing:
		return ""
	case g.Directory.Caller.Is(d.UserID, d.Email):
		return "these are the credentials in use: somebody else has to change their place in a team"
	case g.Protected.keeps(d):
		return heldProtected
	case d.Kind == drift.TeamExtra && r.elsewhere[email.Mailbox(email.Fold(d.Email))]:
		return "another roster names this person"
	}
	return ""
}

func isManager(role string) bool {
	parsed, err := roster.ParseTeamRole(role)
	return err == nil && parsed == string(cybedefend.TeamManager)
}
