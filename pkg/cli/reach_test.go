package cli

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/status"
)

// transcript is what a program prints, for who reads it meanwhile.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// await waits until something was printed.
func (t *transcript) await(tb testing.TB, text string) {
	tb.Helper()
	patience := time.After(time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !strings.Contains(t.String(), text) {
		select {
		case <-look.C:
		case <-patience:
			tb.Fatalf("it does not say %q:\n%s", text, t)
		}
	}
}

// with runs a command on a ledger at an address.
func with(t *testing.T, address string, printed *transcript, signals chan os.Signal, args ...string) <-chan status.Status {
	t.Helper()
	environment := map[string]string{"HOME": t.TempDir(), "ROLLCALL_LEDGER": address}
	ended := make(chan status.Status, 1)
	go func() {
		ended <- Run(t.Context(), Process{
			Args: args, In: &bytes.Buffer{}, Out: printed, Err: printed, Signals: signals,
			Lookup: func(name string) (string, bool) { value, ok := environment[name]; return value, ok },
		})
	}()
	return ended
}

// TestAWorkerWaitsForItsDatabase starts workers while the database is away: one sees it come back, another one is to end before that.
func TestAWorkerWaitsForItsDatabase(t *testing.T) {
	server := postgrestest.Start(t)
	address := strings.Replace(server.Address(t), "user=postgres", "user=plain", 1)
	server.Ask(t, "CREATE ROLE plain LOGIN")
	server.Ask(t, "GRANT CREATE ON DATABASE postgres TO plain")
	server.Ask(t, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
	var migrated transcript
	if got := <-with(t, address, &migrated, nil, "jobs", "migrate"); got != status.Well {
		t.Fatalf("migrate ends with %d: %s", got, &migrated)
	}
	server.Crash()
	worker := []string{"worker", "--credentials", t.TempDir(), "--name", "w"}
	for _, returns := range []bool{false, true} {
		var printed transcript
		signals := make(chan os.Signal, 1)
		ended := with(t, address, &printed, signals, worker...)
		printed.await(t, "the database can't be reached, trying again")
		if returns {
			server.Restart(t)
			printed.await(t, "worker begins")
		}
		signals <- syscall.SIGTERM
		const unrecognized = "does not say which server it is on"
		if said := strings.Count(printed.String(), unrecognized); returns && said != 1 || !returns && said != 0 {
			t.Errorf("it says %d times that the database %s\n%s", said, unrecognized, &printed)
		}
		if got := <-ended; got != status.Well {
			t.Errorf("a worker that is told to end, with its database %t, ends with %d\n%s", returns, got, &printed)
		}
	}
	for what, wrong := range map[string]string{
		"database": strings.Replace(address, "///postgres?", "///none?", 1), "user": strings.Replace(address, "user=plain", "user=none", 1),
	} {
		var printed transcript
		select {
		case got := <-with(t, wrong, &printed, nil, worker...):
			if got == status.Well || strings.Contains(printed.String(), "trying again") {
				t.Errorf("a worker with the wrong %s ends with %d\n%s", what, got, &printed)
			}
		case <-time.After(time.Minute):
			t.Errorf("a worker with the wrong %s waits\n%s", what, &printed)
		}
	}
}
