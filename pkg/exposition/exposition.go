// Package exposition writes metrics as Prometheus reads them: the text format 0.0.4, whether a file holds it or a server answers
// with it.
//
//	text := exposition.New("roster", "team.csv")
//	text.Gauge("rollcall_last_run_rows", "Rows of the last run by their last word.")
//	text.Sample("12", "outcome", "invited")
//
// It is a few lines of text, so it needs no library. Whoever writes a metric gives it a name, its help and its samples in this order;
// names of metrics and of labels are the caller's to get right, values of labels may be any text.
// See https://prometheus.io/docs/instrumenting/exposition_formats/.
package exposition

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ContentType is what a server says that answers with such a text.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Text is a text in the making.
type Text struct {
	labels string // those of every sample
	name   string // the metric at hand
	text   bytes.Buffer
}

// New returns an empty text. Each sample of it has these labels first: names and values in turn.
func New(labels ...string) *Text { return &Text{labels: pairs(labels)} }

// Gauge begins a metric that may rise and fall. Help is one line without a backslash.
func (t *Text) Gauge(name, help string) { t.begin(name, help, "gauge") }

// Counter begins a metric that only rises while the process lives.
func (t *Text) Counter(name, help string) { t.begin(name, help, "counter") }

// Histogram begins a metric whose samples are histograms, see [Text.Distribution].
func (t *Text) Histogram(name, help string) { t.begin(name, help, "histogram") }

func (t *Text) begin(name, help, kind string) {
	t.name = name
	fmt.Fprintf(&t.text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// Sample adds a value of the metric that was begun last. Labels are names and values in turn.
func (t *Text) Sample(value string, labels ...string) { t.sample("", value, pairs(labels)) }

// Distribution adds what a histogram has counted. Labels are names and values in turn.
func (t *Text) Distribution(h *Histogram, labels ...string) {
	own := pairs(labels)
	counts, sum, count := h.read()
	for i, bound := range h.bounds {
		t.sample("_bucket", strconv.FormatUint(counts[i], 10), join(own, pairs([]string{"le", Number(bound)})))
	}
	t.sample("_bucket", strconv.FormatUint(count, 10), join(own, pairs([]string{"le", "+Inf"})))
	t.sample("_sum", Number(sum), own)
	t.sample("_count", strconv.FormatUint(count, 10), own)
}

func (t *Text) sample(suffix, value, own string) {
	labels := join(t.labels, own)
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintf(&t.text, "%s%s%s %s\n", t.name, suffix, labels, value)
}

// Bytes returns what was written so far.
func (t *Text) Bytes() []byte { return t.text.Bytes() }

// pairs writes labels.
func pairs(labels []string) string {
	written := make([]string, 0, len(labels)/2)
	for i := 0; i+1 < len(labels); i += 2 {
		written = append(written, labels[i]+`="`+Escape(labels[i+1])+`"`)
	}
	return strings.Join(written, ",")
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "," + b
}

// Values of labels are UTF-8 with three escapes.
var (
	escapes   = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	unescapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")
)

// Escape writes the value of a label as it stands between its quotes.
func Escape(value string) string { return escapes.Replace(strings.ToValidUTF8(value, "\ufffd")) }

// Unescape takes back what [Escape] has done.
func Unescape(written string) string { return unescapes.Replace(written) }

// Number writes a value.
func Number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// Seconds writes an instant as Prometheus counts time: in seconds since 1970.
func Seconds(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

// Truth writes 1 for what is so, and otherwise 0.
func Truth(is bool) string {
	if is {
		return "1"
	}
	return "0"
}
