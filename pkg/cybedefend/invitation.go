package cybedefend

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"rollcall/pkg/secret"
)

// The operations, as they are named in errors and exchanges.
const (
	OpInvite           = "invite"
	OpInvitations      = "list invitations"
	OpCancelInvitation = "cancel invitation"
	OpMembers          = "list members"
	OpChangeRole       = "change member role"
	OpRemoveMember     = "remove member"
	OpTeams            = "list teams"
	OpCreateTeam       = "create team"
	OpTeamMembers      = "list team members"
	OpAddTeamMember    = "add team member"
	OpChangeTeamRole   = "change team role"
	OpRemoveTeamMember = "remove team member"
	OpOrganizations    = "list organizations"
	OpOrganization     = "read organization"
	OpProfile          = "read profile"
	OpDiscover         = "discover client id"
	OpExchangeToken    = "exchange token"
)

// Invite invites one person: POST /organization/{id}/invite. It sends exactly one such request, which nothing
// repeats, and the service answers it by sending an e-mail. A nil error means that the service answered with a whole
// invitation: one that has an id, an address and a token. Whose address it is, and which role and organization it names, is
// for the caller to compare. After an error of class [Confirmed], the invitation holds what could be read of it; after one
// of class [Lost] or [Foreign], an invitation may exist all the same.
func (c *Client) Invite(ctx context.Context, organizationID string, invite Invite) (Invitation, error) {
	if err := checkID(OpInvite, "organization", organizationID); err != nil {
		return Invitation{}, err
	}
	body, err := invite.encode()
	if err != nil {
		return Invitation{}, refuse(OpInvite, "%w", err)
	}
	var invitation Invitation
	err = c.call(ctx, &request{
		operation: OpInvite, to: c.api, method: http.MethodPost, path: "/organization/" + organizationID + "/invite",
		body: body, contentType: "application/json", hide: func() secret.Text { return invitation.Token },
		understand: func(body []byte) (err error) {
			invitation, err = decodeInvitation(body)
			return err
		},
		salvage: func(body []byte) { invitation = salvageInvitation(body) },
	})
	return invitation, err
}

// Invitations returns one page of an organization's invitations: GET /organization/{id}/invitations. There is no total.
// The list may hold accepted, cancelled and expired ones. A single item that can't be read spoils no page.
func (c *Client) Invitations(ctx context.Context, organizationID string, page Page) (InvitationsPage, error) {
	if err := checkPage(OpInvitations, "organization", organizationID, page); err != nil {
		return InvitationsPage{}, err
	}
	var invitations InvitationsPage
	err := c.call(ctx, &request{
		operation: OpInvitations, to: c.api, method: http.MethodGet, read: true,
		path: paged(at("organization", organizationID, "invitations"), page, ""),
		understand: func(body []byte) (err error) {
			invitations, err = decodeInvitations(body)
			return err
		},
	})
	return invitations, err
}

// CancelInvitation withdraws an invitation: DELETE /organization/{id}/invitation/{invitationId}. Any 2xx is a success, and
// the invitation returned holds what could be read of the reply.
func (c *Client) CancelInvitation(ctx context.Context, organizationID, invitationID string) (Invitation, error) {
	if err := checkID(OpCancelInvitation, "organization", organizationID); err != nil {
		return Invitation{}, err
	}
	if err := checkID(OpCancelInvitation, "invitation", invitationID); err != nil {
		return Invitation{}, err
	}
	var invitation Invitation
	err := c.call(ctx, &request{
		operation: OpCancelInvitation, to: c.api, method: http.MethodDelete,
		path:    at("organization", organizationID, "invitation", invitationID),
		salvage: func(body []byte) { invitation = salvageInvitation(body) },
	})
	return invitation, err
}

// at returns the path of a call. The service's paths have no version prefix. Segments are words and ids that [checkID] has let
// pass, so nothing in them needs to be escaped.
func at(segments ...string) string { return "/" + strings.Join(segments, "/") }

// paged adds the query of a list call. The service requires both page and pageSize.
func paged(path string, page Page, search string) string {
	path += "?page=" + strconv.Itoa(page.Number) + "&pageSize=" + strconv.Itoa(cmp.Or(page.Size, PageSize))
	if search != "" {
		path += "&search=" + url.QueryEscape(search)
	}
	return path
}

// checkPage refuses a page of a list of something that cannot be asked for.
func checkPage(operation, subject, id string, page Page) error {
	switch {
	case page.Number < 1:
		return refuse(operation, "page %d: pages count from 1", page.Number)
	case page.Size < 0 || page.Size > PageSize:
		return refuse(operation, "page size %d is not within 1 and %d", page.Size, PageSize)
	}
	return checkID(operation, subject, id)
}

// checkID refuses what would end up as another path than the one meant.
func checkID(operation, subject, id string) error {
	const length = 36 // uuid.Parse knows more spellings than the service
	if _, err := uuid.Parse(id); err != nil || len(id) != length {
		return refuse(operation, "%s id %q is not a UUID", subject, id)
	}
	return nil
}
