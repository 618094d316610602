package cybedefend_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/cybedefend/contract"
	"rollcall/pkg/secret"
)

// calls makes each call of the contract that the client has, with everything optional set.
var calls = map[string]func(context.Context, *cybedefend.Client) (any, error){
	cybedefend.OpInvite: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Invite(ctx, organizationID, cybedefend.Invite{
			Email: "text", Role: cybedefend.BillingManager,
			TeamAssignments: []cybedefend.TeamAssignment{{TeamID: invitationID, Role: cybedefend.ReadOnly}},
		})
	},
	cybedefend.OpInvitations: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Invitations(ctx, organizationID, cybedefend.Page{Number: 2})
	},
	cybedefend.OpCancelInvitation: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.CancelInvitation(ctx, organizationID, invitationID)
	},
	cybedefend.OpMembers: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Members(ctx, organizationID, cybedefend.Page{Number: 3}, "ada+1@example.com")
	},
	cybedefend.OpChangeRole: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return nil, c.ChangeRole(ctx, organizationID, invitationID, cybedefend.Manager)
	},
	cybedefend.OpRemoveMember: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return nil, c.RemoveMember(ctx, organizationID, invitationID)
	},
	cybedefend.OpCreateTeam: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.CreateTeam(ctx, organizationID, "Night Watch", "Who is there at night")
	},
	cybedefend.OpTeamMembers: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.TeamMembers(ctx, organizationID, cybedefend.Page{Number: 3}, "ada+1@example.com")
	},
	cybedefend.OpAddTeamMember: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return nil, c.AddTeamMember(ctx, organizationID, invitationID, cybedefend.ReadOnly)
	},
	cybedefend.OpChangeTeamRole: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return nil, c.ChangeTeamRole(ctx, organizationID, invitationID, cybedefend.TeamManager)
	},
	cybedefend.OpRemoveTeamMember: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return nil, c.RemoveTeamMember(ctx, organizationID, invitationID)
	},
	cybedefend.OpTeams: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Teams(ctx, organizationID)
	},
	cybedefend.OpOrganizations: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Organizations(ctx)
	},
	cybedefend.OpOrganization: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Organization(ctx, organizationID)
	},
	cybedefend.OpProfile: func(ctx context.Context, c *cybedefend.Client) (any, error) {
		return c.Profile(ctx)
	},
	cybedefend.OpDiscover:      exchangeThenProfile,
	cybedefend.OpExchangeToken: exchangeThenProfile,
}

func exchangeThenProfile(ctx context.Context, c *cybedefend.Client) (any, error) {
	return c.Profile(ctx)
}

// elsewhere are the calls that the client has no use for.
var elsewhere = []string{"accept invitation", "read team", "change team", "delete team"}

func TestCallsKeepTheContract(t *testing.T) {
	for _, call := range contract.Calls() {
		send, ok := calls[call.Operation]
		if !ok {
			if !slices.Contains(elsewhere, call.Operation) {
				t.Errorf("the client does not have %q", call.Operation)
			}
			continue
		}
		t.Run(call.Operation, func(t *testing.T) {
			service := newContractService(t)
			client := connect(t, cybedefend.Options{
				BaseURL: service.URL + prefix,
				Credentials: cybedefend.PersonalAccessToken{
					Token: secret.New(personalToken), AuthEndpoint: service.URL + authPrefix,
				},
			})
			got, err := send(t.Context(), client)
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprintf("%+v", got); got != nil && !strings.Contains(text, invitationID) {
				t.Errorf("the ids of the reply were not read: %s", text)
			}
			if got := service.count(call.Operation); got != 1 {
				t.Errorf("%d requests as the contract has them, want 1", got)
			}
		})
	}
}

func TestListsAreAlsoReadAsTheLiveServiceSendsThem(t *testing.T) {
	for _, call := range contract.Calls() {
		if call.Live == "" {
			continue
		}
		t.Run(call.Operation, func(t *testing.T) {
			bare := marshal(t, []any{example(call.Reply)})
			var want any
			for _, body := range []string{bare, `{"` + call.Live + `":` + bare + `}`, `{"data":` + bare + `}`} {
				got, err := calls[call.Operation](t.Context(), serve(t, answer(http.StatusOK, body)))
				if err != nil {
					t.Fatalf("%s: %v", body, err)
				}
				if want == nil {
					want = got
				}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-bare +got):\n%s", body, diff)
				}
			}
		})
	}
}

const authPrefix = "/sign/in"

// contractService answers each call of the contract with an example, and fails the test for any other request.
type contractService struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex
	// seen counts the requests by operation.
	seen map[string]int
}

