// Package contract is the service's API page as data: one [Call] for each call that the client makes or the sandbox
// serves. The tests of both range over it, so that neither drifts from the page or from the other.
//
// It holds what the page says, not what either side happens to do. Where page and live service differ, Reply is what
// the page says and Live what the service sends.
package contract

// Kind says what a field holds.
type Kind string

// The kinds of fields.
const (
	Text     Kind = "text"
	UUID     Kind = "uuid"
	Email    Kind = "email"
	Number   Kind = "number"
	Boolean  Kind = "boolean"
	DateTime Kind = "date-time" // RFC 3339
	Objects  Kind = "objects"   // a list; Field.Of is what its items hold
	Object   Kind = "object"    // Field.Of is what it holds
)

// Field is a key of a JSON object, of a form or of a query.
type Field struct {
	Name     string
	Kind     Kind
	Optional bool
	// OneOf are the only values, if there are any.
	OneOf []string
	// Value is the only value, if there is one.
	Value string
	Of    []Field
}

// Call is one call of the service.
type Call struct {
	// Operation is the call's name in the client's errors and exchanges; calls that only the sandbox serves have one
	// in the same style.
	Operation string
	Method    string
	// Path may have the parameters {organizationId}, {teamId} and {invitationId}, all of them UUIDs. It is a pattern that
	// [net/http.ServeMux] understands.
	Path string
	// AuthEndpoint is set if the call goes to the identity provider.
	AuthEndpoint bool
	// Public is set if the call bears no access token.
	Public bool
	// Query are the parameters, all of them known.
	Query []Field
	// ContentType is that of the request's body, empty if there is none.
	ContentType string
	// Request are the keys of the body, all of them known: the service may refuse others.
	Request []Field
	// Success is the status of a success; Refusals are the others that the page names, if it names any.
	Success  int
	Refusals []int
	// List is set if the reply is a bare list, whose items hold Reply.
	List bool
	// Live is the key under which the live service sends that list, instead of bare.
	Live string
	// Reply are the keys of the reply. There may be others.
	Reply []Field
}

// MaxPageSize is the largest page size; more is a 400.
const MaxPageSize = 20

var (
	organizationRoles = []string{"administrator", "manager", "billing_manager", "member"}
	teamRoles         = []string{"team_manager", "analyst_developer", "developer", "read_only"}

	invitation = []Field{
		{Name: "id", Kind: UUID},
		{Name: "token", Kind: Text},
		{Name: "email", Kind: Text},
		{Name: "status", Kind: Text},
		{Name: "organizationId", Kind: UUID},
		{Name: "organizationName", Kind: Text},
		{Name: "organizationRole", Kind: Text},
		{Name: "expiresAt", Kind: DateTime},
	}
	organization = []Field{
		{Name: "id", Kind: UUID},
		{Name: "name", Kind: Text},
		{Name: "description", Kind: Text, Optional: true},
		{Name: "website", Kind: Text, Optional: true},
		{Name: "email", Kind: Text, Optional: true},
		{Name: "concurrentScanLimit", Kind: Number, Optional: true},
	}
	user = []Field{
		{Name: "id", Kind: UUID},
		{Name: "email", Kind: Text},
		{Name: "role", Kind: Text, OneOf: organizationRoles},
	}
	teamUser = []Field{
		{Name: "id", Kind: UUID},
		{Name: "email", Kind: Text},
		{Name: "role", Kind: Text, OneOf: teamRoles},
	}
	team = []Field{
		{Name: "id", Kind: UUID},
		{Name: "name", Kind: Text},
		{Name: "description", Kind: Text, Optional: true},
		{Name: "createdAt", Kind: DateTime, Optional: true},
		{Name: "updatedAt", Kind: DateTime, Optional: true},
	}
	subscription = []Field{{Name: "plan", Kind: Text}, {Name: "seats", Kind: Number}}
	page         = []Field{{Name: "page", Kind: Number}, {Name: "pageSize", Kind: Number}}
	message      = []Field{{Name: "message", Kind: Text}}
	success      = []Field{{Name: "success", Kind: Boolean}, message[0]}
	changedTeam  = []Field{message[0], {Name: "updatedTeam", Kind: Object, Of: team}}
	teamWords    = []Field{{Name: "name", Kind: Text}, {Name: "description", Kind: Text}}
)

