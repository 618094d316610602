package email

// The classes of bytes in a plain address.
const (
	inLocal  = 1 << iota // may stand in a local part (atext, RFC 5322)
	inDomain             // letter or digit
	isDigit
	isCapital
)

var class = classes()

func classes() (table [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		table[c] = inLocal | inDomain | isDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		table[c] = inLocal | inDomain
		table[c-'a'+'A'] = inLocal | inDomain | isCapital
	}
	for _, c := range "!$%&'*+-/=?^_`{|}~" { // without "#", which guests of Entra ID have
		table[c] = inLocal
	}
	return table
}

// plain reports whether the address is an ordinary ASCII one, beyond any doubt. It decides nearly every row of a
// roster without allocating; whatever it does not know goes the long way.
func plain(address string) bool {
	if len(address) > maxAddress {
		return false
	}
	at := plainLocal(address)
	return at > 0 && at <= maxLocal && plainDomain(address[at+1:])
}

// capital reports whether a plain address has a capital, and thus is not its own key.
func capital(address string) bool {
	var met uint8
	for i := range len(address) {
		met |= class[address[i]]
	}
	return met&isCapital != 0
}

// plainLocal returns the length of the local part, 0 if it is not plain.
func plainLocal(address string) int {
	dot := true // a dot may not come first, nor after another
	for i := range len(address) {
		switch c := address[i]; {
		case class[c]&inLocal != 0:
			dot = false
		case c == '.' && !dot:
			dot = true
		case c == '@' && !dot:
			return i
		default:
			return 0
		}
	}
	return 0
}

// usualLocal reports whether a local part is plain, needs no folding and leaves no doubt. It decides alone about nearly every address
// whose domain is that of the one before.
func usualLocal(local string) bool {
	dot := true
	for i := range len(local) {
		switch c := local[i]; {
		case class[c]&(inLocal|isCapital) == inLocal:
			dot = false
		case c == '.' && !dot:
			dot = true
		default:
			return false
		}
	}
	return !dot && len(local) <= maxLocal && local[0] != '\'' && !automatic(local)
}

func plainDomain(domain string) bool {
	const maxLabel = 63
	start, dots, digits := 0, 0, true // of the label at hand
	for i := range len(domain) {
		switch c := domain[i]; {
		case class[c]&inDomain != 0:
			digits = digits && class[c]&isDigit != 0
		case c == '-' && i > start && i-start != 3:
			// A hyphen in the fourth place may make a punycode label: too strange for here.
			digits = false
		case c == '.' && i > start && i-start <= maxLabel && domain[i-1] != '-':
			start, digits = i+1, true
			dots++
		default:
			return false
		}
	}
	last := len(domain) - start
	return dots > 0 && !digits && last > 0 && last <= maxLabel && domain[len(domain)-1] != '-'
}
