package onboard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/timeline"
)

// paced is a service in the process that may be down for a while, and what invites so many people there.
type paced struct {
	service *sandbox.Sandbox
	// down is from when to when it answers nothing but 503.
	from, to time.Time
}

func (p *paced) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	if now := time.Now(); now.After(p.from) && now.Before(p.to) {
		answer.WriteHeader(http.StatusServiceUnavailable)
	} else {
		q := r.Clone(r.Context())
		if q.Body == nil {
			q.Body = http.NoBody
		}
		p.service.ServeHTTP(answer, q)
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

func newPaced(t *testing.T, people int, o sandbox.Options) (*paced, onboard.Options) {
	t.Helper()
	o.Now = time.Now
	service, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p, folder := &paced{service: service}, t.TempDir()
	var roster strings.Builder
	roster.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&roster, "p%d@example.com,member\n", i)
	}
	path := filepath.Join(folder, "people.csv")
	if err := os.WriteFile(path, []byte(roster.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	options := onboard.Options{}
	options.Roster, options.Ledger, options.Results = path, filepath.Join(folder, "l.db"), filepath.Join(folder, "people.results.csv")
	options.Report = filepath.Join(folder, "people.html")
	options.Dial = func(context.Context) (onboard.Endpoint, error) {
		return onboard.Endpoint{URL: "https://api.example.com", Credentials: cybedefend.AccessToken(service.AccessToken()), Transport: p}, nil
	}
	return p, options
}

// total sums up all pieces.
func total(pieces []timeline.Piece) (sum timeline.Bucket) {
	for _, p := range pieces {
		one := p.Sum()
		sum.Requests += one.Requests
		sum.Refused += one.Refused
		sum.Well += one.Well
		sum.Held += one.Held
		sum.Down += one.Down
	}
	return sum
}

// What happens to the pace is kept while a run is under way: refusals, holds, and an outage from its beginning to its end.
func TestThePaceOfARunIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 400
		p, o := newPaced(t, people, sandbox.Options{Limit: sandbox.Limit{Rate: 20, Burst: 5, Headers: sandbox.NoHeaders}})
		o.Observer.Begun = func(ledger.Run, bool) { p.from, p.to = time.Now().Add(5*time.Second), time.Now().Add(125*time.Second) }
		session, err := onboard.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		preview, err := session.Preview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pieces := session.Timeline(); pieces != nil {
			t.Errorf("before it has begun: %d pieces", len(pieces))
		}
		err = preview.Apply(t.Context(), nil)
		pieces := session.Timeline()
		if _, err := session.End(t.Context(), err); err != nil {
			t.Fatal(err)
		}
		sum := total(pieces)
		if len(pieces) != 1 || sum.Well != people || sum.Requests < people || sum.Refused == 0 {
			t.Errorf("%d pieces: %+v", len(pieces), sum)
		}
		if sum.Down < time.Minute || sum.Down > 3*time.Minute { // it takes some calls to see that it is one
			t.Errorf("the line was stopped for %s, in an outage of two minutes", sum.Down)
		}
		again := filepath.Join(filepath.Dir(o.Report), "again.html")
		output := onboard.Output{}
		output.Report = again
		if err := (onboard.History{Ledgers: []string{o.Ledger}}).Results(t.Context(), "", output); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{o.Report, again} {
			page, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{">stopped</text>", "the line was stopped, since the service did not answer", "<h1>400 people were invited</h1>"} {
				if !strings.Contains(string(page), part) {
					t.Errorf("%s: %s is not in it", filepath.Base(path), part)
				}
			}
		}
	})
}

// A run that is cut off has a piece of what it was, and one of what goes on.
func TestThePaceOfARunThatWasCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 300
		_, o := newPaced(t, people, sandbox.Options{})
		o.Rate = 10
		stop := make(chan struct{})
		time.AfterFunc(12*time.Second, func() { close(stop) })
		if report, err := onboard.Run(t.Context(), stop, o, nil); err == nil {
			t.Fatalf("it was not stopped: %v", report.Outcomes)
		}
		<-time.After(9 * time.Hour)
		session, err := onboard.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		preview, err := session.Preview(t.Context())
		if err == nil {
			err = preview.Apply(t.Context(), nil)
		}
		pieces := session.Timeline()
		if _, err := session.End(t.Context(), err); err != nil {
			t.Fatal(err)
		}
		if len(pieces) != 2 || total(pieces).Well != people || pieces[1].Start.Sub(pieces[0].End) < 8*time.Hour || pieces[0].Lasts() > time.Minute {
			t.Errorf("%d pieces: %+v", len(pieces), total(pieces))
		}
		page, err := os.ReadFile(o.Report)
		if err != nil || !strings.Contains(string(page), "The run was gone on with once") {
			t.Errorf("the page does not show both: %v", err)
		}
	})
}

// A run from before the pace was kept has a page as well, by when its rows ended, which says so.
func TestAPageAboutARunOfWhosePaceNothingWasKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.Sign(audit.Author{Who: "ada@laptop"})
	ctx, people := t.Context(), make([]record.Record, 30)
	for i := range people {
		people[i] = record.Record{Row: i + 1, Line: i + 2, Email: fmt.Sprintf("p%d@example.com", i), Role: "member"}
	}
	run, err := l.Begin(ctx, ledger.Run{Service: "https://api.example.com", OrganizationID: "o", Roster: "people.csv"}, ledgertest.List(nil, people...))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range people[:29] {
		r.Outcome, r.Attempts, r.UpdatedAt = record.Invited, 1, run.StartedAt.Add(time.Duration(i)*time.Second)
		if err := l.Conclude(ctx, run.ID, nil, record.Conclusion{Record: r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(
		l.Note(ctx, audit.Approve(run.ID, audit.AtPrompt, ""), audit.Pass(run.ID, "max-admins", "3", "2 people would become administrator or manager")),
		l.Close(),
	); err != nil {
		t.Fatal(err)
	}
	output := onboard.Output{}
	output.Report = filepath.Join(t.TempDir(), "page.html")
	if err := (onboard.History{Ledgers: []string{path}}).Results(ctx, run.ID, output); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(output.Report)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"<h1>This run has not ended: 1 row had no turn yet; 29 people were invited so far</h1>", "The same command resumes.", "29 rows in 28s", "Nothing was kept of the pace itself",
		"by ada@laptop", "max-admins 3: 2 people would become administrator or manager",
	} {
		if !strings.Contains(string(page), part) {
			t.Errorf("%s is not in it", part)
		}
	}
}
