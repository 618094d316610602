// Package notify reports the end of a run, to people and to machines: in a summary file, in a file of metrics for
// Prometheus, and in a post to the webhook of a chat.
//
//	notifier, err := notify.New(notify.Options{Summary: "last.json", Metrics: "rollcall.prom"}) // before anything is sent
//	…
//	summary, err = notifier.End(ctx, summary) // whatever way the run has ended, a refusal included
//
// Files are replaced as a whole. The address of a webhook is a secret, since whoever knows it can post: it appears in no
// error. A post that may have been lost is made again, so it may arrive twice. The package prints and logs nothing, and
// does not look whether one of its files is another file of the run.
package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

// The plain names of the options, as errors carry them.
const (
	OptionSummary = "summary"
	OptionMetrics = "metrics-file"
	OptionAddress = "notify"
	OptionOn      = "notify-on"
)

// Permissions of the files.
const (
	// summaryMode is for the owner: paths are nobody else's business.
	summaryMode fs.FileMode = 0o600
	// metricsMode is for everybody, since the node exporter runs as somebody else.
	metricsMode fs.FileMode = 0o644
)

// Options say where the end of a run is reported. The zero value reports it nowhere.
type Options struct {
	// Summary is the path of a file that gets the object of [report.Summary.WriteJSON], readable by its owner. Empty: none.
	Summary string `yaml:"summary"`
	// Metrics is the path of a file that gets [Metrics], readable by everybody. Empty: none.
	Metrics string `yaml:"metrics-file"`
	// Address is that of a webhook which gets the [Notice]: https, or http to this machine, see [address.Parse]. White space
	// around it does not count. Empty: none.
	Address secret.Text `yaml:"-"`
	// On says after which runs the notice is posted.
	On Occasion `yaml:"notify-on"`
	// Version is that of the program, for the metrics.
	Version string `yaml:"-"`
	// UserAgent names the program to the webhook; empty means rollcall and the Version.
	UserAgent string `yaml:"-"`
	// Render shows the options that the notice names; nil shows them in words.
	Render remedy.Renderer `yaml:"-"`
	// Posting is called with the host of the webhook before a notice is posted, which can take half a minute. Nil: nobody
	// wants to know.
	Posting func(host string) `yaml:"-"`
	// Transport makes the requests; nil means one of the Notifier's own.
	Transport http.RoundTripper `yaml:"-"`
}

// Notifier reports the ends of runs. Its methods are for one run at a time, since two would write the same files.
type Notifier struct {
	options Options
	// hook takes the notice; nil where none is posted.
	hook *hook
}

// New returns a Notifier. It checks that everything can be written that is to be written, and sends nothing. Its errors
// are [*SettingError].
func New(o Options) (*Notifier, error) {
	if !o.On.Valid() {
		return nil, &SettingError{Option: OptionOn, Err: fmt.Errorf("%q is neither change, failure nor always", string(o.On))}
	}
	writable := remedy.Words("name a file that can be written")
	for _, file := range []struct {
		option, path string
		insteadOf    remedy.Hint // of standard output
	}{
		{OptionSummary, o.Summary, remedy.Use("json", "").Words(" prints the summary there")},
		{OptionMetrics, o.Metrics, writable},
	} {
		switch file.path {
		case "":
			continue
		case "-":
			return nil, &SettingError{file.option, file.insteadOf, errors.New("standard output is no file")}
		}
		if err := atomicfile.Check(file.path); err != nil {
			return nil, &SettingError{file.option, writable, fmt.Errorf("%s: %w", file.path, err)}
		}
	}
	if _, err := readIfThere(o.Metrics); err != nil {
		return nil, &SettingError{OptionMetrics, remedy.Words("make it a file that can be read, too: it keeps the last success"), err}
	}
	n := &Notifier{options: o}
	if o.Address.Empty() {
		return n, nil
	}
	var err error
	if n.hook, err = newHook(o); err != nil {
		return nil, &SettingError{Option: OptionAddress, Err: err}
	}
	return n, nil
}

// readIfThere returns what a file holds, nothing if there is none.
func readIfThere(path string) ([]byte, error) {
	const longest = 1 << 20 // bytes; it has some thirty lines, and others may have added theirs
	content, err := bounded.File(path, longest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// Host returns the host of the webhook, the part of its address that may be shown; empty if no notice is posted.
func (n *Notifier) Host() string {
	if n.hook == nil {
		return ""
	}
	return n.hook.host
}

// End reports the end of the run that s sums up: it writes the summary, then the metrics, and then posts the notice if the
// run is an occasion. What fails keeps nothing else from being reported.
//
// It returns the summary as it was told last: the status is a worse one where a file could not be written, since somebody
// relies on it, but not where nobody took the notice. The error is nil or an [*EndError]. The context bounds the post
// alone; after an interrupted run it has to be one that goes on.
func (n *Notifier) End(ctx context.Context, s report.Summary) (report.Summary, error) {
	var failed EndError
	write := func(option string, write func(report.Summary) error) {
		if err := write(s); err != nil {
			failed.Files = append(failed.Files, &FileError{option, err})
			s.Status = s.Status.Worse(status.Unexpected)
		}
	}
	write(OptionSummary, n.writeSummary)
	told := s.Status
	write(OptionMetrics, n.writeMetrics)
	if s.Status != told { // or the summary would tell of a better end
		write(OptionSummary, n.writeSummary)
	}
	if n.hook != nil && n.options.On.Calls(s) {
		failed.Post = n.post(ctx, s)
	}
	if len(failed.Files) == 0 && failed.Post == nil {
		return s, nil
	}
	return s, &failed
}

func (n *Notifier) writeSummary(s report.Summary) error {
	if n.options.Summary == "" {
		return nil
	}
	var text bytes.Buffer
	if err := s.WriteJSON(&text); err != nil {
		return err
	}
	return writeFile(n.options.Summary, summaryMode, text.Bytes())
}

func (n *Notifier) writeMetrics(s report.Summary) error {
	if n.options.Metrics == "" {
		return nil
	}
	earlier, err := readIfThere(n.options.Metrics)
	if err != nil {
		return err
	}
	return writeFile(n.options.Metrics, metricsMode, Metrics(s, n.options.Version, time.Now(), earlier))
}

// writeFile puts content at path. Its errors name the file as the option does.
func writeFile(path string, mode fs.FileMode, content []byte) error {
	if err := atomicfile.Write(path, mode, content); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (n *Notifier) post(ctx context.Context, s report.Summary) error {
	notice, err := Notice(s, n.options.Render)
	if err != nil {
		return err
	}
	if n.options.Posting != nil {
		n.options.Posting(n.hook.host)
	}
	return n.hook.post(ctx, notice)
}
