package cybedefend

import (
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// The types here are fields of what the service sends. Each takes whatever stands in its place: what can't be read is empty,
// remembers that it was odd, and doesn't spoil the rest. A null is as good as nothing.

// text is a field that should be a text.
type text struct {
	value string
	odd   bool
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (t *text) UnmarshalJSON(raw []byte) error {
	t.take(string(raw))
	return nil
}

// take takes what stands in the place of a text.
func (t *text) take(raw string) {
	value, ok := readText(raw)
	*t = text{value, !ok}
}

// readText reads a text. A null is an empty one.
func readText(raw string) (value string, ok bool) {
	if isNull(raw) {
		return "", true
	}
	if inner, quoted := unquoted(raw); quoted {
		return inner, true
	}
	var escaped string
	ok = json.Unmarshal([]byte(raw), &escaped) == nil
	return escaped, ok
}

// unquoted returns what stands between the quotes of a text of JSON that says nothing by escapes.
func unquoted(raw string) (inner string, ok bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	inner = raw[1 : len(raw)-1]
	return inner, strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner)
}

// identifier is a field that should be an id. It may be a number, which is read as its digits.
type identifier struct {
	text
	number bool
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (i *identifier) UnmarshalJSON(raw []byte) error {
	i.take(string(raw))
	return nil
}

// take takes what stands in the place of an id.
func (i *identifier) take(raw string) {
	if isNumber(raw) {
		*i = identifier{text: text{value: raw}, number: true}
		return
	}
	i.number = false
	i.text.take(raw)
}

// instant is a field that should be a point in time, as [parseInstant] reads it.
type instant struct {
	at time.Time
	// unread is what can't be read as one, as it stands, to be shown.
	unread string
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (i *instant) UnmarshalJSON(raw []byte) error {
	i.take(string(raw))
	return nil
}

// take takes what stands in the place of a point in time.
func (i *instant) take(raw string) {
	*i = instant{}
	if isNull(raw) {
		return
	}
	at, ok := parseInstant(raw)
	if !ok {
		const longest = 40
		i.unread = shorten(redact(printable(raw)), longest)
		return
	}
	i.at = at
}

// count is a field that should be a whole number above 0, and may be a text. Anything else is 0.
type count int

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (c *count) UnmarshalJSON(raw []byte) error {
	*c = 0
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return nil //nolint:nilerr // it is no number, which is what zero says
	}
	value, err := number.Float64()
	if err == nil && value >= 0 && value <= math.MaxInt32 && value == math.Trunc(value) {
		*c = count(value)
	}
	return nil
}

// flag is a field that should be true or false, nil if it is neither.
type flag struct{ value *bool }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (f *flag) UnmarshalJSON(raw []byte) error {
	var value *bool
	if json.Unmarshal(raw, &value) != nil {
		value = nil
	}
	f.value = value
	return nil
}

func isNull(raw string) bool { return raw == "null" }

func isNumber(raw string) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}

// oddities collects what is odd about the fields of an item.
type oddities []string

func (o *oddities) text(field string, t text) {
	if t.odd {
		*o = append(*o, "the "+field+" is not a text")
	}
}

func (o *oddities) id(i identifier) {
	if i.number {
		*o = append(*o, "the id is a number")
	}
	o.text("id", i.text)
}

func (o *oddities) instant(field string, i instant) {
	if i.unread != "" {
		*o = append(*o, "the "+field+" can't be read")
	}
}
