package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/console"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
	"rollcall/pkg/webhook"
)

// watchFlags say where the end of a run is reported, to people and to machines. Commands that apply a plan share them.
type watchFlags struct {
	metrics, summary, notify, notifyFile, notifyOn string

	// hook takes the notice; nil where none is posted.
	hook *webhook.Hook
}

func (f *watchFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.metrics, "metrics-file", "", "at the end of every run, write metrics for Prometheus's node exporter (textfile collector) to `FILE`")
	flags.StringVar(&f.summary, "summary", "", "at the end of every run, write the object of --json to `FILE`")
	flags.StringVar(&f.notifyFile, "notify-file", "", "post the summary to the webhook of a chat (Slack's format) whose address, a secret, is in `FILE`")
	flags.StringVar(&f.notify, "notify", "", "the same, by the `URL` itself: a flag shows in the list of processes, ROLLCALL_NOTIFY does not")
	flags.StringVar(&f.notifyOn, "notify-on", string(report.OnChange), "`WHEN` to post: change (somebody was invited, or the exit code is not 0), failure (it is not 0) or always")
}

// finish checks the flags, and that the files can be written: before anything is sent.
func (f *watchFlags) finish(a *app, cmd *cobra.Command) error {
	if !report.Occasion(f.notifyOn).Valid() {
		return usageError("", "--notify-on: %q is neither change, failure nor always", f.notifyOn)
	}
	for _, file := range []struct{ flag, path string }{{"--summary", f.summary}, {"--metrics-file", f.metrics}} {
		if file.path == "" {
			continue
		}
		if file.path == "-" {
			return usageError("--json prints the summary there", "%s: standard output is no file", file.flag)
		}
		if err := checkWritable(file.path); err != nil {
			return usageError("name a file that can be written", "%s: %w", file.flag, err)
		}
	}
	return f.findHook(a, cmd)
}

// checkWritable reports why nothing can be written at path.
func checkWritable(path string) error {
	file, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return file.Discard()
}

// findHook reads the address to post to. What was typed beats variables.
func (f *watchFlags) findHook(a *app, cmd *cobra.Command) error {
	if a.typed(cmd, "notify-file") {
		if err := a.refuseBeside(cmd, "--notify-file", "notify"); err != nil {
			return err
		}
	}
	source, text := "--notify", f.notify
	if f.notifyFile != "" && !a.typed(cmd, "notify") {
		content, err := os.ReadFile(f.notifyFile)
		if err != nil {
			return usageError("", "--notify-file: %w", err)
		}
		source, text = "--notify-file: "+f.notifyFile, string(content)
	}
	if f.notifyFile == "" && text == "" {
		return nil
	}
	text = strings.Trim(text, " \t\r\n\ufeff")
	a.redact(secret.New(text))
	hook, err := webhook.New(webhook.Options{Address: secret.New(text), UserAgent: "rollcall/" + version()})
	if err != nil {
		return usageError("", "%s: %w", source, err)
	}
	f.hook = hook
	return nil
}

// withNotification wraps run so that its refusals are notified, too: a wrong command line is a run that was refused.
func (a *app) withNotification(f *inviteFlags, run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, paths []string) error {
		if err := f.watch.finish(a, cmd); err != nil {
			return err
		}
		path := f.fix.roster(strings.Join(paths, " ")) // of which there is one at most
		if f.offline {
			if err := a.refuseBeside(cmd, "--offline", "notify", "notify-file"); err != nil {
				return err
			}
			f.watch.hook = nil
		}
		err := run(cmd, paths)
		if _, ended := errors.AsType[*silentError](err); err == nil || ended {
			return err
		}
		r := &onboarding{app: a, flags: *f, path: path, began: time.Now()}
		return exitWith(r.finish(context.WithoutCancel(cmd.Context()), err))
	}
}

// notify reports the end of a run: in the summary file, in the metrics file and at the webhook. It returns the exit code,
// which is another one where a file could not be written.
func (a *app) notify(ctx context.Context, f watchFlags, s report.Summary) status.Status {
	if err := f.writeSummary(s); err != nil {
		a.explain(fmt.Errorf("--summary: %w", err))
		s.Status = s.Status.Worse(status.Unexpected)
	}
	if err := f.writeMetrics(s); err != nil {
		a.explain(fmt.Errorf("--metrics-file: %w", err))
		s.Status = s.Status.Worse(status.Unexpected)
	}
	if f.hook != nil && report.Occasion(f.notifyOn).Calls(s) {
		a.console.Status("posting the summary to " + f.hook.Host())
		if err := f.post(ctx, s); err != nil {
			a.log.Warn().Err(err).Msg("nobody could be notified")
		}
		a.console.Clear()
	}
	return s.Status
}

func (f *watchFlags) writeSummary(s report.Summary) error {
	if f.summary == "" {
		return nil
	}
	var text bytes.Buffer
	if err := s.WriteJSON(&text); err != nil {
		return err
	}
	return atomicfile.Write(f.summary, 0o600, text.Bytes())
}

// writeMetrics writes a file that everybody may read, since the node exporter runs as somebody else.
func (f *watchFlags) writeMetrics(s report.Summary) error {
	if f.metrics == "" {
		return nil
	}
	earlier, err := os.ReadFile(f.metrics)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return atomicfile.Write(f.metrics, 0o644, s.Metrics(version(), time.Now(), earlier))
}

func (f *watchFlags) post(ctx context.Context, s report.Summary) error {
	notice, err := s.Notice(s.Status.Meaning(asFlag))
	if err != nil {
		return err
	}
	return f.hook.Post(ctx, notice)
}

// logEnd writes the last line of a log. What came to no run has its error on standard error; only a detailed log needs
// the line as well. Before the roster was read, the log file may still be somebody else's, named by mistake.
func (r *onboarding) logEnd(code status.Status, err error) {
	if r.roster == nil {
		return
	}
	level := zerolog.DebugLevel
	if r.run.ID != "" {
		level = zerolog.InfoLevel
	}
	s := r.summary
	outcomes := func(event *zerolog.Event) {
		for _, outcome := range record.Outcomes() {
			if n := s.Outcomes[outcome]; n > 0 {
				event.Int(outcome.String(), n)
			}
		}
	}
	r.log.WithLevel(level).Err(err).Int("exit_code", int(code)).Int("rows", s.Rows).Func(outcomes).
		Int("requests", s.Requests).Int("throttled", s.Throttled).Int("retries", s.Repeats()).
		Dur(console.FieldDuration, s.Duration).Msg("run ends")
}
