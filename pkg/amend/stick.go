package amend

import (
	"context"
	"errors"
	"strings"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/roster"
)

// readBacks is how many members are looked up singly after they were changed. The next sync reads all of them anyway.
const readBacks = 50

// tellStuck remembers that a person is told of the changes that did not stick, and counts them.
func (m Maker) tellStuck(ctx context.Context, changes []Change) (failed int, err error) {
	for _, change := range changes {
		if change.Stuck == nil {
			continue
		}
		failed++
		told := *change.Stuck
		told.Told = true
		err = errors.Join(err, m.Ledger.KeepRoleChange(ctx, m.Scope, told))
		m.warn(change.Err, "a change did not stick", change)
	}
	return failed, err
}

// remember remembers a change that the service has said to have made, so that a later run sees whether it was.
func (m Maker) remember(ctx context.Context, c Change) error {
	if !c.Step.sticks() {
		return nil
	}
	return m.Ledger.KeepRoleChange(ctx, m.Scope, ledger.RoleChange{
		Person: email.Fold(c.Email), Team: c.Team.ID, UserID: c.UserID, From: c.Has, To: c.After(), At: m.Now(),
	})
}

// readBack looks up the members who were given another role. What is seen to be made need not be remembered; what is not may
// only be late, so that the next sync looks again. A search that fails tells nothing.
func (m Maker) readBack(ctx context.Context, changes []Change) error {
	looked := 0
	for i := range changes {
		change := &changes[i]
		if kind := kinds[change.Step]; change.Action != kind.done || !change.Step.sticks() || change.After() == "" {
			continue
		}
		if looked++; looked > readBacks {
			break
		}
		role, found := m.roleOf(ctx, *change)
		switch {
		case !found:
		case role == change.After():
			forgotten := ledger.RoleChange{Person: email.Fold(change.Email), Team: change.Team.ID}
			if err := m.Ledger.KeepRoleChange(ctx, m.Scope, forgotten); err != nil {
				return err
			}
		default:
			change.Held = "the service has said yes and does not list the new role yet: the next sync looks again"
		}
	}
	return nil
}

// roleOf returns the role that the service lists for a member, in its own spelling, and whether its search finds the member.
func (m Maker) roleOf(ctx context.Context, c Change) (role string, found bool) {
	if c.Team.ID == "" {
		member, found := m.Find(ctx, c.Email, func(user cybedefend.User) bool { return strings.EqualFold(user.ID, c.UserID) })
		if parsed, err := roster.ParseRole(string(member.Role)); err == nil {
			return parsed, found
		}
		return string(member.Role), found
	}
	var page cybedefend.TeamMembersPage
	err := m.Call(ctx, func(ctx context.Context) (err error) {
		page, err = m.Service.TeamMembers(ctx, c.Team.ID, cybedefend.Page{Number: 1}, email.Fold(c.Email))
		return err
	})
	if err != nil {
		return "", false
	}
	for _, member := range page.Members {
		if strings.EqualFold(member.ID, c.UserID) {
			return string(member.Role), true
		}
	}
	return "", false
}

// Find returns a member whom the service's search finds by an address, and who is the one that is meant.
func (m Maker) Find(ctx context.Context, address string, is func(cybedefend.User) bool) (member cybedefend.User, found bool) {
	var page cybedefend.MembersPage
	err := m.Call(ctx, func(ctx context.Context) (err error) {
		page, err = m.Service.Members(ctx, m.Scope.OrganizationID, cybedefend.Page{Number: 1}, email.Fold(address))
		return err
	})
	if err != nil {
		return member, false
	}
	for _, user := range page.Users {
		if is(user) {
			return user, true
		}
	}
	return member, false
}
