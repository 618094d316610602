package console_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"rollcall/pkg/console"
	"rollcall/pkg/paint"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const erase = "\r\x1b[K"

// screen keeps what was printed, one entry a write. The Console's mutex is all the locking it has.
type screen struct{ writes []string }

func (s *screen) Write(p []byte) (int, error) {
	s.writes = append(s.writes, string(p))
	return len(p), nil
}

func (s *screen) String() string { return strings.Join(s.writes, "") }

// event writes a log event.
func event(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Error(err)
	}
}

// pass lets virtual time go by and everything due in it happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestTerminalKeepsTheLiveLineLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true})
		c.Printf("before")
		c.Status("1/3")
		c.Status("2/3")
		pass(100 * time.Millisecond)
		event(t, c, "INF a log line\n")
		c.Status("3/3")
		pass(100 * time.Millisecond)
		pass(time.Second)
		c.Printf("without a %s", "line break")
		c.Clear()
		event(t, c, "INF after")
		c.Close()
		c.Close()
		c.Status("too late")
		c.Printf("end")
		want := []string{
			"before\n",
			"2/3",
			erase + "INF a log line\n2/3",
			erase + "3/3",
			erase + "without a line break\n3/3",
			erase,
			"INF after\n",
			"end\n",
		}
		if diff := cmp.Diff(want, out.writes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTerminalRedrawsAtMostTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true})
		for i := range 10_000 {
			c.Status(fmt.Sprintf("%d rows", i))
			<-time.After(100 * time.Microsecond)
		}
		pass(100 * time.Millisecond)
		c.Close()
		if n := len(out.writes); n < 10 || n > 13 {
			t.Errorf("%d writes in 1.1 s, want one each 100 ms and the erasure", n)
		}
		if last := out.writes[len(out.writes)-2]; last != erase+"9999 rows" {
			t.Errorf("last drawn: %q, want the last status", last)
		}
	})
}

