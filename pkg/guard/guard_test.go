package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/guard"
	"rollcall/pkg/remedy"
)

// crowd returns so many members at a domain.
func crowd(n int, domain string) (people []guard.Person) {
	for i := range n {
		people = append(people, guard.Person{Line: i + 2, Email: fmt.Sprintf("a%d@%s", i+1, domain), Role: "member"})
	}
	return people
}

func TestTrips(t *testing.T) {
	boss := guard.Person{Line: 7, Email: "ann@x.example", Role: "administrator"}
	tests := []struct {
		name   string
		limits guard.Limits
		rows   int
		give   []guard.Person
		want   []string // each trip, and the flags that let it pass
	}{
		{name: "no limits", give: append(crowd(4000, "x.example"), boss)},
		{name: "as many as may be", limits: guard.Limits{MaxNew: new(3)}, give: crowd(3, "x.example")},
		{
			name: "too many", limits: guard.Limits{MaxNew: new(3)}, give: crowd(7, "x.example"),
			want: []string{"max-new: 7 people would get an e-mail, and at most 3 may: a1@x.example, a2@x.example, a3@x.example, a4@x.example, a5@x.example, and 2 more", "max-new 7"},
		},
		{
			name: "nobody may", limits: guard.Limits{MaxNew: new(0)}, give: crowd(1, "x.example"),
			want: []string{"max-new: 1 person would get an e-mail, and at most 0 may: a1@x.example", "max-new 1"},
		},
		{name: "one administrator", limits: guard.Limits{MaxAdmins: new(1)}, give: []guard.Person{boss, {Email: "b@x.example", Role: "billing_manager"}}},
		{
			name: "managers count as administrators", limits: guard.Limits{MaxAdmins: new(0)},
			give: append(crowd(2, "x.example"), boss, guard.Person{Email: "bo@x.example", Role: "manager"}),
			want: []string{"max-admins: 2 people would become administrator or manager, and at most 0 may: ann@x.example as administrator, bo@x.example as manager", "max-admins 2"},
		},
		{name: "enough rows", limits: guard.Limits{MinRows: 5}, rows: 5},
		{
			name: "too few rows", limits: guard.Limits{MinRows: 5}, rows: 4,
			want: []string{"min-rows: the roster has 4 rows, and at least 5 are expected", "min-rows 4"},
		},
		{
			name: "foreign domains, the fakes first", limits: guard.Limits{Domains: domains(t, "acme.com", ".corp.example")},
			give: []guard.Person{
				{Line: 2, Email: "ann@ACME.com"},
				{Line: 3, Email: "bo@eu.corp.example"},
				{Line: 4, Email: "cy@gmail.com"},
				{Line: 5, Email: "di@corp.example"},
				{Line: 6, Email: "ed@mail.acme.com"},
				{Line: 7, Email: "fe@acrne.com"},
			},
			want: []string{
				"allow-domain: 4 people would get an e-mail at a domain that is not allowed: fe@acrne.com on line 7 (looks like acme.com, and is not), " +
					"cy@gmail.com on line 4, di@corp.example on line 5, ed@mail.acme.com on line 6",
				"allow-domain acrne.com", "allow-domain corp.example", "allow-domain gmail.com", "allow-domain mail.acme.com",
			},
		},
		{
			name: "everything at once", limits: guard.Limits{MaxNew: new(0), MaxAdmins: new(0), MinRows: 9, Domains: domains(t, "y.example")}, rows: 1,
			give: []guard.Person{boss},
			want: []string{
				"max-new: 1 person would get an e-mail, and at most 0 may: ann@x.example", "max-new 1",
				"allow-domain: 1 person would get an e-mail at a domain that is not allowed: ann@x.example on line 7 (looks like y.example, and is not)", "allow-domain x.example",
				"max-admins: 1 person would become administrator or manager, and at most 0 may: ann@x.example as administrator", "max-admins 1",
				"min-rows: the roster has 1 row, and at least 9 are expected", "min-rows 1",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := guard.New(tt.limits)
			for _, person := range tt.give {
				check.Add(person)
			}
			var got []string
			for _, trip := range check.Trips(tt.rows) {
				got = append(got, trip.String())
				for _, remedy := range trip.Pass {
					got = append(got, remedy.String())
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Trips (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLeavers(t *testing.T) {
	tests := []struct {
		most    *int
		leavers int
		want    string
	}{
		{most: nil, leavers: 100},
		{most: new(4), leavers: 0},
		{most: new(4), leavers: 4},
		{most: new(0), leavers: 1, want: "max-leavers: 1 person would be changed for having left the roster, and at most 0 may: a1@x.example max-leavers 1"},
		{
			most: new(4), leavers: 6,
			want: "max-leavers: 6 people would be changed for having left the roster, and at most 4 may: a1@x.example, a2@x.example, a3@x.example, a4@x.example, a5@x.example, and 1 more max-leavers 6",
		},
	}
	for _, tt := range tests {
		check := guard.New(guard.Limits{MaxLeavers: tt.most})
		for _, person := range crowd(tt.leavers, "x.example") {
			check.Leave(person.Email)
		}
		var trips []string
		for _, trip := range check.Trips(10) {
			trips = append(trips, fmt.Sprint(trip, " ", trip.Pass[0]))
		}
		if got := strings.Join(trips, "; "); got != tt.want {
			t.Errorf("%d leavers: %q, want %q", tt.leavers, got, tt.want)
		}
	}
}

// TestRemovalsCountTwice has members who are removed, who count as leavers, too.
func TestRemovalsCountTwice(t *testing.T) {
	check := guard.New(guard.Limits{MaxLeavers: new(3), MaxRemovals: new(1)})
	check.Leave("zoe@x.example")
	for i, want := range []string{
		"",
		"max-removals: 2 members would be removed, or demoted on the way out, and at most 1 may: a1@x.example, a2@x.example max-removals 2",
		"max-leavers: 4 people would be changed for having left the roster, and at most 3 may: zoe@x.example, a1@x.example, a2@x.example, a3@x.example max-leavers 4; " +
			"max-removals: 3 members would be removed, or demoted on the way out, and at most 1 may: a1@x.example, a2@x.example, a3@x.example max-removals 3",
	} {
		check.Remove(fmt.Sprintf("a%d@x.example", i+1))
		var trips []string
		for _, trip := range check.Trips(10) {
			trips = append(trips, fmt.Sprint(trip, " ", trip.Pass[0]))
		}
		if got := strings.Join(trips, "; "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFakesAreNamedHoweverLateTheyCome(t *testing.T) {
	check := guard.New(guard.Limits{Domains: domains(t, "acme.com")})
	for _, person := range append(crowd(50, "gmail.com"), crowd(2, "acme.co")...) {
		check.Add(person)
	}
	want := []string{
		"a1@acme.co on line 2 (looks like acme.com, and is not)", "a2@acme.co on line 3 (looks like acme.com, and is not)",
		"a1@gmail.com on line 2", "a2@gmail.com on line 3", "a3@gmail.com on line 4", "and 47 more",
	}
	if diff := cmp.Diff(want, check.Trips(52)[0].Examples); diff != "" {
		t.Errorf("examples (-want +got):\n%s", diff)
	}
}

func TestShrink(t *testing.T) {
	tests := []struct {
		last, rows int
		percent    float64
		want       string
	}{
		{last: 0, rows: 10, percent: 0},
		{last: 100, rows: 100, percent: 0},
		{last: 100, rows: 250, percent: 0},
		{last: 100, rows: 90, percent: 10},
		{last: 100, rows: 89, percent: 10, want: "max-shrink: the roster has 89 rows, 11.0% less than the 100 of the last one, and at most 10% may go max-shrink 12%"},
		{last: 1000, rows: 0, percent: 99.5, want: "max-shrink: the roster has 0 rows, 100.0% less than the 1000 of the last one, and at most 99.5% may go max-shrink 100%"},
		{last: 3, rows: 2, percent: 0, want: "max-shrink: the roster has 2 rows, 33.3% less than the 3 of the last one, and at most 0% may go max-shrink 34%"},
	}
	for _, tt := range tests {
		got := ""
		if trip := guard.Shrink(tt.last, tt.rows, tt.percent); trip != nil {
			got = fmt.Sprint(trip, " ", trip.Pass[0])
		}
		if got != tt.want {
			t.Errorf("Shrink(%d, %d, %g) = %q, want %q", tt.last, tt.rows, tt.percent, got, tt.want)
		}
	}
}

// TestTripsCarryRemedies has a trip say which settings let it pass as data, and name itself as a face does.
func TestTripsCarryRemedies(t *testing.T) {
	check := guard.New(guard.Limits{Domains: domains(t, "acme.com")})
	check.Add(guard.Person{Line: 2, Email: "ann@x.example", Role: "member"})
	check.Add(guard.Person{Line: 3, Email: "bob@y.example", Role: "member"})
	trip := check.Trips(2)[0]
	want := []remedy.Remedy{{Option: "allow-domain", Value: "x.example"}, {Option: "allow-domain", Value: "y.example"}}
	if diff := cmp.Diff(want, trip.Pass); diff != "" || trip.Option != guard.OptionAllowDomain {
		t.Errorf("option %q, passes with (-want +got):\n%s", trip.Option, diff)
	}
	text := trip.Text(func(r remedy.Remedy) string { return "<" + r.Option + ">" })
	if want := "<allow-domain>: 2 people would get an e-mail at a domain that is not allowed: ann@x.example on line 2, bob@y.example on line 3"; text != want {
		t.Errorf("Text = %q, want %q", text, want)
	}
}

func domains(t *testing.T, texts ...string) (all []guard.Domain) {
	t.Helper()
	for _, text := range texts {
		d, err := guard.ParseDomain(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func TestRoleChanges(t *testing.T) {
	change := func(limits guard.Limits, n int) *guard.Check {
		check := guard.New(limits)
		for _, person := range crowd(n, "x.example") {
			check.ChangeRole(person)
		}
		return check
	}
	for _, tt := range []struct {
		most *int
		n    int
		want string
	}{
		{most: nil, n: 100},
		{most: new(4), n: 4},
		{most: new(1), n: 2, want: "max-role-changes: 2 members would be given another role, and at most 1 may: a1@x.example as member, a2@x.example as member max-role-changes 2"},
	} {
		var trips []string
		for _, trip := range change(guard.Limits{MaxRoleChanges: tt.most}, tt.n).Trips(10) {
			trips = append(trips, fmt.Sprint(trip, " ", trip.Pass[0]))
		}
		if got := strings.Join(trips, "; "); got != tt.want {
			t.Errorf("%d changes: %q, want %q", tt.n, got, tt.want)
		}
	}
}

// TestPassed has limits let pass what others would not, and the other way round.
func TestPassed(t *testing.T) {
	check := guard.New(guard.Limits{MaxAdmins: new(2), MaxLeavers: new(0), Domains: domains(t, "acme.com")})
	check.Add(guard.Person{Line: 2, Email: "ann@x.example", Role: "administrator"})
	check.Leave("bo@x.example")
	usual := guard.Limits{MaxAdmins: new(0), MaxLeavers: new(0), MaxRoleChanges: new(0), Domains: domains(t, "x.example")}
	passed := check.Passed(usual)
	if len(passed) != 1 || passed[0].Option != guard.OptionMaxAdmins {
		t.Errorf("passed = %v", passed)
	}
	if got := len(check.Trips(1)); got != 2 {
		t.Errorf("%d trips after that, want those of a foreign domain and of a leaver", got)
	}
}

// TestCancels has as many invitations be cancelled as may be, and one more.
func TestCancels(t *testing.T) {
	people := []string{"a@x.example", "b@x.example"}
	if trip := guard.Cancels(2, people); trip != nil {
		t.Errorf("two of two: %v", trip)
	}
	trip := guard.Cancels(1, people)
	if trip == nil || trip.String() != "max-cancels: 2 invitations would be cancelled, and at most 1 may: a@x.example, b@x.example" {
		t.Fatalf("two of one: %v", trip)
	}
	if diff := cmp.Diff([]remedy.Remedy{{Option: "max-cancels", Value: "2"}}, trip.Pass); diff != "" {
		t.Error(diff)
	}
}

func TestRenames(t *testing.T) {
	for most, want := range map[int]string{
		2: "",
		1: "max-renames: 2 people would have another address now, by the numbers in the roster, and at most 1 may: is it the right column?: a@x.example as a@y.example, b@x.example as b@y.example",
	} {
		check := guard.New(guard.Limits{MaxRenames: &most})
		check.Rename("a@x.example", "a@y.example")
		check.Rename("b@x.example", "b@y.example")
		trips := check.Trips(9)
		if len(trips) == 0 && want == "" {
			continue
		}
		if len(trips) != 1 || trips[0].String() != want {
			t.Fatalf("at most %d: %v", most, trips)
		}
		if diff := cmp.Diff([]remedy.Remedy{{Option: "max-renames", Value: "2"}}, trips[0].Pass); diff != "" {
			t.Error(diff)
		}
	}
}
