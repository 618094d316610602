package rota

import (
	"context"
	"time"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
)

type Set struct{}

func Read(file *jobs.File, set string, now time.Time) (Set, error) { return Set{}, nil }
func (s Set) Apply(ctx context.Context, st *store.Store) (store.Applied, error) { return store.Applied{}, nil }
func (s Set) Compare(ctx context.Context, st *store.Store) (store.Applied, error) { return store.Applied{}, nil }
func Decide(s store.Schedule, now time.Time) (store.Firing, error) { return store.Firing{}, nil }
func Words(s store.Schedule) string { return "" }
