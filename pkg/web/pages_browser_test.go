package web_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web"
	"rollcall/pkg/web/browsertest"
	"rollcall/pkg/web/desk"
)

// looked says which test lets axe look at the pages of a mark, in four looks. Numbers at the end of a mark are left out.
var looked = map[string]string{
	"start": "TestTheFirstPagesInEveryLook", "runs": "TestTheFirstPagesInEveryLook", "settings": "TestTheFirstPagesInEveryLook", "quit": "TestTheFirstPagesInEveryLook",
	"check": "TestTheCheckInEveryLook", "refused": "TestTheCheckInEveryLook",
	"plan": "TestARosterIsSentInABrowser", "live": "TestARosterIsSentInABrowser", "results": "TestARosterIsSentInABrowser",
	"sync": "TestARosterIsFollowedInABrowser", "made": "TestARosterIsFollowedInABrowser", "quit-sending": "TestQuittingARunInABrowser",
	"missing": "TestPagesInTheWay", "notice": "TestPagesInTheWay", "problem": "TestPagesInTheWay", "outside": "TestPagesInTheWay",
	"plan-working": "TestPagesOfAPlan", "plan-refused": "TestPagesOfAPlan", "plan-differs": "TestPagesOfAPlan", "plan-locked": "TestPagesOfALock",
	"sync-working": "TestPagesOfAPlan", "sync-refused": "TestPagesOfAPlan", "sync-differs": "TestPagesOfAPlan", "sync-locked": "TestPagesOfALock",
	"busy": "TestPagesDuringARun", "quit-stopping": "TestPagesDuringARun", "gone": "TestPagesDuringARun",
}

// Each page that there is, and each state of it, is looked at by axe in a test that says so.
func TestEveryPageIsLookedAt(t *testing.T) {
	tests := sourcesOf(t, func(name string) bool { return strings.HasSuffix(name, "_browser_test.go") })
	sources := sourcesOf(t, func(name string) bool { return !strings.HasSuffix(name, "_test.go") })
	marks := map[string]bool{}
	for _, found := range regexp.MustCompile(`Mark: +"([a-z-]*[a-z])-?"`).FindAllStringSubmatch(sources, -1) {
		marks[found[1]] = true
	}
	for _, found := range regexp.MustCompile(`Mark: +v\.mark\("([a-z]+)"\)`).FindAllStringSubmatch(sources, -1) {
		marks[found[1]] = true
		for _, state := range regexp.MustCompile(`return page \+ "([a-z-]+)"`).FindAllStringSubmatch(sources, -1) {
			marks[found[1]+state[1]] = true
		}
	}
	if n := len(regexp.MustCompile(`Mark: +[^"v]`).FindAllString(sources, -1)); n > 0 {
		t.Errorf("%d marks are not understood", n)
	}
	if got, want := slices.Sorted(maps.Keys(marks)), slices.Sorted(maps.Keys(looked)); !slices.Equal(got, want) {
		t.Errorf("the marks are\n%q, and looked at are\n%q", got, want)
	}
	for mark, name := range looked {
		_, body, ok := strings.Cut(tests, "\nfunc "+name+"(")
		if body, _, _ = strings.Cut(body, "\n}\n"); !ok || !strings.Contains(body, `"`+mark) || !strings.Contains(body, "Axe()") && !strings.Contains(body, "looksWell(") {
			t.Errorf("axe never looks at %q in %s", mark, name)
		}
	}
}

// sourcesOf returns what stands in the files of this package that are meant.
func sourcesOf(t *testing.T, meant func(name string) bool) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		if !meant(name) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// looksWell fails the test where a page of this mark does not fit or reads badly, in any of four looks, or where a keyboard is lost.
func looksWell(p *browsertest.Page, mark string) {
	p.At(mark)
	p.Looks(func(look string) {
		p.Fits()
		p.Picture(mark + "-" + look)
		p.Axe()
	})
	p.Walk()
}

// gate holds calls of the service back until it is opened.
type gate struct {
	shut  chan struct{}
	open  func()
	holds func(sandbox.Call) bool
}

func newGate(t *testing.T, holds func(sandbox.Call) bool) *gate {
	t.Helper()
	g := &gate{shut: make(chan struct{}), holds: holds}
	g.open = sync.OnceFunc(func() { close(g.shut) })
	t.Cleanup(g.open)
	return g
}

// options are those of a service behind the gate.
func (g *gate) options() sandbox.Options {
	return sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if g.holds(call) {
			<-g.shut
		}
		return sandbox.Fault{}
	}}
}

