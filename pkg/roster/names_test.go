package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/pkg/roster"
)

func TestMayName(t *testing.T) {
	const people = 5000
	var text strings.Builder
	text.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&text, "Person%d@x.test,member\n", i)
	}
	text.WriteString("nobody,member\n")
	r, err := roster.Read(t.Context(), memory("people.csv", []byte(text.String())), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range r.Entries(t.Context()) {
		if err != nil || !entry.Invalid() && !r.MayName(entry.Key()) {
			t.Fatalf("%s is not named, %v", entry.Email, err)
		}
	}
	strangers := 0
	for i := range people {
		if r.MayName(fmt.Sprintf("stranger%d@x.test", i)) {
			strangers++
		}
	}
	if strangers > people/20 {
		t.Errorf("%d of %d strangers may be named", strangers, people)
	}
	if !new(roster.Roster).MayName("ann@x.test") {
		t.Error("a roster of which nothing is known says who is not in it")
	}
}
