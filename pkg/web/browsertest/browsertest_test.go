package browsertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// layout surrounds what the pages below show.
const layout = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/app.css"><script src="/app.js" type="module"></script></head><body><main data-at="%s">%s</main></body></html>`

const css = `:root { color-scheme: light dark; scroll-padding-bottom: 80px } body { margin: 8px; background: #fff; font: 16px sans-serif } :focus-visible { outline: 3px solid #1a56b0; outline-offset: 2px }
a, button, input, select { min-height: 24px } @media (prefers-color-scheme: dark) { body { background: #111 } a { color: #9cf } :focus-visible { outline-color: #9cf } }
.wide { width: 900px } .bar { position: fixed; bottom: 0; left: 0; right: 0; height: 60px; background: Canvas } .dull:focus-visible { outline: none }
.away { position: absolute; width: 1px; height: 1px; opacity: 0 } .away:focus-visible + label { outline: 3px solid }`

const js = `const zone = document.querySelector('#zone');
if (zone) { zone.ondragover = (e) => e.preventDefault(); zone.ondrop = (e) => { e.preventDefault(); document.querySelector('#dropped').textContent = [...e.dataTransfer.files].map((f) => f.name + ' of ' + f.size).join(', '); }; }
const later = document.querySelector('#later');
if (later) { later.onclick = () => requestAnimationFrame(() => { document.querySelector('#said').textContent = 'it is done'; }); }`

// pages are what the server shows, by path: a mark and the content of main.
var pages = map[string]string{
	"/": `<h1>Start</h1><p class="row">one</p><p class="row">two</p><a href="/next">Go on</a> <button id="later">Later</button> <p id="said"></p>
<form method="post" action="/form" enctype="multipart/form-data"><label>Name <input name="name" value="old"></label> <label>Role <select name="role"><option value="a">Reader</option><option value="b">Writer</option></select></label>
<input type="file" class="away" name="file" id="file"> <label for="file">A file</label> <button id="send">Send</button></form>
<div id="zone" style="height:50px">Drop here</div><p id="dropped"></p><a id="csv" href="/csv">The rows</a>`,
	"/next":    `<h1>Next</h1><a id="same" href="/next">Again</a>`,
	"/wide":    `<h1>Wide</h1><div class="wide">x</div>`,
	"/bar":     `<h1>Bar</h1><button style="position:fixed;bottom:10px">Below</button><div class="bar">bar</div>`,
	"/dull":    `<h1>Dull</h1><button class="dull">No ring</button><button style="outline-color:transparent">Clear</button><button></button><div style="overflow:hidden;width:90px;height:40px"><button style="width:90px;height:40px">Cut</button></div>`,
	"/stuck":   `<h1>Stuck</h1><button id="off" disabled>Off</button><button id="hidden" hidden>Hidden</button><button id="under">Under</button><div id="over" style="position:fixed;inset:0"></div><input id="fixed" readonly>`,
	"/bad":     `<h1>Bad</h1><img src="data:image/svg+xml,"><input>`,
	"/throws":  `<h1>Throws</h1><script>setTimeout(() => { throw new Error('out of order') })</script>`,
	"/asks":    `<h1>Asks</h1><img alt="" src="http://other.example/pixel.png">`,
	"/lacks":   `<h1>Lacks</h1><img alt="" src="/nothing.png">`,
	"/shouts":  `<h1>Shouts</h1><script>console.error('help', 7)</script>`,
	"/talks":   `<h1>Talks</h1><script>setTimeout(() => alert('really?'))</script>`,
	"/offline": `<h1>Scripts</h1><noscript><p id="off">off</p></noscript>`,
}

