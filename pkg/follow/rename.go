package follow

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// OptionAcceptRenames is the option that lets renames pass, see [Options.AcceptRenames].
const OptionAcceptRenames = "accept-renames"

// Rename is somebody in the organization whom the roster probably names under another address: with the number with which an
// earlier roster has named the one who is there.
type Rename struct {
	// From is the key of the person who is there, To that of the row, and Email the address in it.
	From, To, Email string
	// Joined says that the person is a member, who may change the address in the service; otherwise an invitation is open.
	Joined bool
	// Accepted says that somebody has confirmed it: the address in the row is invited. The other one is left alone until the new
	// one is there, and has left then like anybody else.
	Accepted bool
}

// rolls are the numbers of people: those in the roster, and those that are remembered.
type rolls struct {
	// now are the people of the roster with a number that is theirs alone, by key; all are the mailboxes that have each number
	// in it, "*" for several.
	now map[string]ledger.Number
	all map[ledger.Number]string
	// addresses has those of now as the roster writes them whose number is not remembered, and filtered whom a filter leaves out.
	addresses map[string]string
	filtered  map[string]bool
	// before are the people whose number is remembered, by key, and last when a roster has last named each.
	before map[string]ledger.Number
	last   map[string]time.Time
	digest func(number string) ledger.Number
}

// several stands for the mailboxes of several people.
const several = "*"

func newRolls(a *Absence, scope record.Scope) *rolls {
	return &rolls{
		now: map[string]ledger.Number{}, all: map[ledger.Number]string{}, addresses: map[string]string{}, filtered: map[string]bool{},
		before: a.numbers, last: a.named, digest: func(number string) ledger.Number { return numberIn(scope, number) },
	}
}

// numberIn stands for a number in what a ledger remembers of the people of an organization, for as long as it knows them: there,
// nobody is to read it. It can be found out by trying all numbers.
func numberIn(scope record.Scope, number string) (n ledger.Number) {
	sum := sha256.Sum256([]byte(strings.Join([]string{"number", scope.Service, scope.OrganizationID, number}, "\x00")))
	copy(n[:], sum[:])
	return n
}

// add takes in a row of the roster. Somebody who is not active is not in it. A row that is wrong keeps its number from
// being another one's.
func (r *rolls) add(e roster.Entry) {
	if e.Number == "" || e.Inactive {
		return
	}
	number, key := r.digest(e.Number), e.Key()
	mailbox := email.Mailbox(key)
	if other, used := r.all[number]; used && other != mailbox {
		mailbox = several
	}
	r.all[number] = mailbox
	if e.Invalid() || key == "" {
		return
	}
	if other, twice := r.now[key]; twice && other != number { // which of them is the person's?
		number = ledger.Number{}
	}
	r.now[key] = number
	if _, known := r.before[key]; !known && len(r.before) > 0 { // of whom nothing else is asked
		r.addresses[key], r.filtered[key] = e.Email, e.Skipped()
	}
}

// number returns the number that is somebody's alone in the roster, zero if there is none.
func (r *rolls) number(key string) ledger.Number {
	if number := r.now[key]; r.all[number] == email.Mailbox(key) {
		return number
	}
	return ledger.Number{}
}

// renames pairs the rows of people whom nobody knows with those who are there and whom the roster does not name any more: if
// each has the same number, they are one person under another address. Of several who had it, the one counts whom a roster has
// named last. Whose own number is remembered is known by it. There and named are by mailbox.
func (r *rolls) renames(there, named map[string]bool) []Rename {
	missing := map[ledger.Number]string{}
	for key, number := range r.before {
		mailbox := email.Mailbox(key)
		if named[mailbox] || !there[mailbox] {
			continue
		}
		other, taken := missing[number]
		if !taken || cmp.Or(r.last[key].Compare(r.last[other]), cmp.Compare(other, key)) > 0 {
			missing[number] = key
		}
	}
	var found []Rename
	if len(missing) == 0 {
		return found
	}
	for key := range r.now {
		_, known := r.before[key]
		from, match := missing[r.number(key)]
		if match && !known && !there[email.Mailbox(key)] {
			found = append(found, Rename{From: from, To: key, Email: r.addresses[key]})
		}
	}
	slices.SortFunc(found, func(a, b Rename) int { return cmp.Compare(a.To, b.To) })
	return found
}

