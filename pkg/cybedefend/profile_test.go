package cybedefend_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
)

func TestProfileReadsWhatItCan(t *testing.T) {
	active, inactive := true, false
	const pro = `"subscription":{"plan":"pro","seats":25}`
	tests := []struct {
		name, give string
		want       cybedefend.Profile
	}{
		{
			"seats inside each organization", `{"id":"1","email":"a@example.com","myOrganizations":[` +
				`{"id":"2","name":"n","myRole":"manager","isActive":true,"subscription":{"seats":5}},` +
				`{"id":"3","isActive":false,"subscription":null},{"id":"4","subscription":{"seats":"7"}}]}`,
			cybedefend.Profile{ID: "1", Email: "a@example.com", Organizations: []cybedefend.Membership{
				{ID: "2", Name: "n", Role: "manager", Seats: 5, IsActive: &active}, {ID: "3", IsActive: &inactive}, {ID: "4", Seats: 7},
			}},
		},
		{
			"seats of the account for those without", `{"myOrganizations":[{"id":"2","subscription":{"seats":5}},{"id":"3"},{"id":"4","subscription":null}],` + pro + `}`,
			cybedefend.Profile{
				Organizations: []cybedefend.Membership{{ID: "2", Seats: 5}, {ID: "3", Seats: 25}, {ID: "4", Seats: 25}},
				Subscription:  cybedefend.Subscription{Plan: "pro", Seats: 25},
			},
		},
		{
			"seats that make no sense", `{"myOrganizations":[{"id":"2","isActive":"yes","subscription":{"seats":-5,"plan":{}}},{"id":"3","subscription":7}],"subscription":{"seats":"many"}}`,
			cybedefend.Profile{Organizations: []cybedefend.Membership{{ID: "2"}, {ID: "3"}}},
		},
		{
			"odd organizations", `{"id":7,"email":null,"myOrganizations":[{"id":8,"myRole":{}},null,7,{"name":"no id"},{"id":"2","myRole":"member","myTeams":{}}]}`,
			cybedefend.Profile{ID: "7", Organizations: []cybedefend.Membership{{ID: "8"}, {ID: "2", Role: "member"}}},
		},
		{"no organizations", `{"id":"1","myOrganizations":null}`, cybedefend.Profile{ID: "1"}},
		{"in an envelope, behind a byte order mark", "\xEF\xBB\xBF" + `{"data":{"id":"1","myOrganizations":[]}}`, cybedefend.Profile{ID: "1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := serve(t, answer(200, test.give)).Profile(t.Context())
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("Profile: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
