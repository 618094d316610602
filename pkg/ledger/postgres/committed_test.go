package postgres_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/record"
)

// TestGroupsAreTold counts what was written, and nothing that was refused.
func TestGroupsAreTold(t *testing.T) {
	address := postgrestest.Address(t)
	var mu sync.Mutex
	groups, changes := 0, 0
	l := open(t, address, postgres.Options{Committed: func(n int, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if groups++; n < 1 || took <= 0 || took > time.Minute {
			t.Errorf("a group of %d took %v", n, took)
		}
		changes += n
	}})
	enter(t, l, true)
	run := begin(t, l, people(3))
	if err := l.Claim(t.Context(), nil, invite(run, 1), invite(run, 2)); err != nil {
		t.Fatal(err)
	}
	if err := l.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: invited(1)}); err != nil {
		t.Fatal(err)
	}
	expire(t, address)
	enter(t, open(t, address, postgres.Options{}), false)
	if err := l.Claim(t.Context(), nil, invite(run, 3)); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("a claim after another has entered: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if groups != 2 || changes != 3 {
		t.Errorf("%d groups of %d changes were told, want 2 of 3", groups, changes)
	}
}
