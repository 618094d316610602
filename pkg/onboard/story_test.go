package onboard_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// TestTwelveMonths has an organization follow the roster of a company for a year: people join, leave and come back, get another
// address, change their roles and teams, accept under another address or not at all, exports are broken now and then, and the
// program is cut off anywhere. In the end the organization is as the roster has it.
func TestTwelveMonths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t, 1)
		s.options.Sync.RemoveLeavers, s.renames = true, true
		if raceDetector {
			s.oneNightIn = 4
		}
		s.people[0].keeps = true
		s.options.Sync.Protect = []string{s.people[0].address}
		for day := range 365 {
			s.options.Sync.AcceptRenames = day%3 == 0 // somebody looks at them now and then
			s.day()
		}
		s.settle()
	})
}

// colleague is somebody who works for the company, or has.
type colleague struct {
	address, role, team string
	// number stays the same when the address changes; earlier are the addresses before.
	number  int
	earlier []string
	// keeps says that nothing is taken from the person.
	keeps bool
	// other is the address under which the person accepts, empty for the one that was invited.
	other string
	// ignores says that the person answers no invitation.
	ignores bool
	works   bool
	// joined counts how often the person has joined the company.
	joined int
}

// story is a company, the service and what is between them.
type story struct {
	*testing.T
	random  *rand.Rand
	service *sandbox.Sandbox
	options onboard.Options
	people  []*colleague
	// cutAt is the call with which the program is cut off, 0 if it is not; calls counts those of a run, and writes those that
	// change something.
	mu                   sync.Mutex
	cutAt, calls, writes int
	cut                  context.CancelFunc
	renames              bool
	// oneNightIn is of how many nights one has a run.
	oneNightIn int
	// spoils says that the roster has a row now and then that is nobody's, and so is not whole.
	spoils bool
	nights map[status.Status]int // by what became of them
}

