// Package charset knows the encodings in which texts were written before Unicode, by the names that people and programs have
// for them, and finds out which of them a text is in.
//
//	name, coding, err := charset.Find("latin2")
//	guess := charset.Identify([][]byte{[]byte("\xa3ukasz W\xf3jcik")})
//
// No text says in which encoding it is. [Identify] goes by whether the words make sense, and asks statistics only where they do
// in several encodings; where that stays open, it says so. It decides nothing by the length of a text or by its name.
package charset

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// others are usual names that neither the WHATWG nor IANA has, without hyphens and the like.
var others = map[string]string{
	"macroman": "macintosh", "applemacroman": "macintosh", "maccyrillic": "x-mac-cyrillic",
	"ms932": "shift_jis", "cp932": "shift_jis", "932": "shift_jis", "windows932": "shift_jis", "sjis": "shift_jis",
	"cp936": "gbk", "936": "gbk", "ms936": "gbk", "windows936": "gbk",
	"cp949": "euc-kr", "949": "euc-kr", "ms949": "euc-kr", "uhc": "euc-kr",
	"cp950": "big5", "950": "big5", "ms950": "big5", "874": "windows-874", "cp874": "windows-874",
	"iso2022jp": "iso-2022-jp",
}

// Find returns the encoding of that name, and the name by which it is known: that of the WHATWG Encoding Standard or, of the
// code pages of DOS, that of IANA. Letter case, hyphens, underscores and blanks do not matter, and a number is the code page.
func Find(name string) (known string, coding encoding.Encoding, err error) {
	bare := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	for _, spelling := range spellings(strings.ToLower(strings.TrimSpace(name)), bare) {
		if coding, err := htmlindex.Get(spelling); err == nil {
			if known, err := htmlindex.Name(coding); err == nil && known != "replacement" && known != "x-user-defined" {
				return shown(known), coding, nil
			}
		}
		if coding, err := ianaindex.MIME.Encoding(spelling); err == nil && coding != nil {
			if known, err := ianaindex.MIME.Name(coding); err == nil && codePage(known) {
				return known, coding, nil
			}
		}
	}
	return "", nil, fmt.Errorf("%q is no encoding that is known", name)
}

// spellings returns the names under which an index may have what people call so. The bare name has no punctuation.
func spellings(name, bare string) []string {
	all := []string{name, bare, others[bare], strings.ReplaceAll(name, "_", "-"), strings.ReplaceAll(name, " ", "-")}
	for _, prefix := range []string{"win", "windows", "cp", "ibm", "dos", "codepage", ""} {
		if number, found := strings.CutPrefix(bare, prefix); found && number != "" && strings.Trim(number, "0123456789") == "" {
			all = append(all, "windows-"+number, "ibm"+number)
		}
	}
	if part, found := strings.CutPrefix(strings.TrimPrefix(bare, "iso"), "8859"); found {
		all = append(all, "iso-8859-"+part)
	}
	if part, found := strings.CutPrefix(bare, "koi8"); found {
		all = append(all, "koi8-"+part)
	}
	if part, found := strings.CutPrefix(bare, "euc"); found {
		all = append(all, "euc-"+part)
	}
	return all
}

// codePage reports whether a name of IANA is that of a code page of DOS with the letters of ASCII.
func codePage(name string) bool {
	switch name {
	case "IBM437", "IBM850", "IBM852", "IBM855", "IBM00858", "IBM860", "IBM862", "IBM863", "IBM865", "IBM866":
		return true
	}
	return false
}

// shown returns how a name of the WHATWG is written in texts for people.
func shown(name string) string {
	switch {
	case strings.HasPrefix(name, "windows-"):
		return "W" + name[1:]
	case name == "shift_jis":
		return "Shift_JIS"
	case name == "macintosh":
		return "Macintosh"
	case name == "big5":
		return "Big5"
	case strings.HasPrefix(name, "x-"):
		return name
	}
	return strings.ToUpper(name)
}
