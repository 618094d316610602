package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/bounded"
	"rollcall/pkg/notify"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
	"rollcall/pkg/version"
)

// notifier checks what was told, and that the files can be written: before anything is sent. Offline there is no notice.
func (a *app) notifier(w *order.Watch, cmd *cobra.Command, offline bool) (*notify.Notifier, error) {
	address, source, err := a.findAddress(w, cmd)
	if err != nil {
		return nil, err
	}
	if offline {
		address = secret.Text{}
	}
	if !slices.Contains(notify.Occasions(), notify.Occasion(w.NotifyOn)) {
		return nil, onboard.NoneOf(notify.OptionOn, w.NotifyOn, notify.Occasions()...)
	}
	notifier, err := notify.New(notify.Options{
		Summary: w.Summary, Metrics: w.Metrics, Address: address, On: notify.Occasion(w.NotifyOn), Version: version.Get().Version, Render: asFlag,
		Posting: func(host string) { a.console.Status("posting the summary to " + host) },
	})
	if wrong, ok := errors.AsType[*notify.SettingError](err); ok {
		if wrong.Option == notify.OptionAddress && source != "" {
			return nil, remedy.Aboutf("notify-file", "%s: %w", source, wrong.Err).With(wrong.Hint)
		}
		return nil, remedy.About(wrong.Option, wrong.Err).With(wrong.Hint)
	}
	return notifier, err
}

// findAddress returns the address to post to, none if there is none, and the file that it comes from, if it does. What was
// typed beats variables.
func (a *app) findAddress(w *order.Watch, cmd *cobra.Command) (address secret.Text, file string, err error) {
	if a.typed(cmd, "notify-file") {
		if err := a.refuseBeside(cmd, "--notify-file", "notify"); err != nil {
			return secret.Text{}, "", err
		}
	}
	text := w.Notify
	if w.NotifyFile != "" && !a.typed(cmd, "notify") {
		const longest = 64 << 10 // bytes: it is an address
		content, err := bounded.File(w.NotifyFile, longest)
		if err == nil && len(content) == 0 {
			err = fmt.Errorf("%s: it is empty", w.NotifyFile)
		}
		if err != nil {
			return secret.Text{}, "", remedy.About("notify-file", err)
		}
		text, file = string(content), w.NotifyFile
	}
	a.redact(secret.New(strings.Trim(text, " \t\r\n\ufeff")))
	return secret.New(text), file, nil
}

// notify reports the end of a run, and returns how it has ended: worse where a file could not be written.
func (a *app) notify(ctx context.Context, notifier *notify.Notifier, s report.Summary) status.Status {
	s, err := notifier.End(ctx, s)
	if failed, ok := errors.AsType[*notify.EndError](err); ok {
		for _, file := range failed.Files {
			a.explain(remedy.About(file.Option, file.Err), nil)
		}
		if failed.Post != nil {
			a.log.Warn().Err(failed.Post).Msg("nobody could be notified")
		}
	}
	a.console.Clear()
	return s.Status
}
