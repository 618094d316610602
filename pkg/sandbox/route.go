package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/cybedefend"
)

// Operation names a call of the service, as the table in package contract does.
type Operation string

// The calls of the service.
const (
	Invite           Operation = "invite"
	Invitations      Operation = "list invitations"
	Cancel           Operation = "cancel invitation"
	Accept           Operation = "accept invitation"
	Members          Operation = "list members"
	SetRole          Operation = "change member role"
	RemoveMember     Operation = "remove member"
	Teams            Operation = "list teams"
	CreateTeam       Operation = "create team"
	ReadTeam         Operation = "read team"
	ChangeTeam       Operation = "change team"
	DeleteTeam       Operation = "delete team"
	TeamMembers      Operation = "list team members"
	AddTeamMember    Operation = "add team member"
	SetTeamRole      Operation = "change team role"
	RemoveTeamMember Operation = "remove team member"
	Organizations    Operation = "list organizations"
	Organization     Operation = "read organization"
	Profile          Operation = "read profile"
	ClientApps       Operation = "discover client id"
	Token            Operation = "exchange token"
	// Unrouted is any call that the service doesn't have.
	Unrouted Operation = "unrouted"
)

// route is one call: where it is and what it does.
type route struct {
	operation Operation
	pattern   string
	// query are the parameters that may be given.
	query []string
	// status is that of a success; 0 means 200.
	status int
	// handle returns the body of a success or a refusalError. It takes the lock itself.
	handle func(*Sandbox, *request) (any, error)
}

// public reports whether the call needs no access token: those that get one. They are not limited either.
func (r route) public() bool { return r.operation == ClientApps || r.operation == Token }

func routes() []route {
	paging := []string{"page", "pageSize"}
	return []route{
		{operation: Invite, pattern: "POST /organization/{organizationId}/invite", status: http.StatusCreated, handle: (*Sandbox).invite},
		{operation: Invitations, pattern: "GET /organization/{organizationId}/invitations", query: paging, handle: (*Sandbox).invitations},
		{operation: Cancel, pattern: "DELETE /organization/{organizationId}/invitation/{invitationId}", handle: (*Sandbox).cancel},
		{operation: Accept, pattern: "POST /organization/invite/accept", handle: (*Sandbox).accept},
		{operation: Members, pattern: "GET /organization/{organizationId}/members", query: append(paging, "search"), handle: (*Sandbox).members},
		{operation: SetRole, pattern: "PUT /organization/{organizationId}/member/role", handle: (*Sandbox).setRole},
		{operation: RemoveMember, pattern: "DELETE /organization/{organizationId}/member", handle: (*Sandbox).removeMember},
		{operation: Teams, pattern: "GET /organization/{organizationId}/teams", handle: (*Sandbox).listTeams},
		{operation: CreateTeam, pattern: "POST /organization/{organizationId}/team", handle: (*Sandbox).createTeam},
		{operation: ReadTeam, pattern: "GET /organization/{organizationId}/team/{teamId}", handle: (*Sandbox).describeTeam},
		{operation: ChangeTeam, pattern: "PUT /team/{teamId}", handle: (*Sandbox).describeTeamAnew},
		{operation: DeleteTeam, pattern: "DELETE /team/{teamId}", handle: (*Sandbox).deleteTeam},
		{operation: TeamMembers, pattern: "GET /team/{teamId}/members", query: append(paging, "search"), handle: (*Sandbox).teamMembers},
		{operation: AddTeamMember, pattern: "POST /team/{teamId}/member", handle: (*Sandbox).addTeamMember},
		{operation: SetTeamRole, pattern: "PUT /team/{teamId}/member/role", handle: (*Sandbox).setTeamRole},
		{operation: RemoveTeamMember, pattern: "DELETE /team/{teamId}/member", handle: (*Sandbox).removeTeamMember},
		{operation: Organizations, pattern: "GET /organizations", handle: (*Sandbox).listOrganizations},
		{operation: Organization, pattern: "GET /organization/{organizationId}", handle: (*Sandbox).describeOrganization},
		{operation: Profile, pattern: "GET /user/profile", handle: (*Sandbox).profile},
		{operation: ClientApps, pattern: "GET /client-apps", handle: (*Sandbox).clientApps},
		{operation: Token, pattern: "POST /oidc/token", handle: (*Sandbox).exchange},
	}
}

