package onboard

import (
	"testing"
	"time"

	"rollcall/pkg/directory"
)

func TestDescribeListing(t *testing.T) {
	for _, tt := range []struct {
		give     directory.Listing
		measured int
		in       time.Duration
		want     string
	}{
		{directory.Listing{Of: "members", Found: 4200, Total: 10000}, 4100, 6 * time.Second, "members: 4,200 of 10,000, page 210 of 500, about 8s left"},
		{directory.Listing{Of: "members", Found: 100, Total: 10000}, 0, 0, "members: 100 of 10,000, page 5 of 500"},
		{directory.Listing{Of: "members", Found: 9950, Total: 10000}, 9850, time.Second, "members: 9,950 of 10,000, page 498 of 500"},
		{directory.Listing{Of: "members", Found: 120, Total: 100}, 20, time.Second, "members: 120"}, // others have joined meanwhile
		{directory.Listing{Of: "invitations", Found: 1234567}, 100, time.Second, "invitations: 1,234,567"},
		{directory.Listing{Of: "invitations"}, 0, 0, "invitations: 0"},
	} {
		if got := describeListing(tt.give, tt.measured, tt.in); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
