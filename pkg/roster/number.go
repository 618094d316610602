package roster

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// NoIDColumn is the [Settings.IDColumn] of a roster whose people have no numbers, whatever its columns are called.
const NoIDColumn = "none"

// What columns are called in which everybody has a number of their own, composed as the names of fields are. "ID" alone says
// too little.
const (
	numberNouns = "employeeid employeeidentifier employeenumber employeenum employeeno employeenr employeecode empid empnumber empno empnum empcode eeid " +
		"staffid staffnumber staffno staffcode personnelid personnelnumber personnelno personnelnr workerid workernumber associateid " +
		"associatenumber payrollid payrollnumber payrollno teammemberid " +
		"personalnummer personalnr persnr pernr mitarbeiternummer mitarbeiternr mitarbeiterid mitarbeiterinnennummer stammnummer " +
		"matricule numeroemploye numerodemploye numerosalarie idsalarie idemploye identifiantsalarie codesalarie " +
		"matricula numeroempleado numerodeempleado idempleado codigoempleado codigodeempleado legajo " +
		"matricola iddipendente numerodipendente codicedipendente numerofuncionario numerodofuncionario idfuncionario codigofuncionario " +
		"personeelsnummer personeelsnr medewerkernummer medewerkersnummer medewerkernr medewerkerid werknemernummer werknemersnummer stamnummer"
	numberFillers = "number numero nummer no n id code internal hr company unique salarie employe empleado dipendente funcionario"
)

var numberWords = words(numberNouns, numberFillers)

// idExports are tables that a directory exports, as in [exports], with the column of the id that an account keeps under
// whatever address. The sources are the same.
var idExports = []struct{ has, column string }{
	{"userprincipalname objectid", "objectid"},
	{"userprincipalname accountenabled id", "id"},
	{"samaccountname objectguid", "objectguid"},
	{"primaryemail suspended id", "id"},
	{"username email status billingactive userid", "userid"},
	{"userid username email userstatus", "userid"},
	{"atlassianid email status", "atlassianid"},
	{"login suspended dormant id", "id"},
	{"username state activated suspended id", "id"},
	{"username emailverified enabled id", "id"},
	{"username isactive profileid id", "id"},
}

// meansNumber reports whether everybody has a number of their own in a column of that name.
func meansNumber(name string) bool {
	name = squash(strings.NewReplacer("#", " no", "№", " no").Replace(annotation().ReplaceAllString(name, "")))
	return len(name) <= longestName && composed(name, numberWords())
}

// numbering is the column of a document in which everybody has a number of their own.
type numbering struct {
	at    int // absent if there is none
	name  string
	place place
}

// number returns the column with the numbers of people: the named one, or the one that is known. The columns of own were
// written by an earlier run.
func (h header) number(named string, own func(i int) bool) (n numbering, problems []problem) {
	n.at = absent
	switch named {
	case NoIDColumn:
	case "":
		n.at = h.knownNumber(own)
	default:
		var wrong *problem
		if n.at, wrong = h.one(named, "which the numbers of people are in", "number-column-missing"); wrong != nil {
			return n, []problem{*wrong}
		}
	}
	if n.at != absent {
		n.name, n.place = email.Trim(h.cells[n.at]), h.places[n.at]
	}
	return n, nil
}

// knownNumber returns the column with the numbers of people in a known export or, in any other table, the first one whose name
// says so.
func (h header) knownNumber(own func(i int) bool) int {
	index := map[string]int{}
	for i, cell := range h.cells {
		if name := squash(cell); name != "" && !own(i) {
			index[name] = i
		}
	}
	for _, known := range idExports {
		all := true
		for name := range strings.FieldsSeq(known.has) {
			_, there := index[name]
			all = all && there
		}
		if all {
			return index[known.column]
		}
	}
	for i, name := range h.cells {
		if meansNumber(name) && !own(i) {
			return i
		}
	}
	return absent
}

// numberOf returns the number in a cell in the form in which numbers are compared, empty if there is none. Leading zeros count:
// where people number others by hand, 042 and 42 may be two. What has no digit but 0 stands for nobody.
func numberOf(text string) string {
	if text == "" || !strings.ContainsFunc(text, counts) || IsErrorWord(text) {
		return ""
	}
	return sameText(text)
}

// counts reports whether r is a digit that tells one from another.
func counts(r rune) bool {
	return r != '0' && ('0' <= r && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r))
}

// numberTally finds out whether the numbers of a roster are those of its people, in 8 bytes a row: since that is a question of
// how many, hashes that are equal by chance do not matter. The zero value has seen no row.
type numberTally struct {
	seed       maphash.Seed
	rows, used int
	// uses are by the first byte of the number's hash. Each has 32 bits more of that, then 32 of the person's.
	uses *sieve
}

// add takes in a row, with the key of its person if that is known.
func (t *numberTally) add(e *Entry, key string) {
	if e.Inactive {
		return
	}
	if t.rows++; e.Number == "" {
		return
	}
	if t.uses == nil {
		t.seed, t.uses = maphash.MakeSeed(), new(sieve)
	}
	if key == "" {
		key = e.Key()
	}
	t.used++
	number, person := maphash.String(t.seed, e.Number), maphash.String(t.seed, key)
	t.uses[number>>56].add(number<<8&^0xffff_ffff | person>>32)
}

// Of a column that is believed, at most one row in manyRows lacks a number, and at most one number in fewShared is there for
// several people.
const (
	manyRows  = 2
	fewShared = 10
)

// wrong says why the numbers are not believed, in words and as a code, empty if they are.
func (t *numberTally) wrong() (reason, code string) {
	shared := 0
	if t.uses != nil {
		shared = sharedNumbers(t.uses)
	}
	switch {
	case t.used*manyRows < t.rows:
		return "is empty in most rows", "number-column-empty"
	case shared*fewShared > t.used:
		return "has the same numbers for several people", "number-column-shared"
	}
	return "", ""
}

// sharedNumbers counts the uses of numbers that several people have.
func sharedNumbers(uses *sieve) (shared int) {
	var sorted []uint64
	for at := range uses {
		sorted = slices.AppendSeq(sorted[:0], uses[at].all)
		slices.Sort(sorted)
		for start := 0; start < len(sorted); {
			end := start + 1
			for end < len(sorted) && sorted[end]>>32 == sorted[start]>>32 {
				end++
			}
			if sorted[start] != sorted[end-1] {
				shared += end - start
			}
			start = end
		}
	}
	return shared
}

// believe takes the numbers for those of people, unless they can't be. Of a column that was named, it says so.
func (r *Roster) believe(t *numberTally, c numbering) {
	if c.name == "" {
		return
	}
	wrong, code := t.wrong()
	if wrong == "" {
		r.IDColumn = c.name
		return
	}
	if r.rules.idColumn == "" {
		return
	}
	r.Warnings++
	r.Findings = append(r.Findings, problem{
		c.place, "", say(code, quote(c.name)+" "+wrong+": nobody is known by it when an address changes", c.name),
		remedy.Words("name the column in which everybody has a number of their own with ").Use(OptionIDColumn, ""),
	}.warning(r.Name).inBook(r.Format == XLSX))
}
