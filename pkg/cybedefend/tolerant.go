package cybedefend

import (
	"encoding/json"
	"math"
	"strings"
	"time"
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
	t.take(valueOf(raw), nil)
	return nil
}

// take takes what stands in the place of a text. If that is the text which is there already, it stays, and nothing is kept twice.
func (t *text) take(v jsonValue, kept *texts) {
	if v.plain && string(v.text()) == t.value {
		t.odd = false
		return
	}
	value, ok := readText(v, kept)
	*t = text{value, !ok}
}

// readText reads a text. A null is an empty one.
func readText(v jsonValue, kept *texts) (value string, ok bool) {
	switch {
	case v.isNull():
		return "", true
	case v.plain:
		return kept.keep(v.text()), true
	}
	var escaped string
	ok = json.Unmarshal(v.raw, &escaped) == nil
	return escaped, ok
}

// texts are texts that are kept in one piece of memory. A nil one keeps each by itself.
type texts struct{ piece strings.Builder }

// keep returns a text as a string that needs nothing of where it was found.
func (t *texts) keep(text []byte) string {
	if t == nil {
		return string(text)
	}
	from := t.piece.Len()
	t.piece.Write(text)
	return t.piece.String()[from:]
}

// identifier is a field that should be an id. It may be a number, which is read as its digits.
type identifier struct {
	text
	number bool
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (i *identifier) UnmarshalJSON(raw []byte) error {
	i.take(valueOf(raw), nil)
	return nil
}

// take takes what stands in the place of an id.
func (i *identifier) take(v jsonValue, kept *texts) {
	if i.number = v.isNumber(); i.number {
		i.text = text{value: kept.keep(v.raw)}
		return
	}
	i.text.take(v, kept)
}

// instant is a field that should be a point in time, as [parseInstant] reads it.
type instant struct {
	at time.Time
	// unread is what can't be read as one, as it stands, to be shown.
	unread string
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (i *instant) UnmarshalJSON(raw []byte) error {
	i.take(valueOf(raw))
	return nil
}

// take takes what stands in the place of a point in time.
func (i *instant) take(v jsonValue) {
	*i = instant{}
	if v.isNull() {
		return
	}
	at, ok := readInstant(v)
	if !ok {
		const longest = 40
		i.unread = strings.Clone(shorten(redact(printable(string(v.raw))), longest))
		return
	}
	i.at = at
}

// readInstant reads a point in time.
func readInstant(v jsonValue) (at time.Time, ok bool) {
	if v.plain && at.UnmarshalText(v.text()) == nil { // as documented: what follows comes to the same, but needs a string
		return at.UTC(), true
	}
	text := string(v.raw)
	if !v.isNumber() {
		if text, ok = readText(v, nil); !ok {
			return time.Time{}, false
		}
	}
	return parseInstant(text)
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
