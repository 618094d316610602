package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// TestRefusedRowDoesNotSpoilItsGroup queues many claims behind a transaction, two of them for the same row.
func TestRefusedRowDoesNotSpoilItsGroup(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(20))
	var refused atomic.Int64
	var wg sync.WaitGroup
	behind(t, l, func() {
		for i := range 21 {
			wg.Go(func() {
				switch err := l.Claim(t.Context(), nil, invite(run, i%20+1, 1)); {
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
func behind(t *testing.T, l *sqlite.Ledger, act func()) {
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
	claim(t, l, run, 1)
	behind(t, l, func() {
		ctx, cancel := context.WithCancel(t.Context())
		if err := l.Claim(&cutContext{Context: ctx, cancel: cancel}, nil, invite(run, 2, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("Claim = %v, want context.Canceled", err)
		}
		if err := l.Claim(ctx, nil, invite(run, 3, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("Claim = %v, want context.Canceled", err)
		}
	})
	settle(t, l, run, invited(1)) // goes on, and is behind the claim
	same(t, "in doubt", doubts(t, l), []int{2})
}

func TestDeferredConclusionComesBeforeTheNextClaim(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(8))
	var wg sync.WaitGroup
	for row := 1; row <= 8; row++ {
		wg.Go(func() {
			for attempt := 1; attempt <= 50; attempt++ {
				if err := l.Claim(t.Context(), nil, invite(run, row, attempt)); err != nil {
					t.Error(err)
				}
				if err := l.Conclude(t.Context(), run.ID, func(error) {}, record.Conclusion{Record: record.Record{Row: row}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := l.End(t.Context(), run.ID, 0); err != nil { // behind the last conclusions
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
	err := l.Conclude(t.Context(), run.ID, nil, conclusions(invited(1), long)...)
	if !errors.Is(err, ledger.ErrDiskFull) {
		t.Fatalf("Conclude = %v, want ErrDiskFull", err)
	}
	if problem, ok := errors.AsType[*ledger.Error](err); !ok || !strings.Contains(problem.Hint, "free some room") {
		t.Errorf("Conclude = %#v", err)
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
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	claim(t, l, run, 1)
	overwrite(t, path, 50*4096, strings.Repeat("\xff", 50*4096))
	for row := 100; row <= 5000 && err == nil; row += 100 {
		err = l.Claim(t.Context(), nil, invite(run, row, 1))
	}
	if !errors.Is(err, ledger.ErrDamaged) {
		t.Fatalf("Claim = %v, want ErrDamaged", err)
	}
	if err := l.Claim(t.Context(), nil, invite(run, 2, 1)); !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("Claim of a sound row = %v, want ErrDamaged", err)
	}
	if _, ok, err := l.Unfinished(t.Context(), scope, run.Digest); err != nil || !ok {
		t.Errorf("what is sound can't be read any more: %v", err)
	}
	_ = l.Close() // may say again that the file is damaged
}

func TestReadersDoNotBlockTheWriter(t *testing.T) {
	for _, o := range []sqlite.Options{{}, sqlite.WithoutLog(sqlite.Options{})} {
		path := place(t)
		l, err := sqlite.Open(path, o)
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

func readAndWrite(t *testing.T, l *sqlite.Ledger) {
	t.Helper()
	run := begin(t, l, people(1200))
	next, stop := iter.Pull2(l.Records(t.Context(), run.ID, 0))
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

func TestErasedTokensAreGoneFromTheFile(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(2))
	tokens := []string{"token-expired", "token-valid"}
	for i, token := range tokens {
		r := invited(i + 1)
		r.Token = secret.New(token)
		r.ExpiresAt = r.UpdatedAt.Add(time.Duration(i) * time.Hour)
		settle(t, l, run, r)
	}
	if _, err := l.EraseExpiredTokens(t.Context(), invited(1).UpdatedAt.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	shut(t, l)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, token := range tokens {
		same(t, "file holds "+token, bytes.Contains(file, []byte(token)), i > 0)
	}
}