// toKeep returns the numbers that are to be remembered from now on, as far as they differ from those that are. A number that
// somebody else had whom no roster names any more is the other one's no longer. Of a rename nothing changes before the new
// address is there: what was confirmed may have failed.
func (r *rolls) toKeep(renames []Rename, named map[string]bool) map[string]ledger.Number {
	held := map[string]bool{}
	for _, rename := range renames {
		held[rename.From], held[rename.To] = true, true
	}
	changed := map[string]ledger.Number{}
	taken := map[ledger.Number]bool{}
	for key := range r.now {
		number := r.number(key)
		if number == (ledger.Number{}) || held[key] {
			continue
		}
		taken[number] = true
		if r.before[key] != number {
			changed[key] = number
		}
	}
	for key, number := range r.before {
		if taken[number] && !named[email.Mailbox(key)] {
			changed[key] = ledger.Number{}
		}
	}
	return changed
}

// shifted says that most people have another number than before, empty if they have not: then a rename can't be told.
func (r *rolls) shifted(column string) string {
	const few = 3
	same, others := 0, 0
	for key := range r.now {
		number := r.number(key)
		switch before, known := r.before[key]; {
		case !known || number == (ledger.Number{}):
		case before == number:
			same++
		default:
			others++
		}
	}
	if others <= max(same, few) {
		return ""
	}
	return fmt.Sprintf("%d of %d people have another number in %q than the last time, so nobody who has another address would be known by it: "+
		"is it the same column, with all leading zeros?", others, same+others, column)
}

// pair finds out who is in the organization under another address than in the roster. Whoever a filter leaves out is not
// confirmed. Whoever is renamed has not left: what is wanted is that nothing changes.
func (f *Following) pair(rolls *rolls, r *roster.Roster, g Ground, owners map[string]string, wanted drift.Roster) {
	if len(rolls.now) == 0 {
		return
	}
	there, joined := map[string]bool{}, map[string]bool{}
	for key, m := range g.Directory.People() {
		if m.Member == nil && m.Pending == nil {
			continue
		}
		there[email.Mailbox(key)] = true
		if joined[email.Mailbox(key)] = m.Member != nil; m.Pending != nil {
			there[email.Mailbox(owners[strings.ToLower(m.Pending.ID)])] = true
		}
	}
	named := wanted.Mailboxes()
	f.Renames, f.rows = rolls.renames(there, named), r.Rows
	for i, rename := range f.Renames {
		f.Renames[i].Joined = joined[email.Mailbox(rename.From)]
		f.Renames[i].Accepted = f.AcceptRenames && !rolls.filtered[rename.To]
		wanted[rename.From] = ""
	}
	f.numbers, f.Shifted = rolls.toKeep(f.Renames, named), rolls.shifted(r.IDColumn)
}

// renamedTo has the addresses in the roster of those who are renamed, by the mailbox of the other one.
func (f *Following) renamedTo() map[string]string {
	addresses := map[string]string{}
	for _, rename := range f.Renames {
		addresses[email.Mailbox(rename.From)] = rename.Email
	}
	return addresses
}

// Holds reports whether nothing is to be done about an address since the person is perhaps renamed: about the old one until the
// new one is there, and about the new one until somebody has confirmed it.
func (f *Following) Holds(address string) bool {
	if f == nil {
		return false
	}
	mailbox := email.Mailbox(address)
	return slices.ContainsFunc(f.Renames, func(r Rename) bool {
		return email.Mailbox(r.From) == mailbox || !r.Accepted && email.Mailbox(r.To) == mailbox
	})
}

// Withheld returns who is not invited before somebody has confirmed that another address is theirs.
func (f *Following) Withheld() plan.Withheld {
	if f == nil {
		return nil
	}
	withheld := plan.Withheld{}
	for _, rename := range f.Renames {
		if rename.Accepted {
			continue
		}
		words := "this is perhaps " + rename.From + ", who is invited, under another address: the number in the roster is the same; "
		if rename.Joined {
			words = "this is perhaps " + rename.From + ", who is a member, under another address: the number in the roster is the same. " +
				"Have the address changed in the service; or "
		}
		withheld[rename.To] = remedy.Words(words).Use(OptionAcceptRenames, "").Words(" invites this one, and takes the other one for somebody who has left once that is done")
	}
	return withheld
}

// renamed says what becomes of somebody who is renamed: nothing, until the new address is there.
func (f *Following) renamed(c amend.Change) amend.Change {
	if slices.ContainsFunc(f.Renames, func(r Rename) bool { return r.Accepted && r.Email == c.NewEmail }) {
		c.Held = "it is accepted that this is " + c.NewEmail + " now, who is to be there first"
		return c
	}
	c.Held = "the roster names " + c.NewEmail + " with the same number: the rename is to be accepted"
	if c.UserID != "" {
		c.Held += ", or the address to be changed in the service"
	}
	return c
}

// Numbers returns the numbers that are to be remembered once the roster was let through, by key; zero ones are forgotten.
func (f *Following) Numbers() map[string]ledger.Number { return maps.Clone(f.numbers) }
