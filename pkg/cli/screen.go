package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"rollcall/pkg/console"
	"rollcall/pkg/onboard"
	"rollcall/pkg/pager"
	"rollcall/pkg/paint"
	"rollcall/pkg/preview"
)

// Whatever reaches a terminal went through package paint, or through package console on standard error: lines for people as
// parts with roles, and what is for programs through a filter. Elsewhere, what is for programs stays as it is.

// colors reports whether colours are wanted on a stream.
func (a *app) colors(terminal bool) bool {
	return !a.common.noColor && paint.Colors(terminal, a.Lookup)
}

// paper returns standard output for people.
func (a *app) paper() paint.Paper {
	terminal, width := terminalOf(a.product)
	return paint.Paper{Out: a.product, Color: a.colors(terminal), Width: width}
}

// page returns standard output for what may be long: at a terminal, in a pager. What it returns as well ends that.
func (a *app) page() (paper paint.Paper, end func() error) {
	paper, end = a.paper(), func() error { return nil }
	if file, ok := a.product.(*os.File); ok && paper.Width != nil && !a.common.noPager && a.Environ != nil {
		paged := false
		paper.Out, end, paged = pager.Open(file, a.Environ())
		a.paging.Store(paged)
	}
	return paper, end
}

// show shows a text of the program itself, which may be long.
func (a *app) show(text string) error {
	paper, end := a.page()
	_, err := io.WriteString(paper.Out, text)
	return a.paged(err, end)
}

// paged ends what [app.page] has begun, and returns what went wrong: that somebody has seen enough is not.
func (a *app) paged(err error, end func() error) error {
	if errors.Is(err, pager.ErrQuit) {
		err = nil
	}
	err = errors.Join(err, end())
	a.paging.Store(false)
	return err
}

// tell says something that a person wants to know, and one that is quiet need not say.
func (a *app) tell(format string, args ...any) {
	if !a.common.quiet {
		a.console.Printf(format, args...)
	}
}

// listRows shows every row of a dry run with what would become of it, where a person reads standard output.
func (r *run) listRows(ctx context.Context, p *onboard.Preview) error {
	if r.common.json || r.common.quiet || r.order.Results == "-" {
		return nil
	}
	r.console.Clear()
	paper, end := r.page()
	if shown := time.Now(); r.paging.Load() {
		defer func() { r.waited = time.Since(shown) }()
	}
	return r.paged(preview.WriteRows(paper, p.Verdicts(ctx)), end)
}

// terminalOf reports whether a stream is a terminal, and how wide it is.
func terminalOf(stream any) (terminal bool, width func() int) {
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(file.Fd())) || !console.Sequences(file.Fd()) {
		return false, nil
	}
	return true, func() int {
		width, _, err := term.GetSize(int(file.Fd()))
		if err != nil {
			return 0
		}
		return width
	}
}
