package timeline_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/timeline"
)

var start = time.Date(2026, 11, 28, 14, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return start.Add(d) }

// busy records ten requests a second, each of which ends a row, for so long.
func busy(r *timeline.Recorder, from, to time.Duration) {
	for at := from; at < to; at += 100 * time.Millisecond {
		r.Request(after(at), timeline.Answered)
		r.Row(after(at), true)
	}
}

func TestNothingIsLostWhenBucketsGrow(t *testing.T) {
	r := timeline.NewRecorder(start)
	last := 0
	for _, minutes := range []int{1, 3, 20, 90, 600} {
		busy(r, time.Duration(last)*time.Minute, time.Duration(minutes)*time.Minute)
		last = minutes
		p := r.Piece(after(time.Duration(minutes) * time.Minute))
		sum := p.Sum()
		if want := minutes * 600; sum.Requests != want || sum.Well != want {
			t.Errorf("after %d min: %d requests, %d rows, want %d", minutes, sum.Requests, sum.Well, want)
		}
		if len(p.Buckets) > timeline.MostBuckets || p.Lasts() != time.Duration(minutes)*time.Minute {
			t.Errorf("after %d min: %d buckets, lasts %s", minutes, len(p.Buckets), p.Lasts())
		}
		if p.Lasts() > p.Width*timeline.MostBuckets || p.Lasts() < p.Width*timeline.MostBuckets/4 && p.Width > time.Second {
			t.Errorf("after %d min: buckets of %s", minutes, p.Width)
		}
	}
}

// A hold counts up to its end, or up to now, and what was told of it twice counts once.
func TestHolds(t *testing.T) {
	r := timeline.NewRecorder(start)
	r.Pace(after(time.Second), timeline.State{Rate: 10, HeldUntil: after(5 * time.Second), Why: "asked to"})
	r.Pace(after(2*time.Second), timeline.State{Rate: 10, HeldUntil: after(5 * time.Second), Why: "asked to"})
	if got := r.Piece(after(3 * time.Second)).Sum().Held; got != 2*time.Second {
		t.Errorf("meanwhile: held for %s, want 2s", got)
	}
	r.Pace(after(60*time.Second), timeline.State{Rate: 20})
	p := r.Piece(after(time.Hour))
	if got := p.Sum().Held; got != 4*time.Second {
		t.Errorf("held for %s, want 4s", got)
	}
	for i, b := range p.Buckets {
		at := time.Duration(i) * p.Width
		if b.Held > 0 && (at+p.Width <= time.Second || at >= 5*time.Second || p.Reason(b) != "asked to") {
			t.Errorf("bucket at %s: held %s: %q", at, b.Held, p.Reason(b))
		}
	}
}

// While the line is stopped, holds between the probes are no holds of their own.
func TestOutage(t *testing.T) {
	r := timeline.NewRecorder(start)
	busy(r, 0, 10*time.Second)
	r.Line(after(10*time.Second), true)
	r.Pace(after(11*time.Second), timeline.State{HeldUntil: after(19 * time.Second), Why: "down"})
	r.Line(after(30*time.Second), false)
	busy(r, 30*time.Second, 40*time.Second)
	sum := r.Piece(after(40 * time.Second)).Sum()
	if sum.Down != 20*time.Second || sum.Held != 0 {
		t.Errorf("down %s, held %s, want 20s and 0s", sum.Down, sum.Held)
	}
}

func TestReasonsAreBounded(t *testing.T) {
	r := timeline.NewRecorder(start)
	for i := range 100 {
		at := after(time.Duration(i) * time.Second)
		r.Pace(at, timeline.State{HeldUntil: at.Add(time.Second), Why: strings.Repeat("ü", i+1)})
	}
	p := r.Piece(after(time.Hour))
	if len(p.Reasons) > 8 || p.Reasons[len(p.Reasons)-1] != timeline.OtherReasons || p.Sum().Held != 100*time.Second {
		t.Errorf("%d reasons, held %s: %q", len(p.Reasons), p.Sum().Held, p.Reasons)
	}
	if again, err := timeline.Decode(p.Encode()); err != nil || again.Sum().Held != p.Sum().Held {
		t.Errorf("decoded: held %s, %v", again.Sum().Held, err)
	}
}

// whole is a piece with something in everything.
func whole() timeline.Piece {
	r := timeline.NewRecorder(start)
	busy(r, 0, 20*time.Second)
	r.Pace(after(20*time.Second), timeline.State{Rate: 12.5, HeldUntil: after(30 * time.Second), Why: "the service asks for a pause"})
	r.Request(after(20*time.Second), timeline.Refused)
	r.Pace(after(31*time.Second), timeline.State{Rate: 6.25})
	busy(r, 31*time.Second, 50*time.Second)
	r.Request(after(45*time.Second), timeline.Lost)
	r.Row(after(46*time.Second), false)
	r.Line(after(50*time.Second), true)
	r.Line(after(60*time.Second), false)
	busy(r, 60*time.Second, 80*time.Second)
	return r.Piece(after(80 * time.Second))
}

