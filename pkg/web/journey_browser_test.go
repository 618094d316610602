package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
	"rollcall/pkg/web/desk"
)

// A roster that needs a word, a cell and a tick, and those of it who are mailed in the end.
const (
	needy       = "email,role,teams\nann@example.com,member,Platform\nbob.example.com,member,\ncid@example.com,boss,\n"
	needyPeople = 3 + 12
)

// needyFile returns the path of that roster.
func needyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "needy.csv")
	_, more, _ := strings.Cut(people(12), "\n")
	if err := os.WriteFile(path, []byte(needy+more), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// needing starts a page whose limits ask for a tick, on a service that holds back all invitations but the first few.
func needing(t *testing.T) (*site, *gate) {
	t.Helper()
	g := newGate(t, func(call sandbox.Call) bool {
		return call.Operation == sandbox.Invite && strings.HasPrefix(call.Email, "person") && call.Email > "person2"
	})
	return open(t, g.options(), func(o *desk.Options) { o.Order.MaxNew = quantity.Number(5) }).ready(t), g
}

// The whole way by the keyboard alone. Wherever it leads, the focus is somewhere: on what is to be done next, or on the page.
func TestTheWholeWayByTheKeyboard(t *testing.T) {
	s, g := needing(t)
	p := browsertest.Start(t).Page(t)
	arrives := func(mark string) {
		t.Helper()
		p.At(mark)
		p.Until("the focus on the page "+mark, func() bool {
			return browsertest.Evaluate[bool](p, "document.activeElement !== document.body")
		})
	}
	enter := func(name, mark string) {
		t.Helper()
		p.TabTo(name)
		p.Press("Enter")
		arrives(mark)
	}
	p.Open(s.URL + "/")
	p.At("start")
	p.TabTo("Drop a roster here, or choose a file Excel (.xlsx), CSV, YAML or JSON, up to 64 MB")
	p.Upload("#roster", needyFile(t)) // the window in which a file is chosen is not the page's
	enter("Check this roster", "check-2")
	p.TabTo("“boss” in 1 row")
	p.Type("Mem")
	enter("Correct in all rows", "check-1")
	if f := p.Focused(); f.Name != "E-mail, line 3" {
		t.Errorf("the focus is on %s", f)
	}
	p.Press("Control+a")
	p.Type("bob@example.com")
	p.Press("Enter")
	arrives("check-0")
	p.TabTo("Make the plan")
	p.Press("Enter")
	p.At("plan")
	p.Sees("h1", "15 people will get an e-mail")
	p.TabTo("That is meant: go on this once")
	p.Press("Space")
	enter("Send 15 invitations", "live")
	p.Until("some are mailed", func() bool { return s.service.Counts().Emails >= 3 })
	p.TabTo("Stop")
	p.Press("Enter")
	p.Sees("h1", "Stopping")
	g.open()
	arrives("results-0")
	p.TabTo("Go on")
	p.Press("Enter")
	p.At("plan")
	p.Sees("main", "This goes on with the run of")
	p.TabTo(fmt.Sprintf("Go on with %d invitations", needyPeople-s.service.Counts().Emails))
	p.Press("Enter")
	p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "15 people are invited" })
	arrives("results-0")
	once(t, s.service, needyPeople)
	p.TabTo("E-mail, role or team")
	p.Type("bob")
	p.Press("Enter")
	p.Until("bob alone", func() bool { return p.Has("main[data-at=results-0]") && p.Count("tbody tr") == 1 })
	p.TabTo("Runs")
	p.Press("Enter")
	p.At("runs")
	p.TabTo("Quit")
	p.Press("Enter")
	p.At("gone")
	p.Sees("h1", "You can close this page")
}

