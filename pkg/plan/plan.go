// Package plan decides what becomes of each entry of a roster before anything is sent.
//
// [NewRecord] says what the roster alone decides, [Decide] what follows from one reading of the organization. Both are
// pure functions: no clock, no network, no memory.
package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// Wish is what a roster wants for one person.
type Wish struct {
	Email string
	Role  string
	Teams []roster.Team
}

// WishOf returns the wish behind a record.
func WishOf(r record.Record) (Wish, error) {
	teams, err := roster.ParseTeams(r.Teams)
	if err != nil {
		return Wish{}, fmt.Errorf("row %d: teams: %w", r.Row, err)
	}
	return Wish{Email: r.Email, Role: r.Role, Teams: teams}, nil
}

// Verdict is what will become of one entry.
type Verdict struct {
	// Outcome is WouldInvite or WouldReinvite for an entry to send, and the final outcome for every other.
	Outcome record.Outcome
	// Invite is the call to make for an entry to send.
	Invite cybedefend.Invite
	// Standing is the person's place in the organization.
	Standing directory.Standing
	// Problem says why the entry is invalid, nil if it is not.
	Problem *Problem
	// Hint says how what is there differs from what the roster wants.
	Hint string
}

// Send reports whether the entry is to be sent.
func (v Verdict) Send() bool {
	return v.Outcome == record.WouldInvite || v.Outcome == record.WouldReinvite
}

// Apply returns the record with the outcome of an entry that is not sent, found at the given time.
func (v Verdict) Apply(r record.Record, at time.Time) record.Record {
	r.Outcome, r.Hint, r.UpdatedAt = v.Outcome, v.Hint, at
	if v.Problem != nil {
		r.Error, r.Hint = "teams: "+v.Problem.Reason, v.Problem.Suggestion
	}
	if v.Outcome == record.AlreadyInvited {
		r = WithInvitation(r, *v.Standing.Pending)
	}
	return r
}

// WithInvitation returns the record with an invitation as the service describes it.
func WithInvitation(r record.Record, invitation cybedefend.Invitation) record.Record {
	r.InvitationID, r.Token, r.Status = invitation.ID, invitation.Token, invitation.Status
	r.OrganizationID, r.OrganizationName = invitation.OrganizationID, invitation.OrganizationName
	r.OrganizationRole, r.ExpiresAt = invitation.OrganizationRole, invitation.ExpiresAt
	return r
}

// Problem is what is wrong with the teams of an entry: the organization has no such, or several.
type Problem struct{ Reason, Suggestion string }

// Decide returns the verdict on one wish. A nil directory stands for an organization of which nothing is known: then
// everybody would be invited.
func Decide(wish Wish, d *directory.Directory) Verdict {
	if d == nil {
		return Verdict{Outcome: record.WouldInvite}
	}
	standing := d.Person(wish.Email)
	switch {
	case standing.Member != nil:
		return Verdict{Outcome: record.AlreadyMember, Standing: standing, Hint: roleHint("member", string(standing.Member.Role), wish.Role)}
	case standing.Pending != nil:
		return Verdict{Outcome: record.AlreadyInvited, Standing: standing, Hint: roleHint("pending invitation", standing.Pending.OrganizationRole, wish.Role)}
	}
	assignments, problem := assign(wish.Teams, d)
	if problem != nil {
		return Verdict{Outcome: record.Invalid, Standing: standing, Problem: problem}
	}
	verdict := Verdict{
		Outcome:  record.WouldInvite,
		Standing: standing,
		Invite:   cybedefend.Invite{Email: wish.Email, Role: cybedefend.Role(wish.Role), TeamAssignments: assignments},
	}
	if standing.Lapsed != nil {
		verdict.Outcome = record.WouldReinvite
	}
	return verdict
}

// roleHint says that the role which somebody has is not the role which the roster wants. The service never tells which
// teams an invitation names, so teams cannot be compared.
func roleHint(what, has, wants string) string {
	if has == "" || strings.EqualFold(has, wants) {
		return ""
	}
	return fmt.Sprintf("the %s has the role %s, the roster wants %s: change it in the dashboard", what, has, wants)
}

// assign resolves the team names of a wish. All that is wrong with them is one problem.
func assign(teams []roster.Team, d *directory.Directory) ([]cybedefend.TeamAssignment, *Problem) {
	assignments := make([]cybedefend.TeamAssignment, 0, len(teams))
	var reasons, suggestions []string
	problem := func(suggestion, format string, args ...any) {
		reasons = append(reasons, fmt.Sprintf(format, args...))
		if !slices.Contains(suggestions, suggestion) {
			suggestions = append(suggestions, suggestion)
		}
	}
	named := map[string]string{}
	for _, team := range teams {
		matches := d.Teams(team.Name)
		switch len(matches) {
		case 0:
			problem(teamSuggestion(team.Name, d.TeamNames()), "the organization has no team %q", team.Name)
			continue
		case 1:
		default:
			ids := make([]string, len(matches))
			for i, match := range matches {
				ids[i] = match.ID
			}
			problem("write one of the ids "+strings.Join(ids, ", "), "%d teams are named %q", len(matches), team.Name)
			continue
		}
		id := matches[0].ID
		if other, twice := named[id]; twice {
			problem("name it once", "%q and %q are the same team", other, team.Name)
			continue
		}
		named[id] = team.Name
		assignments = append(assignments, cybedefend.TeamAssignment{TeamID: id, Role: cybedefend.TeamRole(team.Role)})
	}
	if len(reasons) > 0 {
		return nil, &Problem{strings.Join(reasons, "; "), strings.Join(suggestions, "; ")}
	}
	return assignments, nil
}

// teamSuggestion says which team may be meant.
func teamSuggestion(name string, teams []string) string {
	const most = 8
	switch meant := roster.Nearest(name, teams); {
	case meant != "":
		return fmt.Sprintf("did you mean %q?", meant)
	case len(teams) == 0:
		return "it has none at all"
	case len(teams) > most:
		return fmt.Sprintf("one of %s and %d more", strings.Join(teams[:most], ", "), len(teams)-most)
	}
	return "one of " + strings.Join(teams, ", ")
}
