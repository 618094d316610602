package page_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// claim is a claim as encoding/json knows it.
type claim struct {
	Row      int    `json:"row"`
	Email    string `json:"email,omitempty"`
	Change   int    `json:"change,omitempty"`
	Attempt  int    `json:"attempt,omitempty"`
	At       int64  `json:"at,omitempty"`
	Replaces string `json:"replaces,omitempty"`
	Before   string `json:"before,omitempty"`
	Mails    bool   `json:"mails,omitempty"`
}

func (c claim) claim() page.Claim {
	return page.Claim{Mails: c.Mails, Claim: record.Claim{
		Row: c.Row, Email: c.Email, Change: record.Change(c.Change), Attempt: c.Attempt, At: page.Time(c.At), Replaces: c.Replaces, Before: c.Before,
	}}
}

// TestClaimsAreJSON has encoding/json read what is written here, and the other way around.
func TestClaimsAreJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) claim {
			return claim{
				Row: rapid.IntRange(1, 1000).Draw(t, "row"), Email: texts.Draw(t, "email"), Change: rapid.IntRange(0, 255).Draw(t, "change"),
				Attempt: rapid.IntRange(0, 9).Draw(t, "attempt"), At: times.Draw(t, "at"), Replaces: texts.Draw(t, "replaces"),
				Before: texts.Draw(t, "before"), Mails: rapid.Bool().Draw(t, "mails"),
			}
		}), 0, page.Size, func(c claim) int { return c.Row }).Draw(t, "claims")
		var claims page.Claims
		for _, c := range want {
			claims.Add(c.claim())
		}
		for _, c := range want {
			if i := claims.Find(c.Row); i < 0 || !cmp.Equal(claims[i], c.claim()) {
				t.Fatalf("row %d is number %d", c.Row, i)
			}
		}
		var got []claim
		if err := json.Unmarshal([]byte(claims.Text()), &got); err != nil || len(got) != len(want) {
			t.Fatalf("%v: %s", err, claims.Text())
		}
		for i := range got {
			if diff := cmp.Diff(got[i].claim(), claims[i]); diff != "" {
				t.Fatalf("written (-got +want):\n%s", diff)
			}
		}
		theirs, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			theirs = []byte("[]")
		}
		var read page.Claims
		if err := read.Parse(string(theirs)); err != nil || len(read) != len(claims) {
			t.Fatalf("%v: %s", err, theirs)
		}
		for i := range read {
			if diff := cmp.Diff(read[i], claims[i]); diff != "" {
				t.Fatalf("read (-got +want):\n%s", diff)
			}
		}
	})
}

func TestClaims(t *testing.T) {
	var claims page.Claims
	if err := claims.Parse(`[{"row":2,"email":"a@x.example","change":1,"at":5},{"row":7,"change":2,"mails":true}]`); err != nil {
		t.Fatal(err)
	}
	want := &record.Claim{Run: "r", Row: 2, Email: "a@x.example", Change: record.ChangeInvite, At: time.UnixMicro(5).UTC()}
	if diff := cmp.Diff(claims.Of("r", 2), want); diff != "" || claims.Of("r", 3) != nil {
		t.Errorf("of row 3 %v, of row 2 (-got +want):\n%s", claims.Of("r", 3), diff)
	}
	claims.End(0)
	if got := claims.Text(); got != `[{"row":7,"change":2,"mails":true}]` {
		t.Error(got)
	}
	if err := claims.Parse(""); err != nil || len(claims) != 0 {
		t.Errorf("no text is %d claims, %v", len(claims), err)
	}
	for _, text := range []string{
		"[", "{}", "null", "[]]", `[{}]`, `[{"row":0}]`, `[{"row":2},{"row":2}]`, `[{"row":2},{"row":1}]`, `[{"row":1,"run":1}]`,
		`[{"row":1,"change":256}]`, `[{"row":1,"mails":1}]`, `[{"row":1},]`,
	} {
		if err := claims.Parse(text); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("Parse(%s) = %v", text, err)
		}
	}
}
