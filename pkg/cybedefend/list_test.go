package cybedefend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// TestInvitationsSayWhatIsOdd reads pages in which one item is not what the page of the service says.
func TestInvitationsSayWhatIsOdd(t *testing.T) {
	tests := []struct {
		name string
		give string // the items
		want cybedefend.InvitationsPage
	}{
		{
			"whole", `{"id":"a","token":"t","email":"ada@example.com","status":"PENDING","organizationRole":"member","expiresAt":"2027-01-02T03:04:05Z"}`,
			cybedefend.InvitationsPage{Items: 1, Invitations: []cybedefend.Invitation{{
				ID: "a", Token: secret.New("t"), Email: "ada@example.com", Status: "PENDING", OrganizationRole: "member",
				ExpiresAt: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC),
			}}},
		},
		{
			"numeric id", `{"id":12345678901234567890,"email":"ada@example.com"}`,
			cybedefend.InvitationsPage{
				Items: 1, Invitations: []cybedefend.Invitation{{ID: "12345678901234567890", Email: "ada@example.com"}},
				Odd: []string{"invitation 1 of the page (ada@example.com): the id is a number"},
			},
		},
		{
			"null and missing address", `{"id":"a","email":null},{"id":"b"}`,
			cybedefend.InvitationsPage{
				Items: 2, Invitations: []cybedefend.Invitation{{ID: "a"}, {ID: "b"}},
				Odd: []string{
					"invitation 1 of the page (id a): no e-mail address can be read",
					"invitation 2 of the page (id b): no e-mail address can be read",
				},
			},
		},
		{
			"null id", `{"id":null,"email":"ada@example.com"}`,
			cybedefend.InvitationsPage{
				Items: 1, Invitations: []cybedefend.Invitation{{Email: "ada@example.com"}},
				Odd: []string{"invitation 1 of the page (ada@example.com): no id can be read"},
			},
		},
		{
			"nothing to tell it apart by", `{"id":"a","email":"ada@example.com"},{"id":{},"email":7,"token":"t"},null,"text"`,
			cybedefend.InvitationsPage{
				Items: 4, Invitations: []cybedefend.Invitation{{ID: "a", Email: "ada@example.com"}},
				Odd: []string{
					"invitation 2 of the page: neither an id nor an e-mail address can be read, so it is left out; the id is not a text; the e-mail address is not a text",
					"invitation 3 of the page: neither an id nor an e-mail address can be read, so it is left out",
					"invitation 4 of the page: neither an id nor an e-mail address can be read, so it is left out; it is not an object",
				},
			},
		},
		{
			"single fields", `{"id":"a","email":"ada@example.com","status":1,"organizationRole":{"name":"member"},"expiresAt":"tomorrow","token":{}}`,
			cybedefend.InvitationsPage{
				Items: 1, Invitations: []cybedefend.Invitation{{ID: "a", Email: "ada@example.com", UnreadExpiry: `"tomorrow"`}},
				Odd: []string{"invitation 1 of the page (ada@example.com): the status is not a text; the role is not a text; the expiry date can't be read; the token is not a text"},
			},
		},
		{
			"null fields are as good as missing", `{"id":"a","email":"ada@example.com","status":null,"expiresAt":null,"token":null}`,
			cybedefend.InvitationsPage{Items: 1, Invitations: []cybedefend.Invitation{{ID: "a", Email: "ada@example.com"}}},
		},
		{
			"arrays in the array", `[{"id":"a","email":"ada@example.com"}],[],[{"id":"b","email":"bob@example.com"}]`,
			cybedefend.InvitationsPage{Items: 2, Invitations: []cybedefend.Invitation{
				{ID: "a", Email: "ada@example.com"}, {ID: "b", Email: "bob@example.com"},
			}},
		},
		{"empty", ``, cybedefend.InvitationsPage{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, body := range []string{
				`{"invitations":[` + test.give + `]}`, `{"data":{"invitations":[` + test.give + `]}}`,
				"\xEF\xBB\xBF" + `{"invitations":[` + test.give + `]}`,
			} {
				got, err := serve(t, answer(200, body)).Invitations(t.Context(), organizationID, cybedefend.Page{Number: 1})
				if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
					t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
				}
			}
		})
	}
}

