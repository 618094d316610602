package batch_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
)

// BenchmarkRun invites as fast as 64 workers can, with the ledger and with a memory that forgets everything: the
// difference is what durability costs.
func BenchmarkRun(b *testing.B) {
	const rows, workers = 20_000, 64
	for _, durable := range []bool{false, true} {
		b.Run(fmt.Sprintf("durable=%v", durable), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(rows/benchmarkRun(b, rows, workers, durable).Seconds(), "rows/s")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchmarkRun returns how long the sending took.
func benchmarkRun(b *testing.B, rows, workers int, durable bool) time.Duration {
	b.Helper()
	url, stop := sandboxProcess(b)
	defer stop()
	client, err := cybedefend.New(cybedefend.Options{
		BaseURL: url, Connections: workers,
		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(sandbox.DefaultPAT), AuthEndpoint: url},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	d, err := directory.Read(b.Context(), directory.Options{Service: client, OrganizationID: sandbox.DefaultOrganizationID})
	if err != nil {
		b.Fatal(err)
	}
	unthrottled, err := pace.New(pace.Options{Rate: 1e6})
	if err != nil {
		b.Fatal(err)
	}
	recovery := recoveryOf(forgetful(rows))
	o := batch.Options{Run: "run", Service: client, Pace: unthrottled, Workers: workers}
	if durable {
		memory, err := sqlite.Open(filepath.Join(b.TempDir(), "ledger.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer closing(b, memory)
		run, err := memory.Begin(b.Context(), ledger.Run{OrganizationID: sandbox.DefaultOrganizationID, Service: url}, people(rows))
		if err != nil {
			b.Fatal(err)
		}
		recovery.Ledger, o.Run = memory, run.ID
	}
	began := time.Now()
	if err := recovery.Recovered(plan.Inputs{Directory: d, At: time.Now()}).Run(b.Context(), nil, o); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// sandboxProcess starts a sandbox in a process of its own, so that the two don't wait for each other's threads.
func sandboxProcess(b *testing.B, flags ...string) (url string, stop func()) {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "rollcall")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, "rollcall/cmd/rollcall").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	command := exec.CommandContext(b.Context(), bin, append([]string{"sandbox", "--quiet"}, flags...)...)
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for !strings.HasPrefix(url, "http") && lines.Scan() {
		_, url, _ = strings.Cut(lines.Text(), "CYBEDEFEND_API_URL=")
	}
	return url, func() {
		if err := command.Process.Kill(); err != nil {
			b.Error(err)
		}
		_ = command.Wait() // it was killed, and says so
	}
}

func closing(b *testing.B, c io.Closer) {
	b.Helper()
	if err := c.Close(); err != nil {
		b.Error(err)
	}
}

func people(rows int) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for row := range rows {
			if !yield(record.Record{Row: row + 1, Line: row + 2, Email: fmt.Sprintf("p%d@x.example", row), Role: "member"}, nil) {
				return
			}
		}
	}
}

// recoveryOf has nothing to recover.
func recoveryOf(l batch.Ledger) batch.Recovery {
	return batch.Recovery{
		Ledger: l, Scope: record.Scope{OrganizationID: sandbox.DefaultOrganizationID},
		Read: func(context.Context, []record.Doubt) (plan.Inputs, error) { return plan.Inputs{}, nil },
	}
}

// forgetful is a ledger of so many rows that remembers nothing.
type forgetful int

func (f forgetful) Pending(context.Context, string) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for r, err := range people(int(f)) {
			if !yield(ledger.Entry{Record: r}, err) {
				return
			}
		}
	}
}

func (forgetful) Claim(_ context.Context, then func(error), _ ...record.Claim) error {
	if then != nil {
		then(nil)
	}
	return nil
}

func (forgetful) Conclude(_ context.Context, _ string, then func(error), _ ...record.Conclusion) error {
	if then != nil {
		then(nil)
	}
	return nil
}

func (forgetful) Records(context.Context, string, int) iter.Seq2[record.Record, error] {
	return func(func(record.Record, error) bool) {}
}

func (forgetful) Doubts(context.Context, record.Scope) ([]record.Doubt, error) { return nil, nil }
