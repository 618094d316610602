package email

import (
	"cmp"
	"fmt"
	"strings"
)

// Doubter finds doubts about addresses. It remembers the domain it met last, since those that come together are mostly
// alike. The zero value is ready; it is not safe for concurrent use.
type Doubter struct {
	trusted string // with its "@"
	isKey   bool   // it is plain and has no capital: an address with it may be its own key
}

// Read is [Key] and, of an address that passes [Check], Doubt.
func (d *Doubter) Read(address string) (key string, problem, doubt *Problem) {
	if local, trusted := strings.CutSuffix(address, d.trusted); trusted && d.isKey && len(address) <= maxAddress && usualLocal(local) {
		return address, nil, nil
	}
	if key, problem = Key(address); problem != nil {
		return "", problem, nil
	}
	return key, nil, d.Doubt(address)
}

// Doubt returns what is probably wrong with an address that passes [Check], or nil if nothing is. As with Check, its
// reason continues a sentence that starts with the address. A doubt is never certain: hardly any slip of the pen is
// nobody's domain.
func (d *Doubter) Doubt(address string) *Problem {
	local, trusted := strings.CutSuffix(address, d.trusted)
	if !trusted || d.trusted == "" {
		at := strings.LastIndexByte(address, '@')
		if at < 0 {
			return nil
		}
		domain := strings.ToLower(address[at+1:])
		if likely := likely(domain); likely != domain {
			return &Problem{Code: "email-domain-slip", Args: []string{"@" + likely}, Reason: fmt.Sprintf("is probably meant to end in %q", "@"+likely), Suggestion: address[:at+1] + likely}
		}
		if problem := strange(address[:at], domain); problem != nil {
			return problem
		}
		local, d.trusted = address[:at], address[at:]
		d.isKey = plainDomain(d.trusted[1:]) && !capital(d.trusted)
	}
	if len(local) > 1 && local[0] == '\'' {
		return &Problem{Code: "email-apostrophe", Reason: "begins with an apostrophe, by which spreadsheets mark a text", Suggestion: address[1:]}
	}
	if automatic(local) {
		return &Problem{Code: "email-no-person", Reason: "is a mailbox that no person reads, and invitations are for persons"}
	}
	if !ascii(local) {
		if one, other := mixed(local); one != "" {
			return &Problem{Code: "email-mixed-local", Args: []string{one, other}, Reason: "mixes letters of " + one + " and " + other + `, which look alike, before the "@"`}
		}
		return &Problem{Code: "email-local-letters", Reason: `has letters before the "@" that many mail servers refuse`}
	}
	return nil
}

// strange returns what is strange about a domain in lower case that is no slip of the pen.
func strange(local, domain string) *Problem {
	dot := strings.LastIndexByte(domain, '.')
	ending := domain[dot+1:]
	switch {
	case len(ending) == 1:
		return &Problem{Code: "email-ending-one-letter", Args: []string{"." + ending}, Reason: fmt.Sprintf("ends in %q, and no top-level domain has one letter", "."+ending)}
	case unreachable(domain, ending):
		return &Problem{Code: "email-ending-unreachable", Args: []string{"." + ending}, Reason: fmt.Sprintf("ends in %q, where no mail arrives from the Internet", "."+ending)}
	case strings.HasPrefix(domain, "www.") && strings.Count(domain, ".") > 1:
		return &Problem{Code: "email-web-site", Reason: "has the name of a web site as its domain", Suggestion: local + "@" + domain[len("www."):]}
	}
	if ascii(domain) && !punycoded(domain) { // most are, and looking closer would take most of a check
		return nil
	}
	if name, err := domains.ToUnicode(domain); err == nil && !ascii(name) {
		if one, other := mixed(name); one != "" {
			return &Problem{Code: "email-mixed-domain", Args: []string{one, other}, Reason: "mixes letters of " + one + " and " + other + ", which look alike, in its domain"}
		}
	}
	return nil
}

// unreachable reports whether a top-level domain, or the domain as a whole, is reserved for uses outside of the public names
// (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and what ICANN reserves) or is customary in local networks. The
// reserved ones for tests and documentation are not among them: whoever writes .test and .example does so on purpose.
func unreachable(domain, ending string) bool {
	switch ending {
	case "invalid", "localhost", "local", "localdomain", "internal", "intranet", "lan", "corp", "onion", "alt":
		return true
	}
	return strings.HasSuffix(domain, ".home.arpa")
}

