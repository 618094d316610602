package page_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// object is an entry as encoding/json knows it.
type object struct {
	Row              int      `json:"row"`
	Line             int      `json:"line,omitempty"`
	Email            string   `json:"email,omitempty"`
	Role             string   `json:"role,omitempty"`
	Teams            string   `json:"teams,omitempty"`
	Extra            []string `json:"extra,omitempty"`
	Outcome          int      `json:"outcome,omitempty"`
	InvitationID     string   `json:"invitation_id,omitempty"`
	Token            string   `json:"token,omitempty"`
	Status           string   `json:"status,omitempty"`
	OrganizationID   string   `json:"organization_id,omitempty"`
	OrganizationName string   `json:"organization_name,omitempty"`
	OrganizationRole string   `json:"organization_role,omitempty"`
	ExpiresAt        int64    `json:"expires_at,omitempty"`
	Attempts         int      `json:"attempts,omitempty"`
	HTTPStatus       int      `json:"http_status,omitempty"`
	Error            string   `json:"error,omitempty"`
	Hint             string   `json:"hint,omitempty"`
	UpdatedAt        int64    `json:"updated_at,omitempty"`
	Verdict          int      `json:"verdict,omitempty"`
	Tries            int      `json:"tries,omitempty"`
	Throttled        int      `json:"throttled,omitempty"`
	Lost             bool     `json:"lost,omitempty"`
	Confirmed        bool     `json:"confirmed,omitempty"`
	Cancelled        string   `json:"cancelled,omitempty"`
	EndedAt          int64    `json:"ended_at,omitempty"`
	SilentFor        int64    `json:"silent_for,omitempty"`
	DueAt            int64    `json:"due_at,omitempty"`
	MailedAt         []int64  `json:"mailed_at,omitempty"`
}

// entry returns the entry that the object stands for.
func (o object) entry() page.Entry {
	e := page.Entry{Record: record.Record{
		Row: o.Row, Line: o.Line, Email: o.Email, Role: o.Role, Teams: o.Teams, Extra: o.Extra, Outcome: record.Outcome(o.Outcome),
		InvitationID: o.InvitationID, Token: secret.New(o.Token), Status: o.Status, OrganizationID: o.OrganizationID,
		OrganizationName: o.OrganizationName, OrganizationRole: o.OrganizationRole, ExpiresAt: page.Time(o.ExpiresAt),
		Attempts: o.Attempts, HTTPStatus: o.HTTPStatus, Error: o.Error, Hint: o.Hint, UpdatedAt: page.Time(o.UpdatedAt),
		Trail: record.Trail{
			Verdict: record.Outcome(o.Verdict), Tries: o.Tries, Throttled: o.Throttled, Lost: o.Lost, Confirmed: o.Confirmed,
			Cancelled: o.Cancelled, EndedAt: page.Time(o.EndedAt), SilentFor: time.Duration(o.SilentFor) * time.Microsecond, DueAt: page.Time(o.DueAt),
		},
	}}
	for _, at := range o.MailedAt {
		e.MailedAt = append(e.MailedAt, page.Time(at))
	}
	return e
}

