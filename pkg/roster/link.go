package roster

import (
	"slices"
	"strings"
	"unicode"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
	"rollcall/pkg/workbook"
)

// linked says what the link of an e-mail cell is worth. Links outlive what they were made for: people write another
// address over an old one, a remark, or a dash, and the link still leads to whom it led. So a link counts only behind the
// name of the person whom it leads to. It returns the address, which is the text where the link does not count, and what is
// to be said; the text is judged no more if that is an error.
func (s *sheet) linked(shown workbook.Cell) (address string, wrong, doubt *problem) {
	text, mail := email.Trim(shown.Text), shown.Mail
	if text == "" || mail == "" || email.Check(mail) != nil {
		return shown.Text, nil, nil
	}
	if strings.Contains(text, "@") {
		bare := text
		if problem := email.Check(text); problem != nil && problem.Suggestion != "" {
			bare = problem.Suggestion
		}
		if email.Fold(bare) == email.Fold(mail) || strings.Count(bare, "@") > 1 {
			return shown.Text, nil, nil
		}
		return shown.Text, nil, &problem{
			reason: say("link-elsewhere", "shows "+quote(text)+", leads to "+quote(mail), text, mail), suggestion: remedy.Words("what is shown counts; correct the link or remove it"),
		}
	}
	if namesOwner(text, mail, s.names()) {
		return mail, nil, &problem{
			reason: say("link-counts", "shows "+quote(text)+", leads to "+quote(mail)+", which counts", text, mail), suggestion: remedy.Words("better write the address itself"),
		}
	}
	return shown.Text, &problem{
		reason: say("link-only", quote(text)+` has no "@", and its link leads to `+quote(mail), text, mail), suggestion: remedy.Words("write the address itself, or delete the row"),
	}, nil
}

// names returns what the row says in its columns for the name of a person.
func (s *sheet) names() string {
	var all []string
	for i, one := range s.cells {
		if i != s.layout.email && isNameColumn(s.header.cells[i]) {
			all = append(all, one.Text)
		}
	}
	return strings.Join(all, " ")
}

// nameColumns are what columns for the name of a person are called, as [squash] leaves it.
var nameColumns = strings.Fields("name names fullname displayname firstname lastname givenname familyname surname forename person employee member user " +
	"vorname nachname anzeigename familienname mitarbeiter nom prenom nomcomplet nombre nombres apellido apellidos nome cognome sobrenome apelido " +
	"naam voornaam achternaam")

func isNameColumn(name string) bool { return slices.Contains(nameColumns, squash(name)) }

// nameLongest is how many words a name has at most.
const nameLongest = 6

// particles are words of names that begin with a small letter.
const particles = " von van der den de del della di da do dos la le el al bin ben ibn ter ten zu zum y e und "

// namesOwner reports whether the text is the name of a person whose address that is, in a row that has the names.
// Either the local part is made of the words of the text and their initials, one whole word at least; or it is made of
// nothing that could be a name, and the row itself says that this is the person's.
func namesOwner(text, address, names string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	if len(words) == 0 || len(words) > nameLongest || strings.ContainsAny(text, "0123456789()[]<>:;!?=/#") {
		return false
	}
	local, _, _ := strings.Cut(address[:strings.LastIndexByte(address, '@')], "+")
	if email.Fold(local) == email.Fold(text) {
		return true
	}
	known := strings.FieldsFunc(names, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	target := strings.Trim(squash(local), "0123456789")
	if len(target) < 3 {
		return covers(known, words)
	}
	parts := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) })
	if covers(parts, words) {
		return true
	}
	used := make([]bool, len(words))
	return composedOf(target, words, used, false, func() bool { return restIsName(words, used, known) })
}

// covers reports whether each of the words is among the others.
func covers(all, words []string) bool {
	for _, word := range words {
		if !slices.ContainsFunc(all, func(one string) bool {
			return slices.Contains(spellings(one), squash(word)) || squash(one) == squash(word)
		}) {
			return false
		}
	}
	return true
}

// composedOf reports whether the target is a row of words and of initials of others, each used once, with a whole word
// among them, and with a rest that is fit.
func composedOf(target string, words []string, used []bool, whole bool, fit func() bool) bool {
	if target == "" {
		return whole && fit()
	}
	for i, word := range words {
		if used[i] {
			continue
		}
		used[i] = true
		for _, spelled := range spellings(word) {
			if rest, ok := strings.CutPrefix(target, spelled); ok && len(spelled) > 1 && composedOf(rest, words, used, true, fit) {
				return true
			}
			initial := spelled[:min(len(spelled), 1)]
			if rest, ok := strings.CutPrefix(target, initial); ok && initial != "" && composedOf(rest, words, used, whole, fit) {
				return true
			}
		}
		used[i] = false
	}
	return false
}

// restIsName reports whether the words that no address has are none of a remark: they stand among the names of the row, are
// particles, or there is a single one, written as names are.
func restIsName(words []string, used []bool, known []string) bool {
	others := 0
	for i, word := range words {
		if used[i] || strings.Contains(particles, " "+word+" ") || covers(known, words[i:i+1]) {
			continue
		}
		others++
		first, rest := []rune(word)[0], string([]rune(word)[1:])
		if !unicode.IsUpper(first) || strings.ToUpper(rest) == rest {
			return false
		}
	}
	return others == 0 || others == 1 && len(words) == 2
}

// umlauts are the letters that addresses spell as two.
var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ß", "ss", "ø", "oe", "å", "aa", "æ", "ae")

// spellings returns how a word of a name may stand in an address.
func spellings(word string) []string {
	plain, long := squash(strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae").Replace(word)), squash(umlauts.Replace(word))
	if plain == long {
		return []string{plain}
	}
	return []string{plain, long}
}
