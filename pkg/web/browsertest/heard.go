package browsertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// heard is what a tab has said by itself.
type heard struct {
	console []string   // all that was said, in order
	faults  []string   // what must not be
	forgive [][]string // parts of faults that the test expects, each in its words
	origins map[string]bool
}

// traffic is what pages have asked for since one was opened.
type traffic struct {
	asked map[network.RequestID]bool // whether an answer is still to come
	bytes float64
}

// Forgive expects a fault whose text has this part, such as "status of 404": it fails no test, and its absence does. The
// browser may have other words for it, depending on when it happens.
func (p *Page) Forgive(part string, others ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard.forgive = append(p.heard.forgive, append([]string{part}, others...))
}

// Heard returns what the console has said so far, one line each.
func (p *Page) Heard() []string {
	p.tb.Helper()
	p.listen()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.heard.console)
}

// listen makes sure that what the page has said is heard: events come before the answer to a later question.
func (p *Page) listen() {
	ctx, cancel := p.within(Step)
	defer cancel()
	_, _ = evaluate[int](ctx, "0", false)
}

// judge fails the test for what must not be.
func (p *Page) judge() {
	p.tb.Helper()
	p.listen()
	p.mu.Lock()
	faults, forgive := slices.Clone(p.heard.faults), slices.Clone(p.heard.forgive)
	p.mu.Unlock()
	for _, words := range forgive {
		expected := func(fault string) bool {
			return slices.ContainsFunc(words, func(part string) bool { return strings.Contains(fault, part) })
		}
		if !slices.ContainsFunc(faults, expected) && !p.tb.Failed() {
			p.tb.Errorf("nothing was heard of %q", words[0])
		}
	}
	faults = slices.DeleteFunc(faults, func(fault string) bool {
		return slices.ContainsFunc(slices.Concat(forgive...), func(part string) bool { return strings.Contains(fault, part) })
	})
	if len(faults) > 0 {
		p.tb.Errorf("faults of the page:\n  %s\n%s", strings.Join(faults, "\n  "), p.evidence())
	}
}

// hear notes an event of the tab. It is called by what reads them, and so it asks nothing.
func (p *Page) hear(tab context.Context, event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	say := func(fault bool, format string, a ...any) {
		line := fmt.Sprintf(format, a...)
		p.heard.console = append(p.heard.console, line)
		if fault {
			p.heard.faults = append(p.heard.faults, line)
		}
	}
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		say(true, "exception: %s", said(e.ExceptionDetails))
	case *log.EventEntryAdded:
		say(e.Entry.Level == log.EntryLevelError, "%s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *runtime.EventConsoleAPICalled:
		words := make([]string, len(e.Args))
		for i, arg := range e.Args {
			words[i] = strings.Trim(string(arg.Value), `"`)
			if len(arg.Value) == 0 {
				words[i] = arg.Description
			}
		}
		say(e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert, "console.%s: %s", e.Type, strings.Join(words, " "))
	case *page.EventJavascriptDialogOpening:
		say(true, "dialog: %s", e.Message)
		// A page with a dialog answers nothing else.
		p.dialogs.Go(func() {
			ctx, cancel := context.WithTimeout(tab, Step)
			defer cancel()
			_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		})
	case *network.EventRequestWillBeSent:
		p.asks(e, say)
	case *network.EventLoadingFinished:
		if _, mine := p.traffic.asked[e.RequestID]; mine {
			p.traffic.asked[e.RequestID] = false
			p.traffic.bytes += e.EncodedDataLength
		}
	case *network.EventLoadingFailed:
		if _, mine := p.traffic.asked[e.RequestID]; mine {
			p.traffic.asked[e.RequestID] = false
		}
	}
}

// asks notes a request. Addresses that carry their content ask nobody.
func (p *Page) asks(e *network.EventRequestWillBeSent, say func(bool, string, ...any)) {
	origin, err := originOf(e.Request.URL)
	switch scheme, _, _ := strings.Cut(origin, "://"); {
	case err != nil:
		say(true, "request: %v", err)
	case scheme == "data" || scheme == "blob" || scheme == "about":
		return
	case !p.heard.origins[origin]:
		say(true, "another host was asked: %s", e.Request.URL)
	}
	if p.traffic.asked == nil {
		p.traffic.asked = map[network.RequestID]bool{}
	}
	p.traffic.asked[e.RequestID] = e.Type != network.ResourceTypeEventSource // a stream has no end to wait for
}

// said returns the words of an exception.
func said(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	if e.Exception != nil && len(e.Exception.Value) > 0 {
		return e.Text + " " + string(e.Exception.Value)
	}
	return e.Text
}

// fatalf ends the test, with what the page shows.
func (p *Page) fatalf(format string, a ...any) {
	p.tb.Helper()
	p.tb.Fatalf("%s\n%s", fmt.Sprintf(format, a...), p.evidence())
}

// evidence says what the page shows and what was said. It waits for no page that answers no more.
func (p *Page) evidence() string {
	ctx, cancel := p.within(Step / 6)
	defer cancel()
	var lines []string
	type state struct{ URL, Title, H1 string }
	if at, err := evaluate[state](ctx, call("state"), false); err != nil {
		lines = append(lines, fmt.Sprintf("the page says nothing: %v", err))
	} else {
		lines = append(lines, "at "+at.URL, fmt.Sprintf("title %q, h1 %q", at.Title, at.H1))
	}
	p.mu.Lock()
	console := slices.Clone(p.heard.console)
	p.mu.Unlock()
	for _, line := range console[max(0, len(console)-20):] {
		lines = append(lines, "console "+line)
	}
	if path, err := p.shoot(ctx, p.tb.Name()+"-failed-"+time.Now().Format("150405")); err != nil {
		lines = append(lines, fmt.Sprintf("there is no picture: %v", err))
	} else if path != "" {
		lines = append(lines, "picture "+path)
	}
	return "  " + strings.Join(lines, "\n  ")
}
