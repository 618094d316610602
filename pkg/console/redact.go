package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"rollcall/pkg/secret"
)

// shortestSecret is the length below which a value is not looked for: it would be found all over ordinary text.
const shortestSecret = 6

// shapes are credentials that can be told by their look: personal access tokens, bearer headers, and JWTs.
var shapes = regexp.MustCompile(`pat_[A-Za-z0-9_-]{6,}|([Bb]earer +)[A-Za-z0-9._~+/-]{16,}=*|eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?`)

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
// run, not for every invitation token. Secrets of fewer than 6 bytes are ignored.
func (r *Redactor) Add(secrets ...secret.Text) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if value := s.Reveal(); len(value) >= shortestSecret {
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
	return shapes.ReplaceAllString(text, "${1}"+secret.Redacted)
}

// spellings returns how a value looks in a log: as it is, quoted by JSON or by %q, and quoted twice, since a quoted value
// may be part of a message that is quoted again. JSON has two ways to write <, > and &.
func spellings(value string) []string {
	once := []string{quoted(value, false), quoted(value, true)}
	all := append([]string{value}, once...)
	for _, q := range once {
		all = append(all, quoted(q, false), quoted(q, true))
	}
	return all
}

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