// The whole way on a phone: everything that is touched is large enough for a finger, and nothing has to be scrolled sideways.
func TestTheWholeWayOnAPhone(t *testing.T) {
	s, g := needing(t)
	p := browsertest.Start(t).Page(t)
	fingers := func(mark string) {
		t.Helper()
		p.At(mark)
		p.Fits()
		small := browsertest.Evaluate[[]string](p, `[...document.querySelectorAll("a,button,summary,select,input:not([type=hidden]):not([type=file])")]
			.filter((e) => e.checkVisibility() && !e.ariaHidden && !e.classList.contains("skip"))
			.map((e) => [e, (e.type === "checkbox" ? e.closest("label") : e).getBoundingClientRect()])
			.filter(([e, box]) => (box.width < 24 || box.height < 24) && !e.closest("p,li"))
			.map(([e, box]) => (e.innerText || e.name) + " " + Math.round(box.width) + "x" + Math.round(box.height))`)
		if len(small) > 0 {
			t.Errorf("on %s these are too small to be touched: %q", mark, small)
		}
	}
	p.Phone(func() {
		p.Open(s.URL + "/")
		fingers("start")
		p.Upload("#roster", needyFile(t))
		p.ClickTo(".drop button.primary", "check-2")
		fingers("check-2")
		p.Choose("#words select", "member")
		p.ClickTo("#words button", "check-1")
		fingers("check-1")
		p.Fill(`[aria-label="E-mail, line 3"]`, "bob@example.com")
		p.ClickTo("#plan", "plan")
		fingers("plan")
		p.Click("input[name=tick]")
		p.ClickTo("#go", "live")
		fingers("live")
		p.Until("some are mailed", func() bool { return s.service.Counts().Emails >= 3 })
		p.Click("#stop")
		p.Sees("h1", "Stopping")
		g.open()
		fingers("results-0")
		p.ClickTo("a.primary", "plan")
		p.Click("#go")
		p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "15 people are invited" })
		fingers("results-0")
		p.ClickTo("header a[href='/runs']", "runs")
		fingers("runs")
		p.ClickTo("header a[href='/settings']", "settings")
		fingers("settings")
	})
	once(t, s.service, needyPeople)
}

// The whole way without a script, from the file to the list of runs.
func TestTheWholeWayWithoutAScript(t *testing.T) {
	s, g := needing(t)
	p := browsertest.Start(t).Page(t)
	p.NoScript()
	p.Open(s.URL + "/")
	p.At("start")
	p.Upload("#roster", needyFile(t))
	p.ClickTo(".drop button.primary", "check-2")
	p.Choose("#words select", "member")
	p.ClickTo("#words button", "check-1")
	p.Fill(`[aria-label="E-mail, line 3"]`, "bob@example.com")
	p.Click("#plan")
	p.At("plan") // by way of a page that is read again
	p.Click("input[name=tick]")
	p.ClickTo("#go", "live")
	p.Until("some are mailed", func() bool { return s.service.Counts().Emails >= 3 })
	p.Sees("main", "of 15 rows done")
	p.Click("#stop")
	p.Sees("h1", "Stopping")
	g.open()
	p.At("results-0")
	p.Sees("h1", "Stopped: ")
	p.Click("a.primary")
	p.At("plan")
	p.Click("#go")
	p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "15 people are invited" })
	once(t, s.service, needyPeople)
	p.ClickTo(".tabs a[href*='show=invited']", "results-0")
	p.Fill("#find", "bob")
	p.ClickTo(".find button", "results-0")
	if rows := p.Texts("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0], "bob@example.com") {
		t.Errorf("looking for bob finds %q", rows)
	}
	if name, content := p.Download("a[href$='/csv']"); name != "needy.results.csv" || strings.Count(string(content), ",invited,") != needyPeople {
		t.Errorf("%s is %s", name, content)
	}
	p.ClickTo("header a[href='/runs']", "runs")
	p.Sees("tbody tr", "complete")
	p.ClickTo("form[action='/quit'] button", "gone")
}

