package gauge

import (
	"context"
	"time"
)

const (
	// patience is how long the database may take to answer. Whoever watches asks again soon, and mostly waits for ten seconds at most.
	patience = 2 * time.Second
	// fresh is for how long an answer holds.
	fresh = time.Second
)

// recent is an answer of the database that all who ask within a second share.
type recent[T any] struct {
	read func(ctx context.Context) T
	// turn has something in it while the database is asked: the others wait for the same answer.
	turn  chan struct{}
	at    time.Time // when it has answered, or was given up
	value T
}

func newRecent[T any](read func(ctx context.Context) T) *recent[T] {
	return &recent[T]{read: read, turn: make(chan struct{}, 1)}
}

// get returns the answer. It does not go with who asks first: others wait for it, too.
func (r *recent[T]) get(ctx context.Context) T {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if !r.at.IsZero() && time.Since(r.at) < fresh {
		return r.value
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	r.value = r.read(ctx)
	r.at = time.Now()
	return r.value
}
