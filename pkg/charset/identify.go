package charset

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gogs/chardet"
)

// candidates are the encodings that rosters are found in, those of Windows first: where two of them give the same text, the
// first is named.
var candidates = []string{
	"windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-874",
	"shift_jis", "gb18030", "big5", "euc-kr", "euc-jp",
	"macintosh", "x-mac-cyrillic", "ibm850", "ibm852", "ibm437", "ibm866", "koi8-r", "koi8-u",
	"iso-8859-2", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-13", "iso-8859-15",
}

// Guess is in which encoding a text is.
type Guess struct {
	// Name is that of the encoding, as [Find] returns it. It is empty if it stays open.
	Name string
	// Confidence tells, in percent, how sure that is: 100 where the text makes sense in this encoding alone, or is the same in
	// all those in which it does.
	Confidence int
	// Open are the encodings in which the text makes sense, and differs, where none of them is chosen.
	Open []Reading
}

// Reading is what a text says in one encoding.
type Reading struct {
	Name string
	// Word is the first word that is not the same in all encodings.
	Word string
}

// reading is what the texts are in one encoding, or in several that give the same.
type reading struct {
	name       string
	all        []string // the names of all of them
	text       string
	words      int // that are not ASCII and different
	languages  int
	confidence int
}

// What it takes to choose between several encodings in which the texts make sense.
const (
	// enough words must there be, since two or three are of any language, and many where statistics alone decide.
	enough, many = 4, 8
	// sure is the least confidence of the statistics that counts, apart how far the next must be from it, in percent.
	sure, apart = 30, 20
	// against is how much more confidence the statistics may have in another encoding where the languages speak for this one.
	against = 10
	// evident is the confidence where the languages decide.
	evident = 80
)

// Identify finds out in which encoding texts are that are not UTF-8. Each should be what stands in one cell, so that no words
// run into each other; those that are ASCII say nothing.
func Identify(texts [][]byte) Guess {
	joined := join(texts)
	var readings []*reading
	for _, name := range candidates {
		if one := read(name, joined); one != nil {
			same := slices.IndexFunc(readings, func(other *reading) bool { return other.text == one.text })
			if same < 0 {
				readings = append(readings, one)
			} else {
				readings[same].all = append(readings[same].all, one.name)
			}
		}
	}
	switch len(readings) {
	case 0:
		return Guess{}
	case 1:
		return Guess{Name: readings[0].name, Confidence: 100}
	}
	weigh(readings, joined)
	preferCommon(readings, joined)
	return choose(readings)
}

// join puts the texts that say something into one. What is but for the no-break spaces of most encodings around it ASCII says
// nothing.
func join(texts [][]byte) []byte {
	var telling [][]byte
	for _, text := range texts {
		if tells(text) {
			telling = append(telling, text)
		}
	}
	return bytes.Join(telling, []byte{'\n'})
}

func tells(text []byte) bool {
	begin, end := 0, len(text)
	blank := func(b byte) bool { return b <= ' ' || b == 0xa0 }
	for begin < end && blank(text[begin]) {
		begin++
	}
	for end > begin && blank(text[end-1]) {
		end--
	}
	return slices.ContainsFunc(text[begin:end], func(b byte) bool { return b >= utf8.RuneSelf })
}

// choose returns the likeliest of several readings, if it is clear which.
func choose(readings []*reading) Guess {
	open := differ(readings)
	best := slices.MinFunc(readings, func(a, b *reading) int {
		return cmp.Or(cmp.Compare(a.languages, b.languages), cmp.Compare(b.confidence, a.confidence))
	})
	confidence := max(best.confidence, evident)
	for _, other := range readings {
		switch {
		case other == best:
		case other.languages > best.languages && other.confidence > best.confidence+against,
			other.languages == best.languages && (best.words < many || best.confidence < sure || best.confidence < other.confidence+apart):
			return Guess{Open: open}
		case other.languages == best.languages:
			confidence = best.confidence
		}
	}
	if best.words < enough {
		return Guess{Open: open}
	}
	return Guess{Name: best.name, Confidence: min(confidence, 99)}
}

// differ returns the readings with the first word in which each differs from the first, and the first from the second.
func differ(readings []*reading) (open []Reading) {
	words := make([][]string, len(readings))
	for i, one := range readings {
		words[i] = strings.FieldsFunc(one.text, func(r rune) bool { return r < 0x80 && !isLetter(r) })
	}
	for i, one := range readings {
		with, word := words[0], ""
		if i == 0 {
			with = words[1]
		}
		for at, other := range words[i] {
			if at >= len(with) || with[at] != other {
				word = other
				break
			}
		}
		open = append(open, Reading{one.name, word})
	}
	return open
}

// read returns the texts in an encoding, nil if they make no sense in it.
func read(name string, texts []byte) *reading {
	known, coding, err := Find(name)
	if err != nil {
		return nil
	}
	decoded, err := coding.NewDecoder().Bytes(texts)
	if err != nil {
		return nil
	}
	text := string(decoded)
	words, sensible := sense(text)
	if !sensible {
		return nil
	}
	if len(words) < enough && mixesScripts(text) {
		return nil
	}
	one := &reading{name: known, all: []string{known}, text: text, words: len(words), languages: fewest(words)}
	if strings.ContainsFunc(text, halfWidth) {
		one.languages += 2 // it is rare today, and what Thai looks like in Shift_JIS
	}
	if len(words) > 0 && !strings.ContainsFunc(text, unicode.IsUpper) && strings.ContainsFunc(text, bicameral) {
		one.languages++ // nobody's name has a capital
	}
	return one
}

// mixesScripts reports whether the letters of a text that are not ASCII are of several scripts.
func mixesScripts(text string) bool {
	seen := -1
	for _, r := range text {
		if r < utf8.RuneSelf || !isLetter(r) || unicode.IsMark(r) {
			continue
		}
		script := scriptOf(r)
		if seen >= 0 && script != seen {
			return true
		}
		seen = script
	}
	return false
}

func halfWidth(r rune) bool { return '\uff61' <= r && r <= '\uff9f' }

// bicameral reports whether r is a letter of a script besides Latin that has capitals.
func bicameral(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) }

// weigh gives the readings the confidence of the statistics.
func weigh(readings []*reading, texts []byte) {
	results, err := chardet.NewTextDetector().DetectAll(texts)
	if err != nil {
		return // it has none
	}
	for _, result := range results {
		known, _, err := Find(strings.Replace(result.Charset, "GB-18030", "gb18030", 1))
		for _, one := range readings {
			if err == nil && slices.Contains(one.all, known) {
				one.confidence = max(one.confidence, result.Confidence)
			}
		}
	}
}
