package paging

import (
	"slices"
	"testing"
)

func TestSchedulerAsksAheadNoMoreThanHasBeenAnswered(t *testing.T) {
	s := &scheduler{mode: mode{size: 20}, parallel: 3}
	ask := func(want ...int) {
		t.Helper()
		for _, start := range want {
			if w, ok := s.next(); !ok || w.start != start {
				t.Fatalf("next = %+v, %v, want number %d", w, ok, start)
			}
			if w, ok := s.next(); ok {
				t.Fatalf("%+v is asked for while another call waits for its turn", w)
			}
			s.left()
		}
		if w, ok := s.next(); ok {
			t.Fatalf("%+v is asked for too early", w)
		}
	}
	ask(0) // one until the first answer
	s.back()
	ask(20)
	s.back()
	ask(40, 60) // two have been answered
	s.back()
	s.back()
	ask(80, 100, 120) // as many as may be in flight
	s.over = true
	if s.idle() {
		t.Error("idle with three calls in flight")
	}
	for range 3 {
		s.back()
	}
	if w, ok := s.next(); ok || !s.idle() {
		t.Errorf("after the end, next = %+v, %v, and idle = %v", w, ok, s.idle())
	}
}

func TestSchedulerAsksForAllUpToTheTotalAtOnce(t *testing.T) {
	for _, shortEnds := range []bool{false, true} {
		s := &scheduler{mode: mode{size: 20}, parallel: 8, shortEnds: shortEnds}
		s.asked(window{0, 20})
		s.back()
		s.total = 70
		want := []int{20, 40, 60}
		if !shortEnds {
			want = append(want, 80) // whether the total is right
		}
		var got []int
		for w, ok := s.next(); ok; w, ok = s.next() {
			got = append(got, w.start)
			s.left()
		}
		if !slices.Equal(got, want) {
			t.Errorf("short pages end the list: %v; asked for %v at once, want %v", shortEnds, got, want)
		}
		for range got {
			s.back()
		}
		if w, ok := s.next(); !ok || w.start != s.last.start || s.last.start != want[len(want)-1]+20 {
			t.Errorf("the page behind the last one is not asked for once that is answered: %+v, %v", w, ok)
		}
	}
}

func TestSchedulerAsksForNoMoreAtOnceThanMayBeInFlight(t *testing.T) {
	s := &scheduler{mode: mode{size: 20}, parallel: 3, total: 1000}
	for range 3 {
		if _, ok := s.next(); !ok {
			t.Fatal("no window")
		}
		s.left()
	}
	if w, ok := s.next(); ok {
		t.Errorf("%+v is one more than may be in flight", w)
	}
}

func TestSchedulerGoesOnBehindWhatWasReadBefore(t *testing.T) {
	s := &scheduler{mode: mode{size: 20, overlap: true}, parallel: 8}
	s.asked(window{0, 20})
	s.back()
	if w, ok := s.next(); !ok || w != (window{19, 19}) {
		t.Errorf("next = %+v, %v", w, ok)
	}
}
