package browsertest

import (
	"context"
	"fmt"

	"github.com/chromedp/chromedp"
)

// Text returns what the first element shows, without space around it. It waits until there is one.
func (p *Page) Text(selector string) string {
	p.tb.Helper()
	return p.read(selector, "read", "text")
}

// Value returns the value of the first field. It waits until there is one.
func (p *Page) Value(selector string) string {
	p.tb.Helper()
	return p.read(selector, "read", "value")
}

// Attribute returns an attribute of the first element, and nothing where it has none. It waits until there is an element.
func (p *Page) Attribute(selector, name string) string {
	p.tb.Helper()
	return p.read(selector, "attribute", name)
}

func (p *Page) read(selector, function, name string) string {
	p.tb.Helper()
	var value string
	p.until(selector, func() (bool, string, error) {
		got, err := ask[*struct{ Value string }](p, function, selector, name)
		if got == nil {
			return false, "it is not there", err
		}
		value = got.Value
		return true, "", err
	})
	return value
}

// Texts returns what each element shows now.
func (p *Page) Texts(selector string) []string {
	p.tb.Helper()
	return now[[]string](p, "texts", selector)
}

// Count returns how many elements there are now.
func (p *Page) Count(selector string) int {
	p.tb.Helper()
	return now[int](p, "count", selector)
}

// Has reports whether there is such an element now.
func (p *Page) Has(selector string) bool {
	p.tb.Helper()
	return p.Count(selector) > 0
}

// Title returns the title of the page.
func (p *Page) Title() string {
	p.tb.Helper()
	return now[struct{ Title string }](p, "state").Title
}

// URL returns the address of the page.
func (p *Page) URL() string {
	p.tb.Helper()
	return now[struct{ URL string }](p, "state").URL
}

// Paper returns the page as it is printed, a PDF, on the paper that its styles name.
func (p *Page) Paper() []byte {
	p.tb.Helper()
	var content []byte
	p.once("print", func(ctx context.Context) (err error) {
		content, err = chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
		return err
	})
	return content
}

// now returns what a function of the script says, as soon as there is a page to ask.
func now[T any](p *Page, function string, args ...any) T {
	p.tb.Helper()
	var got T
	p.until("an answer of the page", func() (done bool, state string, err error) {
		got, err = ask[T](p, function, args...)
		return err == nil, "", err
	})
	return got
}

// Evaluate returns what an expression gives in the page, or what its promise does. It is for what no other step can say.
func Evaluate[T any](p *Page, expression string) T {
	p.tb.Helper()
	var got T
	p.once("evaluate", func(ctx context.Context) (err error) {
		got, err = evaluate[T](ctx, expression, true)
		return err
	})
	return got
}

// Eventually waits until an expression gives this in the page.
func Eventually[T comparable](p *Page, expression string, want T) {
	p.tb.Helper()
	p.until(expression, func() (bool, string, error) {
		ctx, cancel := p.within(Step)
		defer cancel()
		got, err := evaluate[T](ctx, expression, true)
		return got == want, fmt.Sprintf("it gives %v, not %v", got, want), err
	})
}
