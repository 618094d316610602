package cybedefend

import (
	"context"
	"encoding/json"
	"net/http"
)

// Members returns one page of an organization's members: GET /organization/{id}/members. Unless search is empty, only
// the members are listed whom the service finds by it.
func (c *Client) Members(ctx context.Context, organizationID string, page Page, search string) (MembersPage, error) {
	if err := checkPage(OpMembers, "organization", organizationID, page); err != nil {
		return MembersPage{}, err
	}
	var members MembersPage
	err := c.call(ctx, &request{
		operation: OpMembers, to: c.api, method: http.MethodGet, read: true,
		path: paged(at("organization", organizationID, "members"), page, search),
		understand: func(body []byte) (err error) {
			members, err = decodeMembers(body)
			return err
		},
	})
	return members, err
}

// ChangeRole gives a member another role: PUT /organization/{id}/member/role. Any 2xx is a success. Doing so twice is the
// same as once.
func (c *Client) ChangeRole(ctx context.Context, organizationID, userID string, role Role) error {
	return c.changeUser(ctx, OpChangeRole, http.MethodPut, []string{"organization", organizationID, "member", "role"}, userChange{userID, string(role)})
}

// RemoveMember removes a member: DELETE /organization/{id}/member. Any 2xx is a success.
func (c *Client) RemoveMember(ctx context.Context, organizationID, userID string) error {
	return c.changeUser(ctx, OpRemoveMember, http.MethodDelete, []string{"organization", organizationID, "member"}, userChange{UserID: userID})
}

// userChange is the body of the calls that change what somebody is in an organization or a team.
type userChange struct {
	UserID string `json:"userId"`
	Role   string `json:"role,omitempty"`
}

// changeUser makes a call that changes what somebody is in the organization or team whose id is the second segment of its
// path. Any 2xx is a success.
func (c *Client) changeUser(ctx context.Context, operation, method string, path []string, change userChange) error {
	if err := checkID(operation, path[0], path[1]); err != nil {
		return err
	}
	if err := checkID(operation, "user", change.UserID); err != nil {
		return err
	}
	body, err := json.Marshal(change)
	if err != nil {
		return refuse(operation, "%w", err)
	}
	return c.call(ctx, &request{
		operation: operation, to: c.api, method: method, path: at(path...), body: body, contentType: "application/json",
	})
}

// Organizations returns all organizations that the caller belongs to: GET /organizations. Items without an id are left
// out; if that leaves none, the call fails.
func (c *Client) Organizations(ctx context.Context) ([]Organization, error) {
	var organizations []Organization
	err := c.call(ctx, &request{
		operation: OpOrganizations, to: c.api, method: http.MethodGet, read: true, path: at("organizations"),
		understand: func(body []byte) (err error) {
			organizations, err = decodeOrganizations(body)
			return err
		},
	})
	return organizations, err
}

// Organization returns one organization: GET /organization/{id}.
func (c *Client) Organization(ctx context.Context, organizationID string) (Organization, error) {
	if err := checkID(OpOrganization, "organization", organizationID); err != nil {
		return Organization{}, err
	}
	var organization Organization
	err := c.call(ctx, &request{
		operation: OpOrganization, to: c.api, method: http.MethodGet, read: true, path: at("organization", organizationID),
		understand: func(body []byte) error {
			var item organizationItem
			if err := decodeObject(body, &item, "id"); err != nil {
				return err
			}
			if organization = item.read(); organization.ID == "" {
				return unreadable("an organization without id")
			}
			return nil
		},
	})
	if err != nil {
		return Organization{}, err
	}
	return organization, nil
}

// Profile returns the caller: GET /user/profile. It is the cheapest proof that the credentials work.
func (c *Client) Profile(ctx context.Context) (Profile, error) {
	var profile Profile
	err := c.call(ctx, &request{
		operation: OpProfile, to: c.api, method: http.MethodGet, read: true, path: at("user", "profile"),
		understand: func(body []byte) (err error) {
			profile, err = decodeProfile(body)
			return err
		},
	})
	return profile, err
}
