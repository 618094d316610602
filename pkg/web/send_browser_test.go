package web_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
	"rollcall/pkg/web/desk"
)

// A person reads the plan, lets a guard pass, sends, watches, stops, goes on, looks for rows and takes the files along.
func TestARosterIsSentInABrowser(t *testing.T) {
	const all = 160
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 60}}, func(o *desk.Options) { o.Order.MaxAdmins = new(0) }).ready(t)
	id := s.put(t, "team.csv", people(all-1)+"boss@example.com,administrator,Platform\nwrong,member,\n")
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/rosters/" + id + "/plan")
	p.At("plan") // the stream says when it is there
	p.Sees("h1", "160 people will get an e-mail")
	p.Looks(func(look string) { p.Fits(); p.Picture("plan-" + look); p.Axe() })
	p.Zoom200(p.Fits)
	p.Walk()
	p.Click("#go") // which the browser refuses, since a tick is missing
	p.Sees("h1", "160 people will get an e-mail")
	if n := s.service.Counts().Emails; n != 0 {
		t.Fatalf("%d were mailed without a tick", n)
	}
	p.Click("input[name=tick]")
	p.ClickTo("#go", "live")
	p.Until("it sends", func() bool { return p.Has("#bar") && s.service.Counts().Emails > 3 })
	s.service.ChangeLimit(2)
	p.Until("outcomes come in", func() bool { return p.Count("#feed .badge") == 6 })
	first := p.Text("[data-bind=lead]")
	p.Until("they go on to come in", func() bool { return p.Text("[data-bind=lead]") != first })
	if title := p.Title(); !strings.Contains(title, "1 row needs you") {
		t.Errorf("the title is %q", title)
	}
	p.Sees("[role=status]", "rows done.")
	p.Looks(func(look string) { p.Fits(); p.Picture("live-" + look); p.Axe() })
	p.ForcedColors(func() { p.Picture("live-forced"); p.Axe() })
	p.Click("#stop")
	p.At("results-0") // the stream says when that is there
	p.Sees("h1", "Stopped: ")
	p.Phone(func() { p.Fits(); p.Picture("stopped"); p.Axe() })
	s.service.ChangeLimit(0)
	p.ClickTo("a.primary", "plan")
	p.Sees("main", "This goes on with the run of")
	p.Click("#go")
	p.Until("all are invited", func() bool {
		return p.Has("main[data-at=results-0]") && strings.Contains(p.Text("h1"), "1 row needs you, 160 invited")
	})
	once(t, s.service, all)
	p.Looks(func(look string) { p.Fits(); p.Picture("results-" + look); p.Axe() })
	p.Walk()
	p.ClickTo("a[rel=next]", "results-1")
	p.ClickTo(".tabs .bad", "results-0")
	if n := p.Count("tbody tr"); n != 1 {
		t.Errorf("%d rows are wrong", n)
	}
	p.Fill("#find", "nobody at all")
	p.ClickTo(".find button", "results-0")
	p.Sees(".empty", "No rows of this kind.")
	name, content := p.Download("a[href$='/csv']")
	if name != "team.results.csv" || bytes.Count(content, []byte(",invited,")) != all {
		t.Errorf("%s has %d that were invited", name, bytes.Count(content, []byte(",invited,")))
	}
	p.Click("form[action$='/rest'] button")
	p.At("check-1")
	p.Sees("main", "team.todo.csv")
}

// Without a script it is the same way, with pages that are read again.
func TestARosterIsSentWithoutAScript(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 60}}).ready(t)
	id := s.put(t, "team.csv", people(80))
	p := browsertest.Start(t).Page(t)
	p.NoScript()
	p.Language("de")
	p.Open(s.URL + "/rosters/" + id + "/plan")
	p.At("plan")
	p.Sees("h1", "80 Personen bekommen eine E-Mail")
	p.ClickTo("#go", "live")
	p.At("results-0")
	p.Sees("h1", "80 Personen sind eingeladen")
	once(t, s.service, 80)
}

// Many tabs look at one run: each has a stream only while somebody looks at it, or the seventh would get no answer.
func TestManyTabsLookAtARun(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 60}}).ready(t)
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	s.service.ChangeLimit(2)
	b := browsertest.Start(t)
	for tab := range 8 {
		p := b.Page(t)
		p.Open(s.URL + to)
		p.At("live")
		p.Sees("[data-bind=lead]", "of 60 rows done")
		if tab == 7 {
			s.submit(t, to+"/stop", nil)
			p.At("results-0")
		}
		// Another tab comes in front, which tests have to say.
		browsertest.Evaluate[any](p, `Object.defineProperty(document, "hidden", {value: true}), document.dispatchEvent(new Event("visibilitychange"))`)
	}
}

// What is in the way, and what has changed, is read well in every look.
func TestWhatIsInTheWayInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) { o.Order.MaxWait = time.Second }).ready(t)
	id := s.put(t, "team.csv", people(4))
	p := browsertest.Start(t).Page(t)
	s.dead.Store(true)
	p.Open(s.URL + "/rosters/" + id + "/plan")
	p.At("plan-refused")
	p.Looks(func(look string) { p.Fits(); p.Picture("refused-" + look); p.Axe() })
	p.Walk()
	s.dead.Store(false)
	p.ClickTo("form button.primary", "plan")
	if to, _ := s.submit(t, "/rosters/"+id+"/runs", url.Values{"digest": {"0123456789ab"}}); to != "/rosters/"+id+"/plan" && to != "/runs/now" {
		t.Errorf("what nobody has seen leads to %s", to)
	}
	<-s.server.Desk().Sending().Done()
	p.Reload()
	p.At("plan-differs")
	p.Looks(func(look string) { p.Fits(); p.Picture("differs-" + look); p.Axe() })
	if n := s.service.Counts().Emails; n != 0 {
		t.Errorf("%d were mailed", n)
	}
	p.ClickTo("#go", "results-0")
	once(t, s.service, 4)
}
