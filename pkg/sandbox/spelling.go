package sandbox

import (
	"slices"
	"strings"
)

// Spelling is a way to spell an address otherwise than the invite did. What the real service does is not known.
type Spelling string

// The spellings. Empty means AsInvited.
const (
	AsInvited Spelling = "none"
	// LowerCase writes the whole address in lower case.
	LowerCase Spelling = "lower"
	// Normalized is what Node's usual validator makes of an address: lower case and, at Gmail, no dots, no +tag and
	// gmail.com for googlemail.com.
	Normalized Spelling = "gmail"
	// Masked shows the first letter only: a***@example.com.
	Masked Spelling = "masked"
)

// Spellings says where addresses are spelled in which way. The zero value spells them as the invite did.
type Spellings struct {
	// Reply is the spelling of the answer to an invite.
	Reply Spelling `json:"reply"`
	// List is that of all other answers: both lists, their search, and an invitation that is cancelled or accepted.
	List Spelling `json:"list"`
}

func (s Spellings) check() error {
	var p problems
	for _, spelling := range []Spelling{s.Reply, s.List} {
		p.demand(slices.Contains([]Spelling{"", AsInvited, LowerCase, Normalized, Masked}, spelling),
			"unknown spelling %q", spelling)
	}
	return p.err()
}

// ChangeSpelling makes the spellings other ones from now on.
func (s *Sandbox) ChangeSpelling(spelling Spellings) error {
	return s.change(spelling.check(), func() { s.current.spelling = spelling })
}

// of returns the address in the spelling.
func (s Spelling) of(address string) string {
	switch s {
	case LowerCase:
		return strings.ToLower(address)
	case Normalized:
		return mailbox(strings.ToLower(address))
	case Masked:
		at := strings.LastIndexByte(address, '@')
		return address[:1] + "***" + address[at:]
	case AsInvited:
	}
	return address
}

// searchable returns the address as a search sees it. Masking is for the eyes of clients only.
func (s Spelling) searchable(address string) string {
	if s == Masked {
		return strings.ToLower(address)
	}
	return strings.ToLower(s.of(address))
}

// gmail reports whether the folded address belongs to Gmail.
func gmail(address string) bool {
	return strings.HasSuffix(address, "@gmail.com") || strings.HasSuffix(address, "@googlemail.com")
}

// mailbox returns the address of the mailbox that mail to the folded address ends in. Only Gmail's rules are known:
// it ignores dots and whatever follows a plus sign.
func mailbox(address string) string {
	if !gmail(address) {
		return address
	}
	local, _, _ := strings.Cut(address[:strings.LastIndexByte(address, '@')], "+")
	return strings.ReplaceAll(local, ".", "") + "@gmail.com"
}
