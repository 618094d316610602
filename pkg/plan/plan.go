// Package plan decides what becomes of each entry of a roster before anything is sent.
//
// [NewRecord] says what the roster alone decides, [Decide] what follows from one reading of the organization, from what
// earlier runs did, and from the policy. Both are pure functions: no clock, no network, no state. What a reading means for
// a person is for package journey to say, which calls Decide. A [Saved] plan keeps the verdicts, to be held against those
// of another day.
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Desired is what a roster wants for one person.
type Desired struct {
	Email string
	Role  string
	Teams []roster.Team
	// RoleDefaulted says that the row names no role, so that it has the usual one and wishes for none in particular.
	RoleDefaulted bool
}

// DesiredOf returns what the roster behind a record wants.
func DesiredOf(r record.Record) (Desired, error) { return desiredOf(r, nil) }

// desiredOf is [DesiredOf] with what is remembered of texts.
func desiredOf(r record.Record, texts *TeamTexts) (Desired, error) {
	teams, err := texts.parse(r.Teams)
	if err != nil {
		return Desired{}, fmt.Errorf("row %d: teams: %w", r.Row, err)
	}
	return Desired{Email: r.Email, Role: r.Role, Teams: teams}, nil
}

// Inputs are what verdicts rest on, beside the person. The zero value is an organization of which nothing is known.
type Inputs struct {
	// Directory is a reading of the organization, nil if there is none.
	Directory *directory.Directory
	// Blind says that the reading has teams at most: then what is remembered stands in for members and invitations.
	Blind     bool
	Histories Histories
	// Made reports whether the run itself has made an invitation, by its id, for a person, by their key. Nil: it has made none.
	Made   func(invitationID, person string) bool
	Policy Policy
	// Defaults are the teams that an option gives to rows which name none, and RoleDefaulted tells which rows of the roster,
	// by their number, name no role. Nil: all name one.
	Defaults      []roster.Team
	RoleDefaulted func(row int) bool
	// TeamTexts remember what the teams of rows say. Nil: each is read anew.
	TeamTexts *TeamTexts
	// Teams say of members how their teams differ from what the roster wants, by key.
	Teams map[string]remedy.Hint
	// Withheld are people who are not to be invited before somebody has said so. Nil: nobody.
	Withheld Withheld
	// TrustLists lets people be invited although the lists contradict themselves.
	TrustLists bool
	// At is the time of the verdicts, by the service's clock.
	At time.Time
	// Render shows the remedies in the hints of records. Nil shows them in words.
	Render remedy.Renderer
}

// Withheld are people who are not to be invited before somebody has said so, by key, with the hint that says why and how.
type Withheld map[string]remedy.Hint

// of returns the hint about an address, if it is withheld.
func (w Withheld) of(address string) (hint remedy.Hint, withheld bool) {
	if len(w) > 0 {
		hint, withheld = w[email.Fold(address)]
	}
	return hint, withheld
}

// Verdict is what will become of one entry.
type Verdict struct {
	// Outcome is WouldInvite or WouldReinvite for an entry to send, and the final outcome for every other.
	Outcome record.Outcome
	// Invite is the call to make for an entry to send.
	Invite cybedefend.Invite
	// Replaces is the pending invitation to cancel before, empty if there is none.
	Replaces string
	// Membership is the person's place in the organization.
	Membership directory.Membership
	// Invitation is the one that speaks against another, nil if none does.
	Invitation *cybedefend.Invitation
	// Differs is how the pending invitation is not what the roster wants, nil if it is, or if there is none.
	Differs *Difference
	// Problem says why the entry is invalid or rejected, nil if it is neither.
	Problem *Problem
	// Reason says in a few words why the verdict is what it is.
	Reason string
	// Hint says how what is there differs from what the roster wants, or what would change the verdict.
	Hint remedy.Hint
}

// Send reports whether the entry is to be sent.
func (v Verdict) Send() bool {
	return v.Outcome == record.WouldInvite || v.Outcome == record.WouldReinvite
}