// What leads nowhere, and what was not done, is said on pages that read well.
func TestPagesInTheWay(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	p := browsertest.Start(t).Page(t)
	p.Forgive("status of 404")
	p.Open(s.URL + "/nowhere")
	looksWell(p, "missing")
	kept := s.server.Desk().Sheet(s.put(t, "kept.csv", people(1)))
	if err := kept.Keep(kept.Digest()); err != nil {
		t.Fatal(err)
	}
	p.Forgive("status of 409")
	p.Open(s.URL + "/rosters/" + kept.ID)
	p.ClickTo("form[action$='/remove'] button", "notice")
	looksWell(p, "notice")
	if err := os.WriteFile(filepath.Join(s.folder, sandbox.DefaultOrganizationID+".db"), []byte("this is no ledger"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Forgive("status of 500")
	p.Open(s.URL + "/runs/20260101T000000Z-abcdef")
	looksWell(p, "problem")
	p.Forgive("status of 403")
	outside := s.behindTheDoor(t)
	p.Open(outside)
	looksWell(p, "outside")
}

// A plan that is being made, that cannot be made, and that differs reads well, and so does that of a sync.
func TestPagesOfAPlan(t *testing.T) {
	b := browsertest.Start(t)
	for _, kind := range []struct{ path, working, refused, differs, done string }{
		{"/plan", "plan-working", "plan-refused", "plan-differs", "plan"}, {"/sync", "sync-working", "sync-refused", "sync-differs", "sync"},
	} {
		t.Run(kind.done, func(t *testing.T) {
			g := newGate(t, func(call sandbox.Call) bool {
				return call.Operation == sandbox.Members || call.Operation == sandbox.Invitations
			})
			s := open(t, g.options()).ready(t)
			at := s.URL + "/rosters/" + s.put(t, "team.csv", people(5)) + kind.path
			p := b.Page(t)
			p.Open(at)
			looksWell(p, kind.working)
			g.open()
			p.At(kind.done)
			other := onboard.Options{
				Document: onboard.Document{Roster: "person3@example.com"},
				Service:  onboard.Service{Dial: onboard.At(s.service.URL(), cybedefend.PersonalAccessToken{Token: s.service.PAT(), AuthEndpoint: s.service.URL()})},
				Course:   onboard.Course{Ledger: filepath.Join(t.TempDir(), "other.db")},
			}
			other.Role = "member"
			if _, err := onboard.Run(t.Context(), nil, other, nil); err != nil {
				t.Fatal(err)
			}
			p.Click("#go")
			looksWell(p, kind.differs)
			once(t, s.service, 1)
			s.service.Revoke()
			p.Click("form[action$='/plan'] button")
			looksWell(p, kind.refused)
		})
	}
}

// While another process holds the ledger, the plan says so, looks again by itself, and can be sent as soon as that has ended.
func TestPagesOfALock(t *testing.T) {
	service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	d := doom{URL: service.URL(), PAT: service.PAT().Reveal(), Folder: t.TempDir(), Roster: people(2), Holds: true}
	s := onDesk(t, service, d.options())
	at := s.URL + "/rosters/" + s.put(t, "team.csv", people(3))
	b := browsertest.Start(t)
	p, sync := b.Page(t), b.Page(t)
	p.Open(at + "/plan")
	p.At("plan")
	sync.Open(at + "/sync")
	sync.At("sync")
	_, kill := d.start(t)
	defer kill()
	p.Click("#go")
	looksWell(p, "plan-locked")
	sync.Click("#go")
	looksWell(sync, "sync-locked")
	if p.Has("#go") || sync.Has("#go") {
		t.Error("it can be sent all the same")
	}
	kill()
	p.At("plan")
	p.Click("#go")
	p.Until("all are invited", func() bool { return p.Has("main[data-at=results-0]") && p.Text("h1") == "3 people are invited" })
	once(t, service, 3)
}

// What needs the ledger waits for a run that is under way, and whoever quits sees that what is in flight is still answered.
func TestPagesDuringARun(t *testing.T) {
	g := newGate(t, func(call sandbox.Call) bool {
		return call.Operation == sandbox.Invite && call.Email != "early@example.com"
	})
	var o desk.Options
	s := open(t, g.options(), func(options *desk.Options) { o = *options }).ready(t)
	invited(t, &o, "early.csv", "email,role\nearly@example.com,member\n", nil)
	runs, err := s.history().Runs(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	id := s.put(t, "team.csv", people(9))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	b := browsertest.Start(t)
	p, live := b.Page(t), b.Page(t)
	live.Open(s.URL + to)
	live.At("live")
	p.Forgive("status of 409")
	p.Open(s.URL + "/runs/" + runs[0].ID)
	looksWell(p, "busy")
	p.ClickTo("form[action='/quit'] button", "quit-sending")
	p.ClickTo("main button.danger", "quit-stopping")
	looksWell(p, "quit-stopping")
	live.Sees("h1", "Stopping") // the other tab says it, too
	g.open()
	p.At("gone")
	looksWell(p, "gone")
	live.At("results-0")
	once(t, s.service, s.service.Counts().Emails)
}

// behindTheDoor serves another page like this one, which lets in nobody without a ticket, and returns its address.
func (s *site) behindTheDoor(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Options{Address: listener.Addr().String(), Desk: desk.Options{
		Dial: s.dial, LedgerOf: s.ledgerOf, Ledgers: s.ledgers, Folder: t.TempDir(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		end()
		if err := errors.Join(<-ended, server.Close()); err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String() + "/"
}
