package paging

import "testing"

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

func TestSchedulerWaitsForTheEndAtTheTotal(t *testing.T) {
	s := &scheduler{mode: mode{size: 20}, parallel: 8, total: 40}
	s.ahead(window{0, 20})
	s.back()
	s.ahead(window{20, 20})
	if w, ok := s.next(); ok {
		t.Errorf("%+v is behind the total and is asked for while the last page is in flight", w)
	}
	s.back()
	if w, ok := s.next(); !ok || w != (window{40, 20}) {
		t.Errorf("the page behind the total is not asked for: %+v, %v", w, ok)
	}
}

func TestSchedulerGoesOnBehindWhatWasReadBefore(t *testing.T) {
	s := &scheduler{mode: mode{size: 20, overlap: true}, parallel: 8}
	s.ahead(window{0, 20})
	s.back()
	if w, ok := s.next(); !ok || w != (window{19, 19}) {
		t.Errorf("next = %+v, %v", w, ok)
	}
}
