package onboard

import "testing"

func TestLeavers(t *testing.T) {
	tests := []struct {
		give         string
		people, want int
	}{
		{"20%", 100, 20},
		{"20%", 20, 4},
		{"20%", 5, 3},
		{"20%", 0, 3},
		{"0%", 100, 3},
		{"100%", 40, 40},
		{"0", 100, 0},
		{"1", 100, 1},
		{"50", 10, 50},
	}
	for _, tt := range tests {
		var s Sync
		if err := s.MaxLeavers.Set(tt.give); err != nil {
			t.Fatal(err)
		}
		if got := s.leavers(tt.people); got != tt.want {
			t.Errorf("%s of %d people = %d, want %d", tt.give, tt.people, got, tt.want)
		}
	}
}
