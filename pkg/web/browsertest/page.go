package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// script is what a page is asked with. It is an expression that gives functions, and leaves nothing behind in the page.
//
//go:embed page.js
var script string

// again is how long it takes until a page is asked again for something that it does not show yet.
const again = 20 * time.Millisecond

// Page is a tab of a browser.
type Page struct {
	tb      testing.TB
	browser *Browser
	within  func(time.Duration) (context.Context, context.CancelFunc) // a context for calls to the tab
	step    time.Duration                                             // how long to wait for what is not so yet
	visits  int                                                       // documents that were left by steps of the test
	look    *look                                                     // nil outside of Looks and its kin
	unmade  string                                                    // what could not be tested here
	dialogs sync.WaitGroup

	mu      sync.Mutex
	heard   heard
	traffic traffic
}

// Page opens a tab. At the end of the test that it is given, which may be a part of the one of its browser, the tab is closed,
// and the test fails if something was wrong with its pages.
func (b *Browser) Page(tb testing.TB) *Page {
	tb.Helper()
	p := &Page{tb: tb, browser: b, step: b.step}
	p.heard.origins = map[string]bool{}
	var tab context.Context
	ctx, cancel := b.open(chromedp.WithListener(func(event any) { p.hear(tab, event) }))
	tab = ctx
	p.within = func(d time.Duration) (context.Context, context.CancelFunc) { return context.WithTimeout(tab, d) }
	late := time.AfterFunc(Step, cancel)
	err := chromedp.Do(ctx)
	if !late.Stop() || err != nil {
		cancel()
		tb.Fatalf("there is no tab: %v", err)
	}
	tb.Cleanup(func() {
		p.judge()
		cancel()
		p.dialogs.Wait()
		if p.unmade != "" && !tb.Failed() {
			tb.Skip(p.unmade)
		}
	})
	p.setLook(look{scheme: "light", width: 1280, height: 800})
	return p
}

// Open goes to an address, and waits until the page and all of its parts are there. From then on pages may ask that origin for
// things.
func (p *Page) Open(address string) {
	p.tb.Helper()
	p.Allow(address)
	p.mu.Lock()
	p.traffic = traffic{}
	p.mu.Unlock()
	p.arrive("open "+address, func(ctx context.Context) error {
		went, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: address})
		switch {
		case err != nil:
			return err
		case went.ErrorText != "":
			return errors.New(went.ErrorText)
		case went.LoaderID == "": // another place in the same page
			_, err = evaluate[bool](ctx, call("leave", 0), false)
		}
		return err
	})
}

// Reload loads the page again, as a person does.
func (p *Page) Reload() {
	p.tb.Helper()
	p.arrive("reload", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.Reload, page.ReloadParams{})
		return err
	})
}

// Back returns to the page before this one, as a person does.
func (p *Page) Back() {
	p.tb.Helper()
	p.arrive("go back", func(ctx context.Context) error {
		been, err := chromedp.Call(ctx, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		if been.CurrentIndex == 0 {
			return errors.New("there is no page before this one")
		}
		_, err = chromedp.Call(ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: been.Entries[been.CurrentIndex-1].ID})
		return err
	})
}

// Allow lets pages ask the origin of this address for things.
func (p *Page) Allow(address string) {
	p.tb.Helper()
	origin, err := originOf(address)
	if err != nil {
		p.tb.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard.origins[origin] = true
}

// At waits for the page that bears the mark: <main data-at="…">, whole and with its scripts run.
func (p *Page) At(mark string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("the page with the mark %q", mark), func() (bool, string, error) {
		got, err := ask[string](p, "at")
		return got == mark, fmt.Sprintf("the mark is %q", got), err
	})
}

// Sees waits until an element that the selector finds shows this text, among others.
func (p *Page) Sees(selector, text string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("%s with the text %q", selector, text), func() (bool, string, error) {
		got, err := ask[[]string](p, "texts", selector)
		for _, one := range got {
			if strings.Contains(one, text) {
				return true, "", nil
			}
		}
		return false, fmt.Sprintf("there is %q", got), err
	})
}

