package follow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// here is the scope of the tests.
var here = record.Scope{Service: "https://x.example", OrganizationID: "o"}

// night is what a roster says, with what is remembered when it is read and who is in the organization then.
type night struct {
	rows []roster.Entry
	// before has the numbers that are remembered, and on which day a roster has last named whom.
	before map[string]string
	last   map[string]int
	there  []string
	// beside are those whom another live roster names.
	beside []string
}

func (n night) rolls() *rolls {
	a := &Absence{numbers: map[string]ledger.Number{}, named: map[string]time.Time{}}
	for key, number := range n.before {
		a.numbers[key] = numberIn(here, number)
		a.named[key] = day(max(n.last[key], 1))
	}
	r := newRolls(a, here)
	for _, e := range n.rows {
		r.add(e)
	}
	return r
}

func (n night) mailboxes() (there, named map[string]bool) {
	there, named = map[string]bool{}, map[string]bool{}
	for _, key := range n.there {
		there[email.Mailbox(key)] = true
	}
	for _, key := range n.beside {
		named[email.Mailbox(key)] = true
	}
	for _, e := range n.rows {
		if !e.Inactive {
			named[email.Mailbox(e.Key())] = true
		}
	}
	return there, named
}

// read returns the renames as "from as to", and what is to be remembered as "key number", with "-" for none.
func (n night) read() (renames, kept []string) {
	r := n.rolls()
	there, named := n.mailboxes()
	found := r.renames(there, named)
	for _, rename := range found {
		renames = append(renames, rename.From+" as "+rename.Email)
	}
	known := map[ledger.Number]string{{}: "-"}
	for _, number := range n.before {
		known[numberIn(here, number)] = number
	}
	for _, e := range n.rows {
		known[numberIn(here, e.Number)] = e.Number
	}
	for key, number := range r.toKeep(found, named) {
		kept = append(kept, key+" "+known[number])
	}
	slices.Sort(kept)
	return renames, kept
}

func row(address, number string) roster.Entry { return roster.Entry{Email: address, Number: number} }

