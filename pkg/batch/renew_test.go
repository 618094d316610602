package batch_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
)

// TestWhoeverIsInvitedMeanwhileIsNotSent has another program invite half of the rows while the run is at work, and one of
// them join.
func TestWhoeverIsInvitedMeanwhileIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 400
		w := newWorld(t, people, invitesEverybody)
		w.options.Pace = mustPace(t, 2)
		if err := w.recover(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		w.service.reading = 0
		defer time.AfterFunc(30*time.Second, func() {
			w.service.locked(func() {
				for i := people/2 + 1; i <= people; i++ {
					address := fmt.Sprintf("a%d@x.example", i)
					if i == people {
						w.service.members = append(w.service.members, address)
						continue
					}
					w.service.place(pendingInvitation(fmt.Sprintf("other-%d", i), address))
				}
			})
		}).Stop()
		if err := w.recovered.Run(t.Context(), nil, w.options); err != nil {
			t.Fatal(err)
		}
		got := strings.Fields(w.outcomes(t))
		if slices.Contains(got[:people/2], "already_invited") || slices.Contains(got[people/2:], "invited") || got[people-1] != "already_member" {
			t.Error(got)
		}
		if len(w.service.sent) != people/2 || len(w.settled) != people || len(w.claims(t)) != 0 {
			t.Errorf("%d requests, %d outcomes reported, %d claims", len(w.service.sent), len(w.settled), len(w.claims(t)))
		}
		if w.service.reading == 0 || w.service.reading > 3 {
			t.Errorf("the invitations were read %d times", w.service.reading)
		}
		if row := w.rows(t)[people/2]; row.InvitationID != "other-201" || row.Attempts != 0 || row.UpdatedAt.IsZero() {
			t.Errorf("%+v", row)
		}
	})
}

// TestWhatIsToBeReplacedIsLookedAtAgain has another program replace the pending invitations that the run is to replace.
func TestWhatIsToBeReplacedIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 300
		w := newWorld(t, people, invitesEverybody)
		w.options.Pace = mustPace(t, 2)
		w.policy.After = 24 * time.Hour
		var addresses []string
		for _, r := range w.rows(t) {
			addresses = append(addresses, r.Email)
		}
		w.replacePending(addresses...)
		w.policy.After = 0
		if err := w.recover(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		last := addresses[people-1]
		defer time.AfterFunc(10*time.Second, func() {
			w.service.locked(func() {
				for _, i := range w.service.list {
					if i.Email == last {
						i.until = time.Now()
					}
				}
				w.service.members = append(w.service.members, last)
			})
		}).Stop()
		if err := w.recovered.Run(t.Context(), nil, w.options); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); strings.Count(got, "already_member") != 1 || strings.Count(got, " invited")+1 != people-1 {
			t.Error(got)
		}
		if w.service.cancelled["old-"+last] != 0 || w.service.mails[last] != 0 {
			t.Errorf("%s was cancelled or mailed", last)
		}
	})
}

// TestTwoProgramsMailFewTwice has two programs with a ledger each go through the same rows at the same time.
func TestTwoProgramsMailFewTwice(t *testing.T) {
	for _, late := range []time.Duration{0, 50 * time.Millisecond, 20 * time.Second} {
		t.Run(late.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const people = 600
				one := newWorld(t, people, invitesEverybody)
				two := newWorld(t, people, invitesEverybody)
				one.service.ledger = nil
				two.service = nil
				shared := &numbered{fakeService: one.service}
				var group sync.WaitGroup
				for i, w := range []*world{one, two} {
					w.service, w.options.Service, w.options.Pace = one.service, shared, mustPace(t, 2)
					var mu sync.Mutex
					random := 0.0
					w.options.Random = func() float64 { // not the same for both
						mu.Lock()
						defer mu.Unlock()
						random += 0.37 + float64(i)*0.2
						return random - float64(int(random))
					}
					if err := w.recover(t.Context(), t); err != nil {
						t.Fatal(err)
					}
				}
				for i, w := range []*world{one, two} {
					group.Go(func() {
						time.Sleep(time.Duration(i) * late) // virtual time
						if err := w.recovered.Run(t.Context(), nil, w.options); err != nil {
							t.Error(err)
						}
					})
				}
				group.Wait()
				twice := one.mailedTwice()
				t.Logf("%d of %d mailed twice", len(twice), people)
				// Within the first minute both send the same 120 rows, which nothing can tell them.
				if len(twice) > people/2 || len(one.service.mails) != people {
					t.Errorf("%d mailed, %d twice", len(one.service.mails), len(twice))
				}
			})
		})
	}
}

// numbered gives each invitation an id of its own.
type numbered struct {
	*fakeService
	mu sync.Mutex
	n  int
}

func (s *numbered) Invite(_ context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	i := cybedefend.Invitation{
		ID: fmt.Sprintf("id-%d", s.n), Email: invite.Email, Status: "PENDING", OrganizationID: organizationID,
		ExpiresAt: time.Now().Add(24*time.Hour + time.Duration(s.n)),
	}
	s.locked(func() { s.mail(invite.Email, i) })
	return i, nil
}

// TestLookingAgainCostsLittle compares runs that look whether others are at work with what the pace alone allows.
func TestLookingAgainCostsLittle(t *testing.T) {
	for _, rows := range []int{1000, 10_000} {
		t.Run(strconv.Itoa(rows), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := lab{limit: 1000, burst: 1000, latency: 20 * ms, rows: rows}
				m.pace.Rate = 10
				got := m.run(t)
				least := time.Duration(rows) * time.Second / 10
				t.Logf("%s, %.1f %% more than the pace allows", got.took, 100*(got.took.Seconds()/least.Seconds()-1))
				if got.took > least*104/100 || got.failed > 0 {
					t.Errorf("%s instead of %s, %d rows failed", got.took, least, got.failed)
				}
			})
		})
	}
}

// TestARunGoesOnWithoutAnotherReading has the lists fail once the run is at work.
func TestARunGoesOnWithoutAnotherReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 300, invitesEverybody)
		w.options.Pace = mustPace(t, 2)
		w.service.reads = w.onceSent(unreachable)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); strings.Count(got, "invited") != 300 || len(w.mailedTwice()) > 0 {
			t.Error(got)
		}
	})
}

// slowLists are a service whose lists take their time once a run has gone on for a while.
type slowLists struct {
	*fakeService
	from time.Time
}

func (s slowLists) Members(ctx context.Context, organizationID string, page cybedefend.Page, search string) (cybedefend.MembersPage, error) {
	if time.Now().After(s.from) {
		select {
		case <-time.After(time.Hour):
		case <-ctx.Done():
			return cybedefend.MembersPage{}, ctx.Err()
		}
	}
	return s.fakeService.Members(ctx, organizationID, page, search)
}

// TestLookingAgainHoldsNobodyUpForLong has a service whose lists hang by the time that the run looks again: nobody is sent
// meanwhile, so that it gives up soon, and everybody is invited.
func TestLookingAgainHoldsNobodyUpForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 400
		w := newWorld(t, people, invitesEverybody)
		w.options.Service, w.options.Pace = slowLists{w.service, time.Now().Add(30 * time.Second)}, mustPace(t, 2)
		if err := w.recover(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := w.recovered.Run(t.Context(), nil, w.options); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 5*time.Minute || len(w.service.mails) != people {
			t.Errorf("%d mailed in %s", len(w.service.mails), took)
		}
	})
}
