// Package email says whether a text can be somebody's e-mail address, and which texts mean the same mailbox.
//
// It looks at the text alone: no network, and of all domains it knows only some that are often mistyped. It never
// repairs an address by itself; where a repair is obvious, it suggests one.
package email

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"rollcall/pkg/pattern"
)

// The longest local part and the longest address that mail servers have to carry, in bytes (RFC 5321, 4.5.3.1).
const (
	maxLocal   = 64
	maxAddress = 254
)

// hopeless is the length, in bytes, beyond which nobody looks for an address in the text.
const hopeless = 4 * maxAddress

// Problem is what keeps a text from being an e-mail address.
type Problem struct {
	// Reason continues a sentence that starts with the address: `has no "@"`. Code says it in a word that does not change, and Args
	// are the values that it speaks of besides the address.
	Reason string
	Code   string
	Args   []string
	// Suggestion is an address that passes [Check] and that the text probably means; empty if there is none.
	Suggestion string
}

// domains is how a browser looks a name up, without its leniency.
var domains = idna.New(
	idna.MapForLookup(), idna.StrictDomainName(true), idna.ValidateLabels(true),
	idna.VerifyDNSLength(true), idna.BidiRule(),
)

// Check returns what is wrong with the address, or nil if it is a bare, deliverable-looking address such as
// ann@example.com. It expects a text that went through [Trim].
func Check(address string) *Problem {
	if plain(address) {
		return nil
	}
	fault, repair := diagnose(address)
	if fault.code == "" {
		return nil
	}
	switch {
	case fault.code == manyAddresses.code, repair == unclear, !utf8.ValidString(address):
		return fault.problem("")
	case !valid(repair):
		repair = mend(address)
	}
	return fault.problem(repair)
}

// fault is what is wrong with an address. Without a code, nothing is.
type fault struct {
	code, text string
	args       []string
}

func (f fault) problem(suggestion string) *Problem {
	return &Problem{Reason: f.text, Code: f.code, Args: f.args, Suggestion: suggestion}
}

// unclear is the repair of a text that means one of two addresses.
const unclear = "?"

var (
	// wrapped is the fault of a text with an address in it.
	wrapped = fault{code: "email-wrapped", text: "is more than the bare address"}
	// remarked is the fault of an address with a remark behind it. What it says is for a person to read: the address may be
	// that of somebody who has left.
	remarked      = fault{code: "email-remark", text: "has a remark in brackets behind it"}
	manyAddresses = fault{code: "email-several", text: "holds more than one address; give each its own row"}
)

// Unwrap returns the bare address if [Check] finds nothing wrong with the text but what surrounds the address, as in
// "Ann <ann@x.test>" and "mailto:ann@x.test".
func Unwrap(text string) (bare string, ok bool) {
	if plain(text) {
		return "", false
	}
	found, bare := diagnose(text)
	if found.code != wrapped.code || !valid(bare) {
		return "", false
	}
	return bare, true
}

func valid(address string) bool {
	if plain(address) {
		return true
	}
	found, _ := diagnose(address)
	return found.code == ""
}

// diagnose is [Check] without its shortcut. It returns no fault of a good address, and of a bad one perhaps what
// would repair it, which may be no address either.
func diagnose(address string) (found fault, repair string) {
	switch {
	case address == "":
		return fault{code: "email-empty", text: "is empty"}, ""
	case len(address) > hopeless:
		return tooLong(address), ""
	case !utf8.ValidString(address):
		return fault{code: "email-not-utf8", text: "is not valid UTF-8"}, ""
	}
	if many(address) || many(unlink(address)) {
		return manyAddresses, ""
	}
	if linked := unlink(address); !strings.Contains(linked, "@") {
		return withoutAt(linked), ""
	}
	if strings.HasPrefix(address, "=") && strings.Contains(address, `"`) {
		return fault{code: "email-formula", text: "is written as a formula"}, ""
	}
	if bare, remark, ok := unwrap(address); remark {
		return remarked, bare
	} else if ok {
		return wrapped, bare
	}
	at := strings.LastIndexByte(address, '@')
	if i := strings.IndexFunc(address, unseen); i >= 0 {
		r, _ := utf8.DecodeRuneInString(address[i:])
		repair := strings.Map(visible, address)
		if unicode.IsSpace(r) {
			repair = spaced(address[:at], i > at, repair)
		}
		return describe(r), repair
	}
	if mark := guestMark().FindStringIndex(address[:at]); mark != nil {
		return fault{code: "email-guest", text: "is the sign-in name of a guest, not an address"}, guest(address[:mark[0]])
	}
	if found := diagnoseLocal(address[:at]); found.code != "" {
		return found, ""
	}
	if len(address) > maxAddress {
		return tooLong(address), ""
	}
	if composed := norm.NFC.String(address); composed != address {
		return fault{code: "email-not-composed", text: "is not in the composed Unicode form (NFC)"}, composed
	}
	if found, repair := diagnoseDomain(address[:at], address[at+1:]); found.code != "" {
		return found, repair
	}
	if r := firstForeign(address[:at]); r != 0 {
		return fault{"email-local-character", `has ` + name(r) + ` before the "@"`, []string{string(r), fmt.Sprintf("%U", r)}}, ""
	}
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
		return fault{code: "email-local", text: `has characters before the "@" that an address cannot have`}, ""
	}
	return fault{}, ""
}