func TestRenames(t *testing.T) {
	inactive := func(e roster.Entry) roster.Entry {
		e.Inactive, e.Rule = true, remedy.Words("not active")
		return e
	}
	invalid := func(e roster.Entry) roster.Entry {
		e.Findings = []roster.Finding{{Severity: roster.Error}}
		return e
	}
	for _, tt := range []struct {
		name  string
		give  night
		want  []string
		keeps []string
	}{
		{"nobody is known", night{rows: []roster.Entry{row("a@x.test", "1")}}, nil, []string{"a@x.test 1"}},
		{
			"nothing is new",
			night{rows: []roster.Entry{row("a@x.test", "1")}, before: map[string]string{"a@x.test": "1"}, there: []string{"a@x.test"}},
			nil, nil,
		},
		{
			"another address",
			night{rows: []roster.Entry{row("Ann.Lee@x.test", "1"), row("b@x.test", "2")}, before: map[string]string{"ann@x.test": "1", "b@x.test": "2"}, there: []string{"ann@x.test", "b@x.test"}},
			[]string{"ann@x.test as Ann.Lee@x.test"},
			nil,
		},
		{
			"another spelling of the same mailbox",
			night{rows: []roster.Entry{row("ann+1@x.test", "1")}, before: map[string]string{"ann+2@x.test": "1"}, there: []string{"ann@x.test"}},
			nil,
			[]string{"ann+1@x.test 1"},
		},
		{
			"the old one is there no more",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"old@x.test": "1"}},
			nil,
			[]string{"new@x.test 1", "old@x.test -"},
		},
		{
			"the new one is there already, under whatever spelling",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test", "new+x@x.test"}},
			nil,
			[]string{"new@x.test 1", "old@x.test -"},
		},
		{
			"the roster names both",
			night{rows: []roster.Entry{row("new@x.test", "1"), row("old@x.test", "")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil,
			[]string{"new@x.test 1"},
		},
		{
			"another roster names the old one",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}, beside: []string{"old+y@x.test"}},
			nil,
			[]string{"new@x.test 1"},
		},
		{
			"the old one is not active",
			night{rows: []roster.Entry{inactive(row("old@x.test", "1")), row("new@x.test", "1")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			[]string{"old@x.test as new@x.test"},
			nil,
		},
		{
			"two have the number",
			night{rows: []roster.Entry{row("new@x.test", "1"), row("b@x.test", "1")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil, nil,
		},
		{
			"a wrong row has the number, too",
			night{rows: []roster.Entry{row("new@x.test", "1"), invalid(row("b@x.test", "1"))}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil, nil,
		},
		{
			"a wrong row is nobody's new address",
			night{rows: []roster.Entry{invalid(row("new@x.test", "1"))}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil, nil,
		},
		{
			"a person has two numbers",
			night{rows: []roster.Entry{row("new@x.test", "1"), row("New@x.test", "2")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil, nil,
		},
		{
			"a person has two rows",
			night{rows: []roster.Entry{row("new@x.test", "1"), row("New@x.test", "1")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			[]string{"old@x.test as New@x.test"},
			nil,
		},
		{
			"whose number is remembered is known by it",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"old@x.test": "1", "new@x.test": "7"}, there: []string{"old@x.test"}},
			nil,
			[]string{"new@x.test 1", "old@x.test -"},
		},
		{
			"of two who had it, whom a roster has named last",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"a@x.test": "1", "b@x.test": "1", "c@x.test": "1"}, last: map[string]int{"b@x.test": 3, "c@x.test": 2}, there: []string{"a@x.test", "b@x.test", "c@x.test"}},
			[]string{"b@x.test as new@x.test"},
			nil,
		},
		{
			"leading zeros count",
			night{rows: []roster.Entry{row("new@x.test", "1")}, before: map[string]string{"old@x.test": "01"}, there: []string{"old@x.test"}},
			nil,
			[]string{"new@x.test 1"},
		},
		{
			"no number",
			night{rows: []roster.Entry{row("new@x.test", "")}, before: map[string]string{"old@x.test": "1"}, there: []string{"old@x.test"}},
			nil, nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, kept := tt.give.read()
			if diff := cmp.Diff([][]string{tt.want, tt.keeps}, [][]string{got, kept}); diff != "" {
				t.Errorf("renames and numbers (-want +got):\n%s", diff)
			}
		})
	}
}

// company is a company whose people come, go and change their addresses, and the organization that follows it.
type company struct {
	// address is the present one of each person, who has the number of the index; empty for whom the roster does not name.
	address []string
	// earlier has whom an address was ever of.
	earlier map[string]int
	org     map[string]bool
	night
}

// move gives a person another address.
func (c *company) move(who int) {
	c.address[who] = fmt.Sprintf("p%d.%d@x.test", who, len(c.earlier))
	c.earlier[c.address[who]] = who
}

// sync is a night: whom the roster names, and who is neither there nor held, is invited, and whoever has left is removed. It
// returns the renames.
func (c *company) sync(accept bool, numbers []int) []Rename {
	c.rows, c.there = nil, slices.Collect(maps.Keys(c.org))
	for who, address := range c.address {
		if address != "" {
			c.rows = append(c.rows, row(address, strconv.Itoa(numbers[who]+1)))
		}
	}
	r := c.rolls()
	there, named := c.mailboxes()
	f := &Following{Renames: r.renames(there, named)}
	for i := range f.Renames {
		f.Renames[i].Accepted = accept
	}
	maps.DeleteFunc(c.org, func(address string, _ bool) bool { return !named[address] && !f.Holds(address) })
	for _, e := range c.rows {
		if !f.Holds(e.Email) {
			c.org[e.Email] = true
		}
	}
	words := map[ledger.Number]string{}
	for number := range c.address {
		words[numberIn(here, strconv.Itoa(number+1))] = strconv.Itoa(number + 1)
	}
	for key, number := range r.toKeep(f.Renames, named) {
		if c.before[key] = words[number]; number == (ledger.Number{}) {
			delete(c.before, key)
		}
	}
	return f.Renames
}

// live lets a person do something between two nights.
func (c *company) live(t *rapid.T, who int) {
	switch rapid.SampledFrom([]string{"stay", "stay", "stay", "move", "leave", "back", "removed"}).Draw(t, "what becomes of a person") {
	case "move":
		c.move(who)
	case "leave":
		c.address[who] = ""
	case "back":
		for address, of := range c.earlier {
			if of == who && (c.address[who] == "" || address < c.address[who]) {
				c.address[who] = address
			}
		}
	case "removed":
		maps.DeleteFunc(c.org, func(address string, _ bool) bool { return c.earlier[address] == who })
	}
}

// TestNobodyIsInvitedTwice lets a company live through some nights. Unless the numbers were mixed up once, nobody who is named
// loses what there is, and nobody has two addresses in the organization, but where that was accepted. Whatever the numbers are,
// nobody is touched under an address of a rename that is held.
func TestNobodyIsInvitedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.IntRange(1, 8).Draw(t, "people")
		c := &company{address: make([]string, people), earlier: map[string]int{}, org: map[string]bool{}, night: night{before: map[string]string{}}}
		numbers := make([]int, people)
		for who := range people {
			c.move(who)
			numbers[who] = who
		}
		mixed := false
		for range rapid.IntRange(1, 12).Draw(t, "nights") {
			for who := range people {
				c.live(t, who)
			}
			order := numbers
			if rapid.IntRange(0, 9).Draw(t, "mix") == 0 {
				order, mixed = rapid.Permutation(numbers).Draw(t, "numbers"), true
			}
			before, accept := maps.Clone(c.org), rapid.IntRange(0, 4).Draw(t, "accept") == 0
			seen := map[string]bool{}
			for _, rename := range c.sync(accept, order) {
				switch {
				case seen[rename.From] || seen[rename.To]:
					t.Fatalf("twice: %+v", rename)
				case !before[rename.From] || before[rename.To]:
					t.Fatalf("%+v, and there were %v", rename, before)
				case !c.org[rename.From] || c.org[rename.To] != accept:
					t.Fatalf("accepted %v, and there are %v: %+v", accept, c.org, rename)
				}
				seen[rename.From], seen[rename.To] = true, true
			}
			addresses := make([][]string, people)
			for address := range c.org {
				addresses[c.earlier[address]] = append(addresses[c.earlier[address]], address)
			}
			for who, there := range addresses {
				switch {
				case mixed:
				case c.address[who] != "" && len(there) == 0:
					t.Fatalf("person %d is not there", who)
				case len(there) > 1 && (!accept || !seen[c.address[who]]):
					t.Fatalf("person %d is there as %q", who, there)
				}
			}
		}
	})
}

