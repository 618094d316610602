package directory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/paging"
)

// TeamService is the part of the service that tells who is in a team. It is called by many goroutines at once.
type TeamService interface {
	TeamMembers(ctx context.Context, teamID string, page cybedefend.Page, search string) (cybedefend.TeamMembersPage, error)
}

// Seat is somebody's place in a team.
type Seat struct {
	Team cybedefend.Team
	Role cybedefend.TeamRole
}

// Staff says who is in which teams.
type Staff struct {
	// Stable reports whether the lists stood still enough, so that nobody can have been missed.
	Stable bool

	byUser, byEmail map[string][]Seat
	// named counts the teams by name; sizes and managers count the people of each team by its id.
	named, sizes, managers map[string]int
}

// TeamWord returns the word by which a roster can name a team: its name, or its id where several teams have that name.
func (s *Staff) TeamWord(team cybedefend.Team) string {
	if s.named[strings.ToLower(team.Name)] > 1 {
		return team.ID
	}
	return team.Name
}

// Seats returns the teams in which a member is, in the order in which the teams were read.
func (s *Staff) Seats(user cybedefend.User) []Seat {
	if id := foldID(user.ID); id != "" && len(s.byUser[id]) > 0 {
		return s.byUser[id]
	}
	return s.byEmail[email.Fold(user.Email)]
}

// Sizes returns how many are in each team, by its id.
func (s *Staff) Sizes() map[string]int { return s.sizes }

// Managers returns how many manage each team, by its id.
func (s *Staff) Managers() map[string]int { return maps.Clone(s.managers) }

// ReadStaff reads who is in the teams, of several teams at once. Of the options, those about the calls matter alone.
func ReadStaff(ctx context.Context, o Options, service TeamService, teams []cybedefend.Team) (*Staff, error) {
	o = o.withDefaults()
	staff := &Staff{Stable: true, byUser: map[string][]Seat{}, byEmail: map[string][]Seat{}, named: map[string]int{}, sizes: map[string]int{}, managers: map[string]int{}}
	var mu sync.Mutex // guards found, and keeps Listing from being called twice at once
	found := 0
	rolls, stable := make([][]cybedefend.TeamMember, len(teams)), make([]bool, len(teams))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.Parallel)
	for i, team := range teams {
		staff.named[strings.ToLower(team.Name)]++
		group.Go(func() error {
			list := listTeam(o, service, team, func(m cybedefend.TeamMember) { rolls[i] = append(rolls[i], m) }, func(shown int) {
				mu.Lock()
				defer mu.Unlock()
				found += shown
				o.Listing(Listing{Of: "people in teams", Found: found})
			})
			result, err := list.Read(ctx)
			if err != nil {
				return fmt.Errorf("read the members of team %s: %w", team.Name, err)
			}
			stable[i] = result.Stable && (result.Total == 0 || result.Shown >= result.Total)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, team := range teams {
		staff.Stable = staff.Stable && stable[i]
		for _, m := range rolls[i] {
			staff.add(m, Seat{team, m.Role})
		}
	}
	return staff, nil
}

// listTeam returns the list of the members of a team on its way here. Page is told how many were new after each page.
func listTeam(o Options, service TeamService, team cybedefend.Team, keep func(cybedefend.TeamMember), page func(shown int)) *paging.Reader[cybedefend.TeamMember] {
	shown := 0
	return paging.New(paging.Options[cybedefend.TeamMember]{
		Name: "members of team " + team.Name, Call: o.Call, NoPage: refusal, Parallel: o.Parallel, Size: cybedefend.PageSize,
		Ask: func(ctx context.Context, page paging.Page) (paging.Answer[cybedefend.TeamMember], error) {
			reply, err := service.TeamMembers(ctx, team.ID, cybedefend.Page(page), "")
			return paging.Answer[cybedefend.TeamMember]{Items: reply.Members, Count: reply.Items, Total: reply.TotalUsers}, err
		},
		ID: func(m cybedefend.TeamMember) string {
			return cmp.Or(foldID(m.ID), "@"+email.Fold(m.Email)) + " " + string(m.Role)
		},
		Keep: func(m cybedefend.TeamMember) {
			shown++
			keep(m)
		},
		Page: func() {
			page(shown)
			shown = 0
		},
	})
}

func (s *Staff) add(m cybedefend.TeamMember, seat Seat) {
	s.sizes[seat.Team.ID]++
	if strings.EqualFold(string(seat.Role), string(cybedefend.TeamManager)) {
		s.managers[seat.Team.ID]++
	}
	if id := foldID(m.ID); id != "" {
		s.byUser[id] = append(s.byUser[id], seat)
	}
	if !veiled(m.Email) {
		key := email.Fold(m.Email)
		s.byEmail[key] = append(s.byEmail[key], seat)
	}
}

// Members returns all members of an organization in the order of the service, and whether nobody can have been missed. Of
// the options, those about people, teams and the caller do not matter.
func Members(ctx context.Context, o Options) (all []cybedefend.User, stable bool, err error) {
	r := newReading(o.withDefaults())
	list := r.listMembers("", func(u cybedefend.User) {
		r.members.shown++
		all = append(all, u)
	}, r.page)
	if r.members.total, err = list.First(ctx); err != nil {
		return all, false, err
	}
	result, err := list.Read(ctx)
	return all, result.Stable && result.Shown >= result.Total, err
}
