package listing_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/listing"
	"rollcall/pkg/progress"
)

// underway is a progress with somebody in every state.
func underway() *progress.Progress {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	person := func(line int, address, unit string) progress.Person {
		return progress.Person{Line: line, Email: address, Role: "member", Teams: "Ops:developer", Extra: []string{unit, "=1+1"}}
	}
	return &progress.Progress{
		Roster: "people.csv", OrganizationID: "o1", Extra: []string{"Unit", "Note"}, At: now,
		People: []progress.Standing{
			{Person: person(2, "a@x.test", "Ops"), State: progress.Accepted, As: "a@y.test", SentAt: now.Add(-49 * time.Hour)},
			{Person: person(3, "b@x.test", "Ops"), State: progress.Pending, InvitationID: "i2", SentAt: now.Add(-47 * time.Hour), ExpiresAt: now.Add(72 * time.Hour)},
			{Person: person(4, "c@x.test", "\t"), State: progress.ExpiresSoon, InvitationID: "i3", SentAt: now.Add(-59 * time.Minute), ExpiresAt: now.Add(time.Minute)},
			{Person: person(5, "d@x.test", ""), State: progress.Ended, How: progress.Vanished, Doubtful: true},
			{Person: progress.Person{Line: 6, Email: "e@x.test"}, State: progress.NotInvited},
		},
		Counts: progress.Counts{progress.Accepted: 1, progress.Pending: 1, progress.ExpiresSoon: 1, progress.Ended: 1, progress.NotInvited: 199},
		Low:    []progress.Low{{Domain: "x.test", Accepted: 0, Invited: 6, ElsewhereAccepted: 5, ElsewhereInvited: 6}},
	}
}

func TestProgress(t *testing.T) {
	l := listing.Progress(underway())
	var table, text bytes.Buffer
	if err := l.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	head := strings.Join([]string{
		"people.csv: 203 people",
		"  accepted          1  <1%",
		"  pending           1  <1%",
		"  expires soon      1  <1%",
		"  ended             1  <1%",
		"  not invited     199  98%",
		"",
		"x.test: 0 of 6 who were invited more than 3 days ago have accepted, and 5 of 6 elsewhere",
		progress.Advice,
		"",
		"EMAIL     ROLE    TEAMS          STATUS        AGE  INVITED_AT           EXPIRES_AT           NOTE",
		"a@x.test  member  Ops:developer  accepted      2d   ",
	}, "\n")
	if !strings.HasPrefix(table.String(), head) {
		t.Errorf("table:\n%s\nwant:\n%s", table.String(), head)
	}
	if strings.Contains(table.String(), "unknown") || strings.Contains(table.String(), "1+1") {
		t.Errorf("table:\n%s", table.String())
	}
	if err := l.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	want := `email,role,teams,status,age,invited_at,expires_at,note,Unit,Note
a@x.test,member,Ops:developer,accepted,2d,2026-11-26T11:00:00Z,,known as a@y.test,Ops,'=1+1
b@x.test,member,Ops:developer,pending,47h,2026-11-26T13:00:00Z,2026-12-01T12:00:00Z,,Ops,'=1+1
c@x.test,member,Ops:developer,expires_soon,59m,2026-11-28T11:01:00Z,2026-11-28T12:01:00Z,,'	,'=1+1
d@x.test,member,Ops:developer,ended,,,,"no longer listed, although it had not expired; a request of a run is without an answer",,'=1+1
e@x.test,,,not_invited,,,,,,
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
	object, err := json.Marshal(l.Object)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"organization_id":"o1","roster":"people.csv","totals":{"people":203,"accepted":1,"pending":1,"expires_soon":1,"ended":1,"not_invited":199}`,
		`"low_acceptance":[{"domain":"x.test","accepted":0,"invited":6,"elsewhere_accepted":5,"elsewhere_invited":6}],"groups":[]`,
		`{"line":2,"email":"a@x.test","role":"member","teams":"Ops:developer","status":"accepted","invited_at":"2026-11-26T11:00:00Z","known_as":"a@y.test","extra":{"Note":"=1+1","Unit":"Ops"}}`,
		`"status":"ended","how":"vanished","doubtful":true,`,
	} {
		if !strings.Contains(string(object), want) {
			t.Errorf("object lacks %s:\n%s", want, object)
		}
	}
}

func TestProgressByGroup(t *testing.T) {
	p := underway()
	p.By, p.Groups = "Unit\t", []progress.Group{
		{Value: "Ops", Counts: progress.Counts{progress.Accepted: 3, progress.Pending: 1, progress.Ended: 1}},
		{Counts: progress.Counts{progress.ExpiresSoon: 1, progress.NotInvited: 2}},
	}
	l := listing.Progress(p)
	want := [][]string{{"Ops", "5", "3", "60%", "1", "0", "1", "0"}, {"(none)", "3", "0", "0%", "0", "1", "0", "2"}}
	if diff := cmp.Diff(want, l.Rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var table bytes.Buffer
	if err := l.WriteTable(&table); err != nil || !strings.Contains(table.String(), "PEOPLE  ACCEPTED  SHARE  PENDING  EXPIRES_SOON  ENDED  NOT_INVITED\nOps ") {
		t.Errorf("%v\n%s", err, table.String())
	}
	object, err := json.Marshal(l.Object)
	if want := `"groups":[{"value":"Ops","people":5,"accepted":3,"pending":1,"expires_soon":0,"ended":1,"not_invited":0},{"value":"","people":3,`; err != nil || !strings.Contains(string(object), want) {
		t.Errorf("%v, %s", err, object)
	}
}

func TestForms(t *testing.T) {
	for _, tt := range []struct {
		give listing.Form
		want string
	}{
		{listing.Form{}, ""},
		{listing.Form{CSV: true}, ""},
		{listing.Form{CSV: true, XLSX: true}, "csv and xlsx both want standard output"},
		{listing.Form{CSV: true, JSON: true, XLSX: true}, "csv and json both want standard output"},
	} {
		if err := tt.give.Check(); (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%+v: %v, want %s", tt.give, err, tt.want)
		}
	}
	l := listing.Teams("o1", nil)
	for form, want := range map[listing.Form]string{
		{}: "NAME  ID  DESCRIPTION\n", {CSV: true}: "name,id,description\n", {JSON: true}: `{"organization_id":"o1","teams":[]}` + "\n", {XLSX: true}: "PK",
	} {
		var text bytes.Buffer
		if err := l.Write(&text, form); err != nil || !strings.HasPrefix(text.String(), want) {
			t.Errorf("%+v: %q, %v", form, text.String(), err)
		}
	}
}
