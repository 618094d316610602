// Package console owns standard error: log lines, one live status line, plain lines, and the question before a run.
//
// What it is given may come from a roster or from a service, so nothing in it reaches the terminal as a control
// sequence. The package also has the [Redactor] that keeps secrets out of what is logged, and the logger itself.
//
// It has no example: what it shows is seen at a terminal.
package console

// The rules of the terminal, for everything that is printed here:
//
//  1. Standard error has one writer, a Console. Everything goes through its mutex, one write per change, so lines
//     never tear or stick to each other.
//  2. The live line is always the last line, and never ends in a line break. Whatever else is printed first erases
//     it and then draws it again below.
//  3. The live line changes at most ten times a second, except under a line printed above it, and is narrower than the
//     terminal: a line that wraps cannot be erased.
//  4. Where there is no terminal, or with Append, there is no live line and no sequence that moves or erases, but a plain line
//     now and then, whether or not anything has changed: a log shows that the program lives, and a screen reader reads it.
//  5. Control characters are shown as escapes, \x1b. Only a log line and the roles of a [paint.Line] may have colours, and only
//     if colours are on.
//  6. With Quiet there is no live line, no plain line and no log line. Printf, Print and Ask still speak.
//  7. Only a terminal has lines broken where they are longer than it is wide.

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/pkg/paint"
)

const (
	// redraw is how often the live line may change: faster can't be read, slower looks stuck.
	redraw = 100 * time.Millisecond
	// plainInterval is the default pace of plain progress lines: a run of an hour leaves 120 of them in a log, and nobody has
	// them read aloud all the time. The first one of something comes sooner: it says that the program works.
	plainInterval = 30 * time.Second
	plainFirst    = 3 * time.Second
	// usualWidth is what terminals have if they don't tell.
	usualWidth = 80

	erase = "\r\x1b[K"
)

// Options says where a Console prints and how. The zero value prints plain lines to nowhere.
type Options struct {
	// Out is standard error. Nil discards everything.
	Out io.Writer
	// Terminal says that Out is a terminal, which draws a live line.
	Terminal bool
	// Width returns the terminal's width in cells; nil, or a width of 0, counts as 80. It is asked at each redraw.
	Width func() int
	// Append draws no live line on a terminal, either.
	Append bool
	// Color lets colours in log lines pass, and paints the roles of lines.
	Color bool
	// Quiet drops log lines and status.
	Quiet bool
	// Interval is the time between plain progress lines where there is no live line; 0 means 30 s.
	Interval time.Duration
	// Plain takes the status each Interval where there is no live line, for example to log it. It may call the Console,
	// except for Close. Nil prints the status as a line.
	Plain func(status string)
}

// Console prints to standard error. It is safe for concurrent use.
type Console struct {
	o Options
	// status is apart from the mutex: reporting progress must not wait for a slow or halted terminal.
	status atomic.Pointer[status]

	mu     sync.Mutex
	prompt string // the open question, shown instead of the status
	drawn  string // the status last drawn or handed to Plain
	live   bool   // the cursor is on a live line
	closed bool
	failed error

	stop    chan struct{}
	done    chan struct{}
	closing sync.Once
}

// status is what is being done: as the live line has it, and as a plain one does. About is the same as long as the same is
// being done.
type status struct{ live, plain, about string }

// New returns a Console. Close it before anything else prints to the same terminal.
func New(o Options) *Console {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Width == nil {
		o.Width = func() int { return 0 }
	}
	if o.Interval <= 0 {
		o.Interval = plainInterval
	}
	c := &Console{o: o, stop: make(chan struct{}), done: make(chan struct{})}
	if c.o.Plain == nil {
		c.o.Plain = func(status string) { c.Printf("%s", status) }
	}
	c.status.Store(&status{})
	go c.keepFresh()
	return c
}

// Write prints one log event; zerolog writes each with one call. It is an [io.Writer] for loggers, not for text in
// pieces: every call begins a line and ends it.
func (c *Console) Write(event []byte) (int, error) {
	if c.o.Quiet {
		return len(event), nil
	}
	if err := c.print(cleanEvent(string(event), c.o.Color)); err != nil {
		return 0, err
	}
	return len(event), nil
}