// spaced returns the repair of an address with a space in it, given what stands before its "@", and how it is without spaces.
func spaced(local string, behind bool, joined string) string {
	words := strings.FieldsFunc(local, unseen)
	switch {
	case behind, len(words) > 2, len(words) == 2 && strings.ContainsFunc(words[0][len(words[0])-1:], loose):
		return "" // what mend finds
	case len(words) == 2 && len(words[0]) > 1 && !unseen(rune(local[len(local)-1])) && words[1][0] != '.':
		return unclear // a name and an address, or an address with a space in it?
	}
	return joined
}

func tooLong(address string) fault {
	return fault{
		"email-too-long", fmt.Sprintf("is %d bytes long; the limit is %d", len(address), maxAddress),
		[]string{strconv.Itoa(len(address)), strconv.Itoa(maxAddress)},
	}
}

// diagnoseLocal looks at what stands before the "@", as far as the mail parser does not say it better.
func diagnoseLocal(local string) fault {
	switch {
	case local == "":
		return fault{code: "email-no-local", text: `has nothing before the "@"`}
	case len(local) > maxLocal:
		return fault{
			"email-local-too-long", fmt.Sprintf(`has %d bytes before the "@"; the limit is %d`, len(local), maxLocal),
			[]string{strconv.Itoa(len(local)), strconv.Itoa(maxLocal)},
		}
	case strings.Contains(local, "@"):
		return fault{code: "email-two-ats", text: `has more than one "@"`}
	case local[0] == '.', local[len(local)-1] == '.', strings.Contains(local, ".."):
		return fault{code: "email-local-dot", text: `has a misplaced dot before the "@"`}
	}
	return fault{}
}

