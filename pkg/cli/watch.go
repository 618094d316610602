package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/notify"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

// watchFlags say where the end of a run is reported, to people and to machines. Commands that apply a plan share them.
type watchFlags struct {
	metrics, summary, notify, notifyFile, notifyOn string

	notifier *notify.Notifier
}

func (f *watchFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.metrics, "metrics-file", "", "at the end of every run, write metrics for Prometheus's node exporter (textfile collector) to `FILE`")
	flags.StringVar(&f.summary, "summary", "", "at the end of every run, write the object of --json to `FILE`")
	flags.StringVar(&f.notifyFile, "notify-file", "", "post the summary to the webhook of a chat (Slack's format) whose address, a secret, is in `FILE`")
	flags.StringVar(&f.notify, "notify", "", "the same, by the `URL` itself: a flag shows in the list of processes, ROLLCALL_NOTIFY does not")
	flags.StringVar(&f.notifyOn, "notify-on", string(notify.OnChange), "`WHEN` to post: change (somebody was invited, or the exit code is not 0), failure (it is not 0) or always")
}

// finish checks the flags, and that the files can be written: before anything is sent. Offline there is no notice.
func (f *watchFlags) finish(a *app, cmd *cobra.Command, offline bool) error {
	address, source, err := f.findAddress(a, cmd)
	if err != nil {
		return err
	}
	if offline {
		if err := a.refuseBeside(cmd, "--offline", "notify", "notify-file"); err != nil {
			return err
		}
		address = secret.Text{}
	}
	f.notifier, err = notify.New(notify.Options{
		Summary: f.summary, Metrics: f.metrics, Address: address, On: notify.Occasion(f.notifyOn), Version: version(), Render: asFlag,
		Posting: func(host string) { a.console.Status("posting the summary to " + host) },
	})
	if wrong, ok := errors.AsType[*notify.SettingError](err); ok {
		if wrong.Option != notify.OptionAddress {
			source = asFlag(remedy.Remedy{Option: wrong.Option})
		}
		return usageError(wrong.Hint.Render(asFlag), "%s: %w", source, wrong.Err)
	}
	return err
}

// findAddress returns the address to post to, none if there is none, and what it comes from. What was typed beats variables.
func (f *watchFlags) findAddress(a *app, cmd *cobra.Command) (address secret.Text, source string, err error) {
	if a.typed(cmd, "notify-file") {
		if err := a.refuseBeside(cmd, "--notify-file", "notify"); err != nil {
			return secret.Text{}, "", err
		}
	}
	source, text := "--notify", f.notify
	if f.notifyFile != "" && !a.typed(cmd, "notify") {
		content, err := os.ReadFile(f.notifyFile)
		if err != nil {
			return secret.Text{}, "", usageError("", "--notify-file: %w", err)
		}
		source, text = "--notify-file: "+f.notifyFile, string(content)
		if text == "" {
			return secret.Text{}, "", usageError("", "%s: it is empty", source)
		}
	}
	a.redact(secret.New(strings.Trim(text, " \t\r\n\ufeff")))
	return secret.New(text), source, nil
}

// withNotification wraps run so that its refusals are notified, too: a wrong command line is a run that was refused.
func (a *app) withNotification(f *inviteFlags, run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, paths []string) error {
		if err := f.watch.finish(a, cmd, f.offline); err != nil {
			return err
		}
		path := f.fix.roster(strings.Join(paths, " ")) // of which there is one at most
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
	s, err := f.notifier.End(ctx, s)
	if failed, ok := errors.AsType[*notify.EndError](err); ok {
		for _, file := range failed.Files {
			a.explain(fmt.Errorf("%s: %w", asFlag(remedy.Remedy{Option: file.Option}), file.Err))
		}
		if failed.Post != nil {
			a.log.Warn().Err(failed.Post).Msg("nobody could be notified")
		}
	}
	a.console.Clear()
	return s.Status
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
