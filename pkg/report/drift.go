package report

import (
	"fmt"
	"strings"

	"rollcall/pkg/plural"
)

// Drift counts where an organization differs from the roster that it is to follow, and what was done about it.
type Drift struct {
	// Roles are members with another role, Leavers members who are in the roster no more.
	Roles   int `json:"role"`
	Leavers int `json:"leaver"`
	// TeamsMissing are members who lack a team, TeamRoles have another role in one, TeamsExtra are in one too many.
	TeamsMissing int `json:"team_missing,omitempty"`
	TeamRoles    int `json:"team_role,omitempty"`
	TeamsExtra   int `json:"team_extra,omitempty"`
	// LeaversInvited and UnknownInvited are the open invitations of leavers, and of people whom no roster has named.
	LeaversInvited int `json:"leaver_invited"`
	UnknownInvited int `json:"unknown_invited"`
	// PendingDiffers are pending invitations with another role or other teams, PendingReplaced those of them that were replaced.
	PendingDiffers  int `json:"pending_differs,omitempty"`
	PendingReplaced int `json:"pending_replaced,omitempty"`
	// Renamed are people in the organization whom the roster probably names under another address: nothing is done about the new
	// one until that is confirmed, nor about the old one until the new one is there.
	Renamed int `json:"renamed,omitempty"`
	// Changed counts the changes that were made, Failed those that failed, RolesChanged the roles among those that were made.
	Changed      int `json:"changed"`
	Failed       int `json:"failed"`
	RolesChanged int `json:"roles_changed"`
	// TeamsChanged counts the places in teams among them.
	TeamsChanged int `json:"teams_changed,omitempty"`
	// Held counts the members whose role or team was to be changed, and that a rule has kept as it is.
	Held int `json:"held"`
	// Due says in lines what is to be changed and was not.
	Due []string `json:"due,omitempty"`
	// File lists all of them; empty if there is none.
	File string `json:"file"`
	// Removed and Demoted count the leavers who were removed, and who lost their role first, among those that were changed;
	// LeaversHeld those whom a rule keeps.
	Removed     int `json:"removed,omitempty"`
	Demoted     int `json:"demoted,omitempty"`
	LeaversHeld int `json:"leavers_held,omitempty"`
	// RemovedFile is a roster of those who were removed, or demoted first, as they were before; empty if there is none.
	RemovedFile string `json:"removed_file,omitempty"`
}

// leavers says in words what has become of the members who left the roster, "" where nothing was to become of them.
func (d *Drift) leavers() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{d.Removed, "removed"}, {d.Demoted, "demoted first"}, {d.LeaversHeld, "stay for now"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

// pendingDiffers is what there is to say of so many invitations.
const pendingDiffers = "pending with another role or other teams"

// PendingDiffer says in words that so many pending invitations differ, "" for none.
func PendingDiffer(n int) string { return Drift{PendingDiffers: n}.String() }

// String says in words what differs, "" if nothing does.
func (d Drift) String() string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{d.Roles, "member with another role", "members with another role"},
		{d.PendingDiffers, pendingDiffers, pendingDiffers},
		{d.TeamsMissing, "place in a team missing", "places in teams missing"},
		{d.TeamRoles, "place in a team with another role", "places in teams with another role"},
		{d.TeamsExtra, "place in a team too many", "places in teams too many"},
		{d.Leavers, "member who left the roster", "members who left the roster"},
		{d.LeaversInvited, "open invitation of somebody who left it", "open invitations of people who left it"},
		{d.UnknownInvited, "open invitation that no roster explains", "open invitations that no roster explains"},
		{d.Renamed, "person who may have another address now", "people who may have another address now"},
	} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.many))
		}
	}
	return strings.Join(parts, ", ")
}

// detail is a line below the outcomes.
type detail struct{ name, value string }

// details say where the organization differs from the roster, what was changed and what a rule has held back, and where that
// is written down.
func (d *Drift) details() []detail {
	if d == nil {
		return nil
	}
	details := []detail{{"differs", d.String()}}
	for _, due := range d.Due {
		details = append(details, detail{"change", due})
	}
	if n := d.Changed + d.Failed; n > 0 {
		changed := fmt.Sprintf("%d of %d", d.Changed, n)
		var parts []string
		if d.RolesChanged > 0 {
			parts = append(parts, plural.Of(d.RolesChanged, "role"))
		}
		if d.TeamsChanged > 0 {
			parts = append(parts, fmt.Sprintf("%d in teams", d.TeamsChanged))
		}
		if d.PendingReplaced > 0 {
			parts = append(parts, plural.Of(d.PendingReplaced, "invitation")+" replaced")
		}
		if len(parts) > 0 {
			changed += " (" + strings.Join(parts, ", ") + ")"
		}
		details = append(details, detail{"changed", changed})
	}
	if d.Held > 0 {
		details = append(details, detail{"held", plural.Of(d.Held, "change") + " by a rule"})
	}
	if d.Renamed > 0 {
		details = append(details, detail{"held", plural.Of(d.Renamed, "rename")})
	}
	return append(details, detail{"leavers", d.leavers()}, detail{"restore", d.RemovedFile}, detail{"drift", d.File})
}
