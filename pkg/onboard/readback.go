package onboard

import (
	"context"
	"strings"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/roster"
)

// readBacks is how many members are looked up singly after their roles were changed. The next sync reads all of them anyway.
const readBacks = 50

// readBack looks up the members whose roles were changed. What is seen to be made need not be remembered; what is not may
// only be late, so that the next sync looks again. A search that fails tells nothing.
func (c changer) readBack(ctx context.Context, changes []Change) error {
	looked := 0
	for i := range changes {
		change := &changes[i]
		if change.Action != RoleChanged {
			continue
		}
		if looked++; looked > readBacks {
			break
		}
		role, found := c.roleOf(ctx, change.Difference)
		if !found {
			continue
		}
		if parsed, err := roster.ParseRole(role); err == nil && parsed == change.Wanted {
			if err := c.ledger.KeepRoleChange(ctx, c.scope(), ledger.RoleChange{Person: email.Fold(change.Email)}); err != nil {
				return err
			}
			continue
		}
		change.Held = "the service has said yes and does not list the new role yet: the next sync looks again"
	}
	return nil
}

// roleOf returns the role that the service lists for a member, and whether its search finds the member.
func (c changer) roleOf(ctx context.Context, d drift.Difference) (role string, found bool) {
	member, found := c.memberOf(ctx, d.Email, func(user cybedefend.User) bool { return strings.EqualFold(user.ID, d.UserID) })
	return string(member.Role), found
}

// memberOf returns a member whom the service's search finds by an address, and who is the one that is meant.
func (c changer) memberOf(ctx context.Context, address string, is func(cybedefend.User) bool) (member cybedefend.User, found bool) {
	var page cybedefend.MembersPage
	err := c.connection.retrier().Call(ctx, func(ctx context.Context) (err error) {
		page, err = c.connection.Members(ctx, c.connection.Organization.ID, cybedefend.Page{Number: 1}, email.Fold(address))
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
