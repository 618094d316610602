package onboard_test

import (
	"testing"

	"rollcall/pkg/onboard"
)

func TestNoneOf(t *testing.T) {
	tests := []struct {
		give, want, remedy string
		words              []string
	}{
		{"pendng", `reinvite: "pendng" is none of ended, pending and never`, "did you mean reinvite pending?", []string{"ended", "pending", "never"}},
		{"skp", `reinvite: "skp" is neither refuse nor skip`, "did you mean reinvite skip?", []string{"refuse", "skip"}},
		{"whoever", `reinvite: "whoever" is neither refuse nor skip`, "", []string{"refuse", "skip"}},
	}
	for _, tt := range tests {
		p := onboard.NoneOf("reinvite", tt.give, tt.words...)
		if p.Error() != tt.want || p.Remedy.String() != tt.remedy {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.give, p.Error(), p.Remedy, tt.want, tt.remedy)
		}
	}
}