func TestEncodedPiecesComeBack(t *testing.T) {
	p := whole()
	text := p.Encode()
	again, err := timeline.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, again, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Error(diff)
	}
	if len(text) > 12*timeline.MostBuckets {
		t.Errorf("%d bytes for %d buckets", len(text), len(p.Buckets))
	}
	for i := range text {
		if _, err := timeline.Decode(text[:i]); !errors.Is(err, timeline.ErrUnreadable) {
			t.Errorf("cut after %d bytes: %v", i, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(whole().Encode())
	f.Add(timeline.Piece{Start: start, End: start, Width: time.Second}.Encode())
	f.Add([]byte{1, 0, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := timeline.Decode(text)
		if err != nil {
			return
		}
		if _, err := timeline.Decode(p.Encode()); err != nil {
			t.Errorf("decoded, and not again: %v", err)
		}
		p.Columns(80)
		timeline.Spark(p, 20, false)
		timeline.Lines([]timeline.Piece{p, p}, timeline.Picture{})
	})
}

// Columns share out what is in the buckets, whatever their number.
func TestColumns(t *testing.T) {
	p := whole()
	for _, n := range []int{1, 7, 78, 1000} {
		requests, held := 0.0, time.Duration(0)
		var lasts time.Duration
		for _, c := range p.Columns(n) {
			requests += c.Requests
			held += c.Held
			lasts += c.Lasts
		}
		if sum := p.Sum(); requests < float64(sum.Requests)-0.01 || requests > float64(sum.Requests)+0.01 ||
			(held-sum.Held).Abs() > time.Millisecond || lasts != p.Lasts() {
			t.Errorf("%d columns: %.2f requests of %d, held %s of %s, lasts %s", n, requests, sum.Requests, held, sum.Held, lasts)
		}
	}
}

func TestLines(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		lines := timeline.Lines([]timeline.Piece{whole()}, timeline.Picture{Columns: 49, Height: 2, ASCII: ascii})
		got := strings.Join(lines, "\n")
		if ascii && strings.ContainsFunc(got, func(r rune) bool { return r > 126 }) {
			t.Errorf("not ASCII:\n%s", got)
		}
		for _, part := range []string{"!", "=====", "xxxxx", "refused 1", "no reply 1", "held 10s", "line stopped 10s", "held since: the service asks for a pause"} {
			if !strings.Contains(got, part) {
				t.Errorf("%q is not in\n%s", part, got)
			}
		}
		for _, line := range lines[:4] {
			if n := len([]rune(line)); n > 49 {
				t.Errorf("%d characters: %s", n, line)
			}
		}
	}
	if got := timeline.Lines(nil, timeline.Picture{}); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

// Two pieces stand side by side, with a mark between them, whatever the time between.
func TestLinesOfARunThatWasResumed(t *testing.T) {
	second := whole()
	second.Start, second.End = second.Start.Add(9*time.Hour), second.End.Add(9*time.Hour)
	got := timeline.Lines([]timeline.Piece{whole(), second}, timeline.Picture{Columns: 60})
	if n := strings.Count(got[len(got)-4], "|"); n != 1 || !strings.Contains(strings.Join(got, "\n"), "| gone on later") {
		t.Errorf("%d gaps:\n%s", n, strings.Join(got, "\n"))
	}
}

// A run may be gone on with every night: no line is wider than it may be, and what is said of the whole run counts all of it.
func TestLinesOfARunThatWasResumedOften(t *testing.T) {
	long := timeline.NewRecorder(start)
	busy(long, 0, time.Hour)
	pieces := []timeline.Piece{long.Piece(after(time.Hour))}
	for night := range 60 {
		r := timeline.NewRecorder(start.AddDate(0, 0, night+1))
		r.Request(start.AddDate(0, 0, night+1).Add(time.Second), timeline.Refused)
		pieces = append(pieces, r.Piece(start.AddDate(0, 0, night+1).Add(time.Second)))
		lines := timeline.Lines(pieces, timeline.Picture{})
		for _, line := range lines {
			if n := len([]rune(line)); n > 78 {
				t.Fatalf("%d pieces: %d characters: %s", len(pieces), n, line)
			}
		}
		if all := strings.Join(lines, "\n"); !strings.Contains(all, fmt.Sprintf("refused %d ", night+1)) {
			t.Fatalf("%d pieces:\n%s", len(pieces), all)
		}
	}
}

// A rate beyond what is kept is cut, so that the rest of the piece comes back.
func TestEncodedRatesAreBounded(t *testing.T) {
	r := timeline.NewRecorder(start)
	r.Pace(after(time.Second), timeline.State{Rate: math.Inf(1)})
	if p, err := timeline.Decode(r.Piece(after(time.Second)).Encode()); err != nil || p.Buckets[10].Rate < 1e6 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestSpark(t *testing.T) {
	got := timeline.Spark(whole(), 16, false)
	if n := len([]rune(got)); n != 16 || !strings.Contains(got, "==") || !strings.Contains(got, "xx") || !strings.Contains(got, "█") {
		t.Errorf("%d characters: %q", n, got)
	}
	if got := timeline.Spark(whole(), 16, true); strings.ContainsFunc(got, func(r rune) bool { return r > 126 }) {
		t.Errorf("not ASCII: %q", got)
	}
}
