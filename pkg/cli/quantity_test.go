package cli

import "testing"

func TestQuantity(t *testing.T) {
	tests := []struct {
		give string
		of   int
		want int
	}{
		{"20", 1000, 20},
		{"0", 1000, 0},
		{"5%", 1000, 50},
		{"5%", 1001, 51},
		{"0.5%", 1000, 5},
		{"100%", 7, 7},
		{"0%", 7, 0},
		{"3%", 0, 0},
	}
	for _, tt := range tests {
		var q quantity
		if err := q.Set(tt.give); err != nil {
			t.Errorf("Set(%q) = %v", tt.give, err)
		}
		if got := q.of(tt.of); got != tt.want || q.String() != tt.give {
			t.Errorf("%s of %d = %d, want %d", &q, tt.of, got, tt.want)
		}
	}
	for _, wrong := range []string{"", "%", "many", "-1", "1.5", "101%", "-5%", "NaN", "NaN%", "Inf", "1e30", "5 %"} {
		var q quantity
		if err := q.Set(wrong); err == nil || q.given || q.String() != "" {
			t.Errorf("Set(%q) = %v, and left %q", wrong, err, &q)
		}
	}
}