// TestMembersSayWhatIsOdd covers what differs from invitations: the role and the totals.
func TestMembersSayWhatIsOdd(t *testing.T) {
	ada := []cybedefend.User{{ID: "7", Email: "ada@example.com", Role: cybedefend.Member}}
	const item = `{"id":"7","email":"ada@example.com","role":"member"}`
	tests := []struct {
		name, give string
		want       cybedefend.MembersPage
	}{
		{"whole", `{"users":[` + item + `],"totalUsers":31,"totalPages":2}`, cybedefend.MembersPage{Users: ada, Items: 1, TotalUsers: 31, TotalPages: 2}},
		{"totals as texts", `{"users":[` + item + `],"totalUsers":"31","totalPages":"2"}`, cybedefend.MembersPage{Users: ada, Items: 1, TotalUsers: 31, TotalPages: 2}},
		{"totals beside an envelope", `{"data":{"users":[` + item + `]},"totalUsers":31}`, cybedefend.MembersPage{Users: ada, Items: 1, TotalUsers: 31}},
		{"totals that make no sense", `{"users":[` + item + `],"totalUsers":"many","totalPages":-2}`, cybedefend.MembersPage{Users: ada, Items: 1}},
		{"totals that are no counts", `{"users":[` + item + `],"totalUsers":1.5,"totalPages":1e300}`, cybedefend.MembersPage{Users: ada, Items: 1}},
		{"totals of another kind", `{"users":[` + item + `],"totalUsers":{},"totalPages":null}`, cybedefend.MembersPage{Users: ada, Items: 1}},
		{"an array of arrays", `{"users":[[` + item + `]]}`, cybedefend.MembersPage{Users: ada, Items: 1}},
		{"an array of an empty array", `{"users":[[]],"totalUsers":0}`, cybedefend.MembersPage{}},
		{
			"a role that is an object", `{"users":[{"id":7,"email":"ada@example.com","role":{"name":"member"}}]}`,
			cybedefend.MembersPage{
				Users: []cybedefend.User{{ID: "7", Email: "ada@example.com"}}, Items: 1,
				Odd: []string{"member 1 of the page (ada@example.com): the id is a number; the role is not a text"},
			},
		},
		{
			"one that can't be told apart", `{"users":[{},` + item + `]}`,
			cybedefend.MembersPage{
				Users: ada, Items: 2,
				Odd: []string{"member 1 of the page: neither an id nor an e-mail address can be read, so it is left out"},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := serve(t, answer(200, test.give)).Members(t.Context(), organizationID, cybedefend.Page{Number: 1}, "")
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWhatIsOddCanNotRewriteATerminal(t *testing.T) {
	got, err := serve(t, answer(200, `{"users":[{"id":null,"email":"a\u001b[2J\u202e@example.com"}]}`)).
		Members(t.Context(), organizationID, cybedefend.Page{Number: 1}, "")
	if err != nil || len(got.Odd) != 1 || strings.ContainsAny(got.Odd[0], "\x1b\u202e") {
		t.Errorf("odd %q, %v", got.Odd, err)
	}
}

func TestTeamsAndOrganizationsLeaveOutOddItems(t *testing.T) {
	client := serve(t, answer(200, `[{"id":7,"name":"Platform","description":{}},{"name":"no id"},null,{"id":"b"}]`))
	teams, err := client.Teams(t.Context(), organizationID)
	if diff := cmp.Diff([]cybedefend.Team{{ID: "7", Name: "Platform"}, {ID: "b"}}, teams); err != nil || diff != "" {
		t.Errorf("Teams: %v (-want +got):\n%s", err, diff)
	}
	organizations, err := client.Organizations(t.Context())
	if diff := cmp.Diff([]cybedefend.Organization{{ID: "7", Name: "Platform"}, {ID: "b"}}, organizations); err != nil || diff != "" {
		t.Errorf("Organizations: %v (-want +got):\n%s", err, diff)
	}
}

func TestNullListsAreEmpty(t *testing.T) {
	client := serve(t, answer(200, `{"invitations":null,"users":null,"teams":null,"organizations":null}`))
	invitations, err1 := client.Invitations(t.Context(), organizationID, cybedefend.Page{Number: 1})
	users, err2 := client.Members(t.Context(), organizationID, cybedefend.Page{Number: 1}, "")
	teams, err3 := client.Teams(t.Context(), organizationID)
	organizations, err4 := client.Organizations(t.Context())
	for i, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if n := invitations.Items + users.Items + len(teams) + len(organizations); n != 0 {
		t.Errorf("%d items", n)
	}
}