var (
	texts = rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"a@x.example", `"`, `\`, "\x00\n\x1f\x7f", "é <&>\u2028\U0001f600", `\u0041`}), rapid.String())
	times = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<58), rapid.Int64Range(-1<<58, -1))
	// objects draws rows in order, with gaps.
	objects = rapid.Custom(func(t *rapid.T) (all []object) {
		row := 0
		for range rapid.IntRange(0, page.Size).Draw(t, "rows") {
			row += rapid.IntRange(1, 1000).Draw(t, "gap")
			o := object{Row: row, Line: rapid.Int().Draw(t, "line"), Email: texts.Draw(t, "email")}
			if rapid.Bool().Draw(t, "bare") {
				all = append(all, o)
				continue
			}
			o.Role, o.Teams, o.Extra = texts.Draw(t, "role"), texts.Draw(t, "teams"), rapid.SliceOfN(texts, 0, 3).Draw(t, "extra")
			o.Outcome, o.InvitationID, o.Token = rapid.IntRange(0, 255).Draw(t, "outcome"), texts.Draw(t, "id"), texts.Draw(t, "token")
			o.Status, o.OrganizationID = texts.Draw(t, "status"), texts.Draw(t, "organization")
			o.OrganizationName, o.OrganizationRole = texts.Draw(t, "name"), texts.Draw(t, "its role")
			o.ExpiresAt, o.Attempts, o.HTTPStatus = times.Draw(t, "expires"), rapid.Int().Draw(t, "attempts"), rapid.IntRange(0, 599).Draw(t, "http")
			o.Error, o.Hint, o.UpdatedAt = texts.Draw(t, "error"), texts.Draw(t, "hint"), times.Draw(t, "updated")
			o.Verdict, o.Tries, o.Throttled = rapid.IntRange(0, 255).Draw(t, "verdict"), rapid.IntRange(0, 9).Draw(t, "tries"), rapid.IntRange(0, 9).Draw(t, "throttled")
			o.Lost, o.Confirmed, o.Cancelled = rapid.Bool().Draw(t, "lost"), rapid.Bool().Draw(t, "confirmed"), texts.Draw(t, "cancelled")
			o.EndedAt, o.SilentFor, o.DueAt = times.Draw(t, "ended"), rapid.Int64Range(0, 1<<40).Draw(t, "silent"), times.Draw(t, "due")
			o.MailedAt = rapid.SliceOfN(rapid.Int64Range(1, 1<<58), 0, 3).Draw(t, "mailed")
			all = append(all, o)
		}
		return all
	})
)

// TestPagesAreJSON has encoding/json read what is written here, and the other way around.
func TestPagesAreJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := objects.Draw(t, "objects")
		theirs, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			theirs = []byte("[]")
		}
		read, err := page.Parse(string(theirs))
		if err != nil {
			t.Fatalf("%v: %s", err, theirs)
		}
		var written page.Page
		for i, o := range want {
			e := o.entry()
			if len(e.Extra) == 0 {
				e.Extra = nil
			}
			if diff := cmp.Diff(read.Entries[i], e); diff != "" {
				t.Fatalf("read (-got +want):\n%s", diff)
			}
			written.Add(e)
		}
		ours := written.Text()
		var got []object
		if err := json.Unmarshal([]byte(ours), &got); err != nil {
			t.Fatalf("%v: %s", err, ours)
		}
		again, err := page.Parse(ours)
		if err != nil {
			t.Fatalf("%v: %s", err, ours)
		}
		if diff := cmp.Diff(again.Entries, written.Entries); len(want) > 0 && diff != "" {
			t.Fatalf("read again (-got +want):\n%s", diff)
		}
		for i := range want {
			if diff := cmp.Diff(got[i].entry(), written.Entries[i], cmp.Transformer("none", slices.Clip[[]string])); diff != "" {
				t.Fatalf("written (-got +want):\n%s", diff)
			}
		}
		if read.Summary() != written.Summary() {
			t.Fatalf("summaries %+v, %+v", read.Summary(), written.Summary())
		}
	})
}

// TestOnlyWhatHasChangedIsWrittenAnew changes rows of a page and compares its text with that of a page made of them.
func TestOnlyWhatHasChangedIsWrittenAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p page.Page
		for _, o := range objects.Draw(t, "objects") {
			p.Add(o.entry())
		}
		if len(p.Entries) == 0 {
			t.Skip("no rows")
		}
		for range 3 {
			before := p.Text()
			parsed, err := page.Parse(before)
			if err != nil {
				t.Fatal(err)
			}
			i := rapid.IntRange(0, len(p.Entries)-1).Draw(t, "which")
			for _, p := range []*page.Page{&p, parsed} {
				p.Entries[i].Error += "x"
				p.Touch(i)
			}
			var anew page.Page
			for _, e := range p.Entries {
				anew.Add(e)
			}
			if want := anew.Text(); p.Text() != want || parsed.Text() != want || p.Find(p.Entries[i].Row) != i {
				t.Fatalf("\n%s\n%s\nwant\n%s", p.Text(), parsed.Text(), want)
			}
		}
	})
}

func TestDamagedPages(t *testing.T) {
	whole := `[{"row":1,"email":"a@x.example","extra":["a","b"],"lost":true,"mailed_at":[5,6]},{"row":3}]`
	if _, err := page.Parse(whole); err != nil {
		t.Fatal(err)
	}
	damaged := []string{
		"", "[", "{}", "null", "[]]", " []", "[ ]", `[{"row":1},]`, `[{}]`, `[{"email":"a"}]`, `[{"row":0}]`, `[{"row":2},{"row":2}]`, `[{"row":2},{"row":1}]`,
		`[{"row":1,"row_":2}]`, `[{"row":1,"claim":{"change":1}}]`, `[{"row":1,"email":null}]`, `[{"row":1,"outcome":256}]`, `[{"row":1,"outcome":-1}]`,
		`[{"row":1,"outcome":1.5}]`, `[{"row":01}]`, `[{"row":9223372036854775808}]`, `[{"row":1,"lost":1}]`, `[{"row":1,"email":"\x"}]`, `[{"row":1,"email":"\"}]`,
		`[{"row":1,"extra":"a"}]`, `[{"row":1,"extra":["a",]}]`, `[{"row":1,"mailed_at":5}]`, `[{"row":1,}]`, `[{"row":1 }]`, `[{"row":-}]`,
	}
	for end := range len(whole) {
		damaged = append(damaged, whole[:end])
	}
	for _, text := range damaged {
		if _, err := page.Parse(text); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("Parse(%s) = %v", text, err)
		}
	}
	if p, err := page.Parse(`[{"lost":false,"line":0,"row":7,"extra":[],"mailed_at":[]}]`); err != nil || p.Find(7) != 0 || p.Find(8) != -1 {
		t.Errorf("zero values in another order: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`[{"row":1,"email":"a\u0041@x.example","extra":["a","b"],"lost":true,"mailed_at":[5,6]},{"row":3}]`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := page.Parse(text)
		if err != nil {
			return
		}
		for i := range p.Entries {
			p.Touch(i)
		}
		again, err := page.Parse(p.Text())
		if err != nil {
			t.Fatalf("%v: %q", err, p.Text())
		}
		if strings.ToValidUTF8(text, "") == text && !cmp.Equal(again.Entries, p.Entries) {
			t.Error(cmp.Diff(again.Entries, p.Entries))
		}
	})
}

