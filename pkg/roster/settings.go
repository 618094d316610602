package roster

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/remedy"
)

// Settings are all that shapes a roster beside its content, as people write it. Whatever keeps them, compares them or
// hashes them does so with the whole value, so that a new setting is never forgotten in one place. The zero value leaves
// everything to be found out.
type Settings struct {
	// Role is the organization role of rows that name none.
	Role string `json:"role" yaml:"role"`
	// Teams are those of rows that name none, each as "Platform:developer".
	Teams []string `json:"teams" yaml:"team"`
	// Maps say which column has a meaning, each as `email="Work Email"`.
	Maps []string `json:"maps" yaml:"map"`
	// Encoding is that of a text, empty or [EncodingAuto] to find it out.
	Encoding string `json:"encoding,omitempty" yaml:"encoding"`
	// Delimiter stands between the cells of a table, by itself or by its name.
	Delimiter string `json:"delimiter,omitempty" yaml:"delimiter"`
	// Sheet is the name of the sheet of a workbook.
	Sheet string `json:"sheet,omitempty" yaml:"sheet"`
}

// EncodingAuto is the encoding that is found out.
const EncodingAuto = "auto"

// The options of the settings, as remedies name them.
const (
	OptionMap       = "map"
	OptionRole      = "role"
	OptionTeam      = "team"
	OptionEncoding  = "encoding"
	OptionDelimiter = "delimiter"
	OptionSheet     = "sheet"
)

// Parse returns what the settings mean. An error is a [*remedy.OptionError].
func (s Settings) Parse() (Options, error) {
	o := Options{Map: map[string]string{}, Sheet: s.Sheet}
	for _, pair := range s.Maps {
		meaning, column, err := parseMap(pair)
		if err != nil {
			return o, remedy.About(OptionMap, err).With(remedy.Words("write it as ").Use(OptionMap, `email="Work Email"`))
		}
		if _, twice := o.Map[meaning]; twice {
			return o, remedy.Aboutf(OptionMap, "%s is mapped twice", meaning)
		}
		o.Map[meaning] = column
	}
	var err error
	if s.Role != "" {
		if o.Role, err = ParseRole(s.Role); err != nil {
			return o, remedy.About(OptionRole, err)
		}
	}
	for _, text := range s.Teams {
		teams, err := ParseTeams(text)
		if err != nil {
			return o, remedy.About(OptionTeam, err)
		}
		o.Teams = append(o.Teams, teams...)
	}
	if o.Encoding, err = document.ParseEncoding(cmp.Or(s.Encoding, EncodingAuto)); err != nil {
		return o, remedy.About(OptionEncoding, err)
	}
	if s.Delimiter != "" {
		if o.Delimiter, err = ParseDelimiter(s.Delimiter); err != nil {
			return o, remedy.About(OptionDelimiter, err)
		}
	}
	return o, nil
}

// parseMap reads email="Work Email", with or without the quotes.
func parseMap(pair string) (meaning, column string, err error) {
	meaning, column, found := strings.Cut(pair, "=")
	meaning = strings.ToLower(strings.TrimSpace(meaning))
	column = strings.Trim(strings.TrimSpace(column), `"`)
	switch {
	case !found || column == "":
		return "", "", fmt.Errorf("%q names no column", pair)
	case !slices.Contains([]string{FieldEmail, FieldRole, FieldTeams}, meaning):
		return "", "", fmt.Errorf("%q is none of email, role and teams", meaning)
	}
	return meaning, column, nil
}

// Digest returns what makes a roster the same: its content, of which the digest is given, and the settings that say what
// the content means. A setting that is left out adds nothing, so that a digest outlives the settings to come.
func (s Settings) Digest(content [sha256.Size]byte) [sha256.Size]byte {
	text := fmt.Appendf(content[:], "%q%q%q", s.Role, s.Teams, s.Maps)
	if encoding := strings.ToLower(cmp.Or(s.Encoding, EncodingAuto)); encoding != EncodingAuto {
		text = fmt.Appendf(text, "encoding %q", encoding)
	}
	if s.Delimiter != "" {
		text = fmt.Appendf(text, "delimiter %q", s.Delimiter)
	}
	if s.Sheet != "" {
		text = fmt.Appendf(text, "sheet %q", s.Sheet)
	}
	return sha256.Sum256(text)
}

// Shape returns the settings that decide whom a roster names, in words that can be kept and compared: all but the role and
// the teams of rows that name none. A setting that is left out adds nothing.
func (s Settings) Shape() string {
	s.Role, s.Teams = "", nil
	if strings.EqualFold(s.Encoding, EncodingAuto) {
		s.Encoding = ""
	}
	pairs := make([]string, len(s.Maps))
	for i, pair := range s.Maps {
		pairs[i] = pair
		if meaning, column, err := parseMap(pair); err == nil {
			pairs[i] = meaning + "=" + column
		}
	}
	s.Maps = slices.Sorted(slices.Values(pairs))
	whole, _ := json.Marshal(s) // plain values always marshal, and can be read again
	var given map[string]any
	_ = json.Unmarshal(whole, &given)
	maps.DeleteFunc(given, func(_ string, value any) bool {
		list, isList := value.([]any)
		return value == nil || value == "" || value == false || value == float64(0) || isList && len(list) == 0
	})
	shape, _ := json.Marshal(given)
	return string(shape)
}