// Doubt is [Doubter.Doubt] for a single address.
func Doubt(address string) *Problem {
	var d Doubter
	return d.Doubt(address)
}

// provider is a mail provider for everybody, at "name.ending". Those that are abroad have addresses in many countries,
// such as yahoo.fr and hotmail.co.uk.
type provider struct {
	name, ending string
	abroad       bool
}

// providers are those with names that are mistyped often and long enough to tell, by their first letter.
var providers = [256][]provider{
	'g': {{"gmail", "com", false}, {"googlemail", "com", false}},
	'h': {{"hotmail", "com", true}},
	'i': {{"icloud", "com", false}},
	'o': {{"outlook", "com", true}},
	'p': {{"protonmail", "com", true}},
	't': {{"t-online", "de", true}},
	'w': {{"wanadoo", "fr", true}},
	'y': {{"yahoo", "com", true}},
}

// likely returns the domain that the given one, in lower case, is probably a slip of the pen for: itself if it is none.
func likely(domain string) string {
	if domain == "" {
		return ""
	}
	// Nobody slips at the first letter: mail.com and ymail.com are not gmail.com.
	for _, p := range providers[domain[0]] {
		name, ending, _ := strings.Cut(domain, ".")
		meant := p.meant(ending)
		switch {
		case name == p.name && (meant != "" || !strings.Contains(ending, ".")):
			return name + "." + cmp.Or(meant, p.ending)
		case meant != "" && Near(name, p.name):
			return p.name + "." + meant
		}
	}
	dot := strings.LastIndexByte(domain, '.')
	if meant := slip(domain[dot+1:]); meant != "" {
		return domain[:dot+1] + meant
	}
	return domain
}

// meant returns the ending of the provider that is meant by the given one, "" if none is.
func (p provider) meant(ending string) string {
	switch {
	case p.ending == "com" && (ending == "co" || ending == "cm" || ending == "om"): // countries, but not of these providers
		return "com"
	case slip(ending) != "":
		return slip(ending)
	case ending == p.ending, p.abroad && (len(ending) == 2 || strings.HasPrefix(ending, "co.") || strings.HasPrefix(ending, "com.")):
		return ending
	}
	return ""
}

// slip returns the top-level domain that the given one, which does not exist, is a slip of the pen for, or "".
func slip(ending string) string {
	switch ending {
	case "con", "cmo", "ocm", "comm", "coom", "ccom", "conm", "comn", "vom", "xom", "cim", "cpm":
		return "com"
	case "nte", "ent", "nett", "nrt":
		return "net"
	case "ogr", "rog", "orgg":
		return "org"
	}
	return ""
}

// Near reports whether the texts differ by one slip of the pen: a letter too many, too few or another one, or two
// neighbours swapped. It compares bytes.
func Near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	switch left, right := a[same:], b[same:]; {
	case len(a)+1 == len(b):
		return left == right[1:]
	case len(a) != len(b), left == "":
		return false
	case left[1:] == right[1:]:
		return true
	default:
		return left[0] == right[1] && left[1] == right[0] && left[2:] == right[2:]
	}
}

// automatic reports whether the local part is one that, by custom, no person reads.
func automatic(local string) bool {
	if local == "" || strings.IndexByte("ynrYNR", local[len(local)-1]) < 0 { // which are few, and this runs for every row
		return false
	}
	var squashed [len("mailerdaemon")]byte
	length := 0
	for i := range len(local) {
		c := local[i]
		switch {
		case c == '-', c == '_', c == '.':
			continue
		case length == len(squashed):
			return false
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		squashed[length] = c
		length++
	}
	switch string(squashed[:length]) {
	case "noreply", "donotreply", "mailerdaemon", "postmaster":
		return true
	}
	return false
}

// ascii reports whether all of the local part is ASCII. Many servers refuse mail to others (RFC 6531 is optional), even
// though their addresses are valid.
func ascii(local string) bool {
	for i := range len(local) {
		if local[i] >= 0x80 {
			return false
		}
	}
	return true
}
