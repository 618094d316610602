package pace

import (
	"testing"
	"time"
)

// TestMostIsBegunWithAndNeverExceeded has a limit be kept to by somebody else, and rates be wished for, learned or told besides.
func TestMostIsBegunWithAndNeverExceeded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		give    Options
		told    Limit
		want    Rate
		learned bool // whether what a refusal shows may be worth remembering
	}{
		{"nothing else", Options{Most: 48}, Limit{}, 48, true},
		{"less is wished for", Options{Most: 48, Rate: 5}, Limit{}, 5, false},
		{"more is wished for", Options{Most: 48, Rate: 50}, Limit{}, 48, false},
		{"less was learned", Options{Most: 48, Start: 20}, Limit{}, 20 * restart, true},
		{"more was learned", Options{Most: 48, Start: 100}, Limit{}, 48, true},
		{"less is told", Options{Most: 48}, Limit{Quota: 10, Window: time.Second}, 10 * share, true},
		{"more is told", Options{Most: 48}, Limit{Quota: 100, Window: time.Second}, 48, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Unix(1000, 0)
			s, err := NewState(tt.give, now)
			if err != nil {
				t.Fatal(err)
			}
			if tt.told.Quota > 0 {
				s = s.Next(Told{Limits: []Limit{tt.told}}, now)
			}
			if got := s.Rate(); got != tt.want {
				t.Errorf("rate = %v, want %v", float64(got), float64(tt.want))
			}
			for range 3000 { // all is well for a long time
				now = now.Add(20 * time.Millisecond)
				s = s.Next(Granted{Waited: true}, now)
				s = s.Next(Answered{Permission: s.Permission(), Kind: Accepted}, now)
				if s.Rate() > tt.give.Most {
					t.Fatalf("rate = %v", float64(s.Rate()))
				}
			}
			before := s.Rate()
			s = s.Next(Answered{Permission: s.Permission(), Kind: Refused}, now)
			if s.Rate() >= before {
				t.Errorf("rate = %v after a refusal at %v", float64(s.Rate()), float64(before))
			}
			if _, ok := s.Learned(); ok && !tt.learned {
				t.Error("a rate that was wished for was learned")
			}
		})
	}
	if _, err := NewState(Options{Most: -1}, time.Now()); err == nil {
		t.Error("a negative rate is taken")
	}
}
