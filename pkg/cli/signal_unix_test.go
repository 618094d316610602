//go:build unix

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/status"
)

// TestTheFirstSignalEndsWhatHasSentNothing has a roster, a token or a plan come from a pipe that nobody writes into. The
// opening of such a pipe waits for a writer, and no context ends that.
func TestTheFirstSignalEndsWhatHasSentNothing(t *testing.T) {
	for _, args := range [][]string{
		{"invite", "PIPE", "--yes", "--sandbox"}, {"check", "PIPE"}, {"sync", "--jobs", "PIPE"}, {"teams", "--pat-file", "PIPE"},
	} {
		t.Run(args[0], func(t *testing.T) {
			pipe := filepath.Join(t.TempDir(), "people.csv")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range args {
				if args[i] == "PIPE" {
					args[i] = pipe
				}
			}
			home := t.TempDir()
			signals := make(chan os.Signal, 1)
			signals <- syscall.SIGHUP
			ended := make(chan status.Status, 1)
			go func() {
				ended <- Run(t.Context(), Process{
					Args: args, In: &bytes.Buffer{}, Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Signals: signals,
					Lookup: func(name string) (string, bool) {
						if name != "HOME" {
							return "", false
						}
						return home, true
					},
				})
			}()
			select {
			case got := <-ended:
				if got != status.Interrupted {
					t.Errorf("it ends with %d", got)
				}
			case <-time.After(time.Minute):
				t.Error("it goes on")
			}
			// The goroutine that waits for a writer gets one.
			if writer, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
				_ = writer.Close()
			}
		})
	}
}
