package keyring

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A keyring that waits for a person holds nobody up for ever.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Surroundings{System: "darwin", Lookup: func(string) (string, bool) { return "", false }})
		unlocked := make(chan struct{})
		began := time.Now()
		_, err := k.ask(t.Context(), func() (string, error) { <-unlocked; return "late", nil })
		if silent, ok := errors.AsType[*Error](err); !ok || silent.Reason != Silent || time.Since(began) != Patience {
			t.Errorf("%v after %s, want that it is silent after %s", err, time.Since(began), Patience)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := k.ask(ctx, func() (string, error) { <-unlocked; return "late", nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that it was given up", err)
		}
		close(unlocked)
	})
}
