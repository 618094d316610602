package console_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/console"
)

const question = "Invite 412 people? [y/N]"

func TestAsk(t *testing.T) {
	errRead := errors.New("no such device")
	tests := []struct {
		name string
		in   io.Reader
		want bool
		err  error
		left string // what the cursor stands behind
	}{
		{"y", strings.NewReader("y\n"), true, nil, ""},
		{"yes", strings.NewReader(" YES \r\n"), true, nil, ""},
		{"n", strings.NewReader("n\n"), false, nil, ""},
		{"Enter", strings.NewReader("\ny\n"), false, nil, ""},
		{"something else", strings.NewReader("yep\n"), false, nil, ""},
		{"too long", strings.NewReader(strings.Repeat(" ", 1000) + "y\n"), false, nil, ""},
		{"end of input", strings.NewReader(""), false, nil, "\n"},
		{"a broken-off yes", strings.NewReader("y"), false, nil, "\n"},
		{"read error", iotest.ErrReader(errRead), false, errRead, "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, terminal := range []bool{true, false} {
				if s, ok := tt.in.(io.Seeker); ok {
					if _, err := s.Seek(0, io.SeekStart); err != nil {
						t.Fatal(err)
					}
				}
				out := &screen{}
				c := console.New(console.Options{Out: out, Terminal: terminal, Quiet: true})
				got, err := c.Ask(t.Context(), tt.in, question)
				c.Close()
				if got != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("Ask = %t, %v; want %t, %v", got, err, tt.want, tt.err)
				}
				if diff := cmp.Diff(question+" "+tt.left, out.String()); diff != "" {
					t.Errorf("terminal %t: %s", terminal, diff)
				}
			}
		})
	}
}

func TestAskReadsOneLineOnly(t *testing.T) {
	c := console.New(console.Options{})
	defer c.Close()
	in := strings.NewReader("y\nthe rest")
	if _, err := c.Ask(t.Context(), in, question); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "the rest" {
		t.Errorf("left to read: %q", rest)
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true})
		defer c.Close()
		in, person := io.Pipe()
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, interrupted)
		defer cancel()
		yes, err := c.Ask(ctx, in, question)
		if yes || !errors.Is(err, interrupted) {
			t.Errorf("Ask = %t, %v; want no, %v", yes, err, interrupted)
		}
		if got, want := out.String(), question+" \n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
		// The read that could not be called off ends with its reader.
		if err := person.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAskPrefersAnInterruptToAYes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		c := console.New(console.Options{})
		if yes, err := c.Ask(ctx, strings.NewReader("y\n"), question); yes || !errors.Is(err, context.Canceled) {
			t.Errorf("Ask = %t, %v; want no", yes, err)
		}
		c.Close()
	}
}

func TestAskStandsInForTheStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &screen{}
		c := console.New(console.Options{Out: out, Terminal: true})
		in, person := io.Pipe()
		c.Status("reading")
		pass(100 * time.Millisecond)
		go func() {
			pass := time.After
			<-pass(time.Second)
			c.Status("waiting")
			<-pass(time.Second)
			event(t, c, "WRN a log line\n")
			_, _ = io.WriteString(person, "y\n")
		}()
		if yes, err := c.Ask(t.Context(), in, "Sure\x1b[2J?"); !yes || err != nil {
			t.Errorf("Ask = %t, %v; want yes", yes, err)
		}
		c.Close()
		prompt := `Sure\x1b[2J? `
		want := []string{"reading", erase + prompt, erase + "WRN a log line\n" + prompt, "waiting", erase}
		if diff := cmp.Diff(want, out.writes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAskReportsThatNobodyListens(t *testing.T) {
	c := console.New(console.Options{Out: broken{}})
	defer c.Close()
	if yes, err := c.Ask(t.Context(), strings.NewReader("y\n"), question); yes || !errors.Is(err, errBroken) {
		t.Errorf("Ask = %t, %v; want %v: an unseen question has no answer", yes, err, errBroken)
	}
}
