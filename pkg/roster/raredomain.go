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

// rareDomains are domains that are probably misspellings, each of the one that is meant: of the one that nearly everybody
// has, or of one that looks alike and that many have. The zero value has none.
type rareDomains struct {
	meant map[string]string
	rows  int // of all of them
}

// rare finds the rare domains.
func (t *tally) rare() (d rareDomains) {
	d.meant = t.alike()
	home := t.home()
	for domain := range t.rows {
		if home != "" && d.meant[domain] == "" && email.Near(domain, home) && !siblings(domain, home) && email.Doubt("x@"+domain) == nil {
			d.meant[domain] = home
		}
	}
	for domain := range d.meant {
		d.rows += *t.rows[domain]
	}
	return d
}

// home returns the domain that nearly everybody has, "" where rows are few, or where more than every tenth has another.
func (t *tally) home() (home string) {
	const few = 20
	most := 0
	for domain, rows := range t.rows {
		if *rows > most {
			home, most = domain, *rows
		}
	}
	if most < few || most*10 < t.all*9 {
		return ""
	}
	return home
}

// alike returns the domains that look like one that is there more than twice as often, and that one.
func (t *tally) alike() map[string]string {
	common := make(map[string]string) // by what they look like
	for domain, rows := range t.rows {
		look := email.Skeleton(domain)
		if other, known := common[look]; !known || *t.rows[other] < *rows {
			common[look] = domain
		}
	}
	meant := make(map[string]string)
	if len(common) == len(t.rows) {
		return meant
	}
	for domain, rows := range t.rows {
		if one := common[email.Skeleton(domain)]; one != domain && *t.rows[one] > 2**rows {
			meant[domain] = one
		}
	}
	return meant
}

// siblings reports whether the domains differ in their country alone, as acme.de and acme.be do.
func siblings(a, b string) bool {
	country := len(a) - 2
	return len(a) == len(b) && country > 0 && a[:country] == b[:country] && a[country-1] == '.'
}

// mark warns about an entry that is good otherwise.
func (d rareDomains) mark(e *Entry) {
	if len(d.meant) == 0 || e.Invalid() {
		return
	}
	domain := domainOf(e.Key())
	meant, rare := d.meant[domain]
	if !rare {
		return
	}
	code, reason := "email-rare-domain", ` does not end in "@`+meant+`" as nearly all others do`
	if email.Skeleton(domain) == email.Skeleton(meant) {
		code, reason = "email-lookalike-domain", ` ends in what looks like "@`+meant+`", which others have, and is another domain`
	}
	local, _ := strings.CutSuffix(e.Email, domainOf(e.Email))
	said := say(code, quote(e.Email)+reason, e.Email, "@"+meant).meaning(local + meant)
	warning := e.at(FieldEmail, said, remedy.Words(didYouMean(local+meant)))
	warning.Severity = Warning
	e.Findings = append(e.Findings, warning)
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
