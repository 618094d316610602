package directory

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rollcall/pkg/cybedefend"
)

// crowd is an organization of 400 members at crowd.example, of one at partner.example, who is last, and of an open invitation.
type crowd struct {
	fake bool   // the search finds whole addresses alone
	no   string // a search for this is refused

	mu       sync.Mutex
	searches []string
}

func (c *crowd) Members(_ context.Context, _ string, page cybedefend.Page, search string) (cybedefend.MembersPage, error) {
	if search != "" {
		c.mu.Lock()
		c.searches = append(c.searches, search)
		c.mu.Unlock()
	}
	if search != "" && search == c.no {
		return cybedefend.MembersPage{}, &cybedefend.Error{Status: 400, Class: cybedefend.FinalNo}
	}
	var all []cybedefend.User
	for i := range 401 {
		u := cybedefend.User{ID: strconv.Itoa(i), Email: fmt.Sprintf("p%d@crowd.example", i)}
		if i == 400 {
			u.Email = "x@partner.example"
		}
		whole := strings.EqualFold(u.Email, search)
		if search == "" || whole || !c.fake && strings.Contains(u.Email, strings.ToLower(search)) {
			all = append(all, u)
		}
	}
	from := min((page.Number-1)*page.Size, len(all))
	shown := all[from:min(from+page.Size, len(all))]
	return cybedefend.MembersPage{Users: shown, Items: len(shown), TotalUsers: len(all)}, nil
}

func (*crowd) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: []cybedefend.Invitation{{ID: "i", Email: "a@invited.example", Status: "pending"}}, Items: 1}, nil
}

func (*crowd) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

// TestADomainThatOthersBeginWith looks for one whose members a page of those at another domain hides.
func TestADomainThatOthersBeginWith(t *testing.T) {
	d, err := Read(t.Context(), Options{Service: &crowd{}, OrganizationID: "o", People: []string{"ann@crowd.exam"}, Domains: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := d.IsNewDomain("ann@crowd.exam"); known {
		t.Error("nobody can know whether somebody is there")
	}
}

// TestNewDomains looks people up singly, and their domains where that is asked for.
func TestNewDomains(t *testing.T) {
	people := []string{"ann@CROWD.example", "bob@partner.example", "cid@strange.example", "dan@strange.example", "eve@invited.example"}
	for _, tt := range []struct {
		name    string
		service *crowd
		asked   bool
		want    string // of the people: new, known, or nobody knows
	}{
		{"asked", &crowd{}, true, "known known new new known"},
		{"not asked", &crowd{}, false, "known ? ? ? known"},
		{"a search is refused", &crowd{no: "@strange.example"}, true, "known known ? ? known"},
		{"the search is of another kind", &crowd{fake: true}, true, "known ? ? ? known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Read(t.Context(), Options{Service: tt.service, OrganizationID: "o", People: people, Domains: tt.asked})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, address := range people {
				switch isNew, known := d.IsNewDomain(address); {
				case !known:
					got = append(got, "?")
				case isNew:
					got = append(got, "new")
				default:
					got = append(got, "known")
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%v, want %s; searches %v", got, tt.want, tt.service.searches)
			}
		})
	}
}
