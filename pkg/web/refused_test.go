package web_test

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// Guards are let pass one by one, by whoever has seen what they are about, and the audit trail tells of it.
func TestGuardsAreTicked(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) { o.Order.MaxAdmins = new(0) })
	id := s.put(t, "team.csv", people(2)+"boss@example.com,administrator,\n")
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan", plan, "they can invite others and may see and change a great deal.", "boss@example.com as administrator", `value="max-admins" required`)
	digest := digestField.FindStringSubmatch(plan)[1]
	to, text := s.submit(t, "/rosters/"+id+"/runs", url.Values{"digest": {digest}})
	if to != "/rosters/"+id+"/plan" || !strings.Contains(text, "needs your tick first") || s.service.Counts().Emails != 0 {
		t.Errorf("without a tick it leads to %s: %s", to, text)
	}
	s.agree(t, id, plan)
	to = s.going(t)
	has(t, "the results", s.until(t, to, "results-0"), "3 people are invited")
	once(t, s.service, 3)
	approved := s.audit(t, audit.Approval)
	if approved.Outcome != string(audit.ByDigest) || approved.Plan != digest {
		t.Errorf("the audit trail says %+v", approved)
	}
}

// What is let pass by nobody is sent since somebody pressed the button.
func TestTheAuditTrailTellsOfThePage(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(1))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	s.until(t, s.going(t), "results-0")
	if approved := s.audit(t, audit.Approval); approved.Outcome != string(audit.OnPage) {
		t.Errorf("the audit trail says %+v", approved)
	}
}

// audit returns the first line of a kind of the trail.
func (s *site) audit(t *testing.T, kind audit.Kind) audit.Line {
	t.Helper()
	l, err := sqlite.View(s.ledger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	for text, err := range l.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if line, err := audit.Parse(text); err == nil && line.Kind == kind {
			return line
		}
	}
	t.Fatalf("there is no %s", kind)
	return audit.Line{}
}

// Nothing is sent that was not seen: whoever has come in meanwhile is shown first.
func TestNothingIsSentThatWasNotSeen(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(5))
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	other := onboard.Options{
		Document: onboard.Document{Roster: "person3@example.com"},
		Service:  onboard.Service{Dial: onboard.At(s.service.URL(), cybedefend.PersonalAccessToken{Token: s.service.PAT(), AuthEndpoint: s.service.URL()})},
		Course:   onboard.Course{Ledger: filepath.Join(t.TempDir(), "other.db")},
	}
	other.Role = "member"
	if _, err := onboard.Run(t.Context(), nil, other, nil); err != nil {
		t.Fatal(err)
	}
	s.agree(t, id, plan)
	<-s.server.Desk().Sending().Done()
	text := s.until(t, "/rosters/"+id+"/plan", "plan-differs")
	has(t, "the plan", text, "4 people will get an e-mail", "Invitations that you saw: 5. Now: 4.", "person3@example.com <span class=\"badge\">Already invited</span>")
	once(t, s.service, 1)
	s.agree(t, id, text)
	has(t, "the results", s.until(t, s.going(t), "results-0"), "4 people are invited")
	once(t, s.service, 5)
}

// Without a token neither a plan nor a comparison is made, and the settings are where to go.
func TestAPlanNeedsAToken(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) {
		o.Dial = func(context.Context, desk.Place) (onboard.Endpoint, error) {
			return onboard.Endpoint{}, &config.Error{Err: config.ErrNoCredentials}
		}
	})
	id := s.put(t, "team.csv", people(1))
	for address, mark := range map[string]string{"/plan": "plan-refused", "/sync": "sync-refused"} {
		text := s.until(t, "/rosters/"+id+address, mark)
		has(t, address, text, "<h1>An access token is missing</h1>", "Make a personal access token", `<a class="button primary" href="/settings">To the settings`)
		if strings.Contains(text, "no credentials") || strings.Contains(text, "What may be changed") {
			t.Errorf("%s says too much: %s", address, text)
		}
	}
}

func TestWhatIsInTheWayIsSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		options sandbox.Options
		spoil   func(*site)
		want    []string
	}{
		"credentials": {spoil: func(s *site) { s.service.Revoke() }, want: []string{
			"<h1>The service refuses the credentials</h1>", "in the settings. Then look again.",
		}},
		"unreached": {spoil: func(s *site) { s.dead.Store(true) }, want: []string{"<h1>The service cannot be reached</h1>", "Check the network of this computer"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, tt.options, func(o *desk.Options) { o.Order.MaxWait = time.Second })
			tt.spoil(s)
			id := s.put(t, "team.csv", people(1))
			text := s.until(t, "/rosters/"+id+"/plan", "plan-refused")
			has(t, "the page", text, append(tt.want, "Look again", `href="/settings"`, `<div class="note bad" lang="en">`)...)
		})
	}
}

// Credentials that are refused midway stop the run, and the page says what to do.
func TestCredentialsRefusedMidway(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 60}})
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	s.mailed(t, 3)
	s.service.Revoke()
	s.service.ExpireTokens()
	has(t, "the results", s.until(t, to, "results-0"), "<h1>Stopped: ", "The service refuses the credentials. Enter new ones in the settings, then go on.",
		`href="/rosters/`+id+`/plan"`)
}

// What ends the page stops the run as Ctrl-C stops the command: what is in flight is answered, and all is written down.
func TestTheEndOfThePageStopsTheRun(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 40}})
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	s.going(t)
	s.mailed(t, 5)
	folder := s.server.Desk().Sheet(id).Folder()
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	n := s.server.Desk().Sending()
	if state := n.State(); state.Phase != desk.Over || state.Report.Status != 130 || state.Report.Results != filepath.Join(folder, "team.results.csv") {
		t.Errorf("it ended with %+v", state.Report)
	}
	l, err := sqlite.View(s.ledger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	runs, err := ledger.All(l.Runs(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	doubts, err := l.Doubts(t.Context(), runs[0].Scope())
	if err != nil || len(doubts) > 0 {
		t.Errorf("in doubt are %v, %v", doubts, err)
	}
}
