package sandbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/cybedefend/contract"
	"rollcall/pkg/sandbox"
)

// TestContract holds the sandbox to the API page: each call of the table as it should be, and with each mistake that
// the table lets one make.
func TestContract(t *testing.T) {
	for _, bare := range []bool{false, true} {
		for _, call := range contract.Calls() {
			t.Run(fmt.Sprintf("%s bare=%t", call.Operation, bare), func(t *testing.T) {
				c := arrange(t, call, sandbox.Options{BareLists: bare})
				got := c.send(t)
				if c.Counts().Requests[sandbox.Operation(call.Operation)] == 0 {
					t.Errorf("the sandbox calls it something else: %v", c.Counts().Requests)
				}
				got.want(t, call.Success)
				var reply any
				if err := json.Unmarshal([]byte(got.text), &reply); err != nil {
					t.Fatal(err)
				}
				if !call.List {
					conform(t, "reply", contract.Field{Kind: contract.Object, Of: call.Reply}, reply)
					return
				}
				if !bare {
					reply = got.body[call.Live]
				}
				conform(t, "reply", contract.Field{Kind: contract.Objects, Of: call.Reply}, reply)
			})
		}
	}
}

func TestContractRefusals(t *testing.T) {
	for _, call := range contract.Calls() {
		refused := func(name string, status int, mistake func(*arranged)) {
			t.Run(call.Operation+" "+name, func(t *testing.T) {
				c := arrange(t, call, sandbox.Options{
					OtherOrganizations: []cybedefend.Organization{{ID: other, Name: "Other"}},
				})
				mistake(c)
				c.send(t).want(t, status)
			})
		}
		if !call.Public {
			refused("without token", 401, func(c *arranged) { c.header = []string{"Authorization:"} })
		}
		if strings.Contains(call.Path, "{organizationId}") {
			refused("elsewhere", 403, func(c *arranged) { c.path = strings.Replace(c.path, sandbox.DefaultOrganizationID, other, 1) })
			refused("nowhere", 404, func(c *arranged) { c.path = strings.Replace(c.path, sandbox.DefaultOrganizationID, stranger, 1) })
		}
		refused("with an unknown parameter", 400, func(c *arranged) { c.query.Set("sort", "email") })
		for _, field := range call.Query {
			if !field.Optional {
				refused("without "+field.Name, 400, func(c *arranged) { c.query.Del(field.Name) })
			}
			if field.Name == "pageSize" {
				refused("with a large page", 400, func(c *arranged) { c.query.Set(field.Name, strconv.Itoa(contract.MaxPageSize+1)) })
			}
		}
		if call.ContentType == "application/json" {
			refused("with an unknown field", 400, func(c *arranged) { c.body["nickname"] = "Ann" })
		}
		if call.ContentType != "" {
			refused("with another content type", 400, func(c *arranged) { c.header = []string{"Content-Type: text/plain"} })
		}
		for _, field := range call.Request {
			if !field.Optional {
				refused("without "+field.Name, 400, func(c *arranged) { delete(c.body, field.Name) })
			}
			if field.OneOf != nil || field.Kind == contract.Email || field.Kind == contract.UUID || field.Value != "" {
				refused("with a wrong "+field.Name, 400, func(c *arranged) { c.body[field.Name] = "nonsense" })
			}
			for _, inner := range field.Of {
				refused("without "+field.Name+"."+inner.Name, 400, func(c *arranged) {
					assignment := maps.Clone(c.body[field.Name].([]map[string]any)[0]) //nolint:errcheck // made by arrange
					delete(assignment, inner.Name)
					c.body[field.Name] = []map[string]any{assignment}
				})
			}
		}
	}
}

// arranged is a call that should succeed, on a sandbox where it can.
type arranged struct {
	*service
	contract.Call
	path   string
	query  url.Values
	body   map[string]any
	header []string
}

