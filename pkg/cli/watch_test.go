package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/order"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// TestTellSaysWhatItCouldNotWrite has a directory vanish during the run: the exit code says so, in the metrics, too.
func TestTellSaysWhatItCouldNotWrite(t *testing.T) {
	directory := t.TempDir()
	metrics, missing := filepath.Join(directory, "rollcall.prom"), filepath.Join(directory, "missing", "file")
	tests := []struct {
		name    string
		give    order.Watch
		exit    status.Status
		want    status.Status
		stderr  string
		metrics string
	}{
		{"all is written", order.Watch{Summary: filepath.Join(directory, "last.json"), Metrics: metrics}, 0, status.Well, "", "} 0\n"},
		{"no summary", order.Watch{Summary: missing, Metrics: metrics}, 0, status.Unexpected, "rollcall: --summary: ", "} 1\n"},
		{"no summary of a run that was stopped", order.Watch{Summary: missing, Metrics: metrics}, 7, status.Unexpected, "rollcall: --summary: ", "} 1\n"},
		{"no summary of a run that was interrupted", order.Watch{Summary: missing, Metrics: metrics}, 130, status.Interrupted, "rollcall: --summary: ", "} 130\n"},
		{"no metrics", order.Watch{Metrics: missing}, 0, status.Unexpected, "rollcall: --metrics-file: ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			a := newApp(Process{Err: &stderr, Lookup: func(string) (string, bool) { return "", false }})
			if err := a.open(); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Dir(missing), 0o700); err != nil {
				t.Fatal(err)
			}
			tt.give.NotifyOn = "change"
			notifier, err := a.notifier(&tt.give, &cobra.Command{}, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Dir(missing)); err != nil {
				t.Fatal(err)
			}
			got := a.notify(t.Context(), notifier, report.Summary{Roster: "team.csv", Status: tt.exit})
			a.close()
			if got != tt.want {
				t.Errorf("notify = %d, want %d", got, tt.want)
			}
			if !strings.HasPrefix(stderr.String(), tt.stderr) || (tt.stderr == "") != (stderr.Len() == 0) {
				t.Errorf("it printed %q, want %q", stderr.String(), tt.stderr)
			}
			if tt.metrics == "" {
				return
			}
			text, err := os.ReadFile(tt.give.Metrics)
			if err != nil {
				t.Fatal(err)
			}
			if want := `rollcall_last_run_exit_code{organization_id="",roster="team.csv"` + tt.metrics; !strings.Contains(string(text), want) {
				t.Errorf("the metrics lack %q:\n%s", want, text)
			}
		})
	}
}
