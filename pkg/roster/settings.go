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
	// Maps say which column has a meaning, each as `email="Work Email"`, or what a value means, each as `role:Mitglied=member`.
	Maps []string `json:"maps" yaml:"map"`
	// Where are the filters that a row must pass, each as "Department=Research" or "Department!=Research".
	Where []string `json:"where,omitempty" yaml:"where"`
	// Only are the addresses of those who are meant, none meaning everybody.
	Only []string `json:"only,omitempty" yaml:"only"`
	// IncludeInactive reads people like the others whom a column says not to be active.
	IncludeInactive bool `json:"include_inactive,omitempty" yaml:"include-inactive"`
	// IDColumn is the column in which everybody has a number that stays the same when the address changes. It is empty to know
	// it by its name, and [NoIDColumn] if there is none.
	IDColumn string `json:"id_column,omitempty" yaml:"id-column"`
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
	OptionWhere     = "where"
	OptionOnly      = "only"

	OptionIncludeInactive = "include-inactive"
	OptionIDColumn        = "id-column"
)

// Parse returns what the settings mean. An error is a [*remedy.OptionError].
func (s Settings) Parse() (Options, error) {
	o := Options{Map: map[string]string{}, Sheet: s.Sheet, IDColumn: s.IDColumn}
	for _, text := range s.Maps {
		if err := o.takeMap(text); err != nil {
			return o, err
		}
	}
	if _, err := parseConditions(s.Where); err != nil {
		return o, remedy.About(OptionWhere, err).With(remedy.Words("write it as ").Use(OptionWhere, `Department=Research`))
	}
	o.Where, o.Only, o.IncludeInactive = s.Where, s.Only, s.IncludeInactive
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
		return o, remedy.About(OptionEncoding, err).With(Meant(OptionEncoding, s.Encoding, document.Encodings()))
	}
	if s.Delimiter != "" {
		if o.Delimiter, err = ParseDelimiter(s.Delimiter); err != nil {
			return o, remedy.About(OptionDelimiter, err).With(Meant(OptionDelimiter, s.Delimiter, Delimiters()))
		}
	}
	return o, nil
}

// takeMap adds a mapping.
func (o *Options) takeMap(text string) error {
	m, err := parseMapping(text)
	if err != nil {
		if meant := Nearest(m.field, mappable); meant != "" && meant != m.field && !m.isCell {
			return remedy.About(OptionMap, err).With(remedy.Words("did you mean ").Use(OptionMap, meant+"="+m.to).Words("?"))
		}
		return remedy.About(OptionMap, err).With(remedy.Words("write it as ").Use(OptionMap, `email="Work Email"`).Words(" or ").
			Use(OptionMap, "role:Mitglied=member"))
	}
	if !m.isCell {
		if _, twice := o.Map[m.field]; twice {
			return remedy.Aboutf(OptionMap, "%s is mapped twice", m.field)
		}
		o.Map[m.field] = m.to
		return nil
	}
	if _, twice := o.Values[m.field][valueKey(m.value)]; twice {
		return remedy.Aboutf(OptionMap, "the value %q of %s is mapped twice", m.value, m.field)
	}
	if o.Values == nil {
		o.Values = map[string]map[string]string{}
	}
	if o.Values[m.field] == nil {
		o.Values[m.field] = map[string]string{}
	}
	o.Values[m.field][valueKey(m.value)] = m.to
	return nil
}

// Digest returns what makes a roster the same: its content, of which the digest is given, and the settings that say what
// the content means. A setting that is left out adds nothing, so that a digest outlives the settings to come.
func (s Settings) Digest(content [sha256.Size]byte) [sha256.Size]byte {
	text := fmt.Appendf(content[:], "%q%q%q", s.Role, s.Teams, s.Maps)
	if encoding := strings.ToLower(cmp.Or(s.Encoding, EncodingAuto)); encoding != EncodingAuto {
		if known, err := document.ParseEncoding(encoding); err == nil {
			encoding = strings.ToLower(string(known)) // it has many names
		}
		text = fmt.Appendf(text, "encoding %q", encoding)
	}
	if s.Delimiter != "" {
		text = fmt.Appendf(text, "delimiter %q", s.Delimiter)
	}
	if s.Sheet != "" {
		text = fmt.Appendf(text, "sheet %q", s.Sheet)
	}
	if len(s.Where) > 0 {
		text = fmt.Appendf(text, "where %q", s.Where)
	}
	if len(s.Only) > 0 {
		text = fmt.Appendf(text, "only %q", slices.Sorted(maps.Keys(newOnly(s.Only))))
	}
	if s.IncludeInactive {
		text = append(text, "include inactive"...)
	}
	if s.IDColumn != "" {
		text = fmt.Appendf(text, "id column %q", s.IDColumn)
	}
	return sha256.Sum256(text)
}

// Shape returns the settings that decide whom a roster names, in words that can be kept and compared: all but the role and
// the teams of rows that name none, and the column of the numbers. A setting that is left out adds nothing.
func (s Settings) Shape() string {
	s.Role, s.Teams, s.IDColumn = "", nil, ""
	if strings.EqualFold(s.Encoding, EncodingAuto) {
		s.Encoding = ""
	}
	pairs := make([]string, len(s.Maps))
	for i, pair := range s.Maps {
		pairs[i] = pair
		if m, err := parseMapping(pair); err == nil && !m.isCell {
			pairs[i] = m.field + "=" + m.to
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