func arrange(t *testing.T, call contract.Call, options sandbox.Options) *arranged {
	t.Helper()
	options.Members, options.Pending = people("member@acme.example"), people("pending@acme.example")
	s := start(t, options)
	invitation := s.call(t, "GET", page("invitations", 1, 20), nil)
	member := s.call(t, "GET", page("members", 1, 20)+"&search=member@", nil)
	values := map[string]any{
		"email":              "ann@example.com",
		"role":               "member",
		"teamAssignments":    []map[string]any{{"teamId": platform, "role": "developer"}},
		"token":              invitation.at("invitations", 0, "token"),
		"userId":             member.at("users", 0, "id"),
		"name":               "Night Watch",
		"description":        "Who is there at night",
		"client_id":          s.call(t, "GET", "/client-apps", nil).at("cli", "appId"),
		"subject_token":      s.PAT().Reveal(),
		"grant_type":         "urn:ietf:params:oauth:grant-type:token-exchange",
		"subject_token_type": "urn:logto:token-type:personal_access_token",
		"resource":           s.URL(),
		"page":               "1",
		"pageSize":           strconv.Itoa(contract.MaxPageSize),
		"search":             "acme",
	}
	if call.Request != nil && strings.HasPrefix(call.Path, "/team/{teamId}/") || call.Operation == string(sandbox.TeamMembers) {
		values["role"] = "developer"
		if call.Operation != string(sandbox.AddTeamMember) {
			body := map[string]any{"userId": values["userId"], "role": "read_only"}
			s.call(t, "POST", "/team/"+platform+"/member", body).want(t, 200)
		}
	}
	c := &arranged{service: s, Call: call, query: url.Values{}, body: map[string]any{}}
	c.path = strings.NewReplacer(
		"{organizationId}", sandbox.DefaultOrganizationID,
		"{teamId}", platform,
		"{invitationId}", fmt.Sprint(invitation.at("invitations", 0, "id")),
	).Replace(call.Path)
	for _, field := range call.Query {
		c.query.Set(field.Name, fmt.Sprint(values[field.Name]))
	}
	for _, field := range call.Request {
		if values[field.Name] == nil {
			t.Fatalf("the table has a new field %s", field.Name)
		}
		c.body[field.Name] = values[field.Name]
	}
	return c
}

func (c *arranged) send(t *testing.T) answer {
	t.Helper()
	path := c.path
	if len(c.query) > 0 {
		path += "?" + c.query.Encode()
	}
	var body any
	switch c.ContentType {
	case "application/json":
		body = c.body
	case "application/x-www-form-urlencoded":
		form := url.Values{}
		for name, value := range c.body {
			form.Set(name, fmt.Sprint(value))
		}
		body = form.Encode()
	}
	header := []string{}
	if body != nil {
		header = append(header, "Content-Type: "+c.ContentType)
	}
	if c.Public {
		header = append(header, "Authorization:")
	}
	return c.call(t, c.Method, path, body, append(header, c.header...)...)
}

// conform checks that a decoded value is what the table says. Objects may have more keys than it knows.
func conform(t *testing.T, name string, field contract.Field, value any) {
	t.Helper()
	text, isText := value.(string)
	ok := isText
	switch field.Kind {
	case contract.Text:
	case contract.Email:
		ok = isText && strings.Contains(text, "@")
	case contract.UUID:
		ok = isText && uuid.Validate(text) == nil
	case contract.DateTime:
		_, err := time.Parse(time.RFC3339, text)
		ok = isText && err == nil
	case contract.Number:
		_, ok = value.(float64)
	case contract.Boolean:
		_, ok = value.(bool)
	case contract.Objects:
		var list []any
		list, ok = value.([]any)
		if ok && len(list) == 0 {
			t.Errorf("%s: an empty list shows nothing", name)
		}
		for n, item := range list {
			conform(t, fmt.Sprintf("%s[%d]", name, n), contract.Field{Kind: contract.Object, Of: field.Of}, item)
		}
	case contract.Object:
		var object map[string]any
		object, ok = value.(map[string]any)
		for _, inner := range field.Of {
			if _, there := object[inner.Name]; there || !inner.Optional {
				conform(t, name+"."+inner.Name, inner, object[inner.Name])
			}
		}
	default:
		t.Errorf("%s: the table has a new kind %q", name, field.Kind)
	}
	if !ok {
		t.Errorf("%s is not of kind %s: %v", name, field.Kind, value)
	}
	if field.OneOf != nil && !slices.Contains(field.OneOf, text) {
		t.Errorf("%s is %q, not one of %v", name, text, field.OneOf)
	}
}
