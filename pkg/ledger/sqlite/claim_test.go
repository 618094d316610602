package ledger_test

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

func TestClaimStandsUntilItIsEnded(t *testing.T) {
	path := place(t)
	now := time.Date(2026, 11, 23, 1, 30, 0, 123456789, time.FixedZone("", 3600))
	l, err := ledger.Open(path, ledger.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	run := begin(t, l, people(5))
	for row := 1; row <= 4; row++ {
		claim(t, l, run, row, row)
	}
	settle(t, l, run, invited(1))
	settle(t, l, run, record.Record{Row: 2, Outcome: record.Unknown})
	if err := l.Release(t.Context(), run.ID, 3); err != nil {
		t.Fatal(err)
	}
	shut(t, l)

	l = open(t, path)
	at := time.Date(2026, 11, 23, 0, 30, 0, 123456000, time.UTC)
	fourth := ledger.Claim{Run: run.ID, Row: 4, Email: "person-4@example.com", Attempt: 4, At: at}
	got, err := l.InDoubt(t.Context(), organization)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "in doubt", got, []ledger.Claim{
		{Run: run.ID, Row: 2, Email: "person-2@example.com", Attempt: 2, At: at}, fourth,
	})
	got, err = l.InDoubt(t.Context(), "another organization")
	if err != nil || got != nil {
		t.Errorf("in doubt elsewhere = %v, %v", got, err)
	}
	pending := collect(t, l.Pending(t.Context(), run.ID))
	same(t, "pending", rows(pending), []int{3, -4, 5})
	same(t, "claim of the pending row", pending[1].Claim, &fourth)
}

func TestRowsRefuse(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(5))
	claim(t, l, run, 1, 1)
	settle(t, l, run, invited(2), record.Record{Row: 3, Outcome: record.Unknown})
	tests := []struct {
		name string
		give func(context.Context) error
		want error
	}{
		{"second claim", func(ctx context.Context) error { return l.Claim(ctx, run.ID, 1, 2, "") }, ledger.ErrClaimed},
		{"claim of a settled row", func(ctx context.Context) error { return l.Claim(ctx, run.ID, 2, 2, "") }, ledger.ErrSettled},
		{"claim of an unknown row", func(ctx context.Context) error { return l.Claim(ctx, run.ID, 3, 2, "") }, ledger.ErrSettled},
		{"claim of no row", func(ctx context.Context) error { return l.Claim(ctx, run.ID, 6, 1, "") }, ledger.ErrNoRow},
		{"claim in no run", func(ctx context.Context) error { return l.Claim(ctx, "none", 1, 1, "") }, ledger.ErrNoRun},
		{"second outcome", func(ctx context.Context) error { return l.Settle(ctx, run.ID, invited(2)) }, ledger.ErrSettled},
		{"outcome of no row", func(ctx context.Context) error { return l.Settle(ctx, run.ID, invited(6)) }, ledger.ErrNoRow},
		{"one outcome of many", func(ctx context.Context) error {
			return l.Settle(ctx, run.ID, invited(4), invited(2), invited(5))
		}, ledger.ErrSettled},
	}
	for _, test := range tests {
		if err := test.give(t.Context()); !errors.Is(err, test.want) {
			t.Errorf("%s = %v, want %v", test.name, err, test.want)
		}
	}
	if err := l.Settle(t.Context(), run.ID, record.Record{Row: 4}); err == nil {
		t.Error("a row was settled without an outcome")
	}
	same(t, "pending", rows(collect(t, l.Pending(t.Context(), run.ID))), []int{-1, 4, 5})

	settle(t, l, run, invited(3)) // an unknown outcome may be replaced, once
	if err := l.Settle(t.Context(), run.ID, invited(3)); !errors.Is(err, ledger.ErrSettled) {
		t.Errorf("third outcome = %v, want ErrSettled", err)
	}
}

// TestRefusedRowDoesNotSpoilItsGroup queues many claims behind a transaction, two of them for the same row.
func TestRefusedRowDoesNotSpoilItsGroup(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(20))
	var refused atomic.Int64
	var wg sync.WaitGroup
	behind(t, l, func() {
		for i := range 21 {
			wg.Go(func() {
				switch err := l.Claim(t.Context(), run.ID, i%20+1, 1, ""); {
				case errors.Is(err, ledger.ErrClaimed):
					refused.Add(1)
				case err != nil:
					t.Error(err)
				}
			})
		}
	})
	wg.Wait()
	same(t, "refused claims", refused.Load(), int64(1))
	same(t, "claims", len(doubts(t, l)), 20)
}

// behind runs act while a long transaction holds the file.
func behind(t *testing.T, l *ledger.Ledger, act func()) {
	t.Helper()
	begin(t, l, func(yield func(record.Record, error) bool) {
		act()
		yield(record.Record{Row: 1}, nil)
	})
}