func TestTerminalCutsTheLiveLine(t *testing.T) {
	tests := []struct {
		name  string
		width int
		give  string
		want  string
	}{
		{"fits", 10, "123456789", "123456789"},
		{"too long", 10, "1234567890", "12345678…"},
		{"wide runes that fit", 10, "日本語日a", "日本語日a"},
		{"wide runes", 10, "日本語日本", "日本語日…"},
		{"a wide rune across the edge", 10, "12日本語日", "12日本語…"},
		{"combining marks count", 4, "e\u0301e\u0301", "e\u0301…"},
		{"one cell", 1, "12", "…"},
		{"unknown", 0, strings.Repeat("x", 80), strings.Repeat("x", 78) + "…"},
		{"control characters are counted as shown", 10, "\x1b[2J\a\n1", `\x1b[2J\…`},
		{"reordered", 20, "a\u202eb", `a\u202eb`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &screen{}
				c := console.New(console.Options{Out: out, Terminal: true, Width: func() int { return tt.width }})
				defer c.Close()
				c.Status(tt.give)
				pass(time.Second)
				if diff := cmp.Diff(tt.want, out.String()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestPlainLinesComeSoonAndThenNowAndThen(t *testing.T) {
	for name, o := range map[string]console.Options{
		"in a pipe":             {},
		"at a terminal, Append": {Terminal: true, Append: true, Width: func() int { return 20 }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &screen{}
				o.Out = out
				c := console.New(o)
				c.Status("reading: 1\x1b[2J")
				pass(2 * time.Second)
				event(t, c, "INF a log line\n")
				pass(time.Second) // the first one
				c.Status("reading: 2")
				pass(27 * time.Second)
				pass(3 * time.Second)  // the second one
				pass(30 * time.Second) // nothing new, and said all the same
				c.Progress(console.Progress{Done: 3, Total: 9})
				pass(3 * time.Second) // something else, so at once
				c.Progress(console.Progress{Done: 8, Total: 9})
				pass(29 * time.Second)
				c.Clear()
				pass(time.Minute)
				c.Status("never due")
				c.Close()
				want := "INF a log line\n" + `reading: 1\x1b[2J` + "\nreading: 2\nreading: 2\n3 of 9 done\n"
				if diff := cmp.Diff(want, out.String()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestAnOpenQuestionIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true, Append: true})
		defer c.Close()
		in, person := io.Pipe()
		c.Status("waiting for a person")
		go func() {
			<-time.After(time.Minute)
			_, _ = io.WriteString(person, "y\n")
		}()
		if yes, err := c.Ask(t.Context(), in, "Sure?"); !yes || err != nil {
			t.Errorf("Ask = %t, %v", yes, err)
		}
		if got := out.String(); got != "Sure? " {
			t.Errorf("printed %q", got)
		}
	})
}

func TestLinesAreBrokenAndPaintedAtATerminal(t *testing.T) {
	line := paint.Words("name  ").In(paint.Warn, "a warning that\x1b[2J is long").Hanging(6)
	for _, tt := range []struct {
		give console.Options
		want string
	}{
		{console.Options{Terminal: true, Width: func() int { return 30 }}, `name  a warning that\x1b[2J is` + "\n      long\n"},
		{console.Options{Width: func() int { return 30 }}, `name  a warning that\x1b[2J is long` + "\n"},
		{console.Options{Color: true}, "name  \x1b[1;35m" + `a warning that\x1b[2J is long` + "\x1b[0m\n"},
	} {
		out := &screen{}
		tt.give.Out = out
		c := console.New(tt.give)
		c.Print(line)
		c.Close()
		if diff := cmp.Diff(tt.want, out.String()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestPipeHandsTheStatusToPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		var c *console.Console
		c = console.New(console.Options{
			Out: out, Interval: time.Second,
			Plain: func(status string) { event(t, c, fmt.Sprintf("{%q}\n", status)) },
		})
		defer c.Close()
		c.Status("1/3")
		pass(time.Second)
		if got, want := out.String(), "{\"1/3\"}\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	})
}

func TestQuietLeavesOnlyWhatMustBeSaid(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			out := &screen{}
			c := console.New(console.Options{Out: out, Terminal: terminal, Quiet: true})
			c.Status("1/3")
			event(t, c, "INF a log line\n")
			pass(time.Minute)
			c.Printf("rollcall: it went wrong")
			c.Close()
			if got, want := out.String(), "rollcall: it went wrong\n"; got != want {
				t.Errorf("terminal %t: printed %q, want %q", terminal, got, want)
			}
		})
	}
}

func TestWriteLetsOnlyWantedColorsPass(t *testing.T) {
	const event = "\x1b[36mrow=\x1b[0m7\tx \x1b[2J\x1b]0;title\a \u009b31m \u202e\n\tmore\n"
	tests := []struct {
		name  string
		color bool
		want  string
	}{
		{"with colors", true, "\x1b[36mrow=\x1b[0m7\tx " + `\x1b[2J\x1b]0;title\a \u009b31m \u202e` + "\n\tmore\n"},
		{"without", false, `\x1b[36mrow=\x1b[0m7` + "\tx " + `\x1b[2J\x1b]0;title\a \u009b31m \u202e` + "\n\tmore\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			c := console.New(console.Options{Out: &out, Color: tt.color})
			n, err := c.Write([]byte(event))
			c.Close()
			if n != len(event) || err != nil {
				t.Errorf("Write = %d, %v", n, err)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteReportsThatNobodyListens(t *testing.T) {
	c := console.New(console.Options{Out: broken{}})
	defer c.Close()
	if n, err := fmt.Fprintln(c, "INF"); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("Write = %d, %v", n, err)
	}
}

func TestZeroOptionsPrintToNowhere(*testing.T) {
	c := console.New(console.Options{})
	c.Printf("nothing")
	c.Close()
}

func TestConsoleIsSafeForConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true})
		var writers sync.WaitGroup
		for i := range 8 {
			writers.Go(func() {
				for range 200 {
					c.Status(strconv.Itoa(i))
					event(t, c, fmt.Sprintf("line of %d\n", i))
					<-time.After(time.Millisecond)
				}
			})
		}
		writers.Wait()
		c.Close()
		text := strings.ReplaceAll(out.String(), erase, "\r")
		if got := strings.Count(text, "line of "); got != 8*200 {
			t.Errorf("%d lines, want %d", got, 8*200)
		}
		for line := range strings.Lines(text) {
			if strings.Count(line, "line of ") > 1 {
				t.Errorf("two lines in one: %q", line)
			}
		}
	})
}

func TestClean(t *testing.T) {
	tests := []struct{ give, want string }{
		{"plain, naïve, 日本, 👩‍🚀, a\u00a0b", "plain, naïve, 日本, 👩‍🚀, a\u00a0b"},
		{"\x1b[31mred", `\x1b[31mred`},
		{"a\r\nb\tc\x00\x7f", `a\r\nb\tc\x00\x7f`},
		{"\u009b2J\u0085", `\u009b2J\u0085`},
		{"\u202egnp.exe\u2066\u200f\u2028", `\u202egnp.exe\u2066\u200f\u2028`},
		{"a\xffb\x9bc", "a\ufffdb\ufffdc"},
		{`it's 'quoted' \x`, `it's 'quoted' \x`},
		{"'\x1b'", `'\x1b'`},
		{"", ""},
	}
	for _, tt := range tests {
		if got := console.Clean(tt.give); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func BenchmarkStatus(b *testing.B) {
	c := console.New(console.Options{Terminal: true})
	defer c.Close()
	for b.Loop() {
		c.Status("231/500")
	}
}

func TestConsoleKnowsWhatItCouldNotPrint(t *testing.T) {
	c := console.New(console.Options{Out: &screen{}})
	c.Printf("a line")
	c.Close()
	if err := c.Err(); err != nil {
		t.Errorf("everything was printed, and yet: %v", err)
	}
	c = console.New(console.Options{Out: broken{}})
	if err := c.Err(); err != nil {
		t.Errorf("nothing was printed, and yet: %v", err)
	}
	c.Printf("a line")
	c.Close()
	if err := c.Err(); !errors.Is(err, errBroken) {
		t.Errorf("the writer's error is %v", err)
	}
}
