package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// append writes the line, with its sum, behind b in the one way: the one of package json, whose reflection would cost more than
// all else that is done for a line. It returns the hash of the text as well.
func (l *Line) append(b []byte) (text []byte, hash string) {
	from := len(b)
	b = appendText(append(b, `{"chain":`...), l.Chain)
	b = strconv.AppendInt(append(b, `,"seq":`...), int64(l.Number), 10)
	b = l.appendBody(append(b, ','))
	b = appendText(append(b, `,"prev":`...), l.Previous)
	digest := sha256.New()
	digest.Write(b[from:])
	var sum [sha256.Size]byte
	b = append(b, `,"sum":"`...)
	b = hex.AppendEncode(b, digest.Sum(sum[:0])[:sumLength/2])
	b = append(b, `"}`...)
	digest.Write(b[len(b)-len(`,"sum":""}`)-sumLength:]) // so that nothing is hashed twice
	return b, hex.EncodeToString(digest.Sum(sum[:0]))
}

// Unchained returns the text of a line but for its place in a chain, for who keeps the end of the chain elsewhere, as a
// database does that processes share. Of a chain C with so many lines N, the last of which has the hash H, see [Chain], the
// next line is
//
//	{"chain":"C","seq":N+1,UNCHAINED,"prev":"H","sum":"S"}
//
// where S is the beginning of the SHA-256, in hex, of all that stands before the comma in front of "sum": 16 digits.
func Unchained(at time.Time, by Author, e Event) string {
	line := newLine(at, by, e)
	return string(line.appendBody(make([]byte, 0, 512)))
}

// appendBody writes the fields that have nothing to do with the line's place.
func (l *Line) appendBody(b []byte) []byte {
	b = appendTime(append(b, `"at":`...), l.At)
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
	return b
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
