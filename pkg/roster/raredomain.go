package roster

import (
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// tally counts the domains of the addresses in a roster, up to as many as a memo has values. The zero value is empty.
type tally struct {
	rows map[string]*int
	all  int
	last string // the domain of the row before with its "@", since most rows are alike, and its count
	same *int
}

// add counts an address by its key.
func (t *tally) add(key string) {
	t.all++
	if t.same == nil || !strings.HasSuffix(key, t.last) {
		t.find(strings.Clone(key[strings.LastIndexByte(key, '@'):])) // the key is a piece of its whole record
	}
	*t.same++
}

func (t *tally) find(domain string) {
	count, known := t.rows[domain[1:]]
	if !known {
		count = new(int)
		if t.rows == nil {
			t.rows = make(map[string]*int)
		}
		if len(t.rows) < memoSize {
			t.rows[domain[1:]] = count
		}
	}
	t.last, t.same = domain, count
}

// rareDomains are domains that are probably misspellings of the one that nearly everybody has. The zero value has none.
type rareDomains struct {
	home    string
	domains map[string]bool
	rows    int // of all of them
}

// rare finds the rare domains. There are none where rows are few, or where more than every tenth has another domain.
func (t *tally) rare() (d rareDomains) {
	const few = 20
	most := 0
	for domain, rows := range t.rows {
		if *rows > most {
			d.home, most = domain, *rows
		}
	}
	if most < few || most*10 < t.all*9 {
		return rareDomains{}
	}
	d.domains = make(map[string]bool)
	for domain, rows := range t.rows {
		if email.Near(domain, d.home) && !siblings(domain, d.home) && email.Doubt("x@"+domain) == nil {
			d.domains[domain] = true
			d.rows += *rows
		}
	}
	return d
}

// siblings reports whether the domains differ in their country alone, as acme.de and acme.be do.
func siblings(a, b string) bool {
	country := len(a) - 2
	return len(a) == len(b) && country > 0 && a[:country] == b[:country] && a[country-1] == '.'
}

// mark warns about an entry that is good otherwise.
func (d rareDomains) mark(e *Entry) {
	if len(d.domains) == 0 || e.Invalid() || !d.domains[domainOf(e.Key())] {
		return
	}
	local, _ := strings.CutSuffix(e.Email, domainOf(e.Email))
	warning := e.At(FieldEmail, quote(e.Email)+` does not end in "@`+d.home+`" as nearly all others do`, remedy.Words(didYouMean(local+d.home)))
	warning.Severity = Warning
	e.Findings = append(e.Findings, warning)
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