// Two tabs on one roster and one run, Back and reload behind each form, and another roster while the first is sent: nobody is
// mailed twice, and no tab shows what is not so.
func TestTwoTabs(t *testing.T) {
	s, g := needing(t)
	b := browsertest.Start(t)
	one, two := b.Page(t), b.Page(t)
	one.Open(s.URL + "/")
	one.At("start")
	one.Upload("#roster", needyFile(t))
	one.ClickTo(".drop button.primary", "check-2")
	one.Reload()
	one.At("check-2")
	sheets := len(s.server.Desk().Sheets())
	one.Back()
	one.At("start")
	one.Reload()
	one.At("start")
	one.ClickTo("ul.sheets a", "check-2")
	if n := len(s.server.Desk().Sheets()); n != sheets {
		t.Errorf("reading pages again has made %d rosters of %d", n, sheets)
	}
	two.Open(one.URL())
	two.At("check-2")

	// What one tab has corrected, the other does not take back.
	one.Choose("#words select", "member")
	one.ClickTo("#words button", "check-1")
	one.Reload()
	one.At("check-1")
	two.Fill(`[aria-label="E-mail, line 3"]`, "robert@example.com")
	one.Fill(`[aria-label="E-mail, line 3"]`, "bob@example.com")
	one.Press("Enter")
	one.At("check-0")
	two.Click("#cells .actions button:not(.primary)")
	two.Sees("main", "What you typed into 1 cell was not taken: it has been corrected meanwhile.")
	two.ClickTo("main [role=status] a", "check-0")
	two.Sees("main", "bob@example.com")
	one.ClickTo("#plan", "plan")
	plan := one.URL()
	two.Open(plan)
	two.At("plan")
	for _, p := range []*browsertest.Page{one, two} {
		p.Click("input[name=tick]")
	}
	one.ClickTo("#go", "live")
	one.Until("some are mailed", func() bool { return s.service.Counts().Emails >= 3 })
	two.ClickTo("#go", "live") // the same run
	if one.URL() != two.URL() {
		t.Errorf("one tab is at %s, the other at %s", one.URL(), two.URL())
	}
	two.Reload()
	two.At("live")
	two.Back() // to the plan, whose button does nothing that is under way already
	two.ClickTo("#go", "live")

	// Another roster can be looked at meanwhile, and has to wait.
	two.Open(s.URL + "/rosters/" + s.put(t, "other.csv", "email,role\nzoe@example.com,member\n"))
	two.ClickTo("#plan", "plan-refused")
	two.Sees("h1", "A run is under way")
	two.ClickTo("header a.under-way", "live")
	two.ClickTo("form[action='/quit'] button", "quit-sending")
	two.ClickTo("main a.button", "live")
	g.open()
	for _, p := range []*browsertest.Page{one, two} {
		p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "15 people are invited" })
		p.Reload()
		p.At("results-0")
	}
	once(t, s.service, needyPeople)
	one.Back()
	one.Until("what has been sent", func() bool { return !one.Has("#stop") || one.Has("main[data-at=results-0]") })
	two.ClickTo("form[action='/quit'] button", "gone")
	one.ClickTo(".foot form button", "gone") // whatever is done in the other tab leads to the same end
}

// Credentials that are refused midway: a new token is typed in, and the run goes on where it was.
func TestANewTokenMidway(t *testing.T) {
	var s *site
	var refuses atomic.Bool
	opened := make(chan struct{})
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-opened
		if refuses.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.service.ServeHTTP(w, r)
	}))
	defer behind.Close()
	s = open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 60}}, func(o *desk.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, place desk.Place) (onboard.Endpoint, error) {
			if !place.Token.Empty() {
				refuses.Store(false)
			}
			endpoint, err := dial(ctx, place)
			credentials, _ := endpoint.Credentials.(cybedefend.PersonalAccessToken) // which it always is
			credentials.AuthEndpoint = behind.URL
			endpoint.URL, endpoint.Credentials = behind.URL, credentials
			return endpoint, err
		}
	})
	close(opened)
	s.ready(t)
	id := s.put(t, "team.csv", people(60))
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/rosters/" + id + "/plan")
	p.At("plan")
	p.ClickTo("#go", "live")
	p.Until("some are mailed", func() bool { return s.service.Counts().Emails >= 3 })
	refuses.Store(true)
	p.At("results-0")
	p.Sees("main", "The service refuses the credentials. Enter new ones in the settings, then go on.")
	p.ClickTo("header a[href='/settings']", "settings")
	p.Fill("#pat", "pat_another_0000000000000000")
	p.ClickTo("form[action='/settings/token'] button", "settings")
	p.Sees("main", "typed in")
	s.service.ChangeLimit(0)
	p.ClickTo("header a[href='/runs']", "runs")
	p.ClickTo("tbody a", "results-0")
	p.ClickTo("a.primary", "plan")
	p.Click("#go")
	p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "60 people are invited" })
	once(t, s.service, 60)
}
