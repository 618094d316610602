package listing_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/listing"
	"rollcall/pkg/remedy"
)

func TestFilter(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	all := []cybedefend.Invitation{
		{ID: "1", Email: "ann@x.example", OrganizationRole: "member", Status: "pending", ExpiresAt: now.Add(time.Hour)},
		{ID: "2", Email: "bo@X.example", OrganizationRole: "Billing_Manager", Status: "pending", ExpiresAt: now.Add(24 * time.Hour)},
		{ID: "3", Email: "cy@eu.x.example", OrganizationRole: "member", Status: "pending", ExpiresAt: now.Add(25 * time.Hour)},
		{ID: "4", Email: "di@y.example", OrganizationRole: "member", Status: "pending"},
		{ID: "5", Email: "ed@x.example", OrganizationRole: "member", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
	}
	day := new(24 * time.Hour)
	for _, tt := range []struct {
		name   string
		filter listing.Filter
		want   string
	}{
		{"the zero value", listing.Filter{}, "1 2 3 4"},
		{"a role, as people write it", listing.Filter{Role: "Billing Manager"}, "2"},
		{"a domain, in any case", listing.Filter{Domains: []string{"X.example"}}, "1 2"},
		{"its subdomains", listing.Filter{Domains: []string{"*.x.example"}}, "3"},
		{"several domains", listing.Filter{Domains: []string{".x.example", "y.example"}}, "3 4"},
		{"that expire soon", listing.Filter{ExpiresWithin: day}, "1 2"},
		{"all of it", listing.Filter{Role: "member", Domains: []string{"x.example"}, ExpiresWithin: day}, "1"},
		{"expired ones", listing.Filter{State: directory.Expired, Domains: []string{"x.example"}}, "5"},
		{"whatever their state", listing.Filter{State: listing.All, Role: "member"}, "1 3 4 5"},
		{"nobody", listing.Filter{Role: "manager"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			filter, err := tt.filter.Parse()
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, row := range listing.Invitations("o1", all, filter, now).Rows {
				ids = append(ids, row[4])
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestFilterRefuses(t *testing.T) {
	for option, filter := range map[string]listing.Filter{
		"status": {State: "old"},
		"role":   {Role: "boss"},
		"domain": {Domains: []string{"x.example", "nowhere"}},
	} {
		if _, err := filter.Parse(); remedy.Of(err) == nil || remedy.Of(err).Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
	for _, filter := range []listing.Filter{
		{ExpiresWithin: new(time.Duration)},
		{ExpiresWithin: new(time.Hour), State: directory.Expired},
		{ExpiresWithin: new(time.Hour), State: listing.All},
	} {
		if _, err := filter.Parse(); remedy.Of(err) == nil || remedy.Of(err).Option != "expires-within" {
			t.Errorf("expires-within: %v", err)
		}
	}
}