func TestNumbersThatAreShifted(t *testing.T) {
	n := night{before: map[string]string{}}
	for i := range 9 {
		key := fmt.Sprintf("p%d@x.test", i)
		n.before[key] = fmt.Sprintf("0%d", i+1)
		n.rows = append(n.rows, row(key, fmt.Sprintf("0%d", i+1)))
	}
	n.rows = append(n.rows, row("new@x.test", "77"), row("none@x.test", ""))
	if got := n.rolls().shifted("ID"); got != "" {
		t.Error(got)
	}
	for i := range 5 {
		n.rows[i].Number = strings.TrimPrefix(n.rows[i].Number, "0")
	}
	if got := n.rolls().shifted("ID"); !strings.HasPrefix(got, `5 of 9 people have another number in "ID" than the last time`) {
		t.Errorf("%q", got)
	}
	n.rows = n.rows[:3]
	if got := n.rolls().shifted("ID"); got != "" {
		t.Errorf("of three: %q", got)
	}
}

func TestHolds(t *testing.T) {
	f := &Following{Renames: []Rename{{From: "ann@x.test", To: "ann.lee@x.test", Email: "Ann.Lee@x.test"}, {From: "bo@x.test", To: "bo@y.test", Email: "bo@y.test", Accepted: true}}}
	for address, want := range map[string]bool{"Ann@x.test": true, "ann+1@x.test": true, "Ann.Lee@X.test": true, "bo@x.test": true, "bo@y.test": false, "": false} {
		if got := f.Holds(address); got != want {
			t.Errorf("%q is held: %v", address, got)
		}
	}
	if (*Following)(nil).Holds("ann@x.test") || (*Following)(nil).Withheld() != nil {
		t.Error("an organization that follows nothing holds somebody")
	}
	withheld := f.Withheld()
	if len(withheld) != 1 || !strings.Contains(withheld["ann.lee@x.test"].Render(nil), "ann@x.test") {
		t.Errorf("withheld: %v", withheld)
	}
	if got := f.renamedTo(); len(got) != 2 || got["ann@x.test"] != "Ann.Lee@x.test" {
		t.Errorf("renamed: %v", got)
	}
	f.Options = Defaults()
	f.CancelLeavers = true
	for address, want := range map[string]string{"Ann.Lee@x.test": "with the same number: the rename is to be accepted", "bo@y.test": "it is accepted"} {
		c := f.judge(drift.Difference{Kind: drift.Renamed, Email: "x@x.test", NewEmail: address}, &roster.Roster{}, Ground{}, nil)
		if c.IsDue() || !strings.Contains(c.Held, want) {
			t.Errorf("%s: %+v", address, c)
		}
	}
}

func TestRenamesOfAShare(t *testing.T) {
	s := Defaults()
	for rows, want := range map[int]int{0: 3, 40: 3, 79: 4, 100: 5} {
		if got := s.Renames(rows); got != want {
			t.Errorf("of %d rows, %d may be renamed, want %d", rows, got, want)
		}
	}
	if err := s.MaxRenames.Set("0"); err != nil || s.Renames(100) != 0 {
		t.Errorf("%d, %v", s.Renames(100), err)
	}
}
