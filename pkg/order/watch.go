package order

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/notify"
)

// Watch says where the end of a run is reported, to people and to machines. Commands that apply a plan share it.
type Watch struct {
	Summary    string `yaml:"summary"`
	Metrics    string `yaml:"metrics-file"`
	Notify     string `yaml:"notify"`
	NotifyFile string `yaml:"notify-file"`
	NotifyOn   string `yaml:"notify-on"`
}

// Flags adds the flags.
func (w *Watch) Flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&w.Metrics, "metrics-file", "", "at the end of every run, write metrics for Prometheus's node exporter (textfile collector) to `FILE`")
	flags.StringVar(&w.Summary, "summary", "", "at the end of every run, write the object of --json to `FILE`")
	flags.StringVar(&w.NotifyFile, "notify-file", "", "post the summary to the webhook of a chat (Slack's format) whose address, a secret, is in `FILE`")
	flags.StringVar(&w.Notify, "notify", "", "the same, by the `URL` itself: a flag shows in the list of processes, ROLLCALL_NOTIFY does not")
	flags.StringVar(&w.NotifyOn, "notify-on", string(notify.OnChange), "`WHEN` to post: change (somebody was invited, or the exit code is not 0), failure (it is not 0) or always")
}