// Calls returns the whole table.
func Calls() []Call {
	return []Call{
		{
			Operation: "invite", Method: "POST", Path: "/organization/{organizationId}/invite",
			ContentType: "application/json",
			Request: []Field{
				{Name: "email", Kind: Email},
				{Name: "role", Kind: Text, OneOf: organizationRoles},
				{Name: "teamAssignments", Kind: Objects, Optional: true, Of: []Field{
					{Name: "teamId", Kind: UUID},
					{Name: "role", Kind: Text, OneOf: teamRoles},
				}},
			},
			Success: 201, Refusals: []int{400, 401, 403}, Reply: invitation,
		},
		{
			Operation: "list invitations", Method: "GET", Path: "/organization/{organizationId}/invitations",
			Query: page, Success: 200,
			Reply: []Field{{Name: "organizationId", Kind: UUID}, {Name: "invitations", Kind: Objects, Of: invitation}},
		},
		{
			Operation: "cancel invitation", Method: "DELETE",
			Path:    "/organization/{organizationId}/invitation/{invitationId}",
			Success: 200, Reply: invitation,
		},
		{
			Operation: "accept invitation", Method: "POST", Path: "/organization/invite/accept",
			ContentType: "application/json", Request: []Field{{Name: "token", Kind: Text}},
			Success: 200, Reply: invitation,
		},
		{
			Operation: "list members", Method: "GET", Path: "/organization/{organizationId}/members",
			Query:   []Field{page[0], page[1], {Name: "search", Kind: Text, Optional: true}},
			Success: 200,
			Reply: []Field{
				{Name: "users", Kind: Objects, Of: user},
				{Name: "totalUsers", Kind: Number},
				{Name: "totalPages", Kind: Number},
				{Name: "totalAdministrators", Kind: Number, Optional: true},
			},
		},
		{
			Operation: "change member role", Method: "PUT", Path: "/organization/{organizationId}/member/role",
			ContentType: "application/json",
			Request:     []Field{{Name: "userId", Kind: UUID}, {Name: "role", Kind: Text, OneOf: organizationRoles}},
			Success:     200, Reply: message,
		},
		{
			Operation: "remove member", Method: "DELETE", Path: "/organization/{organizationId}/member",
			ContentType: "application/json", Request: []Field{{Name: "userId", Kind: UUID}},
			Success: 200, Reply: message,
		},
		{
			Operation: "list teams", Method: "GET", Path: "/organization/{organizationId}/teams",
			Success: 200, List: true, Live: "teams", Reply: team,
		},
		{
			Operation: "create team", Method: "POST", Path: "/organization/{organizationId}/team",
			ContentType: "application/json", Request: teamWords,
			Success: 200,
			Reply: []Field{
				success[0], success[1],
				{Name: "organizationId", Kind: UUID},
				{Name: "teamId", Kind: UUID}, // which other replies call id
				{Name: "name", Kind: Text},
				{Name: "description", Kind: Text},
			},
		},
		{
			Operation: "read team", Method: "GET", Path: "/organization/{organizationId}/team/{teamId}",
			Success: 200, Reply: team,
		},
		{
			Operation: "change team", Method: "PUT", Path: "/team/{teamId}",
			ContentType: "application/json", Request: teamWords,
			Success: 200, Reply: changedTeam,
		},
		{
			Operation: "delete team", Method: "DELETE", Path: "/team/{teamId}",
			Success: 200, Reply: message,
		},
		{
			Operation: "list team members", Method: "GET", Path: "/team/{teamId}/members",
			Query:   []Field{page[0], page[1], {Name: "search", Kind: Text, Optional: true}},
			Success: 200,
			Reply: []Field{
				{Name: "users", Kind: Objects, Of: teamUser},
				{Name: "totalUsers", Kind: Number, Optional: true},
				{Name: "totalPages", Kind: Number, Optional: true},
			},
		},
		{
			Operation: "add team member", Method: "POST", Path: "/team/{teamId}/member",
			ContentType: "application/json",
			Request:     []Field{{Name: "userId", Kind: UUID}, {Name: "role", Kind: Text, OneOf: teamRoles}},
			Success:     200, Reply: changedTeam,
		},
		{
			Operation: "change team role", Method: "PUT", Path: "/team/{teamId}/member/role",
			ContentType: "application/json",
			Request:     []Field{{Name: "userId", Kind: UUID}, {Name: "role", Kind: Text, OneOf: teamRoles}},
			Success:     200, Reply: success,
		},
		{
			Operation: "remove team member", Method: "DELETE", Path: "/team/{teamId}/member",
			ContentType: "application/json", Request: []Field{{Name: "userId", Kind: UUID}},
			Success: 200, Reply: success,
		},
		{
			Operation: "list organizations", Method: "GET", Path: "/organizations",
			Success: 200, List: true, Live: "organizations", Reply: organization,
		},
		{
			Operation: "read organization", Method: "GET", Path: "/organization/{organizationId}",
			Success: 200, Reply: organization,
		},
		{
			Operation: "read profile", Method: "GET", Path: "/user/profile",
			Success: 200,
			Reply: []Field{
				{Name: "id", Kind: UUID},
				{Name: "email", Kind: Text},
				{Name: "myOrganizations", Kind: Objects, Of: []Field{
					{Name: "id", Kind: UUID},
					{Name: "name", Kind: Text},
					{Name: "myRole", Kind: Text},
					// The page has it nullable, and here; some replies have it beside the organizations.
					{Name: "subscription", Kind: Object, Optional: true, Of: subscription},
				}},
				{Name: "subscription", Kind: Object, Optional: true, Of: subscription},
			},
		},
		{
			Operation: "discover client id", Method: "GET", Path: "/client-apps", Public: true,
			Success: 200,
			Reply: []Field{
				{Name: "cli", Kind: Object, Of: []Field{{Name: "appId", Kind: Text}}},
				{Name: "logtoResource", Kind: Text, Optional: true},
			},
		},
		{
			Operation: "exchange token", Method: "POST", Path: "/oidc/token", AuthEndpoint: true, Public: true,
			ContentType: "application/x-www-form-urlencoded",
			Request: []Field{
				{Name: "grant_type", Kind: Text, Value: "urn:ietf:params:oauth:grant-type:token-exchange"},
				{Name: "client_id", Kind: Text},
				{Name: "subject_token", Kind: Text},
				{Name: "subject_token_type", Kind: Text, Value: "urn:logto:token-type:personal_access_token"},
				{Name: "resource", Kind: Text},
			},
			Success: 200, Refusals: []int{400, 401, 403},
			Reply: []Field{
				{Name: "access_token", Kind: Text},
				{Name: "token_type", Kind: Text, Value: "Bearer"},
				{Name: "expires_in", Kind: Number},
				{Name: "scope", Kind: Text, Optional: true},
			},
		},
	}
}
