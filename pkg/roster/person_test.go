package roster_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/roster"
)

// sequence yields people without an error, as often as it is asked.
func sequence(people ...roster.Person) iter.Seq2[roster.Person, error] {
	return func(yield func(roster.Person, error) bool) {
		for _, person := range people {
			if !yield(person, nil) {
				return
			}
		}
	}
}

// failing yields people, and then an error.
func failing(err error, people ...roster.Person) iter.Seq2[roster.Person, error] {
	return func(yield func(roster.Person, error) bool) {
		for _, person := range people {
			if !yield(person, nil) {
				return
			}
		}
		yield(roster.Person{}, err)
	}
}

// entries reads a document to its end.
func entries(ctx context.Context, source document.Source, options roster.Options) (*roster.Roster, []roster.Entry, error) {
	r, err := roster.Read(ctx, source, options)
	if err != nil {
		return nil, nil, err
	}
	var all []roster.Entry
	for entry, err := range r.Entries(ctx) {
		if err != nil {
			return r, nil, err
		}
		all = append(all, entry)
	}
	return r, all, nil
}

func TestPeople(t *testing.T) {
	people := []roster.Person{
		{Email: "ann@example.com", Role: "Billing Manager", Teams: []roster.Team{{Name: "Platform; Core:developer", Role: "read_only"}, {Name: "A:b"}}},
		{Email: "bob.example.com", Role: "membr"},
		{Email: "cyd@example.com", Teams: []roster.Team{}, Extra: map[string]string{"Department": "R&D", "No.": "007"}},
		{Email: "ANN@example.com", Role: "manager"},
		{Email: "cyd@example.com", Teams: []roster.Team{}, Extra: map[string]string{"Start": "=1+1"}},
		{Extra: map[string]string{"Passwort": "geheim"}},
		{Email: "dan@example.com", Teams: []roster.Team{{Name: "Core", Role: "boss"}}},
		{Email: "eve@examp1e.com"},
	}
	for i := range 30 {
		people = append(people, roster.Person{Email: fmt.Sprintf("p%d@example.com", i)})
	}
	options := roster.Options{Role: "member", Teams: []roster.Team{{Name: "Everybody"}}}
	r, got, err := entries(t.Context(), roster.People("staff.csv", sequence(people...)), options)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s, %s, %q: %d rows, %d invalid, %d duplicates, %v\n", r.Name, r.Format, r.Extra, r.Rows, r.Invalid, r.Duplicates, r.Findings)
	for _, e := range got[:9] {
		fmt.Fprintf(&text, "%d:%d %q %s %q %q %d\n", e.Row, e.Line, e.Email, e.Role, roster.FormatTeams(e.Teams), e.Extra, e.DuplicateOf)
		for _, finding := range e.Findings {
			fmt.Fprintf(&text, "  %s\n", finding)
		}
	}
	const want = `staff.csv, jsonl, ["Department" "No." "Start" "Passwort"]: 38 rows, 5 invalid, 1 duplicates, ` +
		`[staff.csv:6:22: "Passwort" is left out: passwords are not copied into results (nobody needs them here: delete the column) [warning]]
1:1 "ann@example.com" billing_manager "\"Platform; Core:developer\":read_only; A:b:developer" [] 0
  staff.csv:1:10: email: "ann@example.com" is also on line 4, with another role or other teams (keep one of them)
2:2 "bob.example.com" membr "Everybody:developer" [] 0
  staff.csv:2:10: email: "bob.example.com" has no "@"
  staff.csv:2:35: role: unknown role "membr" (did you mean member?)
3:3 "cyd@example.com" member "" ["R&D" "007" "" ""] 0
4:4 "ANN@example.com" manager "Everybody:developer" [] 0
  staff.csv:4:10: email: "ANN@example.com" is also on line 1, with another role or other teams (keep one of them)
5:5 "cyd@example.com" member "" ["" "" "=1+1" ""] 3
  staff.csv:5:10: email: "cyd@example.com" is on line 3 already, with the same role and teams [warning]
6:6 "" member "Everybody:developer" ["" "" "" ""] 0
  staff.csv:6:10: email: no e-mail address
7:7 "dan@example.com" member "" [] 0
  staff.csv:7:59: teams: unknown team role "boss" (one of team_manager, analyst_developer, developer, read_only)
8:8 "eve@examp1e.com" member "Everybody:developer" [] 0
  staff.csv:8:10: email: "eve@examp1e.com" ends in what looks like "@example.com", which others have, and is another domain (did you mean eve@example.com?) [warning]
9:9 "p0@example.com" member "Everybody:developer" [] 0
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever the values are, they come back exactly; addresses, roles and teams without blanks around them.
func TestPeopleComeBack(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\t\n\r\u2028\u0085\ufeff\"\\'{}[]:,;<>&=+-@é𝄞\U0010ffff")))).
		Filter(func(s string) bool { return !strings.ContainsRune(s, 0) })
	name := text.Filter(func(s string) bool { return !strings.ContainsAny(strings.ToLower(s), "ps") }) // of no password
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) roster.Person {
			teams := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) roster.Team {
				return roster.Team{Name: text.Draw(t, "team"), Role: rapid.SampledFrom(append(roster.TeamRoles(), "")).Draw(t, "team role")}
			}), 0, 3).Draw(t, "teams")
			if rapid.Bool().Draw(t, "nil teams") {
				teams = nil
			}
			return roster.Person{
				Email: text.Draw(t, "email"), Role: rapid.OneOf(text, rapid.SampledFrom(roster.Roles())).Draw(t, "role"),
				Teams: teams, Extra: rapid.MapOfN(name, text, 0, 4).Draw(t, "extra"),
			}
		}), 1, 5).Draw(t, "people")
		r, got, err := entries(t.Context(), roster.People("people", sequence(people...)), roster.Options{Role: "member"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows != len(people) || len(got) != len(people) {
			t.Fatalf("%d people are %d rows and %d entries", len(people), r.Rows, len(got))
		}
		for i, person := range people {
			e := got[i]
			if e.Row != i+1 || e.Line != i+1 || e.Email != email.Trim(person.Email) {
				t.Errorf("%+v is row %d on line %d: %q", person, e.Row, e.Line, e.Email)
			}
			if slices.Contains(roster.Roles(), person.Role) && e.Role != person.Role {
				t.Errorf("the role %q is %q", person.Role, e.Role)
			}
			extra := make(map[string]string)
			for k, value := range e.Extra {
				if _, has := person.Extra[r.Extra[k]]; has || value != "" {
					extra[r.Extra[k]] = value
				}
			}
			if diff := cmp.Diff(person.Extra, extra); diff != "" && len(person.Extra) > 0 {
				t.Errorf("extra (-want +got):\n%s", diff)
			}
			if teams := wanted(person.Teams); teams != nil {
				if diff := cmp.Diff(teams, e.Teams, cmpopts.IgnoreFields(roster.Team{}, "RoleDefaulted")); diff != "" {
					t.Errorf("teams (-want +got):\n%s", diff)
				}
			}
		}
	})
}

// wanted returns teams as they come back, nil if there is something wrong with them, or none.
func wanted(teams []roster.Team) (want []roster.Team) {
	names := make(map[string]bool)
	for _, team := range teams {
		team.Name = email.Trim(team.Name)
		if team.Role == "" {
			team.Role = roster.DefaultTeamRole
		}
		names[strings.ToLower(team.Name)] = true
		want = append(want, team)
	}
	if len(names) < len(teams) || names[""] {
		return nil
	}
	return want
}

// The digest is that of the content: it is another whenever a value is.
func TestDigestsOfPeople(t *testing.T) {
	base := roster.Person{Email: "ann@x.test", Role: "member", Extra: map[string]string{"a": "1", "b": "2", "c": "3"}}
	others := []roster.Person{
		base,
		{Email: "bob@x.test", Role: base.Role, Extra: base.Extra},
		{Email: base.Email, Role: "manager", Extra: base.Extra},
		{Email: base.Email, Role: base.Role, Extra: map[string]string{"a": "1", "b": "2", "c": "4"}},
		{Email: base.Email, Role: base.Role, Extra: base.Extra, Teams: []roster.Team{}},
		{Email: base.Email, Role: base.Role, Extra: base.Extra, Teams: []roster.Team{{Name: "A"}}},
	}
	digests := make(map[[32]byte]int)
	for i, person := range others {
		for _, name := range []string{"people", "others"} {
			for range 10 { // maps have no order
				person.Extra = maps.Clone(person.Extra)
				r, err := roster.Read(t.Context(), roster.People(name, sequence(person)), roster.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if of, known := digests[r.Digest]; known && of != i {
					t.Errorf("%+v and %+v have one digest", others[of], person)
				}
				digests[r.Digest] = i
			}
		}
	}
	if len(digests) != len(others) {
		t.Errorf("%d digests of %d documents", len(digests), len(others))
	}
}

// A sequence that yields other people the second time is a document that has changed.
func TestPeopleOnce(t *testing.T) {
	ann, bob := roster.Person{Email: "ann@x.test"}, roster.Person{Email: "bob@x.test"}
	for name, second := range map[string]iter.Seq2[roster.Person, error]{
		"nobody": sequence(), "fewer": sequence(ann), "more": sequence(ann, bob, bob), "others": sequence(bob, ann),
	} {
		readings := 0
		source := roster.People("people", func(yield func(roster.Person, error) bool) {
			people := second
			if readings++; readings == 1 {
				people = sequence(ann, bob)
			}
			people(yield)
		})
		_, _, err := entries(t.Context(), source, roster.Options{Role: "member"})
		if !errors.Is(err, roster.ErrChanged) {
			t.Errorf("%s: %v, want ErrChanged", name, err)
		}
	}
}

// An error of the sequence is that of the reading, in either of them and wherever it comes.
func TestPeopleFail(t *testing.T) {
	lost := errors.New("the database is gone")
	many := slices.Repeat([]roster.Person{{Email: "ann@x.test", Role: "member"}}, 2_000)
	for _, give := range []error{lost, fmt.Errorf("query: %w", lost), io.EOF, fmt.Errorf("query: %w", io.EOF), context.Canceled} {
		for _, before := range [][]roster.Person{nil, many[:1], many} {
			for _, sound := range []int{0, 1} {
				readings := 0
				source := roster.People("people", func(yield func(roster.Person, error) bool) {
					if readings++; readings <= sound {
						sequence(append(before, many[0])...)(yield)
						return
					}
					failing(give, before...)(yield)
				})
				_, got, err := entries(t.Context(), source, roster.Options{})
				if err == nil || got != nil || readings != sound+1 {
					t.Fatalf("%v after %d people: %d entries in reading %d, %v", give, len(before), len(got), readings, err)
				}
				want := give
				if errors.Is(give, io.EOF) {
					want = io.ErrUnexpectedEOF
				}
				refused, isRefusal := errors.AsType[*roster.RefusedError](err)
				if !errors.Is(err, want) || isRefusal == errors.Is(give, context.Canceled) {
					t.Errorf("%v after %d people comes out of reading %d as %#v", give, len(before), readings, err)
				}
				if isRefusal && want == give && refused.Err != give { //nolint:errorlint // as it is, not wrapped
					t.Errorf("%v comes out as %v", give, refused.Err)
				}
				if !strings.Contains(err.Error(), give.Error()) {
					t.Errorf("%q does not say %q", err, give)
				}
			}
		}
	}
}

// JSON has no place for what is not UTF-8, and no other character is put there.
func TestPeopleInUTF8(t *testing.T) {
	for field, person := range map[string]roster.Person{
		"email": {Email: "a\xff"}, "role": {Role: "a\xff"}, "team": {Teams: []roster.Team{{Name: "a\xff"}}},
		"team role": {Teams: []roster.Team{{Role: "a\xff"}}}, "column": {Extra: map[string]string{"a\xff": ""}}, "cell": {Extra: map[string]string{"": "a\xff"}},
	} {
		_, _, err := entries(t.Context(), roster.People("people", sequence(roster.Person{Email: "ann@x.test"}, person)), roster.Options{})
		refused, ok := errors.AsType[*roster.RefusedError](err)
		if want := `person 2: "a\xff" is not UTF-8`; !ok || refused.Err == nil || refused.Err.Error() != want {
			t.Errorf("%s: %v, want %s", field, err, want)
		}
	}
}

// Whoever has enough of the entries has ended the sequence, too; one that is never read has not begun.
func TestPeopleEnd(t *testing.T) {
	begun, ended := 0, 0
	source := roster.People("people", func(yield func(roster.Person, error) bool) {
		begun++
		defer func() { ended++ }()
		for i := range 10_000 {
			if !yield(roster.Person{Email: fmt.Sprintf("p%d@x.test", i), Role: "member"}, nil) {
				return
			}
		}
	})
	file, err := source.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil || begun != 0 {
		t.Errorf("closed: %v, begun %d times", err, begun)
	}
	r, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if begun != 2 || ended != 2 || r.Rows != 10_000 {
		t.Errorf("begun %d times, ended %d times, %d rows", begun, ended, r.Rows)
	}
}

func TestNobody(t *testing.T) {
	_, _, err := entries(t.Context(), roster.People("people", sequence()), roster.Options{})
	if err == nil || err.Error() != "people: there are no people in the document" {
		t.Errorf("%v", err)
	}
}

// Columns are bounded, since everybody may name others. Both readings say the same about them.
func TestExtraColumnsAreBounded(t *testing.T) {
	columns := func(from, to int, name string) map[string]string {
		extra := make(map[string]string)
		for i := from; i < to; i++ {
			extra[fmt.Sprintf("%05d%s", i, name)] = "x"
		}
		return extra
	}
	long := strings.Repeat("x", 300_000)
	for _, test := range []struct {
		name     string
		extra    []map[string]string
		columns  int
		findings string
	}{
		{"too many", []map[string]string{columns(0, 16_384, ""), columns(16_382, 16_386, "")}, 16_384, "[2:71 2:83]"},
		{"long names", []map[string]string{columns(0, 2, long), columns(2, 4, long), columns(0, 1, "")}, 4, "[2:300059]"},
	} {
		var people []roster.Person
		for i, extra := range test.extra {
			people = append(people, roster.Person{Email: fmt.Sprintf("p%d@x.test", i), Role: "member", Extra: extra})
		}
		r, got, err := entries(t.Context(), roster.People("people", sequence(people...)), roster.Options{})
		if err != nil {
			t.Fatal(err)
		}
		places, invalid := []string{}, 0
		for _, e := range got {
			for _, finding := range e.Findings {
				places = append(places, fmt.Sprintf("%d:%d", finding.Line, finding.Column))
			}
			if e.Invalid() {
				invalid++
			}
		}
		if fmt.Sprint(places) != test.findings || len(r.Extra) != test.columns || r.Invalid != invalid {
			t.Errorf("%s: findings at %v, want %s; %d columns, want %d; %d rows invalid in the first reading, %d in the second",
				test.name, places, test.findings, len(r.Extra), test.columns, r.Invalid, invalid)
		}
	}
}
