package cybedefend

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// The operations, as they are named in errors and exchanges.
const (
	OpInvite           = "invite"
	OpInvitations      = "list invitations"
	OpCancelInvitation = "cancel invitation"
	OpMembers          = "list members"
	OpChangeRole       = "change member role"
	OpTeams            = "list teams"
	OpOrganizations    = "list organizations"
	OpOrganization     = "read organization"
	OpProfile          = "read profile"
	OpDiscover         = "discover client id"
	OpExchangeToken    = "exchange token"
)

// Invite invites one person: POST /organization/{id}/invite. It sends exactly one such request, which nothing
// repeats, and the service answers it by sending an e-mail. A nil error means that the service confirmed a whole
// invitation for that address; after an error of class [Lost], the invitation may exist all the same.
func (c *Client) Invite(ctx context.Context, organizationID string, invite Invite) (Invitation, error) {
	if err := checkID(OpInvite, "organization", organizationID); err != nil {
		return Invitation{}, err
	}
	body, err := json.Marshal(invite)
	if err != nil {
		return Invitation{}, refuse(OpInvite, "%w", err)
	}
	var invitation Invitation
	err = c.call(ctx, request{
		operation: OpInvite, method: http.MethodPost, url: c.at("organization", organizationID, "invite"),
		body: body, contentType: "application/json",
		understand: func(body []byte) (err error) {
			if invitation, err = decodeInvitation(body, "id", "email", "token"); err != nil {
				return err
			}
			switch {
			case invitation.ID == "" || invitation.Token.Empty():
				return unreadable("an invitation without id or token")
			case !strings.EqualFold(strings.TrimSpace(invitation.Email), strings.TrimSpace(invite.Email)):
				return unreadable("an invitation of another person")
			}
			return nil
		},
	})
	if err != nil {
		return Invitation{}, err
	}
	return invitation, nil
}

// Invitations returns one page of an organization's invitations: GET /organization/{id}/invitations. There is no total.
// The list may hold accepted, cancelled and expired ones. A single item that can't be read spoils no page.
func (c *Client) Invitations(ctx context.Context, organizationID string, page Page) (InvitationsPage, error) {
	if err := checkPage(OpInvitations, organizationID, page); err != nil {
		return InvitationsPage{}, err
	}
	var invitations InvitationsPage
	err := c.call(ctx, request{
		operation: OpInvitations, method: http.MethodGet, read: true,
		url: paged(c.at("organization", organizationID, "invitations"), page, ""),
		understand: func(body []byte) (err error) {
			invitations, err = decodeInvitations(body)
			return err
		},
	})
	return invitations, err
}

// CancelInvitation withdraws an invitation: DELETE /organization/{id}/invitation/{invitationId}.
func (c *Client) CancelInvitation(ctx context.Context, organizationID, invitationID string) (Invitation, error) {
	if err := checkID(OpCancelInvitation, "organization", organizationID); err != nil {
		return Invitation{}, err
	}
	if err := checkID(OpCancelInvitation, "invitation", invitationID); err != nil {
		return Invitation{}, err
	}
	var invitation Invitation
	err := c.call(ctx, request{
		operation: OpCancelInvitation, method: http.MethodDelete,
		url: c.at("organization", organizationID, "invitation", invitationID),
		understand: func(body []byte) (err error) {
			invitation, err = decodeInvitation(body, "id")
			if err == nil && !strings.EqualFold(invitation.ID, invitationID) {
				return unreadable("another invitation")
			}
			return err
		},
	})
	if err != nil {
		return Invitation{}, err
	}
	return invitation, nil
}

func decodeInvitation(body []byte, keys ...string) (Invitation, error) {
	var raw json.RawMessage
	if err := decodeObject(body, &raw, keys...); err != nil {
		return Invitation{}, err
	}
	invitation, _ := readInvitation(raw)
	return invitation, nil
}

// at returns the address of a call. The service's paths have no version prefix.
func (c *Client) at(segments ...string) *url.URL {
	escaped := make([]string, len(segments))
	for i, segment := range segments {
		escaped[i] = url.PathEscape(segment)
	}
	return c.base.JoinPath(escaped...)
}

// paged adds the query of a list call. The service requires both page and pageSize.
func paged(address *url.URL, page Page, search string) *url.URL {
	query := url.Values{"page": {strconv.Itoa(page.Number)}, "pageSize": {strconv.Itoa(cmp.Or(page.Size, PageSize))}}
	if search != "" {
		query.Set("search", search)
	}
	address.RawQuery = query.Encode()
	return address
}

func checkPage(operation, organizationID string, page Page) error {
	switch {
	case page.Number < 1:
		return refuse(operation, "page %d: pages count from 1", page.Number)
	case page.Size < 0 || page.Size > PageSize:
		return refuse(operation, "page size %d is not within 1 and %d", page.Size, PageSize)
	}
	return checkID(operation, "organization", organizationID)
}

// checkID refuses what would end up as another path than the one meant.
func checkID(operation, subject, id string) error {
	const length = 36 // uuid.Parse knows more spellings than the service
	if _, err := uuid.Parse(id); err != nil || len(id) != length {
		return refuse(operation, "%s id %q is not a UUID", subject, id)
	}
	return nil
}
