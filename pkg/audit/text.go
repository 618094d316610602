package audit

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// text returns the one way to write the line, with its sum: the one of package json, whose reflection would cost more than all
// else that is done for a line.
func (l Line) text() string {
	b := make([]byte, 0, 768)
	b = appendText(append(b, `{"chain":`...), l.Chain)
	b = strconv.AppendInt(append(b, `,"seq":`...), int64(l.Number), 10)
	b = appendTime(append(b, `,"at":`...), l.At)
	if l.ServiceAt != nil {
		b = appendTime(append(b, `,"service_at":`...), *l.ServiceAt)
	}
	b = appendText(append(b, `,"kind":`...), string(l.Kind))
	b = appendField(b, `,"run":`, l.Run)
	b = appendField(b, `,"email":`, l.Email)
	b = appendField(b, `,"role":`, l.Role)
	b = appendField(b, `,"team":`, l.Team)
	b = appendField(b, `,"before":`, l.Before)
	b = appendField(b, `,"after":`, l.After)
	b = appendField(b, `,"outcome":`, l.Outcome)
	if l.Status != 0 {
		b = strconv.AppendInt(append(b, `,"status":`...), int64(l.Status), 10)
	}
	b = appendField(b, `,"option":`, l.Option)
	b = appendField(b, `,"value":`, l.Value)
	b = appendField(b, `,"reason":`, l.Reason)
	b = appendField(b, `,"plan":`, l.Plan)
	b = appendField(b, `,"service":`, l.Service)
	b = appendField(b, `,"organization":`, l.Organization)
	b = appendField(b, `,"who":`, l.Who)
	b = appendField(b, `,"job":`, l.Job)
	b = appendField(b, `,"credential":`, l.Credential)
	b = appendText(append(b, `,"prev":`...), l.Previous)
	sum := hashOf(b)[:sumLength]
	return string(append(append(append(b, `,"sum":"`...), sum...), `"}`...))
}

// appendField writes a field, unless it is empty.
func appendField(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, key...), text)
}

func appendTime(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// appendText writes a text as package json does that escapes nothing for the sake of HTML.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			var escaped bytes.Buffer
			encoder := json.NewEncoder(&escaped)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(text) // texts always encode
			return append(b, bytes.TrimSuffix(escaped.Bytes(), []byte("\n"))...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