// Printf prints one line for good, even with Quiet. Line breaks and other control characters are shown as escapes.
func (c *Console) Printf(format string, args ...any) {
	const hanging = 2
	c.Print(paint.Words(fmt.Sprintf(format, args...)).Hanging(hanging))
}

// Print prints lines for good, even with Quiet: with colours, and broken where they are too long for a terminal.
func (c *Console) Print(lines ...paint.Line) {
	var b strings.Builder
	paper := paint.Paper{Out: &b, Color: c.o.Color}
	if c.o.Terminal {
		paper.Width = c.width
	}
	// A strings.Builder never fails, and nobody is left to tell that standard error is gone.
	_ = paper.Print(lines...)
	_ = c.print(b.String())
}

// Status replaces the text of the live line, or of the next plain line. It never waits for the terminal, so it can be
// called for every row.
func (c *Console) Status(text string) {
	about, _, _ := strings.Cut(text, ":")
	c.status.Store(&status{text, strings.TrimSpace(text), about})
}

// Progress is [Console.Status] with how far a run has come, which a plain line says in words.
func (c *Console) Progress(p Progress) {
	c.status.Store(&status{p.String(), p.Sentence(), "progress " + p.Reason})
}

// Clear removes the live line at once, until the next Status.
func (c *Console) Clear() {
	c.Status("")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prompt == "" {
		_ = c.refresh("")
	}
}

// Close removes the live line for good and waits until nothing is drawn any more. Printf and Write still print. It can
// be called more than once.
func (c *Console) Close() {
	c.closing.Do(func() { close(c.stop) })
	<-c.done
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	_ = c.refresh("")
}

// keepFresh draws the status when it has changed. It runs until Close, which waits for it.
func (c *Console) keepFresh() {
	defer close(c.done)
	period := min(plainFirst, c.o.Interval)
	show := c.sayPlain(period)
	if c.isLive() {
		period, show = redraw, c.redraw
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
			show()
		}
	}
}

// IsLive reports whether there is a live line, which says what is being done.
func (c *Console) IsLive() bool { return c.isLive() && !c.o.Quiet }

func (c *Console) isLive() bool { return c.o.Terminal && !c.o.Append }

// redraw shows the status if it has changed. It leaves an open question alone: to draw it again would hide what the person has
// typed so far.
func (c *Console) redraw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status.Load().live != c.drawn && c.prompt == "" && !c.o.Quiet {
		_ = c.refresh("")
	}
}

// sayPlain returns what is done at each tick where there is no live line: what has begun since the last line is told at once,
// and what goes on in every interval, whether or not anything has changed.
func (c *Console) sayPlain(tick time.Duration) func() {
	about, since := "", time.Duration(0) // the last line
	return func() {
		c.mu.Lock()
		silent := c.prompt != "" || c.o.Quiet
		c.mu.Unlock()
		now := c.status.Load()
		if since += tick; silent || now.plain == "" || now.about == about && since < c.o.Interval {
			return
		}
		about, since = now.about, 0
		c.o.Plain(now.plain) // outside of the mutex, since it may print here
	}
}

// print puts a line above the live line.
func (c *Console) print(line string) error {
	if !strings.HasSuffix(line, "\n") {
		line += "\n"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refresh(line)
}

// refresh prints text, which is whole lines or nothing, and the live line below, in one write. The caller holds the
// mutex.
func (c *Console) refresh(text string) error {
	if c.live {
		text = erase + text
	}
	below := c.below()
	c.live = below != ""
	if text += below; text == "" {
		return nil
	}
	_, err := io.WriteString(c.o.Out, text)
	if c.failed == nil {
		c.failed = err
	}
	return err
}

// Err returns why something could not be printed, nil if everything could.
func (c *Console) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// below returns the live line as it should look now.
func (c *Console) below() string {
	switch {
	case !c.isLive():
		return ""
	case c.prompt != "":
		return c.prompt
	case c.o.Quiet, c.closed:
		return ""
	}
	c.drawn = c.status.Load().live
	return paint.Cut(Clean(c.drawn), c.width()-1)
}

// Columns returns how wide the terminal is, 80 where there is none.
func (c *Console) Columns() int { return c.width() }

func (c *Console) width() int {
	if width := c.o.Width(); width > 0 {
		return width
	}
	return usualWidth
}
