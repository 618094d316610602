package ledgertest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

func TestMemoryKeepsTheContract(t *testing.T) { ledgertest.Run(t, open) }

func TestNothingAskedOfMemoryIsPruned(t *testing.T) { ledgertest.RunPruning(t, 30, open) }

func open(t *testing.T, now func() time.Time) (ledger.Ledger, func() ledger.Ledger) {
	t.Helper()
	m := ledgertest.NewMemory(now)
	return m, func() ledger.Ledger {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		m = m.Restart()
		return m
	}
}

var scope = record.Scope{Service: "https://api.example.com", OrganizationID: "o"}

// begin begins a run of two rows.
func begin(t *testing.T, m *ledgertest.Memory) ledger.Run {
	t.Helper()
	run, err := m.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID},
		func(yield func(record.Record, error) bool) {
			_ = yield(record.Record{Row: 1, Email: "a@x.example"}, nil) && yield(record.Record{Row: 2, Email: "b@x.example"}, nil)
		})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// found is what a new process finds: how many runs, rows that are settled, claims, and whether the end was clean.
func found(t *testing.T, m *ledgertest.Memory) string {
	t.Helper()
	m = m.Restart()
	runs, settled := 0, 0
	for run, err := range m.Runs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		runs++
		settled += run.Rows - run.Outcomes[record.Unset]
	}
	doubts, err := m.Doubts(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	clean, err := m.Enter(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(runs, settled, len(doubts), clean)
}

// TestMemoryCrashesAtEveryWrite dies before and after each write of a small life: the write itself is kept or not, no
// later one is, and the dead handle says nothing more.
func TestMemoryCrashesAtEveryWrite(t *testing.T) {
	crash := errors.New("power cut")
	ops := []string{"enter", "begin", "claim", "conclude", "conclude", "leave"}
	kept := []string{ // after so many writes: runs, settled rows, claims, clean
		"0 0 0 true", "0 0 0 false", "1 0 0 false", "1 0 1 false", "1 1 0 false", "1 2 0 false", "1 2 0 true",
	}
	for n, op := range ops {
		for after := range 2 {
			m := ledgertest.NewMemory(nil)
			seen := 0
			hook := func(got string) error {
				if got != ops[seen] {
					t.Errorf("write %d is %q, want %q", seen, got, ops[seen])
				}
				if seen++; seen == n+1 {
					return crash
				}
				return nil
			}
			if m.Before = hook; after == 1 {
				m.Before, m.After = nil, hook
			}
			if err := live(t.Context(), m); !errors.Is(err, crash) {
				t.Errorf("crash at %s: %v", op, err)
			}
			if err := m.Leave(t.Context(), scope); !errors.Is(err, crash) {
				t.Errorf("Leave after a crash = %v", err)
			}
			if _, err := m.Doubts(t.Context(), scope); !errors.Is(err, crash) {
				t.Errorf("Doubts after a crash = %v", err)
			}
			if got := found(t, m); got != kept[n+after] {
				t.Errorf("a crash at write %d (%s), %d after it, leaves %q, want %q", n, op, after, got, kept[n+after])
			}
		}
	}
}

// live is the life of a process: a row for whose conclusion it waits, and one for whose it does not.
func live(ctx context.Context, m *ledgertest.Memory) error {
	if _, err := m.Enter(ctx, scope); err != nil {
		return err
	}
	run, err := m.Begin(ctx, ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID},
		func(yield func(record.Record, error) bool) {
			_ = yield(record.Record{Row: 1, Email: "a@x.example"}, nil) && yield(record.Record{Row: 2, Email: "b@x.example"}, nil)
		})
	if err != nil {
		return err
	}
	if err := m.Claim(ctx, nil, record.Claim{Run: run.ID, Row: 1, Email: "a@x.example", Change: record.ChangeInvite, Attempt: 1}); err != nil {
		return err
	}
	outcome := func(row int) record.Conclusion {
		return record.Conclusion{Record: record.Record{Row: row, Outcome: record.Invited}}
	}
	if err := m.Conclude(ctx, run.ID, nil, outcome(1)); err != nil {
		return err
	}
	var told error
	if err := m.Conclude(ctx, run.ID, func(err error) { told = err }, outcome(2)); err != nil || told != nil {
		return errors.Join(err, told)
	}
	return m.Leave(ctx, scope)
}

// TestMemoryBesideAFrozenProcess lets a second process work while the first one is frozen between its decision and its
// write: the first one goes on with the state that it finds.
func TestMemoryBesideAFrozenProcess(t *testing.T) {
	frozen := ledgertest.NewMemory(nil)
	run := begin(t, frozen)
	entered, thaw := make(chan string), make(chan struct{})
	frozen.Before = func(op string) error {
		entered <- op
		<-thaw
		return nil
	}
	claim := record.Claim{Run: run.ID, Row: 1, Email: "a@x.example", Change: record.ChangeInvite, Attempt: 1}
	result := make(chan error)
	go func() { result <- frozen.Claim(t.Context(), nil, claim) }()
	if op := <-entered; op != "claim" {
		t.Errorf("frozen in %s", op)
	}
	second := frozen.Restart()
	if err := second.Claim(t.Context(), nil, claim); err != nil {
		t.Error(err)
	}
	close(thaw)
	if err := <-result; !errors.Is(err, ledger.ErrClaimed) {
		t.Errorf("the frozen claim = %v, want ErrClaimed", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if got := found(t, frozen); got != "1 0 1 false" {
		t.Errorf("found %q", got)
	}
}
