package web_test

import (
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// Whoever asks for a page that a table does not have sees its last one.
func TestAPageThatATableDoesNotHave(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) { invited(t, o, "team.csv", people(60), nil) })
	runs, err := s.history().Runs(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	for _, address := range []string{"/rosters/" + s.put(t, "team.csv", people(60)) + "?show=all&", "/runs/" + runs[0].ID + "?"} {
		for _, page := range []string{"3", "9223372036854775807", "92233720368547758080"} {
			text := s.shows(t, address+"page="+page, "51 to 60 of 60", "person51@", "person60@")
			saysNot(t, text, "person2@", "person50@")
		}
		for _, page := range []string{"0", "-9223372036854775808", "x", ""} {
			s.shows(t, address+"page="+page, "1 to 50 of 60", "person2@", "person50@")
		}
	}
}