func newContractService(t *testing.T) *contractService {
	t.Helper()
	s := &contractService{t: t, seen: map[string]int{}}
	mux := http.NewServeMux()
	for _, call := range contract.Calls() {
		base := prefix
		if call.AuthEndpoint {
			base = authPrefix
		}
		mux.HandleFunc(call.Method+" "+base+call.Path, func(w http.ResponseWriter, r *http.Request) { s.answer(call, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s is not in the contract", r.Method, r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *contractService) count(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[operation]
}

func (s *contractService) answer(call contract.Call, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen[call.Operation]++
	s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	bearer := "Bearer text"
	if call.Public {
		bearer = ""
	}
	for name, want := range map[string]string{
		"Authorization": bearer, "Content-Type": call.ContentType, "Accept": "application/json",
		"Idempotency-Key": "", "X-Idempotency-Key": "", "Expect": "",
	} {
		if got := r.Header.Get(name); got != want {
			s.t.Errorf("%s: %s = %q, want %q", call.Operation, name, got, want)
		}
	}
	if id := r.PathValue("organizationId"); id != "" && id != organizationID {
		s.t.Errorf("%s: organization %q", call.Operation, id)
	}
	if id := r.PathValue("teamId"); id != "" && id != organizationID {
		s.t.Errorf("%s: team %q", call.Operation, id)
	}
	if size := r.URL.Query().Get("pageSize"); size != "" && size != "20" {
		s.t.Errorf("%s: page size %s", call.Operation, size)
	}
	s.checkKeys(call.Operation+" query", keysOfValues(r.URL.Query()), call.Query)
	switch call.ContentType {
	case "":
		if len(body) > 0 {
			s.t.Errorf("%s: body %q", call.Operation, body)
		}
	case "application/json":
		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil {
			s.t.Error(err)
		}
		s.checkObject(call.Operation, object, call.Request)
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			s.t.Error(err)
		}
		s.checkKeys(call.Operation+" form", keysOfValues(form), call.Request)
		for _, field := range call.Request {
			if got := form.Get(field.Name); field.Value != "" && got != field.Value {
				s.t.Errorf("%s: %s = %q", call.Operation, field.Name, got)
			}
		}
	}
	var reply any = example(call.Reply)
	if call.List {
		reply = []any{reply}
	}
	w.WriteHeader(call.Success)
	_ = json.NewEncoder(w).Encode(reply)
}

// checkKeys holds the keys of a request, all of whose optional parts are set, against the fields of the contract.
func (s *contractService) checkKeys(where string, got []string, fields []contract.Field) {
	var want []string
	for _, field := range fields {
		want = append(want, field.Name)
	}
	slices.Sort(want)
	if diff := gocmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s keys (-want +got):\n%s", where, diff)
	}
}

func (s *contractService) checkObject(where string, object map[string]any, fields []contract.Field) {
	var keys []string
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	s.checkKeys(where, keys, fields)
	for _, field := range fields {
		if text, ok := object[field.Name].(string); ok && field.OneOf != nil && !slices.Contains(field.OneOf, text) {
			s.t.Errorf("%s: %s = %q", where, field.Name, text)
		}
		items, _ := object[field.Name].([]any)
		for _, item := range items {
			inner, ok := item.(map[string]any)
			if !ok {
				s.t.Errorf("%s: %s holds %v", where, field.Name, item)
			}
			s.checkObject(where+" "+field.Name, inner, field.Of)
		}
	}
}

func keysOfValues(values url.Values) (keys []string) {
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// example returns an object that has all the fields.
func example(fields []contract.Field) map[string]any {
	object := map[string]any{}
	for _, field := range fields {
		switch field.Kind {
		case contract.UUID:
			object[field.Name] = invitationID
		case contract.Number:
			object[field.Name] = 7
		case contract.Boolean:
			object[field.Name] = true
		case contract.DateTime:
			object[field.Name] = "2023-11-07T05:31:56Z"
		case contract.Object:
			object[field.Name] = example(field.Of)
		case contract.Objects:
			object[field.Name] = []any{example(field.Of)}
		case contract.Text, contract.Email:
			object[field.Name] = cmp.Or(field.Value, "text")
		}
	}
	return object
}

func TestRolesAreThoseOfTheContract(t *testing.T) {
	var roles, teamRoles []string
	for _, role := range cybedefend.Roles() {
		roles = append(roles, string(role))
	}
	for _, role := range cybedefend.TeamRoles() {
		teamRoles = append(teamRoles, string(role))
	}
	invite := contract.Calls()[0].Request
	if diff := gocmp.Diff(invite[1].OneOf, roles); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(invite[2].Of[1].OneOf, teamRoles); diff != "" {
		t.Error(diff)
	}
	if cybedefend.PageSize != contract.MaxPageSize {
		t.Errorf("page size %d", cybedefend.PageSize)
	}
}

func TestInviteSendsTheExactBody(t *testing.T) {
	var got string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = string(body)
		answer(http.StatusCreated, invitationJSON)(w, r)
	})
	if _, err := client.Invite(t.Context(), strings.ToUpper(organizationID), ada); err != nil {
		t.Fatal(err)
	}
	if want := `{"email":"ada@example.com","role":"member"}`; got != want {
		t.Errorf("body %s, want %s", got, want)
	}
}
