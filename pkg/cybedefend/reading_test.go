package cybedefend_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"rollcall/pkg/cybedefend"
)

// TestReadsFail holds that no read is ever lost, and that a reply is never empty by mistake. What can't heal by asking
// again is final.
// writes are the calls that change something.
var writes = []string{
	cybedefend.OpInvite, cybedefend.OpCancelInvitation, cybedefend.OpChangeRole, cybedefend.OpRemoveMember,
	cybedefend.OpCreateTeam, cybedefend.OpAddTeamMember, cybedefend.OpChangeTeamRole, cybedefend.OpRemoveTeamMember,
}

func TestReadsFail(t *testing.T) {
	tests := []struct {
		name  string
		give  http.HandlerFunc
		class cybedefend.Class
	}{
		{"an object without keys", answer(200, `{}`), cybedefend.FinalNo},
		{"null", answer(200, `null`), cybedefend.FinalNo},
		{"a number", answer(200, `7`), cybedefend.FinalNo},
		{"another list", answer(200, `{"items":[]}`), cybedefend.FinalNo},
		{"lists of another kind", answer(200, `{"users":7,"invitations":"","teams":{},"organizations":true,"myOrganizations":{}}`), cybedefend.FinalNo},
		{"a page", answer(200, `<html>`), cybedefend.Foreign},
		{"words under the type of a page", answer(200, `signed in`, "Content-Type", "text/html"), cybedefend.Foreign},
		{"words", answer(200, `maintenance`), cybedefend.NotProcessed},
		{"no body", answer(200, ``), cybedefend.NotProcessed},
		{"cut", answer(200, `[`, "Content-Length", "9"), cybedefend.NotProcessed},
		{"cut by a proxy that mends the length", answer(200, `{"users":[`), cybedefend.NotProcessed},
		{"500", answer(500, ``), cybedefend.NotProcessed},
		{"502 with a page", answer(502, `<html>`), cybedefend.NotProcessed},
		{"408", answer(408, ``), cybedefend.NotProcessed},
		{"403 of somebody else", answer(403, `<html>`), cybedefend.Foreign},
		{"redirect", answer(302, ``, "Location", "https://login.example/"), cybedefend.Foreign},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for operation, call := range calls {
				if slices.Contains(writes, operation) {
					continue
				}
				got, err := call(t.Context(), serve(t, test.give))
				if err == nil || cybedefend.ClassOf(err) != test.class {
					t.Errorf("%s = %+v, class %v, %v", operation, got, cybedefend.ClassOf(err), err)
				}
				if test.class == cybedefend.FinalNo && !errors.Is(err, cybedefend.ErrUnreadable) {
					t.Errorf("%s: %v does not say that it is unreadable", operation, err)
				}
			}
		})
	}
}

func TestListsWithNothingOfUseAreNotEmpty(t *testing.T) {
	client := serve(t, answer(200, `[{},{"name":"no id"},null]`))
	_, err1 := client.Teams(t.Context(), organizationID)
	_, err2 := client.Organizations(t.Context())
	for _, err := range []error{err1, err2} {
		if cybedefend.ClassOf(err) != cybedefend.FinalNo || !errors.Is(err, cybedefend.ErrUnreadable) {
			t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
		}
	}
}
