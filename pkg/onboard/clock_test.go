package onboard

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
)

// TestClock lets answers be heard, a second after each other, whose dates are so far ahead of this machine's clock.
func TestClock(t *testing.T) {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	tests := []struct {
		name   string
		heard  []time.Duration
		want   time.Duration // within a second
		warned bool
	}{
		{"none", nil, 0, false},
		{"the same time", []time.Duration{0}, 0, false},
		{"an hour", []time.Duration{time.Hour}, time.Hour, false},
		{"one far off", []time.Duration{year}, 0, false},
		{"one far off among others", []time.Duration{time.Second, year, time.Second, time.Second}, time.Second, false},
		{"one far off again and again", []time.Duration{0, year, 0, year, 0}, 0, false},
		{"two that are far off and differ", []time.Duration{year, -year}, 0, false},
		{"two that agree", []time.Duration{year, year + time.Second}, year + time.Second, true},
		{"two that agree on the past", []time.Duration{-2 * day, -2 * day}, -2 * day, true},
		{"a broken one once it is known", []time.Duration{year, year, 0, year}, year, true},
		{"this machine is set right meanwhile", []time.Duration{year, year, 0, 0}, 0, true},
		{"further off than any clock", []time.Duration{1<<63 - 1, 1<<63 - 1}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c clock
				warnings := 0
				for _, ahead := range tt.heard {
					<-time.After(time.Second) // of the bubble's clock
					if c.hear(time.Now().Add(ahead).Truncate(time.Second), 20*time.Millisecond) != 0 {
						warnings++
					}
					c.hear(time.Time{}, 0) // an answer without a date tells nothing
				}
				if got := time.Until(c.now()); (got-tt.want).Abs() > time.Second || warnings > 1 || (warnings == 1) != tt.warned {
					t.Errorf("ahead by %s with %d warnings, want %s", got, warnings, tt.want)
				}
			})
		})
	}
}

// TestAnAnswerThatWasReadLateMovesNoClock has an answer wait for a process that was frozen: it is dated by the time before.
func TestAnAnswerThatWasReadLateMovesNoClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock{ahead: time.Minute}
		const frozen = 8 * time.Second
		sent := time.Now().Add(time.Minute).Truncate(time.Second)
		<-time.After(frozen)
		c.hear(sent, frozen+20*time.Millisecond)
		if got := time.Until(c.now()); got != time.Minute {
			t.Errorf("ahead by %s", got)
		}
		c.hear(sent, 20*time.Millisecond) // which can't have been under way for so long
		if got := time.Until(c.now()); got > time.Minute-frozen+2*time.Second {
			t.Errorf("ahead by %s, although the service says otherwise", got)
		}
	})
}

// TestAFarOffClockIsWarnedOfOnce holds that answers which are not the service's tell nothing of its clock.
func TestAFarOffClockIsWarnedOfOnce(t *testing.T) {
	var warnings []string
	c := &Connection{observer: Observer{Warn: func(w Warning) { warnings = append(warnings, w.Text) }}}
	hear := func(class cybedefend.Class) {
		c.observe(cybedefend.Exchange{
			Operation: cybedefend.OpExchangeToken, Status: http.StatusOK, Class: class, Date: time.Now().Add(-100 * time.Hour),
		})
	}
	hear(cybedefend.Foreign)
	hear(cybedefend.Foreign)
	hear(cybedefend.Done)
	if len(warnings) > 0 {
		t.Fatalf("warned too early: %q", warnings)
	}
	for range 3 {
		hear(cybedefend.Done)
	}
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "the clock of this machine is wrong by 100h") {
		t.Errorf("warnings: %q", warnings)
	}
	if off := time.Until(c.Now()); off > -99*time.Hour {
		t.Errorf("the service's time is taken to be %s from now", off)
	}
}
