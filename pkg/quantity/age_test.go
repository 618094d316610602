package quantity_test

import (
	"testing"
	"time"

	"rollcall/pkg/quantity"
)

func TestAge(t *testing.T) {
	const day = 24 * time.Hour
	for give, want := range map[string]struct {
		is   time.Duration
		text string
	}{
		"90d": {90 * day, "90d"}, "12w": {84 * day, "84d"}, "36h": {36 * time.Hour, "36h0m0s"}, "48h": {2 * day, "2d"}, "0": {0, ""}, "0d": {0, ""},
	} {
		var a quantity.Age
		if err := a.UnmarshalText([]byte(give)); err != nil || a.Duration() != want.is || a.String() != want.text {
			t.Errorf("%s: %v, %q, %v", give, a.Duration(), a.String(), err)
		}
	}
	for _, give := range []string{"90", "d", "-1d", "1.5d", "-1h", "1y", "90 d", "99999999999w", "9223372036854775807d", "forever"} {
		if a := quantity.Age(day); a.Set(give) == nil || a.Duration() != day {
			t.Errorf("%q was read as %v", give, a.Duration())
		}
	}
	a := quantity.Age(day)
	if err := a.UnmarshalText(nil); err != nil || a != 0 {
		t.Errorf("an empty text is %v, %v", a, err)
	}
}