func TestSummary(t *testing.T) {
	at := time.UnixMicro(5).UTC()
	for text, want := range map[string]page.Summary{
		`[{"row":2,"outcome":5},{"row":9,"outcome":6}]`: {First: 2, Last: 9},
		`[{"row":2}]`:             {First: 2, Last: 2, Open: true},
		`[{"row":2,"tries":1}]`:   {First: 2, Last: 2, Open: true, Resumable: true},
		`[{"row":2,"due_at":1}]`:  {First: 2, Last: 2, Open: true, Resumable: true},
		`[{"row":2,"outcome":4}]`: {First: 2, Last: 2, Resumable: true},
		`[{"row":2,"outcome":1,"token":"t","expires_at":5}]`:                                      {First: 2, Last: 2, Acted: true, Invited: true, ExpiresAt: at},
		`[{"row":2,"outcome":1,"token":"t","expires_at":5},{"row":3,"token":"u","expires_at":6}]`: {First: 2, Last: 3, Open: true, Acted: true, Invited: true, ExpiresAt: at},
		`[{"row":2,"outcome":2,"expires_at":5}]`:                                                  {First: 2, Last: 2, Sighted: true},
		`[{"row":2,"outcome":12,"verdict":12}]`:                                                   {First: 2, Last: 2},
		`[{"row":2,"outcome":3,"confirmed":true}]`:                                                {First: 2, Last: 2, Acted: true, Invited: true, Sighted: true},
		`[{"row":2,"outcome":5,"cancelled":"i"}]`:                                                 {First: 2, Last: 2, Acted: true, Cancelled: true},
		`[{"row":2,"outcome":5,"mailed_at":[5,1]}]`:                                               {First: 2, Last: 2, Acted: true, MailedAt: at},
	} {
		p, err := page.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Summary(); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestResumableIsWhatResumingChanges holds [page.Entry.Resumable] against what resuming does.
func TestResumableIsWhatResumingChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, o := range objects.Draw(t, "objects") {
			e := o.entry()
			if e.Resumable() != !cmp.Equal(ledger.Resumed(e.Record), e.Record) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