// serve shows the pages, and returns the address of the first.
func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, content := range pages {
		pattern := "GET " + path
		if path == "/" {
			pattern += "{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, layout, "Page "+path, path, content)
		})
	}
	mux.HandleFunc("GET /app.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = fmt.Fprint(w, css)
	})
	mux.HandleFunc("GET /app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, js)
	})
	mux.HandleFunc("GET /language", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, layout, "", "/language", `<h1>`+r.Header.Get("Accept-Language")+`</h1>`)
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err == nil {
			defer func() { _ = file.Close() }()
		} else {
			header = nil
		}
		name := "none"
		if header != nil {
			name = header.Filename
		}
		_, _ = fmt.Fprintf(w, layout, "Form", "form", fmt.Sprintf("<h1>%s, %s, %s</h1>", r.FormValue("name"), r.FormValue("role"), name))
	})
	mux.HandleFunc("GET /csv", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="rows.csv"`)
		_, _ = fmt.Fprint(w, "email\nada@example.com\n")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// file writes a file to be uploaded.
func file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte("email\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A person's way through pages: what is seen, filled in, chosen, sent, dropped and downloaded.
func TestAWayThroughPages(t *testing.T) {
	address, people := serve(t), file(t)
	p := Start(t).Page(t)
	p.Open(address + "/")
	p.At("/")
	if got := p.Text("h1") + " " + p.Title(); got != "Start Page /" {
		t.Errorf("h1 and title are %q", got)
	}
	if got := p.Texts(".row"); !slices.Equal(got, []string{"one", "two"}) || p.Count(".row") != 2 || !p.Has("#send") || p.Has("#gone") {
		t.Errorf("the rows are %q", got)
	}
	if w := p.Weight(); w.Requests != 3 || w.Bytes < len(css)+len(js)+len(pages["/"]) || w.Bytes > 5000 {
		t.Errorf("the first view is %+v", w)
	}
	p.Open(address + "/next")
	if w := p.Weight(); w.Bytes > len(css)+len(js) {
		t.Errorf("what is kept costs %+v", w)
	}
	if w := p.FirstView(address + "/"); w.Requests != 3 || w.Bytes < len(css)+len(js)+len(pages["/"]) {
		t.Errorf("a later first view is %+v", w)
	}
	p.Click("#later")
	p.Sees("#said", "done")

	p.Drop("#zone", people)
	p.Sees("#dropped", "people.csv of 6")
	name, content := p.Download("#csv")
	if name != "rows.csv" || string(content) != "email\nada@example.com\n" {
		t.Errorf("downloaded %q: %q", name, content)
	}

	p.Fill("[name=name]", "Ada")
	if got := p.Value("[name=name]"); got != "Ada" {
		t.Errorf("the field holds %q", got)
	}
	p.Choose("[name=role]", "Writer")
	p.Upload("#file", people)
	p.Click("#send")
	p.At("form")
	if got := p.Text("h1"); got != "Ada, b, people.csv" {
		t.Errorf("the form brought %q", got)
	}
	p.Back()
	p.At("/")
	p.Fill("[name=name]", "")
	p.ClickTo("#send", "form")
	if got := p.Text("h1"); !strings.HasPrefix(got, ", ") {
		t.Errorf("the emptied form brought %q", got)
	}
	p.Open(address + "/next")
	p.ClickTo("#same", "/next")
	p.Reload()
	if got := p.URL(); got != address+"/next" {
		t.Errorf("at %s", got)
	}
	p.Language("de")
	p.Open(address + "/language")
	if got := p.Text("h1"); got != "de" {
		t.Errorf("asked for in %q", got)
	}
}

// With the keyboard alone.
func TestTheKeyboardAlone(t *testing.T) {
	p := Start(t).Page(t)
	p.Open(serve(t) + "/")
	if got := p.Focused(); got != (Focus{}) {
		t.Errorf("%v has the focus", got)
	}
	var names []string
	for _, place := range p.Walk() {
		names = append(names, place.String())
	}
	want := []string{`link "Go on"`, `button "Later"`, `textbox "Name"`, `combobox "Role"`, `button "A file"`, `button "Send"`, `link "The rows"`}
	if !slices.Equal(names, want) {
		t.Errorf("Tab goes to\n%q, want\n%q", names, want)
	}
	p.TabTo("Name")
	p.Press("Control+a")
	p.Type("Grace")
	p.TabTo("Role")
	p.Press("ArrowDown")
	p.TabTo("Send")
	p.Press("Shift+Tab", "Tab", "Enter")
	p.At("form")
	if got := p.Text("h1"); got != "Grace, b, " && got != "Grace, b, none" {
		t.Errorf("the form brought %q", got)
	}
}

// A page is looked at in many ways, and says the same to a screen reader in all of them.
func TestLooks(t *testing.T) {
	p := Start(t).Page(t)
	p.Open(serve(t) + "/")
	var looks []string
	var trees [][]string
	p.Looks(func(look string) {
		looks = append(looks, look)
		trees = append(trees, p.Tree())
		p.Fits()
		dark, width := Evaluate[bool](p, "matchMedia('(prefers-color-scheme: dark)').matches"), Evaluate[int](p, "innerWidth")
		if got := fmt.Sprintf("%s-%d", map[bool]string{true: "dark", false: "light"}[dark], width); got != look {
			t.Errorf("the look %s is %s", look, got)
		}
	})
	if want := []string{"light-1280", "light-390", "dark-1280", "dark-390"}; !slices.Equal(looks, want) {
		t.Errorf("the looks are %q", looks)
	}
	if !slices.Contains(trees[0], "button “Send”") || !slices.Equal(trees[0], trees[1]) {
		t.Errorf("the tree at 1280 px is\n%q, at 390 px\n%q", trees[0], trees[1])
	}
	in := func(query string) bool { return Evaluate[bool](p, "matchMedia('"+query+"').matches") }
	p.ForcedColors(func() {
		if !in("(forced-colors: active)") {
			t.Error("no colours are forced")
		}
	})
	p.ReducedMotion(func() {
		if !in("(prefers-reduced-motion: reduce)") || in("(forced-colors: active)") {
			t.Error("motion is not reduced")
		}
	})
	p.Zoom200(func() {
		if got := Evaluate[float64](p, "innerWidth * devicePixelRatio"); got != 1280 || !in("(width: 640px)") {
			t.Errorf("the window has %v pixels", got)
		}
		p.Fits()
	})
	p.Phone(func() { p.Fits() })
	if !in("(width: 1280px)") {
		t.Error("the page is not as before")
	}
}

// Scripts are off, and the steps go on.
func TestNoScript(t *testing.T) {
	address := serve(t)
	p := Start(t).Page(t)
	p.NoScript()
	p.Open(address + "/offline")
	p.At("/offline")
	if got := p.Text("#off"); got != "off" {
		t.Errorf("without scripts there is %q", got)
	}
	p.Open(address + "/")
	p.Fill("[name=name]", "Ada")
	p.Choose("[name=role]", "b")
	p.Upload("#file", file(t))
	p.ClickTo("#send", "form")
	if got := p.Text("h1"); got != "Ada, b, people.csv" {
		t.Errorf("the form brought %q", got)
	}
	p.Looks(func(string) { p.Fits() })
}

// What keeps people from using a page is found, and nothing else.
func TestAxe(t *testing.T) {
	address := serve(t)
	b := Start(t)
	p := b.Page(t)
	p.Open(address + "/")
	p.Looks(func(string) { p.Axe() })
	got := whatFails(t, b, func(p *Page) {
		p.Open(address + "/bad")
		p.Axe()
	})
	for _, part := range []string{"image-alt: img", "label: input", "Form elements must have labels", "does not have an implicit (wrapped) <label>"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in what the test says:\n%s", part, got)
		}
	}
}

// Without axe-core all else is tested, and the test says at its end what was not; where all tests have to be made, it fails.
func TestWithoutAxe(t *testing.T) {
	address := serve(t)
	b := Start(t)
	defer func(before func() (string, error)) { axe = before }(axe)
	axe = func() (string, error) { return "", errors.New("there is no npm") }
	for _, test := range []struct {
		ci, page      string
		reached, skip bool
		want          string
	}{
		{"", "/", true, true, "all was tested but the rules of axe-core, which npm has to bring: there is no npm"},
		{"", "/shouts", true, false, "console.error"},
		{"true", "/", false, false, "there is no npm"},
	} {
		t.Setenv("CI", test.ci)
		reached := false
		got := whatFails(t, b, func(p *Page) {
			p.Open(address + test.page)
			p.Axe()
			reached = true
		})
		if !strings.Contains(got, test.want) || reached != test.reached || strings.Contains(got, "skipped") != test.skip {
			t.Errorf("with CI=%q: %s", test.ci, got)
		}
	}
}

// A copy of axe-core that is not the one that is expected is not used, and what cannot be brought is said.
func TestAxeIsTheOneThatIsExpected(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "axe.min.js"), []byte("axe = {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := func(folder string) (string, error) {
		path := filepath.Join(folder, "axe.tgz")
		var archive bytes.Buffer
		packed := gzip.NewWriter(&archive)
		files := tar.NewWriter(packed)
		err := errors.Join(files.WriteHeader(&tar.Header{Name: "package/axe.min.js", Size: 1}), writes(files, "x"), files.Close(), packed.Close())
		return path, errors.Join(err, os.WriteFile(path, archive.Bytes(), 0o600))
	}
	if _, err := axeIn(folder, other); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("another copy: %v", err)
	}
	none := errors.New("there is no network")
	if _, err := axeIn(folder, func(string) (string, error) { return "", none }); !errors.Is(err, none) {
		t.Errorf("no network: %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("there is left %v, %v", left, err)
	}
}

func writes(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// Pictures are made where somebody wants them.
func TestPicture(t *testing.T) {
	address := serve(t)
	p := Start(t).Page(t)
	p.Open(address + "/")
	t.Setenv("ROLLCALL_PICTURES", "")
	p.Picture("start")
	folder := filepath.Join(t.TempDir(), "pictures")
	t.Setenv("ROLLCALL_PICTURES", folder)
	p.Picture("start")
	p.Zoom200(func() { p.Picture("start") })
	found, err := filepath.Glob(filepath.Join(folder, "start-*.png"))
	if err != nil || len(found) != 5 {
		t.Errorf("%q, %v", found, err)
	}
	for _, path := range found {
		if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// silent is a test that fails without anybody being told but the one that looks at it.
type silent struct {
	testing.TB
	failed bool
	said   string
	last   []func()
}

func (s *silent) Helper()          {}
func (s *silent) Log(...any)       {}
func (s *silent) Cleanup(f func()) { s.last = append(s.last, f) }
func (s *silent) Failed() bool     { return s.failed }
func (s *silent) Errorf(format string, a ...any) {
	s.failed = true
	s.said += fmt.Sprintf(format, a...) + "\n"
}

func (s *silent) Skip(a ...any) {
	s.said += "skipped: " + fmt.Sprint(a...)
	runtime.Goexit()
}

func (s *silent) Fatal(a ...any) { s.Fatalf("%s", fmt.Sprint(a...)) }

func (s *silent) Fatalf(format string, a ...any) {
	s.Errorf(format, a...)
	runtime.Goexit()
}

// whatFails returns what a test says that does this with a tab.
func whatFails(t *testing.T, b *Browser, do func(p *Page)) string {
	t.Helper()
	s := &silent{TB: t}
	s.run(func() { do(b.Page(s)) })
	return s.said
}

// run makes the test.
func (s *silent) run(do func()) {
	var done sync.WaitGroup
	done.Go(func() {
		defer func() {
			for _, f := range slices.Backward(s.last) {
				f()
			}
		}()
		do()
	})
	done.Wait()
}

// Without a browser a test is skipped with a line that says how to get one, and where all tests have to be made, it fails.
func TestWithoutABrowser(t *testing.T) {
	t.Setenv("ROLLCALL_BROWSER", "")
	t.Setenv("PATH", "")
	for _, ci := range []string{"", "true"} {
		t.Setenv("CI", ci)
		s := &silent{TB: t}
		s.run(func() { Start(s) })
		const want = "install the package chromium-headless-shell"
		if !strings.Contains(s.said, want) || strings.Contains(s.said, "skipped") != (ci == "") || s.failed != (ci != "") {
			t.Errorf("with CI=%q: %s", ci, s.said)
		}
	}
}

// A browser that does not start is said, with its own words.
func TestBrowserDoesNotStart(t *testing.T) {
	t.Setenv("ROLLCALL_BROWSER", "/bin/false")
	s := &silent{TB: t}
	s.run(func() { Start(s) })
	if !strings.Contains(s.said, "the browser did not start") {
		t.Errorf("said %q", s.said)
	}
}

// What cannot be done ends the test when its time is up, with why it could not.
func TestTimeIsUp(t *testing.T) {
	address := serve(t)
	b := Start(t)
	b.step = 300 * time.Millisecond
	for _, test := range []struct {
		do   func(p *Page)
		want string
	}{
		{func(p *Page) { p.At("elsewhere") }, `waited 300ms for the page with the mark "elsewhere": the mark is "/stuck"`},
		{func(p *Page) { p.Click("#off") }, "waited 300ms for #off to be clicked: is disabled"},
		{func(p *Page) { p.Click("#hidden") }, "is not shown"},
		{func(p *Page) { p.Click("#under") }, "is covered by <div#over>"},
		{func(p *Page) { p.Click("#nowhere") }, "is not there"},
		{func(p *Page) { p.Click("#[") }, "is not a valid selector"},
		{func(p *Page) { p.Text("h2") }, "waited 300ms for h2: it is not there"},
		{func(p *Page) { p.Sees("h1", "moving") }, `waited 300ms for h1 with the text "moving": there is ["Stuck"]`},
		{func(p *Page) { p.Fill("#fixed", "x") }, "it takes no text"},
		{func(p *Page) { Eventually(p, "1 + 1", 3) }, "it gives 2, not 3"},
		{func(p *Page) { p.Upload("#file", "nowhere.csv") }, "there is no such file"},
	} {
		got := whatFails(t, b, func(p *Page) {
			p.step = Step
			p.Open(address + "/stuck")
			p.Open(address + "/stuck#off")
			p.step = b.step
			test.do(p)
		})
		if !strings.Contains(got, test.want) || strings.Count(got, "at http://127.0.0.1") > 1 {
			t.Errorf("%q is not in what the test says:\n%s", test.want, got)
		}
	}
}

// What is wrong with a page fails the test, with what the page shows: a harness that hears nothing would let all pass.
func TestFaultsFail(t *testing.T) {
	address := serve(t)
	b := Start(t)
	for _, test := range []struct {
		page string
		do   func(p *Page)
		want []string
	}{
		{"/throws", func(p *Page) { p.Until("an exception", func() bool { return len(p.Heard()) > 0 }) }, []string{"exception: Error: out of order", `h1 "Throws"`, "at " + address + "/throws"}},
		{"/asks", func(*Page) {}, []string{"another host was asked: http://other.example/pixel.png"}},
		{"/lacks", func(*Page) {}, []string{"error: Failed to load resource: the server responded with a status of 404", "/nothing.png"}},
		{"/shouts", func(*Page) {}, []string{"console.error: help 7"}},
		{"/talks", func(p *Page) { p.Until("a dialog", func() bool { return len(p.Heard()) > 0 }) }, []string{"dialog: really?"}},
		{"/wide", func(p *Page) { p.Phone(p.Fits) }, []string{"wider than 390 px by", "div.wide"}},
		{"/bar", func(p *Page) { p.TabTo("Below") }, []string{"is covered by <div.bar>"}},
		{"/dull", func(p *Page) { p.Walk() }, []string{`no ring shows the focus on button "No ring"`, "has no name: button", `no ring shows the focus on button "Cut"`, `no ring shows the focus on button "Clear"`}},
		{"/", func(p *Page) { p.TabTo("Nobody") }, []string{`Tab never comes to "Nobody"`, `link "Go on"`}},
		{"/", func(p *Page) { p.Forgive("a fault that is none") }, []string{`nothing was heard of "a fault that is none"`}},
		{"/refused", func(*Page) {}, []string{"status of 404"}},
		{"/", func(p *Page) { p.Open("http://127.0.0.1:1/") }, []string{"open http://127.0.0.1:1/: net::ERR_"}},
		{"/", func(p *Page) { p.Press("Hyper+X") }, []string{`no key "Hyper+X"`}},
	} {
		got := whatFails(t, b, func(p *Page) {
			p.Open(address + test.page)
			test.do(p)
		})
		for _, part := range test.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is not in what the test says:\n%s", test.page, part, got)
			}
		}
	}
	if got := whatFails(t, b, func(p *Page) {
		p.Forgive("status of 404")
		p.Forgive("no such words", "Failed to load")
		p.Open(address + "/lacks")
	}); got != "" {
		t.Errorf("a fault that was expected fails the test: %s", got)
	}
}
