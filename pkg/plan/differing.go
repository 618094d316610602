package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Difference is how a pending invitation is not what the roster wants.
type Difference struct {
	// Has is the role of the invitation as the service lists it, and Wanted that of the roster, empty where the row names none
	// of its own. Role says that they differ.
	Has, Wanted string
	Role        bool
	// Teams says in words how the teams differ, empty if they do not, or if nobody knows.
	Teams string
	// Tried says that it was sent anew as the roster wants it already, which the lists do not show.
	Tried bool
}

// String says in words what differs.
func (d Difference) String() string {
	var parts []string
	if d.Role {
		parts = append(parts, fmt.Sprintf("the pending invitation has the role %s, the roster wants %s", d.Has, d.Wanted))
	}
	if d.Teams != "" {
		parts = append(parts, d.Teams)
	}
	return strings.Join(parts, "; ")
}

// DesiredOf returns what the roster behind a record of its own wants.
func (in Inputs) DesiredOf(r record.Record) (Desired, error) {
	desired, err := desiredOf(r, in.TeamTexts)
	desired.RoleDefaulted = in.RoleDefaulted != nil && in.RoleDefaulted(r.Row)
	return desired, err
}

// DesiredBy returns what an entry of the roster wants: the same that [Inputs.DesiredOf] reads out of its record.
func (in Inputs) DesiredBy(e roster.Entry) Desired {
	return Desired{Email: e.Email, Role: e.Role, Teams: e.Teams, RoleDefaulted: in.RoleDefaulted != nil && in.RoleDefaulted(e.Row)}
}

// Differs returns how a person's pending invitation is not what the roster wants, nil if it is, or if there is none. The
// service lists its role, and only what is remembered to have been sent with this very invitation tells its teams: where
// nothing is, nothing is said about them. Whatever the service itself makes of a wish is no difference: another spelling, a
// word that is no role, no role at all, or another role than it was asked for. Nor is a wish what was only defaulted.
func (in Inputs) Differs(desired Desired, m directory.Membership) *Difference {
	pending, history := m.Pending, in.Histories.Of(desired.Email)
	if pending == nil || m.Member != nil || in.Directory == nil {
		return nil
	}
	sent := history.Sent // zero where nothing is remembered
	own := sent.Role != "" && history.Invitation.ID != "" && strings.EqualFold(history.Invitation.ID, pending.ID)
	if _, withdrawn := history.Cancelled[pending.ID]; withdrawn && !own && !history.At.IsZero() {
		return nil // it was replaced, and the list is late
	}
	d := Difference{Has: pending.OrganizationRole, Tried: sent.Role != "" && len(history.Cancelled) > 0 && in.same(sent, desired)}
	if !desired.RoleDefaulted {
		d.Wanted = desired.Role
		has, err := roster.ParseRole(pending.OrganizationRole)
		perhaps := own || history.Times > 0 && history.Invitation.ID == "" // the service has not said which one it has made
		d.Role = err == nil && d.Wanted != "" && has != d.Wanted && (!perhaps || sent.Role != d.Wanted)
	}
	if own && !in.sameTeams(sent.Teams, desired.Teams) {
		d.Teams = fmt.Sprintf("the pending invitation was sent with %s, the roster wants %s", teamWords(sent.Teams), teamWords(desired.Teams))
	}
	if !d.Role && d.Teams == "" {
		return nil
	}
	return &d
}

// same reports whether what was sent is what the roster wants.
func (in Inputs) same(sent, desired Desired) bool {
	return (desired.RoleDefaulted || sent.Role == desired.Role) && in.sameTeams(sent.Teams, desired.Teams)
}

// sameTeams reports whether what was sent has the teams that the roster wants, as far as that can be told: teams have ids
// and may be renamed. A row that names none of its own wants none in particular.
func (in Inputs) sameTeams(sent, wanted []roster.Team) bool {
	if len(wanted) == 0 || roster.FormatTeams(wanted) == roster.FormatTeams(in.Defaults) {
		return true
	}
	has, problem := assign(sent, in.Directory)
	wants, wrong := assign(wanted, in.Directory)
	if problem != nil || wrong != nil {
		return true
	}
	byID := func(a, b cybedefend.TeamAssignment) int { return cmp.Compare(a.TeamID, b.TeamID) }
	slices.SortFunc(has, byID)
	slices.SortFunc(wants, byID)
	return slices.Equal(has, wants)
}

func teamWords(teams []roster.Team) string {
	if len(teams) == 0 {
		return "no teams"
	}
	return "the teams " + roster.FormatTeams(teams)
}

// Replaces reports whether a pending invitation may be cancelled in order to be sent again.
func (r Reinvite) Replaces() bool { return r == ReinvitePending || r == ReinviteDiffering }

// pendingAge is how old a pending invitation must be to be replaced where nothing else is said: so the same work, done
// twice, mails nobody twice.
const pendingAge = 24 * time.Hour

// UsualAge is how old the last invitation must be where nothing else is said.
func (r Reinvite) UsualAge() time.Duration {
	if r.Replaces() {
		return pendingAge
	}
	return 0
}

// replaces reports whether the policy asks for a pending invitation to be replaced that differs so, nil being not at all.
func (p Policy) replaces(d *Difference) bool {
	return p.Reinvite == ReinvitePending || p.Reinvite == ReinviteDiffering && d != nil && !d.Tried
}

// differHint says how a pending invitation that stays as it is differs, and what would change that. Kept is the hint by which
// the policy leaves it.
func (p Policy) differHint(d Difference, kept remedy.Hint, m directory.Membership, history History, now time.Time) remedy.Hint {
	hint := remedy.Words(d.String())
	switch {
	case d.Tried:
		return hint.Words(": it was sent anew for that already; change it in the dashboard")
	case m.Pending.ID == "":
		return hint.Words(": change it in the dashboard")
	case p.replaces(&d):
		return append(hint.Words("; "), kept...)
	}
	hint = hint.Words("; ").Use(OptionReinvite, string(ReinviteDiffering))
	if p.spent(history) {
		hint = hint.Words(" ").Use(OptionReinviteMax, strconv.Itoa(history.Times+1))
	}
	if history.Invitation.ID != m.Pending.ID || now.Sub(history.At) < cmp.Or(max(p.After, 0), pendingAge) {
		hint = hint.Words(" ").Use(OptionReinviteAfter, "0s")
	}
	return hint.Words(" replaces it")
}
