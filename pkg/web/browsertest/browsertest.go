// Package browsertest shows pages to a browser in tests, and says what a person would see of them.
//
//	p := browsertest.Start(t).Page(t)
//	p.Open(address)
//	p.Click("#send")
//	p.At("results-0")
//	if got := p.Text("h1"); got != "12 people were invited" { … }
//
// A test that lacks a browser is skipped with a line that says how to get one; where the variable CI is set, it fails. Each step
// waits for what it needs, at most [Step], and then ends the test with what the page shows and what the console says. A tab
// fails its test at the end where a script threw, where the console holds an error, and where the page asked another host for
// something. Nothing here waits for a time to pass, and nothing waits for something to vanish: between two pages all is gone.
//
// A browser and its tabs belong to the goroutine of their test. Whoever wants to see what a test sees names a folder with
// ROLLCALL_PICTURES: pictures are put there, those of failures included.//
// It has no example: what it shows is a browser, and an example has no test to fail.
package browsertest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Step is the longest that one step takes, the start of the browser included. It is long for a machine that has much to do
// besides, and far below what ends the whole test.
const Step = 30 * time.Second

// programs are the names of browsers that can be driven, the first that is there being used. The smallest comes first.
var programs = []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome-stable", "google-chrome", "chromium-browser"}

// Browser is a running browser that knows nothing of earlier ones: no cookie, no history, nothing stored.
type Browser struct {
	open   func(chromedp.ContextOption) (context.Context, context.CancelFunc)
	folder string        // where downloads go, by their identifiers
	step   time.Duration // [Step], but in tests of time that is up

	mu        sync.Mutex
	downloads []*download
}

// download is a file that a page has begun to hand over.
type download struct {
	guid, name string
	state      browser.DownloadProgressState
}

// Start runs a browser until the test ends. ROLLCALL_BROWSER names another program than the one that is found, and
// ROLLCALL_BROWSER_FLAGS holds more flags for it: --no-sandbox where the system allows no sandbox.
func Start(tb testing.TB) *Browser {
	tb.Helper()
	var output tail
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program(tb)),
		chromedp.CombinedOutput(&output),
		// What a page asks others for is to be seen and not to be sent.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE ::1, EXCLUDE localhost, EXCLUDE *.localhost"),
	)
	for flag := range strings.FieldsSeq(os.Getenv("ROLLCALL_BROWSER_FLAGS")) {
		name, value, valued := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if valued {
			options = append(options, chromedp.Flag(name, value))
		} else {
			options = append(options, chromedp.Flag(name, true))
		}
	}

	// What the test leaves behind is closed after its own context has ended.
	all, stop := chromedp.NewExecAllocator(context.WithoutCancel(tb.Context()), options...)
	ctx, cancel := chromedp.NewContext(all, chromedp.WithErrorf(func(string, ...any) {}), chromedp.WithLogf(func(string, ...any) {}))
	tb.Cleanup(func() {
		closing, done := context.WithTimeout(ctx, Step)
		defer done()
		_ = chromedp.Cancel(closing) // it is ended at once otherwise
		cancel()
		stop()
	})
	// The browser lives as long as the context of the first call, which therefore has no deadline of its own.
	late := time.AfterFunc(Step, cancel)
	err := chromedp.Do(ctx)
	if !late.Stop() || err != nil {
		tb.Fatalf("the browser did not start: %v\n%s", err, output.String())
	}

	b := &Browser{folder: tb.TempDir(), step: Step}
	b.open = func(listener chromedp.ContextOption) (context.Context, context.CancelFunc) {
		return chromedp.NewContext(ctx, listener)
	}
	if err := chromedp.ListenBrowser(ctx, b.hear); err != nil {
		tb.Fatal(err)
	}
	setting, done := context.WithTimeout(ctx, Step)
	defer done()
	if _, err := chromedp.CallBrowser(setting, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: b.folder, EventsEnabled: new(true),
	}); err != nil {
		tb.Fatal(err)
	}
	return b
}

// hear notes what becomes of downloads.
func (b *Browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *browser.EventDownloadWillBegin:
		b.downloads = append(b.downloads, &download{guid: e.GUID, name: e.SuggestedFilename})
	case *browser.EventDownloadProgress:
		for _, d := range b.downloads {
			if d.guid == e.GUID {
				d.state = e.State
			}
		}
	}
}

// next returns what has become of the download after so many others, and nil as long as there is none.
func (b *Browser) next(after int) *download {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.downloads) <= after {
		return nil
	}
	d := *b.downloads[after]
	return &d
}

// program returns the path of a browser.
func program(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("ROLLCALL_BROWSER"); path != "" {
		return path
	}
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	lack(tb, "there is no browser: install the package chromium-headless-shell, or name a Chromium with ROLLCALL_BROWSER")
	return ""
}

// lack skips a test that cannot be made here, or fails it where every test has to be made.
func lack(tb testing.TB, why string) {
	tb.Helper()
	if ci() {
		tb.Fatal(why)
	}
	tb.Skip(why)
}

// ci reports whether every test has to be made.
func ci() bool { return os.Getenv("CI") != "" }

// tail keeps the end of what a program writes.
type tail struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept.Len() > 1<<16 {
		t.kept.Reset()
	}
	return t.kept.Write(p)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept.String()
}

// pictures is the folder for pictures, or empty where none are wanted.
func pictures() string { return os.Getenv("ROLLCALL_PICTURES") }

// save puts a picture into that folder, and returns its path.
func save(name string, png []byte) (string, error) {
	if err := os.MkdirAll(pictures(), 0o750); err != nil {
		return "", err
	}
	path := filepath.Join(pictures(), strings.NewReplacer("/", "-", " ", "-").Replace(name)+".png")
	return path, os.WriteFile(path, png, 0o600)
}