// Until waits for something that the test itself can tell, and that it calls by this name.
func (p *Page) Until(what string, done func() bool) {
	p.tb.Helper()
	p.until(what, func() (bool, string, error) { return done(), "", nil })
}

// arrive does what leads to another page, and waits until that is whole. The page that is left is given a sign: whatever has
// none is another.
func (p *Page) arrive(what string, leave func(context.Context) error) {
	p.tb.Helper()
	p.visits++
	visit := p.visits
	p.until(what, func() (bool, string, error) {
		ok, err := ask[bool](p, "leave", visit)
		return ok, "", err
	})
	ctx, cancel := p.within(Step)
	defer cancel()
	if err := leave(ctx); err != nil && !left(err) {
		p.fatalf("%s: %v", what, err)
	}
	p.until(what, func() (bool, string, error) {
		ok, err := ask[bool](p, "arrived", visit)
		return ok, "no other page is there", err
	})
}

// until asks again and again until something is so. An error of the protocol is one that passes, because it comes from a page
// that is being left; one of the script is final. State says what was so instead.
func (p *Page) until(what string, ask func() (done bool, state string, err error)) {
	p.tb.Helper()
	end, cancel := context.WithTimeout(context.WithoutCancel(p.tb.Context()), p.step)
	defer cancel()
	ticks := time.NewTicker(again)
	defer ticks.Stop()
	for {
		done, state, err := ask()
		var passing *cdproto.Error
		switch {
		case err == nil && done:
			return
		case err != nil && !errors.As(err, &passing):
			p.fatalf("%s: %v", what, err)
		case err != nil:
			state = err.Error()
		}
		select {
		case <-ticks.C:
		case <-end.Done():
			p.fatalf("waited %v for %s: %s", p.step, what, state)
		}
	}
}

// ask calls a function of the script once.
func ask[T any](p *Page, function string, args ...any) (T, error) {
	ctx, cancel := p.within(Step)
	defer cancel()
	return evaluate[T](ctx, call(function, args...), false)
}

// call returns the expression that calls a function of the script.
func call(function string, args ...any) string {
	list := make([]string, len(args))
	for i, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			panic(err) // texts, numbers and lists of them are always JSON
		}
		list[i] = string(text)
	}
	return strings.TrimRight(script, "\n") + "." + function + "(" + strings.Join(list, ", ") + ")"
}

// evaluate returns what an expression gives in the page, or what its promise does.
func evaluate[T any](ctx context.Context, expression string, promise bool) (value T, err error) {
	got, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ReturnByValue: new(true), AwaitPromise: new(promise), Silent: new(true),
	})
	if err != nil {
		return value, err
	}
	if thrown := got.ExceptionDetails; thrown != nil {
		return value, errors.New(said(thrown))
	}
	if len(got.Result.Value) == 0 {
		return value, nil
	}
	return value, json.Unmarshal(got.Result.Value, &value)
}

// gone is what the browser answers to a question to a page that has been left meanwhile.
const gone = "navigated or closed"

// once asks or sets something a single time, and ends the test if that fails.
func (p *Page) once(what string, do func(context.Context) error) {
	p.tb.Helper()
	ctx, cancel := p.within(Step)
	defer cancel()
	if err := do(ctx); err != nil {
		p.fatalf("%s: %v", what, err)
	}
}

// acts does what a person does a single time, and ends the test if that fails. That it leads to another page before it is
// answered is no fault: the answer is lost then, and the work is done.
func (p *Page) acts(what string, do func(context.Context) error) {
	p.tb.Helper()
	p.once(what, func(ctx context.Context) error {
		if err := do(ctx); err != nil && !left(err) {
			return err
		}
		return nil
	})
}

// left reports whether an answer is lost because the page has been left.
func left(err error) bool {
	var answer *cdproto.Error
	return errors.As(err, &answer) && strings.Contains(answer.Message, gone)
}

// originOf returns scheme, host and port of an address.
func originOf(address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return parsed.Scheme + "://" + parsed.Host, nil
}