// diagnoseDomain looks at what stands after the "@".
func diagnoseDomain(local, domain string) (found fault, repair string) {
	switch {
	case domain == "":
		return fault{code: "email-no-domain", text: `has nothing after the "@"`}, ""
	case domain[0] == '[':
		return fault{code: "email-ip-address", text: `has an IP address after the "@"; a domain is needed`}, ""
	}
	if r := firstForeign(domain); r != 0 && !isStandIn(domain) {
		return fault{"email-domain-character", "has " + name(r) + " in its domain", []string{string(r), fmt.Sprintf("%U", r)}}, ""
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil || strings.HasSuffix(ascii, ".") {
		return invalidDomain(domain), strings.Trim(local+"@"+domain, ".,;:'\"<>()")
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch {
	case last == ascii:
		return fault{code: "email-no-dot", text: `has no dot after the "@"`}, ""
	case strings.Trim(last, "0123456789") == "":
		return fault{"email-domain-number", fmt.Sprintf("has a domain %q that ends in a number", domain), []string{domain}}, ""
	}
	// The look-up forgives full-width letters and other stand-ins; a mail server may not.
	if name, err := domains.ToUnicode(domain); err == nil && !strings.EqualFold(name, domain) && !punycoded(domain) {
		return fault{code: "email-lookalikes", text: "has look-alike characters in its domain"}, local + "@" + name
	}
	for label := range strings.SplitSeq(domain, ".") {
		if _, err := identifiers.String(label); err != nil {
			return invalidDomain(domain), ""
		}
	}
	return fault{}, ""
}

func invalidDomain(domain string) fault {
	return fault{"email-domain", fmt.Sprintf("has an invalid domain %q", domain), []string{domain}}
}

// isStandIn reports whether a look-up takes the domain for another one in which every sign is good.
func isStandIn(domain string) bool {
	name, err := domains.ToUnicode(domain)
	return err == nil && name != domain && firstForeign(name) == 0
}

// withoutAt says that a text has no "@", and what it has in its place.
func withoutAt(text string) fault {
	for _, sign := range []rune{'\uff20', '\ufe6b'} {
		if strings.ContainsRune(text, sign) {
			return fault{"email-full-width-at", fmt.Sprintf(`has the full-width sign %U where "@" belongs`, sign), []string{fmt.Sprintf("%U", sign)}}
		}
	}
	return fault{code: "email-no-at", text: `has no "@"`}
}

func punycoded(domain string) bool {
	return strings.Contains(strings.ToLower(domain), "xn--")
}

// guestMark is in the names under which guests sign in to Entra ID: "ann_x.test#EXT#@acme.onmicrosoft.com".
var guestMark = pattern.Of("(?i)#EXT#")

// guest returns the address of the guest whose sign-in name begins so. Domains have no underscore: the last one was the "@".
func guest(name string) string {
	if at := strings.LastIndexByte(name, '_'); at >= 0 {
		return name[:at] + "@" + name[at+1:]
	}
	return ""
}

// unlink returns what a link to an address means, with its escapes resolved (RFC 6068): other texts as they are.
func unlink(text string) string {
	const link = "mailto:"
	if len(text) <= len(link) || !strings.EqualFold(text[:len(link)], link) {
		return text
	}
	bare, _, _ := strings.Cut(text[len(link):], "?")
	if plain, err := url.PathUnescape(bare); err == nil && utf8.ValidString(plain) {
		bare = plain
	}
	return Trim(strings.TrimPrefix(bare, "//")) // as for web sites, which is wrong and common
}

// unwrap finds the address in the forms that mail programs and web pages copy: "mailto:ann@x.test", "Ann <ann@x.test>",
// "Ann [ann@x.test]", "ann@x.test (Ann)". It tells whether the address has a remark behind it, as the last one has.
func unwrap(text string) (bare string, remark, ok bool) {
	if bare = unlink(text); bare != text {
		if inner, remark, again := unwrap(bare); again {
			return inner, remark, true
		}
		return bare, false, true
	}
	bare, remark, ok = unbracket(strings.TrimRight(text, ",; "))
	if !ok {
		return "", false, false
	}
	if inner, more, again := unwrap(bare); again {
		return inner, remark || more, true
	}
	return bare, remark, true
}

// unbracket returns what stands in the brackets that end the text, or before them if it is what has the "@": then what is in
// them is a remark.
func unbracket(text string) (bare string, remark, ok bool) {
	for _, pair := range []string{"<>", "()", "[]", "{}"} {
		open := strings.LastIndexByte(text, pair[0])
		if open < 0 || !strings.HasSuffix(text, pair[1:]) {
			continue
		}
		before, inside := Trim(text[:open]), Trim(text[open+1:len(text)-1])
		switch {
		case strings.Contains(inside, "@") && (pair != "[]" || before != ""):
			return inside, false, true
		case strings.Contains(before, "@") && !strings.HasSuffix(before, "@") && pair != "<>":
			return before, true, true
		case pair == "<>":
			return inside, false, true
		}
	}
	return "", false, false
}

// many reports whether the text is a list of different addresses.
func many(text string) bool {
	if strings.Count(text, "@") < 2 {
		return false
	}
	last, others, good := "", false, false
	for part := range strings.FieldsFuncSeq(text, separates) {
		part = strings.Trim(scheme().ReplaceAllString(part, ""), `"'`)
		if !strings.Contains(part, "@") {
			continue
		}
		others = others || last != "" && !strings.EqualFold(part, last)
		last = part
		good = good || part != text && valid(part)
	}
	return others && good
}

// separates reports whether r may stand between the addresses of a list, or around one of them.
func separates(r rune) bool {
	return strings.ContainsRune(",;<>()[]", r) || unicode.IsSpace(r)
}

// visible drops what is [unseen].
func visible(r rune) rune {
	if unseen(r) {
		return -1
	}
	return r
}

// unseen reports whether nobody types r into an address: spaces, controls, format characters and the like.
func unseen(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.C, unicode.Z, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.White_Space)
}

// describe says that an address has a character that nobody types.
func describe(r rune) fault {
	if r == ' ' {
		return fault{code: "email-space", text: "contains a space"}
	}
	return fault{"email-invisible", fmt.Sprintf("contains the invisible character %U", r), []string{fmt.Sprintf("%U", r)}}
}

// name says what a character is that has no place in an address.
func name(r rune) string {
	switch {
	case isApostrophe(r):
		return fmt.Sprintf("the curled apostrophe or accent %q (%U)", string(r), r)
	case unicode.Is(unicode.Pd, r):
		return fmt.Sprintf("the dash %q (%U)", string(r), r)
	case unicode.In(r, unicode.Pi, unicode.Pf, unicode.Ps, unicode.Pe):
		return fmt.Sprintf("the quotation mark or bracket %q (%U)", string(r), r)
	case '\uff01' <= r && r <= '\uff5e':
		return fmt.Sprintf("the full-width character %q (%U)", string(r), r)
	}
	return fmt.Sprintf("%q (%U)", string(r), r)
}
