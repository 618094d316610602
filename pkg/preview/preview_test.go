package preview_test

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/amend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/preview"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
)

// shown returns what a terminal of so many cells shows of lines, without colours.
func shown(t *testing.T, width int, lines []paint.Line) string {
	t.Helper()
	var out bytes.Buffer
	if err := (paint.Paper{Out: &out, Width: func() int { return width }}).Print(lines...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// team is the plan for a small roster.
func team() *onboard.Preview {
	ada := onboard.Invitee{Line: 2, Email: "ada@example.com", Role: "manager", Teams: "Platform:team_manager; Security:developer"}
	return &onboard.Preview{
		OrganizationID: "3c90c3cc", OrganizationName: "Acme", Service: "https://api.example", Population: &onboard.Population{Members: 40, Pending: 2},
		Roster: "team.csv", Rows: 4, Warnings: 1, WarningsIn: remedy.Hint{}.Run("check", "team.csv").Words(" lists all"), Detected: "CSV, UTF-8",
		Outcomes: map[record.Outcome]int{record.WouldInvite: 3, record.AlreadyMember: 1},
		Invitees: onboard.Invitees{
			First:  []onboard.Invitee{ada, {Line: 3, Email: "bruno@partner.example", Role: "member"}},
			Admins: []onboard.Invitee{ada}, AllAdmins: 1,
			Domains: []onboard.Count{{Value: "example.com", N: 2}, {Value: "partner.example", N: 1}}, Roles: []onboard.Count{{Value: "member", N: 2}, {Value: "manager", N: 1}},
			Teams: []onboard.Count{{Value: "Platform", N: 1}, {Value: "Security", N: 1}}, NewDomains: []onboard.Count{{Value: "partner.example", N: 1}},
		},
		Rate: "10/s", FindsRate: true, Takes: time.Second,
		Guards: []remedy.Remedy{{Option: "max-new", Value: "10%"}, {Option: "max-admins", Value: "0"}},
		Writes: []onboard.File{{What: "results", Path: "team.results.csv"}, {What: "to do", Path: "team.todo.csv"}, {What: "ledger", Path: "/var/lib/rollcall/3c90c3cc.db"}},
	}
}

func TestLinesFit(t *testing.T) {
	for width, want := range map[int]string{
		120: `Acme (3c90c3cc) at https://api.example
  has          40 members, 2 invitations open
  roster       team.csv, 4 rows
               1 warning: check team.csv lists all
  read as      CSV, UTF-8
  to invite    3 people
                 ada@example.com        manager  Platform:team_manager; Security:developer
                 bruno@partner.example  member
                 and 1 more
               1 already in the organization
  new domain   partner.example, 1 person: nobody there is a member or invited yet
  admins       1: ada@example.com (manager)
  domains      2 example.com, 1 partner.example
  roles        2 member, 1 manager
  teams        1 Platform, 1 Security
  pace         auto, beginning at 10/s, about 1s or less
  guards       max-new 10%; max-admins 0
  results      team.results.csv
  to do        team.todo.csv (rows to correct, if there are any)
  ledger       /var/lib/rollcall/3c90c3cc.db
`,
		60: `Acme (3c90c3cc) at https://api.example
  has          40 members, 2 invitations open
  roster       team.csv, 4 rows
               1 warning: check team.csv lists all
  read as      CSV, UTF-8
  to invite    3 people
                 ada@example.com        manager
                   Platform:team_manager; Security:developer
                 bruno@partner.example  member
                 and 1 more
               1 already in the organization
  new domain   partner.example, 1 person: nobody there is a
               member or invited yet
  admins       1: ada@example.com (manager)
  domains      2 example.com, 1 partner.example
  roles        2 member, 1 manager
  teams        1 Platform, 1 Security
  pace         auto, beginning at 10/s, about 1s or less
  guards       max-new 10%; max-admins 0
  results      team.results.csv
  to do        team.todo.csv (rows to correct, if there are
               any)
  ledger       /var/lib/rollcall/3c90c3cc.db
`,
	} {
		if diff := cmp.Diff(want, shown(t, width, preview.Lines(team(), nil))); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
	}
}

// TestAPlanIsOneScreen has the plan for ten thousand people of whom every value is another one.
func TestAPlanIsOneScreen(t *testing.T) {
	const many = 10_000
	p := team()
	p.Resumed, p.Deadline, p.Late, p.Seats = nil, time.Now(), 3, &onboard.Seats{}
	for _, outcome := range record.Outcomes() {
		p.Outcomes[outcome] = many
	}
	p.Drift = &report.Drift{}
	p.Invitees = onboard.Invitees{AllAdmins: many}
	for i := range many {
		who := onboard.Invitee{Email: fmt.Sprintf("person%d@domain%d.example", i, i), Role: "administrator", Teams: fmt.Sprintf("Team %d:developer", i)}
		if i < onboard.ShownInvitees {
			p.Invitees.First = append(p.Invitees.First, who)
		}
		if i < onboard.ShownAdmins {
			p.Invitees.Admins = append(p.Invitees.Admins, who)
		}
		count := onboard.Count{Value: fmt.Sprintf("value %d", i), N: 1}
		p.Invitees.Domains = append(p.Invitees.Domains, count)
		p.Invitees.NewDomains, p.Invitees.Roles, p.Invitees.Teams = p.Invitees.Domains, p.Invitees.Domains, p.Invitees.Domains
		p.NewTeams = append(p.NewTeams, count.Value)
		p.Changes = append(p.Changes, amend.Change{})
		p.Changes[i].NewEmail = "somebody@else.example"
	}
	text := shown(t, 100, preview.Lines(p, nil))
	if lines := strings.Count(text, "\n"); lines > 46 { // where everything that there may be is there at once
		t.Errorf("%d lines:\n%s", lines, text)
	}
	for _, want := range []string{"and 9995 more", "and 9990 more", "and 9997 more new domains"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

// TestNobodysNamesDoHarm has names with whatever a terminal would obey.
func TestNobodysNamesDoHarm(t *testing.T) {
	const evil = "\x1b]0;owned\a\u009b2J\u202e\u2066\r\n\x00\xff"
	p := team()
	p.OrganizationName, p.OrganizationID, p.Service, p.Roster, p.Detected, p.Rate = evil, evil, evil, evil, evil, evil
	p.NewTeams, p.Writes, p.Guards = []string{evil}, []onboard.File{{What: evil, Path: evil}}, []remedy.Remedy{{Option: evil}}
	p.Invitees.First[0] = onboard.Invitee{Email: evil, Role: evil, Teams: evil}
	p.Invitees.Admins = p.Invitees.First[:1]
	p.Invitees.Domains, p.Invitees.Roles, p.Invitees.Teams, p.Invitees.NewDomains = []onboard.Count{{Value: evil, N: 1}}, []onboard.Count{{Value: evil, N: 1}}, []onboard.Count{{Value: evil, N: 1}}, []onboard.Count{{Value: evil, N: 1}}
	rec := record.Record{Outcome: record.WouldInvite, Email: evil, Role: evil, Teams: evil, Error: evil, Hint: evil}
	var all strings.Builder
	all.WriteString(shown(t, 100, preview.Lines(p, nil)) + preview.Question(p))
	for _, width := range []func() int{nil, func() int { return 80 }} {
		var out bytes.Buffer
		if err := preview.WriteRows(paint.Paper{Out: &out, Width: width}, rows(rec)); err != nil {
			t.Fatal(err)
		}
		all.WriteString(strings.ReplaceAll(out.String(), "\t", ""))
	}
	text := all.String()
	if strings.ContainsAny(text, "\x1b\a\r\x00\u009b\u202e\u2066\t") || !strings.Contains(text, `\u202e`) || strings.Contains(text, "\xff") {
		t.Errorf("%q", text)
	}
}

func rows(records ...record.Record) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for _, rec := range records {
			if !yield(rec, nil) {
				return
			}
		}
	}
}

func TestRows(t *testing.T) {
	records := []record.Record{
		{Outcome: record.WouldInvite, Line: 2, Email: "ada@example.com", Role: "member", Teams: "Platform:developer"},
		{Outcome: record.AlreadyInvited, Line: 3, Email: "bruno@example.com", Role: "manager", Hint: "pending with another role: member"},
		{Outcome: record.Invalid, Line: 14, Email: "x\ty", Error: `no "@"`, Hint: "correct it"},
	}
	for name, tt := range map[string]struct {
		paper paint.Paper
		want  string
	}{
		"in a pipe": {paint.Paper{}, "outcome\tline\temail\trole\tteams\tnote\n" +
			"would_invite\t2\tada@example.com\tmember\tPlatform:developer\n" +
			"already_invited\t3\tbruno@example.com\tmanager\t\tpending with another role: member\n" +
			"invalid\t14\tx\\ty\t\t\tno \"@\" (correct it)\n\n"},
		"at a terminal": {paint.Paper{Width: func() int { return 90 }}, `outcome          line  email              role     teams               note
would_invite     2     ada@example.com    member   Platform:developer
already_invited  3     bruno@example.com  manager                      pending with
                         another role: member
invalid          14    x\ty                                            no "@" (correct it)

`},
	} {
		var out bytes.Buffer
		tt.paper.Out = &out
		if err := preview.WriteRows(tt.paper, rows(records...)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestManyRowsAreNotHeld writes rows as they come, a thousand together.
func TestManyRowsAreNotHeld(t *testing.T) {
	var written, most int
	paper := paint.Paper{Width: func() int { return 80 }, Out: writer(func(p []byte) { written += bytes.Count(p, []byte("\n")) })}
	err := preview.WriteRows(paper, func(yield func(record.Record, error) bool) {
		for i := range 30_000 {
			most = max(most, i-written)
			if !yield(record.Record{Outcome: record.WouldInvite, Line: i, Email: "ada@example.com"}, nil) {
				return
			}
		}
	})
	if err != nil || most > 1000 || written != 30_002 {
		t.Errorf("%v: %d lines were written, and up to %d rows held", err, written, most)
	}
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}
