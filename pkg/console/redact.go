package console

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"rollcall/pkg/pattern"
	"rollcall/pkg/secret"
)

// shapes are credentials that can be told by their look: personal access tokens, bearer headers, and JWTs.
var shapes = pattern.Of(`pat_[A-Za-z0-9_-]{6,}|([Bb]earer +)[A-Za-z0-9._~+/-]{16,}=*|eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?`)

// Redactor is a writer that lets no known secret through, whatever the log line that carries it. It is the last resort
// behind [secret.Text]: text that was taken out of its type, or that a service repeats in a message.
//
// Each Write must carry whole events, as zerolog's do: a secret cut in two by two writes is not recognised. A Redactor
// is safe for concurrent use if the writer behind it is.
type Redactor struct {
	out io.Writer

	mu       sync.Mutex
	known    []string // longest first: a secret may contain another
	replacer atomic.Pointer[strings.Replacer]
}

// Redact returns a Redactor in front of w.
func Redact(w io.Writer, secrets ...secret.Text) *Redactor {
	r := &Redactor{out: w}
	r.Add(secrets...)
	return r
}

// Add makes more secrets known, for example an access token that was renewed. It is meant for the few credentials of a
// run, not for every invitation token. Secrets shorter than [secret.Shortest] are ignored: they would be
// found all over ordinary text.
func (r *Redactor) Add(secrets ...secret.Text) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if value := s.Reveal(); len(value) >= secret.Shortest {
			r.known = append(r.known, spellings(value)...)
		}
	}
	slices.SortFunc(r.known, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	r.known = slices.Compact(r.known)
	pairs := make([]string, 0, 2*len(r.known))
	for _, value := range r.known {
		pairs = append(pairs, value, secret.Redacted)
	}
	r.replacer.Store(strings.NewReplacer(pairs...))
}

// Write passes the event on without its secrets.
func (r *Redactor) Write(event []byte) (int, error) {
	if _, err := io.WriteString(r.out, r.Text(string(event))); err != nil {
		return 0, err
	}
	return len(event), nil
}

// Text returns text without its secrets, for what goes elsewhere.
func (r *Redactor) Text(text string) string {
	text = r.replacer.Load().Replace(text)
	return shapes().ReplaceAllString(text, "${1}"+secret.Redacted)
}

// spellings returns how a value looks in a log: as it is, or in an encoding in which somebody has repeated it, and each of
// them quoted by JSON or by %q, and quoted twice, since a quoted value may be part of a message that is quoted again. JSON
// has two ways to write <, > and &, and two to write a slash.
func spellings(value string) (all []string) {
	for _, plain := range encodings(value) {
		all = append(all, plain)
		for _, once := range quotes(plain) {
			all = append(all, once)
			all = append(all, quotes(once)...)
		}
	}
	return all
}

func quotes(value string) []string {
	whole := quoted(value, false)
	return []string{whole, quoted(value, true), strings.ReplaceAll(whole, "/", `\/`)}
}

// encodings returns the value as it is, as a part of an address, whose escapes have capital or small letters, and in
// base64, alone or with something before it, as a user name is in the header of basic authentication.
func encodings(value string) []string {
	all := []string{value}
	for _, escaped := range []string{url.QueryEscape(value), url.PathEscape(value), strings.ReplaceAll(url.QueryEscape(value), "+", "%20")} {
		all = append(all, escaped, escape().ReplaceAllStringFunc(escaped, strings.ToLower))
	}
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		padded := alphabet.EncodeToString([]byte(value))
		all = append(all, padded, url.QueryEscape(padded), strings.TrimRight(padded, "="))
		const group, sign = 24, 6 // bits
		for before := range group / 8 {
			text := alphabet.EncodeToString([]byte(strings.Repeat("x", before) + value))
			// The signs that no neighbour of the value has a part in.
			from, to := (8*before+sign-1)/sign, 8*(before+len(value))/sign
			all = append(all, text[from:to])
		}
	}
	return all
}

// escape matches an escape in an address.
var escape = pattern.Of("%[0-9A-F]{2}")

// quoted returns value as it stands between the quotes of a JSON string.
func quoted(value string, escapeHTML bool) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(value); err != nil {
		return value // a string always encodes
	}
	text := b.String()
	return text[len(`"`) : len(text)-len("\"\n")]
}