// cutContext ends when it is waited for the second time: the first time is on the way into the queue.
type cutContext struct {
	context.Context //nolint:containedctx // it is a context
	cancel          context.CancelFunc
	waits           atomic.Int64
}

func (c *cutContext) Done() <-chan struct{} {
	if c.waits.Add(1) == 2 {
		c.cancel()
	}
	return c.Context.Done()
}

func TestClaimWhoseWaitWasCutStands(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(3))
	claim(t, l, run, 1, 1)
	behind(t, l, func() {
		ctx, cancel := context.WithCancel(t.Context())
		if err := l.Claim(&cutContext{Context: ctx, cancel: cancel}, run.ID, 2, 1, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("Claim = %v, want context.Canceled", err)
		}
		if err := l.Claim(ctx, run.ID, 3, 1, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("Claim = %v, want context.Canceled", err)
		}
	})
	settle(t, l, run, invited(1)) // goes on, and is behind the claim
	same(t, "in doubt", doubts(t, l), []int{2})
}

func TestReleaseComesBeforeTheNextClaim(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(8))
	var wg sync.WaitGroup
	for row := 1; row <= 8; row++ {
		wg.Go(func() {
			for attempt := 1; attempt <= 50; attempt++ {
				if err := l.Claim(t.Context(), run.ID, row, attempt, ""); err != nil {
					t.Error(err)
				}
				if err := l.Release(t.Context(), run.ID, row); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := l.End(t.Context(), run.ID, 0); err != nil { // behind the last releases
		t.Fatal(err)
	}
	same(t, "in doubt", doubts(t, l), []int(nil))
}

func TestFullLedgerKeepsNothingOfAChange(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(100))
	if err := l.LimitPages(1); err != nil { // no less than there are
		t.Fatal(err)
	}
	long := invited(2)
	long.Hint = strings.Repeat("x", 100_000)
	err := l.Settle(t.Context(), run.ID, invited(1), long)
	if !errors.Is(err, ledger.ErrDiskFull) {
		t.Fatalf("Settle = %v, want ErrDiskFull", err)
	}
	if problem, ok := errors.AsType[*ledger.Error](err); !ok || !strings.Contains(problem.Hint, "free some room") {
		t.Errorf("Settle = %#v", err)
	}
	if _, err := l.Begin(t.Context(), ledger.Run{}, people(5000)); !errors.Is(err, ledger.ErrDiskFull) {
		t.Errorf("Begin = %v, want ErrDiskFull", err)
	}
	same(t, "pending", len(collect(t, l.Pending(t.Context(), run.ID))), 100)
	if err := l.LimitPages(1_000_000); err != nil {
		t.Fatal(err)
	}
	settle(t, l, run, invited(1), long)
	same(t, "pending", len(collect(t, l.Pending(t.Context(), run.ID))), 98)
}

// TestDamageIsFinal spoils the file below an open ledger: from the first error on nothing is written any more.
func TestDamageIsFinal(t *testing.T) {
	path := place(t)
	first := open(t, path)
	run := begin(t, first, people(5000))
	shut(t, first)
	l, err := ledger.Open(path, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	claim(t, l, run, 1, 1)
	overwrite(t, path, 50*4096, strings.Repeat("\xff", 50*4096))
	for row := 100; row <= 5000 && err == nil; row += 100 {
		err = l.Claim(t.Context(), run.ID, row, 1, "")
	}
	if !errors.Is(err, ledger.ErrDamaged) {
		t.Fatalf("Claim = %v, want ErrDamaged", err)
	}
	if err := l.Claim(t.Context(), run.ID, 2, 1, ""); !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("Claim of a sound row = %v, want ErrDamaged", err)
	}
	if _, ok, err := l.Unfinished(t.Context(), organization, run.Digest); err != nil || !ok {
		t.Errorf("what is sound can't be read any more: %v", err)
	}
	_ = l.Close() // may say again that the file is damaged
}

func TestReadersDoNotBlockTheWriter(t *testing.T) {
	for _, o := range []ledger.Options{{}, ledger.WithoutLog(ledger.Options{})} {
		path := place(t)
		l, err := ledger.Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		readAndWrite(t, l)
		shut(t, l)
		if files, err := filepath.Glob(path + "-*"); err != nil || files != nil {
			t.Errorf("left behind: %v, %v", files, err)
		}
		shut(t, open(t, path)) // switches from one journal to the other
	}
}

func readAndWrite(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	run := begin(t, l, people(1200))
	next, stop := iter.Pull2(l.Records(t.Context(), run.ID))
	defer stop()
	if _, err, ok := next(); err != nil || !ok {
		t.Fatal(err, ok)
	}
	for entry, err := range l.Pending(t.Context(), run.ID) {
		if err != nil {
			t.Fatal(err)
		}
		settle(t, l, run, invited(entry.Row))
	}
	counts, err := l.Outcomes(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", counts, map[record.Outcome]int{record.Invited: 1200})
}
