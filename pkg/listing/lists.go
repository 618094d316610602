package listing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// Organizations lists organizations by name.
func Organizations(organizations []cybedefend.Membership) List {
	sortByName(organizations, func(o cybedefend.Membership) (name, id string) { return o.Name, o.ID })
	type object struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	}
	l := List{None: "the credentials open no organization", Columns: []string{"name", "id", "role"}, name: "Organizations"}
	objects := []object{}
	for _, o := range organizations {
		l.Rows = append(l.Rows, []string{o.Name, o.ID, o.Role})
		objects = append(objects, object{o.ID, o.Name, o.Role})
	}
	l.Object = map[string]any{"organizations": objects}
	return l
}

// Teams lists the teams of an organization by name.
func Teams(organizationID string, teams []cybedefend.Team) List {
	sortByName(teams, func(t cybedefend.Team) (name, id string) { return t.Name, t.ID })
	type object struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	l := List{None: "the organization has no teams", Columns: []string{"name", "id", "description"}, name: "Teams"}
	objects := []object{}
	for _, team := range teams {
		l.Rows = append(l.Rows, []string{team.Name, team.ID, team.Description})
		objects = append(objects, object(team))
	}
	l.Object = struct {
		OrganizationID string   `json:"organization_id"`
		Teams          []object `json:"teams"`
	}{organizationID, objects}
	return l
}

// Invitations lists the invitations that fit the filter, which was parsed, by person. What is neither pending nor expired has
// the service's own word for it.
func Invitations(organizationID string, invitations []cybedefend.Invitation, filter Filter, now time.Time) List {
	slices.SortFunc(invitations, func(x, y cybedefend.Invitation) int {
		return cmp.Or(cmp.Compare(email.Fold(x.Email), email.Fold(y.Email)), x.ExpiresAt.Compare(y.ExpiresAt), cmp.Compare(x.ID, y.ID))
	})
	type object struct {
		Email     string     `json:"email"`
		Role      string     `json:"role"`
		Status    string     `json:"status"`
		ExpiresAt *time.Time `json:"expires_at"`
		ID        string     `json:"id"`
	}
	l := List{None: "the organization has no such invitations", Columns: []string{"email", "role", "status", expiresAt, "id"}, name: "Invitations"}
	objects := []object{}
	for _, invitation := range invitations {
		is := directory.StateOf(invitation, now)
		if !filter.keeps(invitation, is, now) {
			continue
		}
		o := object{Email: invitation.Email, Role: invitation.OrganizationRole, Status: string(is), ID: invitation.ID}
		if is == directory.Ended {
			o.Status = strings.ToLower(strings.TrimSpace(invitation.Status))
		}
		expires := ""
		if at := invitation.ExpiresAt.UTC(); !at.IsZero() {
			o.ExpiresAt, expires = &at, at.Format(time.RFC3339)
		}
		l.Rows = append(l.Rows, []string{o.Email, o.Role, o.Status, expires, o.ID})
		objects = append(objects, o)
	}
	l.Object = struct {
		OrganizationID string   `json:"organization_id"`
		Invitations    []object `json:"invitations"`
	}{organizationID, objects}
	return l
}

// Members lists the members of an organization by person, each with the teams, as a roster has them.
func Members(organizationID string, members []cybedefend.User, staff *directory.Staff) List {
	slices.SortFunc(members, func(x, y cybedefend.User) int {
		return cmp.Or(cmp.Compare(email.Fold(x.Email), email.Fold(y.Email)), cmp.Compare(x.ID, y.ID))
	})
	type seat struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	}
	type object struct {
		Email string `json:"email"`
		Role  string `json:"role"`
		Teams []seat `json:"teams"`
		ID    string `json:"id"`
	}
	l := List{None: "the organization shows no members", Columns: []string{"email", "role", "teams", "user_id"}, name: "Members"}
	objects := []object{}
	for _, member := range members {
		o := object{Email: member.Email, Role: roleOf(member), Teams: []seat{}, ID: member.ID}
		var teams []roster.Team
		for _, s := range staff.Seats(member) {
			o.Teams = append(o.Teams, seat{s.Team.ID, s.Team.Name, string(s.Role)})
			teams = append(teams, roster.Team{Name: staff.TeamWord(s.Team), Role: string(s.Role)})
		}
		l.Rows = append(l.Rows, []string{o.Email, o.Role, roster.FormatTeams(teams), o.ID})
		objects = append(objects, o)
	}
	l.Object = struct {
		OrganizationID string   `json:"organization_id"`
		Members        []object `json:"members"`
	}{organizationID, objects}
	return l
}

// Runs lists runs as they come, with what became of their rows.
func Runs(runs []ledger.Summary) List {
	l := List{None: "there is no run yet", Columns: []string{"run", "started", "roster", "rows", "state", "outcomes"}, name: "Runs"}
	for _, run := range runs {
		l.Rows = append(l.Rows, []string{
			run.ID, run.StartedAt.Local().Format(time.DateTime), run.Roster, strconv.Itoa(run.Rows), stateOf(run), outcomesOf(run.Outcomes),
		})
	}
	return l
}

// stateOf says whether a run has ended, and how.
func stateOf(run ledger.Summary) string {
	state := "resumable"
	switch {
	case run.Overtaken:
		state = "overtaken"
	case !run.EndedAt.IsZero():
		state = "exit " + strconv.Itoa(run.ExitCode)
	}
	if run.Approved != "" {
		state += ", approved " + run.Approved
	}
	if run.Pruned > 0 {
		state += ", " + plural.Of(run.Pruned, "row") + " forgotten"
	}
	return state
}

// outcomesOf lists the outcomes that some rows have.
func outcomesOf(outcomes map[record.Outcome]int) string {
	var parts []string
	for _, outcome := range record.Outcomes() {
		if n := outcomes[outcome]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+outcome.String())
		}
	}
	if n := outcomes[record.Unset]; n > 0 {
		parts = append(parts, strconv.Itoa(n)+" left")
	}
	return strings.Join(parts, ", ")
}

// roleOf returns the role that a roster would have for a member: that of the creator can be given to nobody, so a roster has it
// for an administrator's.
func roleOf(member cybedefend.User) string {
	if directory.IsCreator(string(member.Role)) {
		return string(cybedefend.Administrator)
	}
	return string(member.Role)
}

// sortByName sorts by name without regard to letter case, and by id where names are the same.
func sortByName[T any](list []T, names func(T) (name, id string)) {
	slices.SortFunc(list, func(x, y T) int {
		nameX, idX := names(x)
		nameY, idY := names(y)
		return cmp.Or(cmp.Compare(strings.ToLower(nameX), strings.ToLower(nameY)), cmp.Compare(idX, idY))
	})
}