// Apply returns the record with the verdict for its outcome, found at the given time. Its hint is a text, with remedies
// as the renderer shows them.
func (v Verdict) Apply(r record.Record, at time.Time, render remedy.Renderer) record.Record {
	r.Outcome, r.Hint, r.UpdatedAt = v.Outcome, v.Hint.Render(render), at
	if v.Problem != nil {
		r.Error, r.Hint = v.Problem.Field+": "+v.Problem.Reason, v.Problem.Hint().Render(render)
	}
	if v.Invitation != nil {
		r = WithInvitation(r, *v.Invitation)
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

// Problem is what keeps a wish from being sent: a field of the roster that does not fit the organization.
type Problem struct {
	Field, Reason, Suggestion string
	// Code and Args are those of the [roster.Finding] about it, of the first thing that is wrong.
	Code string
	Args []string
	// Option and Value are the option that says so, empty if the row does itself.
	Option, Value string

	team string // that the organization does not have, the first one
}

// Same reports whether two problems say the same.
func (p Problem) Same(other Problem) bool {
	return p.Field == other.Field && p.Reason == other.Reason && p.Suggestion == other.Suggestion && p.Option == other.Option && p.Value == other.Value
}

// Decide returns the verdict on one person, whose place in the organization is m: at most one of its invitations counts.
func Decide(desired Desired, m directory.Membership, in Inputs) Verdict {
	if in.Directory == nil {
		return Verdict{Outcome: record.WouldInvite, Reason: reasonUnknown}
	}
	history := in.Histories.Of(desired.Email)
	kept, decided := in.keep(desired, m, history)
	if decided {
		return kept
	}
	v := Verdict{Outcome: record.WouldInvite, Membership: m, Reason: reasonStranger, Differs: kept.Differs}
	assignments, problem := assign(desired.Teams, in.Directory)
	if problem != nil {
		v.Outcome, v.Problem, v.Reason = record.Invalid, problem.fromOption(desired.Teams, in), reasonTeams
		return v
	}
	if why, withheld := in.Withheld.of(desired.Email); withheld && m.Pending == nil {
		v.Outcome, v.Reason, v.Hint, v.Invitation = record.Skipped, reasonWithheld, why, m.Expired
		if v.Invitation == nil {
			v.Invitation = m.Ended
		}
		return v
	}
	role := cybedefend.Role(desired.Role)
	v.Invite = cybedefend.Invite{Email: desired.Email, Role: role, TeamAssignments: assignments}
	v.Hint = remedy.Words(grantHint(in.Directory.Caller, role))
	switch {
	case m.Pending != nil:
		v.Outcome, v.Reason, v.Replaces = record.WouldReinvite, reasonPending, m.Pending.ID
		v.Hint = remedy.Words("the pending invitation is cancelled first")
		if v.Differs != nil {
			v.Reason, v.Hint = reasonDiffers, remedy.Words(v.Differs.String()+": it is cancelled first")
		}
	case m.Expired != nil:
		v.Outcome, v.Reason, v.Hint = record.WouldReinvite, reasonExpired, remedy.Words("the invitation has expired")
	case m.Ended != nil:
		v.Outcome, v.Reason, v.Hint = record.WouldReinvite, reasonEnded, remedy.Words(endedText(m.Ended))
	}
	return v
}

// keep returns the verdict on somebody who is in the organization, who is invited and stays so, or whom the policy keeps
// from being invited again.
func (in Inputs) keep(desired Desired, m directory.Membership, history History) (v Verdict, decided bool) {
	v = Verdict{Outcome: record.Skipped, Membership: m}
	switch {
	case m.Member != nil:
		v.Outcome, v.Reason = record.AlreadyMember, reasonMember
		v.Hint = remedy.Words(roleHint("member", string(m.Member.Role), desired.Role))
		if teams := in.Teams[email.Fold(desired.Email)]; len(v.Hint) > 0 && len(teams) > 0 {
			v.Hint = append(v.Hint.Words("; "), teams...)
		} else {
			v.Hint = append(v.Hint, teams...)
		}
		return v, true
	case m.Perhaps != nil && !in.TrustLists && m.Pending == nil && knownBefore(m, history):
		return Perhaps(m, m.Perhaps.Email+" is a member"), true
	case m.Pending != nil:
		v.Outcome, v.Invitation, v.Differs = record.AlreadyInvited, m.Pending, in.Differs(desired, m)
		v.Reason, v.Hint = in.Policy.keeps(m, history, in.At, v.Differs)
		if v.Differs != nil {
			v.Hint = in.Policy.differHint(*v.Differs, v.Hint, m, history, in.At)
		} else if differs := roleHint("pending invitation", m.Pending.OrganizationRole, desired.Role); desired.RoleDefaulted && differs != "" {
			v.Hint = remedy.Words(differs) // a role for all is no wish for this one, but worth a word
		}
		v.Hint = UnreadExpiry(v.Hint, *m.Pending)
	case m.Expired != nil:
		v.Invitation = m.Expired
		v.Reason, v.Hint = in.Policy.keeps(m, history, in.At, nil)
	case m.Ended != nil:
		v.Invitation = m.Ended
		v.Reason, v.Hint = in.Policy.keeps(m, history, in.At, nil)
	case in.Policy.spent(history):
		last, _, _ := history.Last()
		v.Invitation, v.Reason, v.Hint = &last, reasonSpent, in.Policy.spentHint(history)
	}
	return v, v.Reason != ""
}

// UnreadExpiry returns the hint, and that an invitation counts as pending although nobody knows until when, if the service
// gave a date for that which can't be read.
func UnreadExpiry(hint remedy.Hint, invitation cybedefend.Invitation) remedy.Hint {
	if invitation.UnreadExpiry == "" {
		return hint
	}
	words := "the service's expiry date " + invitation.UnreadExpiry + " can't be read, so the invitation counts as pending"
	if len(hint) > 0 {
		words = "; " + words
	}
	return hint.Words(words)
}

// knownBefore reports whether the person had an invitation that is not known to be cancelled, or was a member, or was taken
// for one.
func knownBefore(m directory.Membership, history History) bool {
	_, _, remembered := history.Last()
	return m.Expired != nil || m.Ended != nil || remembered || history.SeenAs != record.Unset
}

// Perhaps returns the verdict on somebody who may be there under another address, of which the words say how: an invitation
// that is gone may be the one behind it.
func Perhaps(m directory.Membership, words string) Verdict {
	v := Verdict{Outcome: record.Skipped, Membership: m, Invitation: m.Expired, Reason: reasonPerhaps}
	if v.Invitation == nil {
		v.Invitation = m.Ended
	}
	v.Hint = remedy.Words(words+", which may be the same mailbox: look in the dashboard; if that is somebody else, ").
		Use(OptionTrustLists, "").Words(" has the same command send it")
	return v
}

// roleHint says that the role which somebody has is not the role which the roster wants.
func roleHint(what, has, wants string) string {
	if has == "" || strings.EqualFold(has, wants) {
		return ""
	}
	return fmt.Sprintf("the %s has the role %s, the roster wants %s: change it in the dashboard", what, has, wants)
}

// assign resolves the team names that are desired. All that is wrong with them is one problem.
func assign(teams []roster.Team, d *directory.Directory) ([]cybedefend.TeamAssignment, *Problem) {
	assignments := make([]cybedefend.TeamAssignment, 0, len(teams))
	for _, team := range teams {
		found := d.Teams(team.Name)
		if len(found) != 1 || slices.ContainsFunc(assignments, func(a cybedefend.TeamAssignment) bool { return a.TeamID == found[0].ID }) {
			return nil, wrongTeams(teams, d)
		}
		assignments = append(assignments, cybedefend.TeamAssignment{TeamID: found[0].ID, Role: cybedefend.TeamRole(team.Role)})
	}
	return assignments, nil
}

// wrongTeams returns what is wrong with team names that cannot be resolved.
func wrongTeams(teams []roster.Team, d *directory.Directory) *Problem {
	var reasons, suggestions []string
	var first Problem
	problem := func(code string, values []string, suggestion, format string, args ...any) {
		if first.Code == "" {
			first.Code, first.Args = code, values
		}
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
			problem("team-absent", []string{team.Name}, teamSuggestion(team.Name, d), "the organization has no team %q", team.Name)
			first.team = cmp.Or(first.team, team.Name)
			continue
		case 1:
		default:
			ids := make([]string, len(matches))
			for i, match := range matches {
				ids[i] = match.ID
			}
			problem("team-ambiguous", []string{team.Name}, "write one of the ids "+strings.Join(ids, ", "), "%d teams are named %q", len(matches), team.Name)
			continue
		}
		id := matches[0].ID
		if other, twice := named[id]; twice {
			problem("team-same", []string{other, team.Name}, "name it once", "%q and %q are the same team", other, team.Name)
			continue
		}
		named[id] = team.Name
	}
	first.Field, first.Reason, first.Suggestion = roster.FieldTeams, strings.Join(reasons, "; "), strings.Join(suggestions, "; ")
	return &first
}
