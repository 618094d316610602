package roster

import (
	"strings"

	"rollcall/pkg/email"
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

// strays are domains that are probably slips of the pen for the one that nearly everybody has. The zero value has none.
type strays struct {
	home    string
	domains map[string]bool
	rows    int // of all of them
}

// settle finds the strays. Where there are few rows, or more than every tenth is elsewhere, nobody strays.
func (t *tally) settle() (s strays) {
	const few = 20
	most := 0
	for domain, rows := range t.rows {
		if *rows > most {
			s.home, most = domain, *rows
		}
	}
	if most < few || most*10 < t.all*9 {
		return strays{}
	}
	s.domains = make(map[string]bool)
	for domain, rows := range t.rows {
		if email.Near(domain, s.home) && !siblings(domain, s.home) && email.Doubt("x@"+domain) == nil {
			s.domains[domain] = true
			s.rows += *rows
		}
	}
	return s
}

// siblings reports whether the domains differ in their country alone, as acme.de and acme.be do.
func siblings(a, b string) bool {
	country := len(a) - 2
	return len(a) == len(b) && country > 0 && a[:country] == b[:country] && a[country-1] == '.'
}

// mark warns about an entry that is good otherwise.
func (s strays) mark(e *Entry) {
	if len(s.domains) == 0 || e.Invalid() || !s.domains[domainOf(e.Key())] {
		return
	}
	local, _ := strings.CutSuffix(e.Email, domainOf(e.Email))
	warning := e.At(FieldEmail, quote(e.Email)+` does not end in "@`+s.home+`" as nearly all others do`, didYouMean(local+s.home))
	warning.Severity = Warning
	e.Findings = append(e.Findings, warning)
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
