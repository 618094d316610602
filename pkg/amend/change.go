// Package amend makes changes of an organization that are no invitations: of roles, of teams, of invitations that are taken
// back, of members who leave.
//
// Each is claimed before its request leaves, so that nothing else is sent for the person while it may be at work, and kept
// once it is made. What is to be changed, and whether it may be, is for others to decide.
package amend

import (
	"context"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Change is a difference between an organization and its roster, and what becomes of it.
type Change struct {
	drift.Difference
	// Step is what makes an end of the difference, zero where nothing does.
	Step   Step
	Action Action
	// Had is the role that the person had before the way out of the organization began, empty where that is Has.
	Had string
	// Err says why it could not be made.
	Err error
	// Held says which rule has kept it from being made, empty if none has.
	Held string
	// Stuck is an earlier change that did not stick, nil unless that is to be told.
	Stuck *ledger.RoleChange
}

// IsDue reports whether the change is to be made.
func (c Change) IsDue() bool { return c.Action == Due }

// Call is what makes two changes the same request.
type Call struct {
	Step                           Step
	Person, Team, Invitation, Role string
}

// Call returns the request that makes the change.
func (c Change) Call() Call {
	return Call{c.Step, email.Fold(c.Email), c.Team.ID, c.InvitationID, c.After()}
}

// Work returns what a person approves of who approves of the change.
func (c Change) Work() []string {
	work := []string{string(c.Kind), email.Fold(c.Email), c.After()}
	if c.Team.ID != "" {
		work = append(work, c.Team.Name)
	}
	return work
}

// After returns the role that the person has once the change is made: none for somebody who is not there any more.
func (c Change) After() string {
	switch c.Step {
	case Demote:
		return string(cybedefend.Member)
	case Remove, LeaveTeam, Cancel:
		return ""
	default:
		return c.Wanted
	}
}

// Action is what becomes of a difference, as the file of differences has it.
type Action string

// The actions.
const (
	Reported        Action = "reported"
	Due             Action = "not_done" // until it is: a run that stops leaves it so
	Cancelled       Action = "cancelled"
	RoleChanged     Action = "role_changed"
	TeamAdded       Action = "team_added"
	TeamRoleChanged Action = "team_role_changed"
	TeamRemoved     Action = "team_removed"
	Demoted         Action = "demoted"
	Removed         Action = "removed"
	Replaced        Action = "replaced" // by another invitation
	Failed          Action = "failed"
)

// Step is the call that makes a change.
type Step uint8

// The steps.
const (
	ChangeRole Step = iota + 1
	Cancel
	JoinTeam
	ChangeTeamRole
	LeaveTeam
	// Demote gives a member who is to be removed the least role first.
	Demote
	Remove
)

// Service is the part of the service that changes an organization and its teams, and shows what became of it.
type Service interface {
	CancelInvitation(ctx context.Context, organizationID, invitationID string) (cybedefend.Invitation, error)
	ChangeRole(ctx context.Context, organizationID, userID string, role cybedefend.Role) error
	RemoveMember(ctx context.Context, organizationID, userID string) error
	AddTeamMember(ctx context.Context, teamID, userID string, role cybedefend.TeamRole) error
	ChangeTeamRole(ctx context.Context, teamID, userID string, role cybedefend.TeamRole) error
	RemoveTeamMember(ctx context.Context, teamID, userID string) error
	TeamMembers(ctx context.Context, teamID string, page cybedefend.Page, search string) (cybedefend.TeamMembersPage, error)
	Members(ctx context.Context, organizationID string, page cybedefend.Page, search string) (cybedefend.MembersPage, error)
}

// kind is what there is to know about a step.
type kind struct {
	// claims is the kind of change that the step claims, done what has become of the difference once it is made.
	claims record.Change
	done   Action
	// goneIsDone says that an answer by which there is nothing to be changed any more is as good as a success.
	goneIsDone bool
	call       func(ctx context.Context, service Service, organizationID string, c Change) error
}

// kinds are the steps. All of them can be repeated without harm.
var kinds = map[Step]kind{
	ChangeRole: {record.ChangeRole, RoleChanged, false, func(ctx context.Context, s Service, organizationID string, c Change) error {
		return s.ChangeRole(ctx, organizationID, c.UserID, cybedefend.Role(c.Wanted))
	}},
	Cancel: {record.ChangeCancel, Cancelled, true, func(ctx context.Context, s Service, organizationID string, c Change) error {
		_, err := s.CancelInvitation(ctx, organizationID, c.InvitationID)
		return err
	}},
	JoinTeam: {record.ChangeTeam, TeamAdded, false, func(ctx context.Context, s Service, _ string, c Change) error {
		return s.AddTeamMember(ctx, c.Team.ID, c.UserID, cybedefend.TeamRole(c.Wanted))
	}},
	ChangeTeamRole: {record.ChangeTeam, TeamRoleChanged, false, func(ctx context.Context, s Service, _ string, c Change) error {
		return s.ChangeTeamRole(ctx, c.Team.ID, c.UserID, cybedefend.TeamRole(c.Wanted))
	}},
	LeaveTeam: {record.ChangeTeam, TeamRemoved, true, func(ctx context.Context, s Service, _ string, c Change) error {
		return s.RemoveTeamMember(ctx, c.Team.ID, c.UserID)
	}},
	Demote: {record.ChangeRole, Demoted, false, func(ctx context.Context, s Service, organizationID string, c Change) error {
		return s.ChangeRole(ctx, organizationID, c.UserID, cybedefend.Member)
	}},
	Remove: {record.ChangeRemove, Removed, true, func(ctx context.Context, s Service, organizationID string, c Change) error {
		return s.RemoveMember(ctx, organizationID, c.UserID)
	}},
}

// sticks reports whether it is remembered that the step was made, until a reading shows it.
func (s Step) sticks() bool { return s != Cancel }
