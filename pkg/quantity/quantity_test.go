package quantity_test

import (
	"encoding/json"
	"testing"

	"rollcall/pkg/quantity"
)

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
		var q quantity.Quantity
		if err := q.Set(tt.give); err != nil {
			t.Errorf("Set(%q) = %v", tt.give, err)
		}
		if got := q.Of(tt.of); got != tt.want || q.String() != tt.give {
			t.Errorf("%s of %d = %d, want %d", &q, tt.of, got, tt.want)
		}
	}
	for _, wrong := range []string{"", "%", "many", "-1", "1.5", "101%", "-5%", "NaN", "NaN%", "Inf", "1e30", "5 %"} {
		var q quantity.Quantity
		if err := q.Set(wrong); err == nil || q.Given() || q.String() != "" {
			t.Errorf("Set(%q) = %v, and left %q", wrong, err, &q)
		}
	}
}

func TestShare(t *testing.T) {
	for give, want := range map[string]quantity.Share{"25%": 0.25, "25": 0.25, "0%": 0, "100%": 1, "12.5%": 0.125} {
		var s quantity.Share
		if err := s.Set(give); err != nil || s != want {
			t.Errorf("Set(%q) = %v, %v; want %v", give, float64(s), err, float64(want))
		}
	}
	for _, wrong := range []string{"", "%", "-1%", "101%", "NaN", "some"} {
		if s := quantity.Share(0.5); s.Set(wrong) == nil || s != 0.5 {
			t.Errorf("Set(%q) left %v without an error", wrong, float64(s))
		}
	}
}

func TestTexts(t *testing.T) {
	type values struct {
		None, Number, Percent quantity.Quantity
		Share                 quantity.Share
	}
	give := values{Number: quantity.Number(20), Percent: quantity.Percent(5), Share: 0.25}
	text, err := json.Marshal(give)
	if err != nil || string(text) != `{"None":"","Number":"20","Percent":"5%","Share":"25%"}` {
		t.Errorf("%s, %v", text, err)
	}
	var got values
	if err := json.Unmarshal(text, &got); err != nil || got != give {
		t.Errorf("%+v, %v", got, err)
	}
}
