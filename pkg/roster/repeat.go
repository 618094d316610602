package roster

import (
	"strconv"
	"strings"
)

// many is from how many rows on findings that say the same are one: fewer are told one by one, where an editor jumps to.
const many = 4

// repeats are findings that say the same about several rows. The zero value has none.
type repeats map[saying]*occurrences

// saying is what a finding says, wherever that is.
type saying struct {
	severity      Severity
	field, reason string
}

// add notes a finding about a row.
func (r *repeats) add(f Finding) {
	if f.Field == "" {
		return
	}
	key := saying{f.Severity, f.Field, f.Reason}
	known := (*r)[key]
	switch {
	case known == nil && len(*r) == memoSize:
		return
	case known == nil && *r == nil:
		*r = repeats{}
		fallthrough
	case known == nil:
		known = &occurrences{}
		(*r)[key] = known
	}
	known.add(f.Line)
}

// Gather returns the finding that stands for all rows about which the same is said, if they are many: at the first of them,
// with their number. There is none for the others. Any other finding is returned as it is.
func (r *Roster) Gather(f Finding) (Finding, bool) {
	known := r.repeats[saying{f.Severity, f.Field, f.Reason}]
	switch {
	case known == nil || known.rows < many:
		return f, true
	case f.Line != known.lines[0]:
		return f, false
	}
	f.Rows, f.Lines = known.rows, known.lines
	word, isRole := unknownRole(f.Reason)
	f.Reason += " on " + known.String()
	if isRole && f.Field == FieldRole && len(f.Suggestion.Remedies()) == 0 {
		f.Suggestion = f.Suggestion.Words("; ").Use(OptionMap, valueMapping(f.Field, word, "ROLE")).Words(" says what it means, ").
			Use(OptionMap, f.Field+"=").Words(" that the column is no " + f.Field)
	}
	return f, true
}

// unknownRole returns the word that a finding calls an unknown role, and whether it does so in full.
func unknownRole(reason string) (word string, ok bool) {
	word, ok = strings.CutPrefix(reason, "unknown role ")
	word, err := strconv.Unquote(word)
	return word, ok && err == nil
}
