package guard

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"rollcall/pkg/email"
)

// Domain is a domain that addresses may have.
type Domain struct {
	name string // in lower-case ASCII, without a leading dot
	sub  bool   // its subdomains are meant, not the domain itself
}

// ParseDomain reads a domain: example.com is that domain alone, .example.com and *.example.com are its subdomains.
func ParseDomain(text string) (Domain, error) {
	name, sub := strings.CutPrefix(strings.TrimSpace(text), "*.")
	if !sub {
		name, sub = strings.CutPrefix(name, ".")
	}
	if problem := email.Check("somebody@" + name); problem != nil || strings.Contains(name, "@") {
		return Domain{}, fmt.Errorf("%q is not a domain such as example.com, or .example.com for its subdomains", text)
	}
	return Domain{name: domainOf("@" + name), sub: sub}, nil
}

// String returns the domain as [ParseDomain] reads it.
func (d Domain) String() string {
	if d.sub {
		return "." + d.name
	}
	return d.name
}

// Has reports whether an address is at the domain, or at a subdomain where these are meant.
func (d Domain) Has(address string) bool { return d.allows(domainOf(address)) }

// allows reports whether the domain of an address is this one.
func (d Domain) allows(domain string) bool {
	if d.sub {
		return strings.HasSuffix(domain, "."+d.name)
	}
	return domain == d.name
}

// domainOf returns the domain of an address in lower-case ASCII.
func domainOf(address string) string {
	key := email.Fold(address)
	return key[strings.LastIndexByte(key, '@')+1:]
}

// lookAlike returns the allowed domain that another one can be mistaken for, empty if there is none. Of a subdomain, the
// last labels are compared.
func lookAlike(domain string, allowed []Domain) string {
	for _, d := range allowed {
		mine, other := readable(d.name), lastLabels(readable(domain), strings.Count(d.name, ".")+1)
		if mine == other { // its own subdomain, or the domain of allowed subdomains: foreign, but no fake
			continue
		}
		if skeleton(mine) == skeleton(other) || oneEdit([]rune(mine), []rune(other)) {
			return d.name
		}
	}
	return ""
}

// readable returns a domain as a person sees it.
func readable(domain string) string {
	if name, err := idna.ToUnicode(domain); err == nil {
		return name
	}
	return domain
}

func lastLabels(domain string, n int) string {
	labels := strings.Split(domain, ".")
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}

// looks are letters by what they look like in an address bar: those of other scripts that domains are faked with, and
// those of our own that are taken for each other.
var looks = strings.NewReplacer(
	// Cyrillic
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "ё", "e", "һ", "h", "н", "h", "і", "l", "ї", "l", "ј", "j", "к", "k",
	"ӏ", "l", "м", "m", "о", "o", "р", "p", "ԛ", "q", "ѕ", "s", "т", "t", "у", "y", "ѵ", "v", "ԝ", "w", "х", "x", "г", "r",
	// Greek
	"α", "a", "ε", "e", "η", "n", "ι", "l", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "σ", "o", "τ", "t", "υ", "u", "χ", "x", "γ", "y", "ω", "w",
	// Armenian and Latin beyond ASCII
	"օ", "o", "ո", "n", "ս", "u", "հ", "h", "ց", "g", "ı", "l", "ɡ", "g", "ɑ", "a", "ʏ", "y", "ł", "l", "ø", "o",
	"à", "a", "á", "a", "â", "a", "ä", "a", "å", "a", "ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e", "ì", "l", "í", "l",
	"î", "l", "ï", "l", "ñ", "n", "ò", "o", "ó", "o", "ô", "o", "ö", "o", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y",
	// ASCII
	"rn", "m", "vv", "w", "cl", "d", "0", "o", "1", "l", "i", "l", "3", "e", "5", "s", "8", "b",
)

// skeleton returns what a domain looks like: those with the same skeleton can be taken for each other.
func skeleton(domain string) string { return looks.Replace(domain) }

// oneEdit reports whether one letter inserted, deleted or replaced, or two neighbours swapped, make a of b.
func oneEdit(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	from := 0
	for from < len(a) && a[from] == b[from] {
		from++
	}
	a, b = a[from:], b[from:]
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return len(b) == 1 || swapped
}
