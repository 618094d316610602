package listing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/document"
	"rollcall/pkg/ledger"
	"rollcall/pkg/listing"
	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// staffed is a service with one team that has one member.
type staffed struct{}

func (staffed) TeamMembers(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.TeamMembersPage, error) {
	if page.Number > 1 {
		return cybedefend.TeamMembersPage{}, nil
	}
	return cybedefend.TeamMembersPage{Members: []cybedefend.TeamMember{{ID: "u2", Role: cybedefend.TeamManager}}, Items: 1, TotalUsers: 1}, nil
}

func members(t *testing.T) listing.List {
	t.Helper()
	staff, err := directory.ReadStaff(t.Context(), directory.Options{}, staffed{}, []cybedefend.Team{{ID: "t1", Name: "A;B"}, {ID: "t2", Name: "=Ops"}})
	if err != nil {
		t.Fatal(err)
	}
	return listing.Members("o1", []cybedefend.User{
		{ID: "u2", Email: "bob@x.example", Role: "member"}, {ID: "u1", Email: "Ann@x.example", Role: "Creator"},
	}, staff)
}

func TestMembersAreARoster(t *testing.T) {
	var text bytes.Buffer
	l := members(t)
	if err := l.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	want := "email,role,teams,user_id\nAnn@x.example,administrator,,u1\nbob@x.example,member,\"\"\"A;B\"\":team_manager; =Ops:team_manager\",u2\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
	source := document.Source{Name: "members.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text.Bytes())), nil }}
	read, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var people []string
	for entry, err := range read.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, entry.Email+" "+entry.Role+" "+roster.FormatTeams(entry.Teams))
	}
	if diff := cmp.Diff([]string{"Ann@x.example administrator ", "bob@x.example member \"A;B\":team_manager; =Ops:team_manager"}, people); diff != "" {
		t.Errorf("read as a roster (-want +got):\n%s", diff)
	}
}

// TestTeamsOfOneNameAreToldApart has a member in one of two teams that a roster cannot tell apart by their names.
func TestTeamsOfOneNameAreToldApart(t *testing.T) {
	staff, err := directory.ReadStaff(t.Context(), directory.Options{}, staffed{}, []cybedefend.Team{{ID: "t1", Name: "Ops"}, {ID: "t2", Name: "OPS"}})
	if err != nil {
		t.Fatal(err)
	}
	rows := listing.Members("o1", []cybedefend.User{{ID: "u2", Email: "bob@x.example", Role: "member"}}, staff).Rows
	if want := "t1:team_manager; t2:team_manager"; rows[0][2] != want {
		t.Errorf("teams %q, want %q", rows[0][2], want)
	}
}

func TestListsInOtherForms(t *testing.T) {
	l := members(t)
	var book, table bytes.Buffer
	if err := l.WriteXLSX(&book); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	rows, err := file.GetRows("Members")
	if err != nil || len(rows) != 3 || rows[2][0] != "bob@x.example" {
		t.Errorf("the workbook has %v, %v", rows, err)
	}
	if err := l.WriteTable(&table); err != nil || !strings.HasPrefix(table.String(), "EMAIL          ROLE           TEAMS") {
		t.Errorf("table: %v\n%s", err, table.String())
	}
	object, err := json.Marshal(l.Object)
	if err != nil || !strings.Contains(string(object), `{"email":"bob@x.example","role":"member","teams":[{"id":"t1","name":"A;B","role":"team_manager"},`) {
		t.Errorf("object: %s, %v", object, err)
	}
}

func TestInvitations(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	all := []cybedefend.Invitation{
		{ID: "1", Email: "b@x.example", Status: "pending", ExpiresAt: now.Add(time.Hour)},
		{ID: "2", Email: "a@x.example", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
		{ID: "3", Email: "c@x.example", Status: " Revoked "},
	}
	for state, want := range map[directory.State][][]string{
		directory.Pending: {{"b@x.example", "", "pending", "2026-11-28T13:00:00Z", "1"}},
		directory.Expired: {{"a@x.example", "", "expired", "2026-11-28T11:00:00Z", "2"}},
		listing.All: {
			{"a@x.example", "", "expired", "2026-11-28T11:00:00Z", "2"},
			{"b@x.example", "", "pending", "2026-11-28T13:00:00Z", "1"},
			{"c@x.example", "", "revoked", "", "3"},
		},
	} {
		filter, err := listing.Filter{State: state}.Parse()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, listing.Invitations("o1", all, filter, now).Rows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", state, diff)
		}
	}
}

func TestRuns(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.Local)
	run := func(id string, change func(*ledger.Summary)) ledger.Summary {
		s := ledger.Summary{Run: ledger.Run{ID: id, Roster: "people.csv", Rows: 3, StartedAt: at}, Outcomes: map[record.Outcome]int{record.Invited: 2, record.Unset: 1}}
		change(&s)
		return s
	}
	rows := listing.Runs([]ledger.Summary{
		run("r3", func(*ledger.Summary) {}),
		run("r2", func(s *ledger.Summary) { s.Overtaken = true }),
		run("r1", func(s *ledger.Summary) { s.EndedAt, s.ExitCode, s.Approved = at, 3, "3cde2900a51a" }),
	}).Rows
	want := [][]string{
		{"r3", "2026-11-28 12:00:00", "people.csv", "3", "resumable", "2 invited, 1 left"},
		{"r2", "2026-11-28 12:00:00", "people.csv", "3", "overtaken", "2 invited, 1 left"},
		{"r1", "2026-11-28 12:00:00", "people.csv", "3", "exit 3, approved 3cde2900a51a", "2 invited, 1 left"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNamesAreSorted(t *testing.T) {
	var names []string
	for _, row := range listing.Organizations([]cybedefend.Membership{{ID: "2", Name: "beta"}, {ID: "1", Name: "Alpha", Role: "member"}, {ID: "1", Name: "beta"}}).Rows {
		names = append(names, strings.Join(row, " "))
	}
	for _, row := range listing.Teams("o1", []cybedefend.Team{{ID: "2", Name: "beta", Description: "d"}, {ID: "1", Name: "Alpha"}}).Rows {
		names = append(names, strings.Join(row, " "))
	}
	if diff := cmp.Diff([]string{"Alpha 1 member", "beta 1 ", "beta 2 ", "Alpha 1 ", "beta 2 d"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRunsHaveColors(t *testing.T) {
	l := listing.Runs([]ledger.Summary{
		{Run: ledger.Run{ID: "r3", Roster: "a\x1b[2J.csv"}},
		{Run: ledger.Run{ID: "r2", EndedAt: time.Now(), ExitCode: 1}},
		{Run: ledger.Run{ID: "r1", EndedAt: time.Now(), ExitCode: 13}},
		{Run: ledger.Run{ID: "r0", EndedAt: time.Now()}},
	})
	var out bytes.Buffer
	if err := (paint.Paper{Out: &out, Color: true}).Print(l.Lines()...); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\x1b[1mRUN\x1b[0m  ", `  a\x1b[2J.csv  `, "\x1b[1;35mresumable\x1b[0m", "\x1b[1;31mexit 1\x1b[0m", "\x1b[1;35mexit 13\x1b[0m", "\x1b[32mexit 0\x1b[0m"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %q", out.String(), want)
		}
	}
}
