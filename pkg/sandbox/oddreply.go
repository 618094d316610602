package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"rollcall/pkg/cybedefend"
)

// The identifiers that odd replies show; they belong to nobody.
const (
	sharedID            = "00000000-0000-4000-8000-000000000000"
	otherOrganizationID = "00000000-0000-4000-8000-000000000001"
)

// The bodies of odd replies.
type (
	wireFailure struct {
		Success bool   `json:"success"`
		Error   string `json:"error"`
	}
	wireQueued struct {
		Status string `json:"status"`
	}
	// marked is a body behind a byte order mark.
	marked struct{ body any }
)

const byteOrderMark = "\ufeff"

// replyFailure answers 200 and says no in the body: with the words of err, if there is one.
func (s *Sandbox) replyFailure(w http.ResponseWriter, q *request, err error) {
	words := "The invitation could not be created"
	if err != nil {
		words = err.Error()
	}
	s.reply(w, q, http.StatusOK, wireFailure{Error: words}, nil)
}

// replyOddly answers with something else than the reply that was due. A refusal that was due is sent as it is.
func (s *Sandbox) replyOddly(w http.ResponseWriter, q *request, kind Kind, status int, body any, err error) {
	switch {
	case err != nil:
		s.reply(w, q, status, nil, err)
	case kind == Empty:
		s.write(w, http.StatusCreated, jsonType, nil, 0)
	case kind == Queued:
		s.reply(w, q, http.StatusAccepted, wireQueued{"queued"}, nil)
	default:
		s.reply(w, q, status, kind.alter(body), nil)
	}
}

// alter returns the body as the kind shows it. Only a byte order mark fits bodies that are no invitation.
func (k Kind) alter(body any) any {
	if k == BOM {
		return marked{body}
	}
	invitation, ok := body.(wireInvitation)
	if !ok {
		return body
	}
	switch k { //nolint:exhaustive // the other kinds leave the invitation as it is
	case NumericID:
		return with(invitation, "id", numeric(invitation.ID))
	case MissingID:
		return without(invitation, "id")
	case SameID:
		invitation.ID = sharedID
	case OtherOrganization:
		invitation.OrganizationID, invitation.OrganizationName = otherOrganizationID, "Somebody Else"
	case OtherRole:
		roles := cybedefend.Roles()
		invitation.OrganizationRole = roles[(slices.Index(roles, invitation.OrganizationRole)+1)%len(roles)]
	}
	return invitation
}

// numeric makes a number of an identifier: a whole one that a float holds exactly.
func numeric(id string) int {
	var number int
	_, _ = fmt.Sscanf(id[:8], "%x", &number) // identifiers begin with eight hexadecimal digits
	return number
}

// with returns the object with one field replaced.
func with(object any, name string, value any) map[string]any {
	fields := without(object, name)
	fields[name] = value
	return fields
}

// without returns the object without one field.
func without(object any, name string) map[string]any {
	fields := map[string]any{}
	encoded, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(encoded, &fields)
	}
	if err != nil {
		panic(fmt.Sprintf("sandbox: fields of %T: %v", object, err)) // only wire types get here
	}
	delete(fields, name)
	return fields
}
