package cybedefend

import (
	"cmp"
	"encoding/json"
	"strings"

	"rollcall/pkg/secret"
)

// invitationItem is an invitation as it comes.
type invitationItem struct {
	ID               identifier `json:"id"`
	Token            text       `json:"token"`
	Email            text       `json:"email"`
	Status           text       `json:"status"`
	OrganizationID   text       `json:"organizationId"`
	OrganizationName text       `json:"organizationName"`
	OrganizationRole text       `json:"organizationRole"`
	ExpiresAt        instant    `json:"expiresAt"`
}

// read returns what could be read.
func (i *invitationItem) read() Invitation {
	invitation := Invitation{
		ID: i.ID.value, Email: i.Email.value, Status: i.Status.value,
		OrganizationID: i.OrganizationID.value, OrganizationName: i.OrganizationName.value, OrganizationRole: i.OrganizationRole.value,
		ExpiresAt: i.ExpiresAt.at, UnreadExpiry: i.ExpiresAt.unread,
	}
	if i.Token.value != secret.Redacted {
		invitation.Token = secret.New(i.Token.value)
	}
	return invitation
}

// odd returns what was odd, but for the fields that are missing.
func (i *invitationItem) odd() (found oddities) {
	found.id(i.ID)
	found.text("e-mail address", i.Email)
	found.text("status", i.Status)
	found.text("organization id", i.OrganizationID)
	found.text("organization name", i.OrganizationName)
	found.text("role", i.OrganizationRole)
	found.instant("expiry date", i.ExpiresAt)
	found.text("token", i.Token)
	return found
}

// decodeInvitation reads the invitation that a reply holds, in the body itself or else in what it has under "data". With an
// error, the invitation is what could be read.
func decodeInvitation(body []byte) (Invitation, error) {
	best, err := readInvitation(body)
	switch {
	case err == nil && len(lacks(best)) == 0:
		return best, nil
	case err != nil && !json.Valid(body):
		return Invitation{}, unreadable("not JSON")
	}
	if inner, err := readInvitation(envelope(body)[1]); err == nil && len(lacks(inner)) == 0 || best == (Invitation{}) {
		best = inner
	}
	if missing := lacks(best); len(missing) > 0 {
		return best, unreadable("an invitation without %s", strings.Join(missing, ", "))
	}
	return best, nil
}

// readInvitation reads an invitation field by field. It fails for what is no object.
func readInvitation(raw []byte) (Invitation, error) {
	var ordinary invitationItem
	if ordinary.readAlone(raw) {
		return ordinary.read(), nil
	}
	var item invitationItem
	if err := json.Unmarshal(raw, &item); err != nil {
		return Invitation{}, err
	}
	return item.read(), nil
}

// salvageInvitation reads what there is in a reply that need not be whole.
func salvageInvitation(body []byte) Invitation {
	if invitation, _ := decodeInvitation(body); invitation != (Invitation{}) {
		return invitation
	}
	object, err := json.Marshal(leading(body))
	if err != nil {
		return Invitation{}
	}
	invitation, _ := readInvitation(object)
	return invitation
}

// lacks returns what an invitation must have and has not.
func lacks(invitation Invitation) (fields []string) {
	if invitation.ID == "" {
		fields = append(fields, "id")
	}
	if invitation.Email == "" {
		fields = append(fields, "email")
	}
	if invitation.Token.Empty() {
		fields = append(fields, "token")
	}
	return fields
}

// userItem is a member as it comes.
type userItem struct {
	ID    identifier `json:"id"`
	Email text       `json:"email"`
	Role  text       `json:"role"`
}

func (u *userItem) read() User {
	return User{ID: u.ID.value, Email: u.Email.value, Role: Role(u.Role.value)}
}

func (u *userItem) odd() (found oddities) {
	found.id(u.ID)
	found.text("e-mail address", u.Email)
	found.text("role", u.Role)
	return found
}

// teamItem is a team as it comes. The reply to its making calls its id teamId.
type teamItem struct {
	ID          identifier `json:"id"`
	TeamID      identifier `json:"teamId"`
	Name        text       `json:"name"`
	Description text       `json:"description"`
}

func (t *teamItem) read() Team {
	return Team{ID: cmp.Or(t.ID.value, t.TeamID.value), Name: t.Name.value, Description: t.Description.value}
}

// organizationItem is an organization as it comes.
type organizationItem struct {
	ID   identifier `json:"id"`
	Name text       `json:"name"`
}

func (o *organizationItem) read() Organization {
	return Organization{ID: o.ID.value, Name: o.Name.value}
}
