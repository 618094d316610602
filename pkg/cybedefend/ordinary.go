package cybedefend

import (
	"bytes"
	"strings"
)

// An organization may have hundreds of thousands of invitations. What is here reads them as the service sends them, with the
// same result as [encoding/json], which reads everything else.

// The fields of an invitation.
const (
	idField = iota
	tokenField
	emailField
	statusField
	organizationIDField
	organizationNameField
	organizationRoleField
	expiresAtField
	invitationFieldCount
)

// invitationKeys are the keys of the fields, those of [invitationItem].
var invitationKeys = [invitationFieldCount]string{
	"id", "token", "email", "status", "organizationId", "organizationName", "organizationRole", "expiresAt",
}

// invitationFields are the values of the fields as they stand in a text, which is not copied.
type invitationFields [invitationFieldCount]jsonValue

// decodeOrdinary decodes a page of invitations in one pass. It reports whether it can do so.
func decodeOrdinary(body []byte) (page InvitationsPage, ok bool) {
	var room [PageSize]invitationFields // on the stack: nothing keeps it
	items, ok := readInvitations(body, room[:0])
	if !ok {
		return InvitationsPage{}, false
	}
	var kept texts
	kept.makeRoom(items)
	var item invitationItem
	found := reading[Invitation]{kind: "invitation", most: len(items)}
	for i := range items {
		item.take(&items[i], &kept)
		found.add(item.read(), item.odd())
	}
	return InvitationsPage{Invitations: found.list, Items: found.count, Odd: found.odd}, true
}

// readInvitations appends the invitations of a page. It reports whether it can do so.
func readInvitations(body []byte, room []invitationFields) (items []invitationFields, ok bool) {
	const list = "invitations"
	items = room
	found, s := false, scanner{text: body}
	for more := s.enter('{', '}'); more; more = s.another('}') {
		switch key := s.key(); {
		case string(key) == list && !found:
			found = true
			for more := s.enter('[', ']'); more; more = s.another(']') {
				items = append(items, invitationFields{})
				s.invitation(&items[len(items)-1])
			}
		case bytes.EqualFold(key, []byte(list)):
			return nil, false // in another letter case, or once more
		default:
			s.value()
		}
	}
	return items, found && s.whole()
}

// readAlone reads an invitation that stands alone. It reports whether it can do so.
func (i *invitationItem) readAlone(raw []byte) bool {
	var fields [1]invitationFields
	s := scanner{text: raw}
	if s.invitation(&fields[0]); !s.whole() {
		return false
	}
	var kept texts
	kept.makeRoom(fields[:])
	i.take(&fields[0], &kept)
	return true
}

// invitation reads the invitation that comes next.
func (s *scanner) invitation(fields *invitationFields) {
	for more := s.enter('{', '}'); more; more = s.another('}') {
		field, known := invitationField(s.key())
		value := s.value()
		switch {
		case known && field < 0:
			s.fail()
		case known:
			fields[field] = value // the last one counts
		}
	}
}

// invitationField returns which field of an invitation a key is known for, -1 for one in another letter case: it counts, too,
// to [encoding/json].
func invitationField(key []byte) (field int, known bool) {
	for field, name := range invitationKeys {
		if string(key) == name {
			return field, true
		}
	}
	for _, name := range invitationKeys {
		if strings.EqualFold(string(key), name) {
			return -1, true
		}
	}
	return 0, false
}

// take takes the fields of an invitation, whose texts are kept. What is the same as in the invitation that it was before is
// shared with that one.
func (i *invitationItem) take(fields *invitationFields, kept *texts) {
	i.ID.take(fields[idField], kept)
	i.Token.take(fields[tokenField], kept)
	i.Email.take(fields[emailField], kept)
	i.Status.take(fields[statusField], kept)
	i.OrganizationID.take(fields[organizationIDField], kept)
	i.OrganizationName.take(fields[organizationNameField], kept)
	i.OrganizationRole.take(fields[organizationRoleField], kept)
	i.ExpiresAt.take(fields[expiresAtField])
}

// makeRoom makes room for the texts of invitations that are taken one after the other.
func (t *texts) makeRoom(items []invitationFields) {
	size := 0
	var before invitationFields
	for _, item := range items {
		for field, value := range item[:expiresAtField] {
			if value.plain && !bytes.Equal(value.raw, before[field].raw) {
				size += len(value.text())
			}
		}
		before = item
	}
	t.piece.Grow(size)
}
