package charset

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// alphabets are the letters that languages have besides those of ASCII, in lower case (CLDR, main exemplar characters, and
// what stands in names of people). They are those whose encodings can be taken for each other.
var alphabets = []string{
	// Western Europe
	"äöüßé", "éèêëàâçîïôûùüÿœ", "áéíóúüñ", "áéíóúâêôãõàçü", "àèéìíîòóù", "àçèéíïòóúü·", "ëïéèöü", "åäöé", "åæøéöäü", "áðéíóúýþæö", "áéíóú", "ċġħżàèìòù",
	// Central Europe
	"ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšžč", "čšž", "çë",
	// The Baltic, Turkey
	"ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž", "åäöšž", "çğıi̇öşüâî", "əçğıöşü",
	// Cyrillic
	"абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
	"абвгдђежзијклљмнњопрстћуфхцчџш", "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
}

// covering returns the indices of the alphabets, as bits, that have all letters of a word which are not ASCII.
func covering(word string) (languages uint64) {
	for i, alphabet := range alphabets {
		has := true
		for _, r := range word {
			if r >= 0x80 && !strings.ContainsRune(alphabet, unicode.ToLower(r)) {
				has = false
				break
			}
		}
		if has {
			languages |= 1 << i
		}
	}
	return languages
}

// fewest returns how many alphabets are needed, taking the most useful one first, so that each word is covered by one.
func fewest(all map[string]uint64) (count int) {
	words := slices.Collect(maps.Values(all))
	for len(words) > 0 {
		best, most := 0, 0
		for i := range alphabets {
			covered := 0
			for _, languages := range words {
				if languages&(1<<i) != 0 {
					covered++
				}
			}
			if covered > most {
				best, most = i, covered
			}
		}
		if most == 0 {
			return count + len(words)
		}
		var rest []uint64
		for _, languages := range words {
			if languages&(1<<best) == 0 {
				rest = append(rest, languages)
			}
		}
		words = rest
		count++
	}
	return count
}
