package causes_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/causes"
)

// cases returns so many cases of one kind.
func cases(n int, outcome, reason string) (all []causes.Case) {
	for i := range n {
		all = append(all, causes.Case{Outcome: outcome, Reason: reason, Line: i + 2, Email: fmt.Sprintf("p%d@x.example", i)})
	}
	return all
}

func collect(all ...[]causes.Case) []causes.Cause {
	var c causes.Collector
	for _, some := range all {
		for _, one := range some {
			c.Add(one)
		}
	}
	return c.List()
}

func TestReasonsThatDifferInWhatVariesAreOne(t *testing.T) {
	type reasons = []string
	tests := []struct {
		name string
		give reasons
		want reasons
	}{
		{"the same", reasons{"no seat", "no seat"}, reasons{"2 no seat"}},
		{"alone, as it was said", reasons{"ann@x.example is blocked (request 81ab)"}, reasons{"1 ann@x.example is blocked (request 81ab)"}},
		{"addresses", reasons{"ann@x.example is blocked", "bo+x@y.example is blocked"}, reasons{"2 … is blocked"}},
		{"a cited address", reasons{`"ann@x.example": blocked`, `"bo@x.example": blocked`}, reasons{`2 "…": blocked`}},
		{"requests", reasons{"no (request 81ab-1)", "no (request 7)"}, reasons{"2 no (request …)"}},
		{
			"ids",
			reasons{"team 3c90c3cc-0d44-4b50-8888-8dd25736052a is gone", "team 11111111-0d44-4b50-8888-8dd25736052a is gone"},
			reasons{"2 team … is gone"},
		},
		{"other ids", reasons{"trace req_4fa81b22c9 lost", "trace req_9900aa11bc lost"}, reasons{"2 trace … lost"}},
		{"numbers of things", reasons{"user 10442 is blocked", "user 99887 is blocked"}, reasons{"2 user … is blocked"}},
		{"times", reasons{"closed at 2026-11-28T02:00:01Z", "closed at 2026-11-28T02:00:07.5Z"}, reasons{"2 closed at …"}},
		{"times with a zone", reasons{"closed at 2026-11-28 02:00:01 UTC", "closed at 2026-11-29 03:00:01 +01:00"}, reasons{"2 closed at …"}},
		{"durations", reasons{"no answer within 30s", "no answer within 1m0.5s"}, reasons{"2 no answer within …"}},
		{"ports", reasons{"read 127.0.0.1:40404: reset", "read 127.0.0.1:51515: reset"}, reasons{"2 read 127.0.0.1…: reset"}},
		{"what counts", reasons{"3 of 5 seats", "4 of 5 seats"}, reasons{"1 3 of 5 seats", "1 4 of 5 seats"}},
		{"words", reasons{`unknown role "managr"`, `unknown role "mamber"`}, reasons{`1 unknown role "managr"`, `1 unknown role "mamber"`}},
		{"statuses in words", reasons{"invite: 403 Forbidden: no", "invite: 409 Conflict: no"}, reasons{"1 invite: 403 Forbidden: no", "1 invite: 409 Conflict: no"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c causes.Collector
			for i, reason := range tt.give {
				c.Add(causes.Case{Outcome: "rejected", Reason: reason, Line: i + 2, Email: "somebody@z.example"})
			}
			var got reasons
			for _, cause := range c.List() {
				got = append(got, fmt.Sprintf("%d %s", cause.Count, cause.Error))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsWrittenInPlaceOfAnAddressSplitsNothing(t *testing.T) {
	got := collect([]causes.Case{
		{Outcome: "invalid", Reason: `email: "ada": no @`, Line: 2, Email: "ada"},
		{Outcome: "invalid", Reason: `email: "bo": no @`, Line: 3, Email: "bo"},
	})
	if len(got) != 1 || got[0].Error != `email: "…": no @` {
		t.Errorf("List = %+v", got)
	}
}

func TestStatusesTellApart(t *testing.T) {
	got := collect([]causes.Case{{Outcome: "rejected", Reason: "no", HTTPStatus: 403}, {Outcome: "rejected", Reason: "no", HTTPStatus: 409}})
	if len(got) != 2 {
		t.Errorf("List = %+v", got)
	}
}

func TestHints(t *testing.T) {
	one := causes.Case{Outcome: "invalid", Reason: "no role", Hint: "give one"}
	other := one
	other.Hint = "did you mean member?"
	if got := collect([]causes.Case{one, one}); got[0].Hint != "give one" {
		t.Errorf("the hint of all is %q", got[0].Hint)
	}
	if got := collect([]causes.Case{one, other, other}); got[0].Hint != "" {
		t.Errorf("the hint of some is %q", got[0].Hint)
	}
}

func TestOrder(t *testing.T) {
	var got []string
	for _, cause := range collect(
		cases(9, "not_sent", ""), cases(8, "failed", "cut"), cases(1, "unknown", "lost"), cases(1, "invited", ""), cases(3, "skipped", "a rule"),
		cases(1, "invalid", "no role"), cases(2, "rejected", "few"), cases(5, "rejected", "many"), cases(4, "already_member", ""),
	) {
		got = append(got, causes.Line(cause))
	}
	want := []string{"5 rejected: many", "2 rejected: few", "1 invalid: no role", "1 unknown: lost", "8 failed: cut", "9 not_sent"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLittleIsHeld proves that neither people nor reasons without end are kept.
func TestLittleIsHeld(t *testing.T) {
	var c causes.Collector
	const many = 3000
	for i := range many {
		c.Add(causes.Case{Outcome: "rejected", HTTPStatus: 400 + i, Reason: "no", Line: i + 2, Email: "a@x.example"})
	}
	for i := range many {
		c.Add(causes.Case{Outcome: "invalid", Reason: "no role", Line: i + 2, Email: "a@x.example"})
	}
	list, sum, examples := c.List(), 0, 0
	for _, cause := range list {
		sum += cause.Count
		examples = max(examples, len(cause.Examples))
	}
	// The reasons that are told apart, and one more for each outcome.
	if len(list) != causes.Most+2 || sum != 2*many || examples != causes.Named {
		t.Fatalf("%d causes of %d, with %d examples", len(list), sum, examples)
	}
	if got, want := causes.Line(list[causes.Most]), fmt.Sprintf("%d rejected: other reasons", many-causes.Most); got != want {
		t.Errorf("Line = %q, want %q", got, want)
	}
	if got := list[causes.Most]; got.HTTPStatus != 0 || got.Hint != "" {
		t.Errorf("other reasons have %+v", got)
	}
}

func TestLines(t *testing.T) {
	refused := cases(2, "rejected", "not allowed")
	for i := range refused {
		refused[i].Hint = "ask an administrator"
	}
	tests := []struct {
		name string
		give []causes.Cause
		file string
		want string
	}{
		{"nobody", nil, "todo.csv", ""},
		{"a reason", collect(refused), "todo.csv", `
2 rejected: not allowed
  line 2  p0@x.example
  line 3  p1@x.example
  hint: ask an administrator
`},
		{"one big reason hides none of the others", collect(cases(40, "rejected", "no seat"), cases(2, "invalid", "no role"), cases(1, "not_sent", "")), "todo.csv", `
40 rejected: no seat
  line 2  p0@x.example
  line 3  p1@x.example
  line 4  p2@x.example
  line 5  p3@x.example
  line 6  p4@x.example
  line 7  p5@x.example
  line 8  p6@x.example
2 invalid: no role
  line 2  p0@x.example
  line 3  p1@x.example
1 not_sent
  line 2  p0@x.example
and 33 more in todo.csv
`},
		{"no file has the others", collect(cases(11, "failed", "cut")), "", `
11 failed: cut
  line 2  p0@x.example
  line 3  p1@x.example
  line 4  p2@x.example
  line 5  p3@x.example
  line 6  p4@x.example
  line 7  p5@x.example
  line 8  p6@x.example
  line 9  p7@x.example
  line 10  p8@x.example
  line 11  p9@x.example
and 1 more
`},
		{"what is not there", collect([]causes.Case{{Outcome: "invalid", Reason: "no address", Line: 4}, {Outcome: "failed", Email: "a@x.example"}}), "", `
1 invalid: no address
  line 4
1 failed
  a@x.example
`},
		{"what would take over a terminal", collect([]causes.Case{
			{Outcome: "invalid", Reason: "no\x1b[2Jrole\nrollcall: all is well", Hint: "a\u202eb", Line: 2, Email: "a\u2066\r@x.example"},
		}), "", `
1 invalid: no\x1b[2Jrole\nrollcall: all is well
  line 2  a\u2066\r@x.example
  hint: a\u202eb
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(causes.Lines(tt.give, tt.file), "\n")
			if diff := cmp.Diff(strings.Trim(tt.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWithoutPeople(t *testing.T) {
	list := collect([]causes.Case{
		{Outcome: "rejected", HTTPStatus: 409, Reason: "invite: 409 Conflict: Ada@X.example is there as ada@y.example", Hint: "ask Ada", Line: 2, Email: "ada@x.example"},
		{Outcome: "invalid", Reason: `role: unknown role "Ada Lovelace"`, Line: 3, Email: "ada@x.example"},
		{Outcome: "invalid", Reason: "email: ada-lovelace has no @", Line: 4, Email: "ada-lovelace"},
	})
	plain := causes.WithoutPeople(list)
	want := []causes.Cause{
		{Outcome: "rejected", HTTPStatus: 409, Error: "invite: 409 Conflict: … is there as …", Count: 1},
		{Outcome: "invalid", Error: `role: unknown role "…"`, Count: 1},
		{Outcome: "invalid", Error: "email: … has no @", Count: 1},
	}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Error(diff)
	}
	if list[0].Examples == nil {
		t.Error("the causes themselves have lost their people")
	}
	if causes.WithoutPeople(nil) != nil {
		t.Error("no causes are some")
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(collect([]causes.Case{{Outcome: "rejected", HTTPStatus: 403, Reason: "no", Hint: "ask", Line: 3, Email: "a@x.example"}, {Outcome: "not_sent", Line: 4, Email: "b@x.example"}}))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"outcome":"rejected","http_status":403,"error":"no","hint":"ask","count":1,"examples":[{"line":3,"email":"a@x.example"}]},` +
		`{"outcome":"not_sent","error":"","count":1,"examples":[{"line":4,"email":"b@x.example"}]}]`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}
