package directory_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/pkg/cybedefend"
)

// organization is a service whose lists may change with each call.
type organization struct {
	invitations []cybedefend.Invitation
	members     []cybedefend.User
	teams       []cybedefend.Team
	// before is called before a page of invitations is taken, and between after a page of any list.
	before  func(cybedefend.Page)
	between func()
	// refuse, if set, may answer a call with an error.
	refuse  func(call, search string, page int) error
	latency time.Duration
	// What the service does differently: it ignores page numbers, knows no sizes but the largest, tells no totals, leaves
	// members called hidden out of their pages, minds letter case while it searches, ignores searches, or shows its lists
	// in another order with each call.
	samePage, oneSize, noTotals, hides, minds, noSearch, shuffles bool
	// cap is the most that a page shows, 0 for no cap. With capSkips, pages begin where those of the size asked for would.
	cap      int
	capSkips bool
	// hole may change what a page shows.
	hole func(call string, page cybedefend.Page, from, to int) (int, int)
	// makesUp shows a new member at every place that anybody asks for. total, if set, is told instead of the true one.
	makesUp bool
	total   int
	// odd are the texts about odd items on the first page, unread how many items of it cannot be read.
	odd    []string
	unread int

	random *rand.Rand

	mu    sync.Mutex
	calls map[string]int
	times []time.Time
}

func (o *organization) invite(address string, at int) {
	invitation := cybedefend.Invitation{ID: address, Email: address, Status: "pending", ExpiresAt: now.Add(time.Hour)}
	o.invitations = slices.Insert(slices.Clone(o.invitations), min(at, len(o.invitations)), invitation)
}

func (o *organization) join(address string, at int) {
	o.members = slices.Insert(slices.Clone(o.members), min(at, len(o.members)), cybedefend.User{ID: address, Email: address})
}

func (o *organization) populate(members, invitations int) {
	for i := range members {
		o.members = append(o.members, cybedefend.User{ID: fmt.Sprint("u", i), Email: fmt.Sprintf("member%d@x.example", i)})
	}
	for i := range invitations {
		o.invitations = append(o.invitations, cybedefend.Invitation{ID: fmt.Sprint("i", i), Email: fmt.Sprintf("invitee%d@x.example", i)})
	}
}

// begin counts a call and lets the latency pass.
func (o *organization) begin(ctx context.Context, call, search string, page int) error {
	o.mu.Lock()
	if o.calls == nil {
		o.calls = map[string]int{}
	}
	o.calls[call]++
	o.times = append(o.times, time.Now())
	var err error
	if o.refuse != nil {
		err = o.refuse(call, search, page)
	}
	o.mu.Unlock()
	if o.latency > 0 {
		select {
		case <-time.After(o.latency):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (o *organization) Invitations(ctx context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if err := o.begin(ctx, "invitations", "", page.Number); err != nil {
		return cybedefend.InvitationsPage{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.after()
	if o.before != nil {
		o.before(page)
	}
	reply := cybedefend.InvitationsPage{Invitations: part(o, "invitations", o.invitations, page)}
	reply.Items = len(reply.Invitations)
	if page.Number == 1 {
		reply.Odd, reply.Items = o.odd, reply.Items+o.unread
	}
	return reply, nil
}

func (o *organization) Members(ctx context.Context, _ string, page cybedefend.Page, search string) (cybedefend.MembersPage, error) {
	call := "members"
	if search != "" {
		call = "search"
	}
	if err := o.begin(ctx, call, search, page.Number); err != nil {
		return cybedefend.MembersPage{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.after()
	found := o.members
	if search != "" && !o.noSearch {
		found = slices.DeleteFunc(slices.Clone(o.members), func(u cybedefend.User) bool {
			return !strings.Contains(u.Email, search) && (o.minds || !strings.Contains(strings.ToLower(u.Email), strings.ToLower(search)))
		})
	}
	reply := cybedefend.MembersPage{Users: slices.DeleteFunc(part(o, call, found, page), func(u cybedefend.User) bool {
		return o.hides && (call == "members" || o.noSearch) && strings.HasPrefix(u.Email, "hidden")
	})}
	if !o.noTotals {
		reply.TotalUsers = len(found)
		if call == "members" {
			reply.TotalUsers = cmp.Or(o.total, len(found)+o.unread)
		}
	}
	if o.makesUp {
		for i := range page.Size {
			made := fmt.Sprintf("made%d-%d@x.example", page.Number*page.Size, i)
			reply.Users = append(reply.Users, cybedefend.User{ID: made, Email: made})
		}
	}
	reply.Items = len(reply.Users)
	if call == "members" && page.Number == 1 {
		reply.Odd, reply.Items = o.odd, reply.Items+o.unread
	}
	return reply, nil
}

func (o *organization) Teams(ctx context.Context, _ string) ([]cybedefend.Team, error) {
	return o.teams, o.begin(ctx, "teams", "", 1)
}

func (o *organization) after() {
	if o.between != nil {
		o.between()
	}
}

// part returns a page of a list.
func part[T any](o *organization, call string, list []T, page cybedefend.Page) []T {
	size := cmp.Or(page.Size, cybedefend.PageSize)
	if o.oneSize {
		size = cybedefend.PageSize
	}
	if o.samePage {
		page.Number = 1
	}
	if o.shuffles {
		list = slices.Clone(list)
		o.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	shown := size
	if o.cap > 0 {
		if shown = min(size, o.cap); !o.capSkips {
			size = shown
		}
	}
	from := min((page.Number-1)*size, len(list))
	to := min(from+shown, len(list))
	if o.hole != nil {
		from, to = o.hole(call, page, from, to)
	}
	return slices.Clone(list[from:to])
}
