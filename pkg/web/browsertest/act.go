package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// spot is where an element can be clicked, or why it cannot.
type spot struct {
	X, Y float64
	Why  string
}

// spot waits until a person could click the element that the selector finds first.
func (p *Page) spot(selector string) spot {
	p.tb.Helper()
	var at spot
	p.until(selector+" to be clicked", func() (done bool, state string, err error) {
		at, err = ask[spot](p, "spot", selector)
		return at.Why == "", at.Why, err
	})
	return at
}

// Click clicks the element that the selector finds first, when it is there, shown, enabled and not covered.
func (p *Page) Click(selector string) {
	p.tb.Helper()
	at := p.spot(selector)
	p.acts("click "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y))
	})
}

// ClickTo clicks what leads to another page, and waits for that one and its mark, even if this page bears the same.
func (p *Page) ClickTo(selector, mark string) {
	p.tb.Helper()
	at := p.spot(selector)
	p.arrive("click "+selector, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)) })
	p.At(mark)
}

// Fill replaces the text of a field, as typing does.
func (p *Page) Fill(selector, text string) {
	p.tb.Helper()
	p.does("fill "+selector, "select", selector)
	if text == "" {
		p.Press("Delete")
		return
	}
	p.acts("fill "+selector, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// Choose takes an option of a select element, by its value or by what it says.
func (p *Page) Choose(selector, option string) {
	p.tb.Helper()
	p.does(fmt.Sprintf("choose %q in %s", option, selector), "choose", selector, option)
}

// does calls a function of the script until it has done its work: until then it returns why it has not.
func (p *Page) does(what, function string, args ...any) {
	p.tb.Helper()
	p.until(what, func() (bool, string, error) {
		why, err := ask[string](p, function, args...)
		return why == "", "it " + why, err
	})
}

// Upload gives files to a file input. A file that is not there would silently be none.
func (p *Page) Upload(selector string, paths ...string) {
	p.tb.Helper()
	paths = p.files(paths)
	p.Until(selector, func() bool { return p.Has(selector) })
	p.acts("upload into "+selector, func(ctx context.Context) error {
		found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf("document.querySelector(%q)", selector)})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: found.Result.ObjectID})
		return err
	})
}

// Drop lets files fall onto an element, as if they had been dragged there from a folder.
func (p *Page) Drop(selector string, paths ...string) {
	p.tb.Helper()
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: p.files(paths), DragOperationsMask: 1} // copy
	at := p.spot(selector)
	p.acts("drop onto "+selector, func(ctx context.Context) error {
		for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
			if _, err := chromedp.Call(ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y, Data: data}); err != nil {
				return err
			}
		}
		return nil
	})
}

// files returns the absolute paths of files that are there.
func (p *Page) files(paths []string) []string {
	p.tb.Helper()
	list := make([]string, len(paths))
	for i, path := range paths {
		full, err := filepath.Abs(path)
		if err == nil {
			_, err = os.Stat(full)
		}
		if err != nil {
			p.tb.Fatalf("there is no such file: %v", err)
		}
		list[i] = full
	}
	return list
}

// Download clicks what hands over a file, waits until all of it is there, and returns its name and its content.
func (p *Page) Download(selector string) (name string, content []byte) {
	p.tb.Helper()
	p.browser.mu.Lock()
	before := len(p.browser.downloads)
	p.browser.mu.Unlock()
	p.Click(selector)
	var got *download
	p.until("the download of "+selector, func() (bool, string, error) {
		got = p.browser.next(before)
		switch {
		case got == nil:
			return false, "none has begun", nil
		case got.state == browser.DownloadProgressStateCanceled:
			return false, "", fmt.Errorf("the download of %s was broken off", got.name)
		default:
			return got.state == browser.DownloadProgressStateCompleted, "it is " + string(got.state), nil
		}
	})
	content, err := os.ReadFile(filepath.Join(p.browser.folder, got.guid))
	if err != nil {
		p.fatalf("download: %v", err)
	}
	return got.name, content
}