func newStory(t *testing.T, seed uint64) *story {
	t.Helper()
	service, err := sandbox.New(sandbox.Options{Now: time.Now, Seed: seed, InvitationLifetime: 7 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	s := &story{T: t, random: rand.New(rand.NewPCG(seed, 1)), service: service, options: onboard.ForSync(), oneNightIn: 1, nights: map[status.Status]int{}}
	s.options.Roster, s.options.Results = filepath.Join(folder, "people.csv"), filepath.Join(folder, "people.results.csv")
	s.options.Ledger = filepath.Join(folder, "ledger.db")
	s.options.Sync.CancelLeavers, s.options.Sync.ApplyRoles = true, true
	s.options.ApplyTeams, s.options.PruneTeams = true, true
	// Of several days together more may have changed than a night's guards let pass; a broken export trips that for lost rows.
	all := quantity.Percent(100)
	s.options.MaxPrunes, s.options.Sync.MaxRoleChanges, s.options.Sync.MaxLeavers, s.options.Sync.MaxRenames = all, all, all, all
	s.options.Sync.MaxRemovals = 100
	s.options.Dial = func(context.Context) (onboard.Endpoint, error) {
		return onboard.Endpoint{URL: "https://api.example.com", Credentials: cybedefend.AccessToken(service.AccessToken()), Transport: s}, nil
	}
	for range 40 {
		s.join()
	}
	return s
}

// RoundTrip has the service answer, unless the program is cut off with this call: before it arrives, or before its answer does.
func (s *story) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls++
	isCut, early := s.calls == s.cutAt, s.calls%2 == 0
	if r.Method != http.MethodGet && (!isCut || !early) {
		s.writes++
	}
	s.mu.Unlock()
	if isCut && early {
		s.cut()
		return nil, context.Canceled
	}
	q := r.Clone(context.WithoutCancel(r.Context()))
	if q.Body == nil {
		q.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	s.service.ServeHTTP(answer, q)
	if isCut {
		s.cut()
		return nil, errors.New("the connection was cut")
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

var (
	storyRoles = []string{"member", "member", "member", "member", "billing_manager"}
	storyTeams = []string{"Platform:developer", "Security:read_only", "Platform", "Platform:read_only; Security"}
)

func pick[T any](s *story, from []T) T { return from[s.random.IntN(len(from))] }

// join has somebody new join the company.
func (s *story) join() {
	c := &colleague{
		address: fmt.Sprintf("p%03d@acme.example", len(s.people)), role: pick(s, storyRoles), team: pick(s, storyTeams), works: true, joined: 1, number: len(s.people),
	}
	switch s.random.IntN(12) {
	case 0:
		c.other = fmt.Sprintf("p%03d@home.example", len(s.people))
	case 1:
		c.ignores = true
	}
	s.people = append(s.people, c)
}

// day is one day in the company and the night after it.
func (s *story) day() {
	for range s.random.IntN(3) {
		switch c := pick(s, s.people); s.random.IntN(7) {
		case 0:
			s.join()
		case 1:
			if s.working() > 20 {
				c.works = false
			}
		case 2:
			if !c.works {
				c.works, c.joined = true, c.joined+1
			}
		case 3:
			c.role = pick(s, storyRoles)
		case 4:
			c.team = pick(s, storyTeams)
		case 5:
			s.answer()
		case 6:
			if s.renames && c.works && c.other == "" && !c.keeps {
				c.earlier = append(c.earlier, c.address)
				c.address = fmt.Sprintf("p%03d.%d@acme.example", c.number, len(c.earlier))
			}
		}
	}
	s.answer()
	if whole := s.export(); s.random.IntN(s.oneNightIn) == 0 {
		s.night(whole)
	}
	time.Sleep(24*time.Hour - time.Duration(s.random.IntN(600))*time.Second) // virtual time
}

func (s *story) working() (n int) {
	for _, c := range s.people {
		if c.works {
			n++
		}
	}
	return n
}

// answer has most people accept their invitations.
func (s *story) answer() {
	for _, c := range s.people {
		if c.ignores || s.random.IntN(3) == 0 {
			continue
		}
		other := c.address
		if c.other != "" {
			other = c.other
		}
		_ = s.service.AcceptAs(c.address, other) // who is not invited has nothing to accept
	}
}

// export writes the roster, and reports whether it is whole.
func (s *story) export() (whole bool) {
	var b strings.Builder
	b.WriteString("email,role,teams,Employee ID\n")
	for _, c := range s.people {
		if c.works {
			fmt.Fprintf(&b, "%s,%s,%s,E%03d\n", c.address, c.role, c.team, c.number)
		}
	}
	if s.spoils && s.random.IntN(4) == 0 {
		b.WriteString("nobody,member,Platform,E999\n")
	}
	text := b.String()
	whole = true
	switch s.random.IntN(25) {
	case 0: // the export has stopped in the middle
		text, whole = text[:len(text)/2], false
	case 1:
		text, whole = "", false
	case 2:
		text, whole = "<html>503</html>", false
	}
	if err := os.WriteFile(s.options.Roster, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return whole
}

// night has the organization follow the roster, until it does. A broken one changes nothing, and neither does the same again.
func (s *story) night(whole bool) {
	before := ""
	if !whole {
		before = s.state()
	}
	for {
		s.cutAt, s.calls, s.writes = 0, 0, 0
		if s.random.IntN(3) == 0 {
			s.cutAt = 1 + s.random.IntN(40)
		}
		report, err := s.run()
		s.nights[report.Status]++
		switch {
		case !whole:
			if report.Status == status.Well || s.state() != before {
				s.Fatalf("a broken roster: %d, %v", report.Status, err)
			}
			return
		case s.cutAt > 0 && s.calls >= s.cutAt:
			time.Sleep(time.Duration(s.random.IntN(30)) * time.Minute) // virtual time
			continue                                                   // it was cut off: the same command goes on
		case report.Status != status.Well && report.Status != status.Rows:
			s.Fatalf("%d, %v", report.Status, err)
		}
		break
	}
	if s.cutAt, s.writes = 0, 0; s.random.IntN(3) > 0 || s.options.Sync.AcceptRenames { // an old address goes a night later
		return
	}
	report, err := s.run()
	if well := report.Status == status.Well || s.spoils && report.Status == status.Rows; !well || s.writes > 0 {
		s.Fatalf("the same again: %d, %v, %d calls that change something", report.Status, err, s.writes)
	}
}

func (s *story) run() (onboard.Report, error) {
	ctx, cut := context.WithCancel(s.Context())
	defer cut()
	s.cut = cut
	return onboard.Run(ctx, nil, s.options, nil)
}

// members returns who is in the organization, by key, with role and teams.
func (s *story) members() map[string]string {
	s.cutAt = 0
	client, err := cybedefend.New(cybedefend.Options{BaseURL: "https://api.example.com", Credentials: cybedefend.AccessToken(s.service.AccessToken()), Transport: s})
	if err != nil {
		s.Fatal(err)
	}
	o := directory.Options{Service: client, OrganizationID: sandbox.DefaultOrganizationID}
	users, _, err := directory.Members(s.Context(), o)
	if err != nil {
		s.Fatal(err)
	}
	teams, err := directory.Teams(s.Context(), o)
	if err != nil {
		s.Fatal(err)
	}
	staff, err := directory.ReadStaff(s.Context(), o, client, teams)
	if err != nil {
		s.Fatal(err)
	}
	members := map[string]string{}
	for _, user := range users {
		var seats []string
		for _, seat := range staff.Seats(user) {
			seats = append(seats, seat.Team.Name+":"+string(seat.Role))
		}
		slices.Sort(seats)
		members[email.Fold(user.Email)] = string(user.Role) + " " + strings.Join(seats, " ")
	}
	return members
}

// state says what the organization is like.
func (s *story) state() string {
	members := s.members()
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(members)) {
		b.WriteString(key + " " + members[key] + "\n")
	}
	for address, mails := range s.service.Mails() {
		fmt.Fprintln(&b, address, mails)
	}
	return b.String()
}

// settle has some quiet weeks pass, in which everybody answers, and compares the organization with the roster.
func (s *story) settle() {
	for night := range 25 {
		if night < 16 { // a roster that stays the very same is no evidence that somebody has left
			s.join()
		}
		s.answer()
		for !s.export() {
			continue
		}
		s.options.Sync.AcceptRenames = true
		s.night(true)
		time.Sleep(24 * time.Hour) // virtual time
	}
	s.Logf("nights: %v; %d people", s.nights, len(s.people))
	if s.nights[status.Interrupted] == 0 || s.nights[status.Roster] == 0 {
		s.Errorf("nothing has happened: %v", s.nights)
	}
	members, mails := s.members(), maps.Collect(s.service.Mails())
	renamed := 0
	for _, c := range s.people {
		for _, address := range append(c.earlier, c.address) {
			if most := 3 * c.joined; mails[address] > most {
				s.Errorf("%s has joined %d times and got %d mails", address, c.joined, mails[address])
			}
		}
		is, in := members[c.address]
		switch {
		case c.keeps && !in:
			s.Errorf("%s was removed, although nothing is to be taken from them", c.address)
		case c.keeps, c.other != "":
		case c.ignores && in:
			s.Errorf("%s has answered no invitation, and is %q", c.address, is)
		case c.works && !c.ignores && !isAs(is, c.role, c.team):
			s.Errorf("%s is %q, and the roster wants %s in %s", c.address, is, c.role, c.team)
		case !c.works && in:
			s.Errorf("%s has left, and is still there: %q", c.address, is)
		}
		for _, address := range c.earlier {
			renamed++
			if _, in := members[address]; in {
				s.Errorf("%s is there under the old address %s", c.address, address)
			}
		}
	}
	if renamed < 5 {
		s.Errorf("%d have got another address", renamed)
	}
}

// isAs reports whether somebody has the role and is in the teams of a roster and in no others. Where that names no role in a
// team, any will do.
func isAs(is, role, teams string) bool {
	words := strings.Fields(is)
	wanted := strings.Split(teams, "; ")
	if len(words) != 1+len(wanted) || words[0] != role {
		return false
	}
	for _, team := range wanted {
		if !slices.ContainsFunc(words[1:], func(seat string) bool { return seat == team || strings.HasPrefix(seat, team+":") }) {
			return false
		}
	}
	return true
}
