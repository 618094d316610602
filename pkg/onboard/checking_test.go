package onboard_test

import (
	"io"
	"strings"
	"testing"

	"rollcall/pkg/document"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/status"
)

// checkOf checks a roster that has this content, and returns what is found.
func checkOf(t *testing.T, name, content string, checking onboard.Checking) (*onboard.Checked, []string) {
	t.Helper()
	source := document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
	checked, err := onboard.Check(t.Context(), onboard.Document{Source: source}, checking, onboard.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := checked.Close(); err != nil {
			t.Error(err)
		}
	})
	var found []string
	for finding, err := range checked.Findings(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, finding.String())
	}
	return checked, found
}

func TestHowACheckEnds(t *testing.T) {
	const clean, doubtful, wrong = "email,role\na@x.test,member\n", "email,role,teams\na@x.test,manager,n/a\n", "email,role\na,member\n"
	guards := onboard.Guards{MaxAdmins: new(0), MinRows: 1}
	for _, tt := range []struct {
		name, content string
		checking      onboard.Checking
		want          status.Status
		findings      int
	}{
		{"clean", clean, onboard.Checking{}, status.Well, 0},
		{"clean, strictly", clean, onboard.Checking{Strict: true}, status.Well, 0},
		{"a warning", doubtful, onboard.Checking{}, status.Well, 1},
		{"a warning, strictly", doubtful, onboard.Checking{Strict: true}, status.Roster, 1},
		{"a mistake", wrong, onboard.Checking{}, status.Roster, 1},
		{"a guard", doubtful, onboard.Checking{Guards: guards}, status.Guarded, 2},
		{"a guard, strictly", doubtful, onboard.Checking{Guards: guards, Strict: true}, status.Roster, 2},
		{"a guard that lets all pass", doubtful, onboard.Checking{Guards: onboard.Guards{MaxAdmins: new(-1)}}, status.Well, 1},
		{"a guard about nobody", clean, onboard.Checking{Guards: guards}, status.Well, 0},
		{"refused", "", onboard.Checking{Guards: guards, Strict: true}, status.Roster, 1},
	} {
		checked, found := checkOf(t, "x.csv", tt.content, tt.checking)
		if got := checked.Status(); got != tt.want || len(found) != tt.findings {
			t.Errorf("%s: %d with %q", tt.name, got, found)
		}
	}
}

// TestWhoCountsForGuards leaves out whom nobody would invite.
func TestWhoCountsForGuards(t *testing.T) {
	const content = "login,firstName,email,status,role\na,A,a@x.test,ACTIVE,manager\na,A,A@x.test,ACTIVE,manager\n" +
		"b,B,b@x.test,DEPROVISIONED,manager\nc,C,c@x,ACTIVE,manager\n"
	checked, found := checkOf(t, "x.csv", content, onboard.Checking{Guards: onboard.Guards{MaxAdmins: new(0), AllowDomains: []string{"y.test"}}})
	if len(checked.Trips) != 2 || !strings.HasPrefix(found[1], "x.csv: max-admins: 1 person would become administrator or manager, and at most 0 may: a@x.test as manager") {
		t.Errorf("%q", found)
	}
}

func TestGuardsThatCannotBe(t *testing.T) {
	for _, guards := range []onboard.Guards{
		{MaxAdmins: new(-2)}, {MinRows: -1}, {AllowDomains: []string{"x"}}, {MaxNew: quantity.Percent(5)},
	} {
		source := document.Source{Name: "x.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("email,role\n")), nil }}
		checked, err := onboard.Check(t.Context(), onboard.Document{Source: source}, onboard.Checking{Guards: guards}, onboard.Observer{})
		if err == nil || onboard.StatusOf(err) != status.Settings {
			t.Errorf("%+v: %v, %v", guards, checked, err)
		}
	}
}

// TestTogether finds whoever stands in two rosters, and does not take a row that is there twice in one for that.
func TestTogether(t *testing.T) {
	together := &onboard.Together{}
	_, first := checkOf(t, "1.csv", "email,role\na@x.test,member\nb@x.test,member\nA@x.test,member\n", onboard.Checking{Together: together})
	checked, second := checkOf(t, "2.csv", "email,role\nc@x.test,member\nB@x.test,manager\nb@,member\n", onboard.Checking{Together: together})
	_, third := checkOf(t, "3.csv", "login,firstName,email,role,status\na,A,a@x.test,member,DEPROVISIONED\nc,C,c@x.test,member,ACTIVE\n",
		onboard.Checking{Together: together})
	want := [][]string{
		{`1.csv:4:1: email: "A@x.test" is on line 2 already, with the same role and teams [warning]`},
		{`2.csv:3:1: email: "B@x.test" is in 1.csv on line 3, too [warning]`, `2.csv:4:1: email: "b@" has nothing after the "@"`},
	}
	for i, got := range [][]string{first, second} {
		if strings.Join(got, "\n") != strings.Join(want[i], "\n") {
			t.Errorf("%q, want %q", got, want[i])
		}
	}
	if checked.Warnings() != 1 || len(third) != 2 || third[1] != `3.csv:3:5: email: "c@x.test" is in 2.csv on line 2, too [warning]` {
		t.Errorf("%d warnings; %q", checked.Warnings(), third)
	}
}
