package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/guard"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// service starts one more service.
func service(t *testing.T, o sandbox.Options) *sandbox.Running {
	t.Helper()
	running, err := sandbox.Start(context.WithoutCancel(t.Context()), "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	return running
}

// switched starts a page whose credentials open something else once that is switched on.
func switched(t *testing.T, other func() (onboard.Endpoint, error)) (*site, *atomic.Bool) {
	t.Helper()
	elsewhere := new(atomic.Bool)
	return open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 20}}, func(o *desk.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, p desk.Place) (onboard.Endpoint, error) {
			if elsewhere.Load() {
				return other()
			}
			return dial(ctx, p)
		}
	}), elsewhere
}

// TestARunThatCannotGoOnYetKeepsItsRoster goes on with a run while nothing can be sent: what it is to go on with stays, also when
// the page is quit.
func TestARunThatCannotGoOnYetKeepsItsRoster(t *testing.T) {
	s, broken := switched(t, func() (onboard.Endpoint, error) { return onboard.Endpoint{}, errors.New("the network is down") })
	id := s.put(t, "team.csv", people(30))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	run := s.going(t)
	s.mailed(t, 3)
	s.submit(t, run+"/stop", nil)
	s.until(t, run, "results-0")
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	sheet := s.server.Desk().Sheet(id)
	for _, isBroken := range []bool{true, false} {
		broken.Store(isBroken)
		s.service.ChangeLimit(0)
		s.agree(t, id, plan)
		<-s.server.Desk().Sending().Done()
		if sheet.IsKept() != isBroken {
			t.Errorf("once it has tried to go on, the roster is kept: %t; broken: %t", sheet.IsKept(), isBroken)
		}
		if broken.Store(false); isBroken {
			plan = s.again(t, id)
		}
	}
	once(t, s.service, 30)
}

// again looks once more at what would become of a roster.
func (s *site) again(t *testing.T, id string) string {
	t.Helper()
	s.submit(t, "/rosters/"+id+"/plan", nil)
	return s.until(t, "/rosters/"+id+"/plan", "plan")
}

// TestThePlanSaysForWhomItIs has the credentials open another organization between one look and the next, as a login in another
// window does: the plan names the organization that it was made for, and nobody is sent to one that was not seen.
func TestThePlanSaysForWhomItIs(t *testing.T) {
	other := service(t, sandbox.Options{Organization: cybedefend.Organization{ID: "11111111-0d44-4b50-8888-8dd25736052a", Name: "Other\u202e"}})
	s, elsewhere := switched(t, func() (onboard.Endpoint, error) {
		return onboard.Endpoint{URL: other.URL(), Credentials: cybedefend.PersonalAccessToken{Token: other.PAT(), AuthEndpoint: other.URL()}}, nil
	})
	for _, way := range []string{"plan", "sync"} {
		t.Run(way, func(t *testing.T) {
			elsewhere.Store(false)
			s.server.Desk().Look()
			<-s.server.Desk().Looked()
			id := s.put(t, way+".csv", people(3))
			address := "/rosters/" + id + "/" + way
			plan := s.until(t, address, way)
			has(t, "the plan", plan, "Acme")
			elsewhere.Store(true)
			form := url.Values{"digest": {digestField.FindStringSubmatch(plan)[1]}}
			if way == "sync" {
				form.Set("kind", "sync")
			}
			s.submit(t, "/rosters/"+id+"/runs", form)
			<-s.server.Desk().Sending().Done()
			differs := s.until(t, address, way+"-differs")
			has(t, "the plan elsewhere", differs, `This is Other\u202e, and the plan that you saw was for Acme.`)
			<-s.server.Desk().Looked()
			if text := s.until(t, address, way+"-differs"); strings.Contains(text, "<b>Acme</b>") || !strings.Contains(text, `<b>Other\u202e</b>`) {
				t.Errorf("the frame names another organization: %s", text)
			}
			if n := s.service.Counts().Emails + other.Counts().Emails; n != 0 {
				t.Errorf("%d people were mailed", n)
			}
		})
	}
}

// TestAPlanThatWasNotSeenIsNotShownUnderAnotherName makes the plan itself in an organization that the page did not know of.
func TestAPlanThatWasNotSeenIsNotShownUnderAnotherName(t *testing.T) {
	other := service(t, sandbox.Options{Organization: cybedefend.Organization{ID: "11111111-0d44-4b50-8888-8dd25736052a", Name: "Other"}})
	s, elsewhere := switched(t, func() (onboard.Endpoint, error) {
		return onboard.Endpoint{URL: other.URL(), Credentials: cybedefend.PersonalAccessToken{Token: other.PAT(), AuthEndpoint: other.URL()}}, nil
	})
	<-s.server.Desk().Looked()
	elsewhere.Store(true)
	id := s.put(t, "team.csv", people(2))
	s.until(t, "/rosters/"+id+"/plan", "plan")
	<-s.server.Desk().Looked()
	text := s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan", text, "compared with who is in Other", "<b>Other</b>")
	if strings.Contains(text, "Acme") {
		t.Errorf("it names an organization that nobody is invited to: %s", text)
	}
}

// TestAGuardThatWasNotSeenHolds approves of one guard, and another one trips until it is sent, over the same work.
func TestAGuardThatWasNotSeenHolds(t *testing.T) {
	s := open(t, sandbox.Options{Seats: 5}, func(o *desk.Options) {
		o.Order.Guards.MaxNew, o.Order.Guards.WithinSeats = quantity.Number(1), true
	})
	id := s.put(t, "team.csv", people(3))
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	if strings.Contains(plan, `value="`+guard.OptionWithinSeats+`"`) || !strings.Contains(plan, `value="`+guard.OptionMaxNew+`"`) {
		t.Fatalf("the guards of the plan are others: %s", plan)
	}
	taken := s.put(t, "others.csv", "email,role\nx@example.org,member\ny@example.org,member\nz@example.org,member\n")
	s.agree(t, taken, s.until(t, "/rosters/"+taken+"/plan", "plan"))
	s.until(t, s.going(t), "results-0")
	before := s.service.Counts().Emails
	s.agree(t, id, plan)
	<-s.server.Desk().Sending().Done()
	has(t, "the plan", s.until(t, "/rosters/"+id+"/plan", "plan-differs"), `value="`+guard.OptionWithinSeats+`"`)
	if n := s.service.Counts().Emails - before; n != 0 {
		t.Errorf("%d people were mailed although a guard that nobody has seen was against it", n)
	}
}
