package cybedefend

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// readInvitation reads an invitation field by field: what can't be read stays empty and doesn't spoil the rest. It
// returns what was odd, but for the fields that are missing.
func readInvitation(raw json.RawMessage) (Invitation, []string) {
	var wire struct {
		ID               json.RawMessage `json:"id"`
		Token            json.RawMessage `json:"token"`
		Email            json.RawMessage `json:"email"`
		Status           json.RawMessage `json:"status"`
		OrganizationID   json.RawMessage `json:"organizationId"`
		OrganizationName json.RawMessage `json:"organizationName"`
		OrganizationRole json.RawMessage `json:"organizationRole"`
		ExpiresAt        json.RawMessage `json:"expiresAt"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return Invitation{}, []string{"it is not an object"}
	}
	var item itemReader
	invitation := Invitation{
		ID:               item.id(wire.ID),
		Email:            item.text("e-mail address", wire.Email),
		Status:           item.text("status", wire.Status),
		OrganizationID:   item.text("organization id", wire.OrganizationID),
		OrganizationName: item.text("organization name", wire.OrganizationName),
		OrganizationRole: item.text("role", wire.OrganizationRole),
	}
	invitation.ExpiresAt, invitation.UnreadExpiry = item.date("expiry date", wire.ExpiresAt)
	// A token that reads "[redacted]" is none.
	_ = invitation.Token.UnmarshalText([]byte(item.text("token", wire.Token)))
	return invitation, item.oddities
}

// decodeInvitation reads the invitation that a reply holds, in the body itself or else in what it has under "data". With an
// error, the invitation is what could be read.
func decodeInvitation(body []byte) (Invitation, error) {
	if !json.Valid(body) {
		return Invitation{}, unreadable("not JSON")
	}
	var best Invitation
	for _, candidate := range envelope(body) {
		invitation, _ := readInvitation(candidate)
		if len(lacks(invitation)) == 0 {
			return invitation, nil
		}
		if best == (Invitation{}) {
			best = invitation
		}
	}
	return best, unreadable("an invitation without %s", strings.Join(lacks(best), ", "))
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

// readUser reads a member as readInvitation reads an invitation.
func readUser(raw json.RawMessage) (User, []string) {
	var wire struct {
		ID    json.RawMessage `json:"id"`
		Email json.RawMessage `json:"email"`
		Role  json.RawMessage `json:"role"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return User{}, []string{"it is not an object"}
	}
	var item itemReader
	user := User{
		ID: item.id(wire.ID), Email: item.text("e-mail address", wire.Email), Role: Role(item.text("role", wire.Role)),
	}
	return user, item.oddities
}

// readTeam reads a team as readInvitation reads an invitation. The reply to its making calls its id teamId.
func readTeam(raw json.RawMessage) Team {
	var wire struct {
		ID          json.RawMessage `json:"id"`
		TeamID      json.RawMessage `json:"teamId"`
		Name        json.RawMessage `json:"name"`
		Description json.RawMessage `json:"description"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return Team{}
	}
	var item itemReader
	if absent(wire.ID) {
		wire.ID = wire.TeamID
	}
	return Team{
		ID: item.id(wire.ID), Name: item.text("name", wire.Name), Description: item.text("description", wire.Description),
	}
}

// readOrganization reads an organization as readInvitation reads an invitation.
func readOrganization(raw json.RawMessage) Organization {
	var wire struct {
		ID   json.RawMessage `json:"id"`
		Name json.RawMessage `json:"name"`
	}
	if json.Unmarshal(raw, &wire) != nil {
		return Organization{}
	}
	var item itemReader
	return Organization{ID: item.id(wire.ID), Name: item.text("name", wire.Name)}
}

// itemReader reads the fields of one item and collects what was odd.
type itemReader struct{ oddities []string }

// id reads an id, which may be a number; it is read as its digits.
func (r *itemReader) id(raw json.RawMessage) string {
	if isNumber(raw) {
		r.oddities = append(r.oddities, "the id is a number")
		return string(raw)
	}
	return r.text("id", raw)
}

// text reads a text. A null is as good as nothing.
func (r *itemReader) text(field string, raw json.RawMessage) string {
	var text string
	if absent(raw) {
		return ""
	}
	if json.Unmarshal(raw, &text) != nil {
		r.oddities = append(r.oddities, "the "+field+" is not a text")
	}
	return text
}

// date reads a point in time. What can't be read as one is returned as it stands, to be shown.
func (r *itemReader) date(field string, raw json.RawMessage) (at time.Time, unread string) {
	if absent(raw) {
		return time.Time{}, ""
	}
	at, ok := parseInstant(raw)
	if !ok {
		const longest = 40
		r.oddities = append(r.oddities, "the "+field+" can't be read")
		return time.Time{}, shorten(redact(printable(string(raw))), longest)
	}
	return at, ""
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || bytes.Equal(raw, []byte("null")) }

func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}