func (s *Sandbox) unrouted(q *request) (any, error) {
	return nil, refuse(http.StatusNotFound, "Cannot %s %s", q.http.Method, q.http.URL.Path)
}

// request is one call on its way through the sandbox.
type request struct {
	operation Operation
	http      *http.Request
	query     url.Values
	body      []byte
	late      time.Duration // how long after its answer an invite takes effect
}

// maxBody is far beyond any invite.
const maxBody = 1 << 20

// read takes the whole body in. A server notices that a client has left only when there is nothing left to read.
func (q *request) read(w http.ResponseWriter) error {
	var err error
	q.body, err = io.ReadAll(http.MaxBytesReader(w, q.http.Body, maxBody))
	return err
}

// address returns the folded address that an invite names.
func (q *request) address() string {
	var body struct {
		Email string `json:"email"`
	}
	if q.operation != Invite || json.Unmarshal(q.body, &body) != nil {
		return ""
	}
	return fold(body.Email)
}

// decode reads a JSON body that has the fields of into, and no others.
func (q *request) decode(into any) error {
	if mediaType, _, err := mime.ParseMediaType(q.http.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return refuse(http.StatusBadRequest, "Content-Type must be application/json")
	}
	decoder := json.NewDecoder(bytes.NewReader(q.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return refuse(http.StatusBadRequest, "invalid body: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "invalid body: more than one JSON value")
	}
	var document any
	if err := json.Unmarshal(q.body, &document); err != nil {
		return refuse(http.StatusBadRequest, "invalid body: %v", err)
	}
	if name, ok := misspelt(document); ok {
		return refuse(http.StatusBadRequest, "property %s should not exist", name)
	}
	return nil
}

// fields are all that any body has.
var fields = []string{"description", "email", "name", "role", "teamAssignments", "teamId", "token", "userId"}

// misspelt returns a property in other letter case than the service knows it, which Go's decoder lets pass.
func misspelt(document any) (name string, ok bool) {
	switch value := document.(type) {
	case map[string]any:
		for name, inner := range value {
			if !slices.Contains(fields, name) {
				return name, true
			}
			if name, ok := misspelt(inner); ok {
				return name, true
			}
		}
	case []any:
		for _, inner := range value {
			if name, ok := misspelt(inner); ok {
				return name, true
			}
		}
	}
	return "", false
}

// checkQuery refuses parameters that are unknown or given twice.
func (q *request) checkQuery(known []string) error {
	for name, values := range q.query {
		if !slices.Contains(known, name) {
			return refuse(http.StatusBadRequest, "property %s should not exist", name)
		}
		if len(values) > 1 {
			return refuse(http.StatusBadRequest, "%s must be given once", name)
		}
	}
	return nil
}

// page is the part of a list that was asked for.
type page struct{ number, size int }

func (q *request) page() (page, error) {
	number, err := strconv.Atoi(q.query.Get("page"))
	if err != nil || number < 1 {
		return page{}, refuse(http.StatusBadRequest, "page must be an integer not less than 1")
	}
	size, err := strconv.Atoi(q.query.Get("pageSize"))
	if err != nil || size < 1 || size > cybedefend.PageSize {
		return page{}, refuse(http.StatusBadRequest, "pageSize must be an integer from 1 to %d", cybedefend.PageSize)
	}
	return page{number, size}, nil
}

// of returns the bounds of the page in a list of total items.
func (p page) of(total int) (from, to int) {
	if p.number > total/p.size+1 {
		return total, total
	}
	from = min((p.number-1)*p.size, total)
	return from, min(from+p.size, total)
}
