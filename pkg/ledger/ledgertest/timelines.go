package ledgertest

import (
	"context"
	"iter"
	"maps"
	"slices"

	"rollcall/pkg/ledger"
)

// timelineTests are about what happened to the pace of runs.
var timelineTests = []conformance{
	{"keeps the last word of each process", func(b *bench) {
		run, other := b.begin(here, "a@x.example"), b.begin(elsewhere, "a@x.example")
		keep := func(run ledger.Run, process int, timeline string) {
			b.Helper()
			if err := b.KeepTimeline(b.Context(), run.ID, process, []byte(timeline)); err != nil {
				b.Fatal(err)
			}
		}
		b.same("of a run without any", collect(b, b.Timelines(b.Context(), run.ID)), [][]byte(nil))
		keep(run, 2, "third")
		keep(run, 0, "one")
		keep(other, 0, "another")
		keep(run, 0, "first\x00\xff")
		b.reopen()
		b.same("timelines", collect(b, b.Timelines(b.Context(), run.ID)), [][]byte{[]byte("first\x00\xff"), []byte("third")})
		b.same("of another run", collect(b, b.Timelines(b.Context(), other.ID)), [][]byte{[]byte("another")})
	}},
	{"keeps none of a run that there is not, nor once it is closed", func(b *bench) {
		b.refused("KeepTimeline", b.KeepTimeline(b.Context(), "nobody's", 0, []byte("x")), ledger.ErrNoRun)
		for _, err := range b.Timelines(b.Context(), "nobody's") {
			b.refused("Timelines", err, ledger.ErrNoRun)
		}
		run := b.begin(here, "a@x.example")
		if err := b.Close(); err != nil {
			b.Fatal(err)
		}
		b.refused("KeepTimeline", b.KeepTimeline(context.Background(), run.ID, 0, []byte("x")), ledger.ErrClosed)
		for _, err := range b.Timelines(context.Background(), run.ID) {
			b.refused("Timelines", err, ledger.ErrClosed)
		}
	}},
}

// KeepTimeline implements [ledger.Ledger].
func (m *Memory) KeepTimeline(ctx context.Context, id string, process int, timeline []byte) error {
	return m.write(ctx, "timeline", func(s *state) error {
		run, err := s.run(id)
		if err != nil {
			return err
		}
		if run.timelines == nil {
			run.timelines = map[int][]byte{}
		}
		run.timelines[process] = slices.Clone(timeline)
		return nil
	})
}

// Timelines implements [ledger.Ledger].
func (m *Memory) Timelines(ctx context.Context, id string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var found [][]byte
		if err := m.read(ctx, func(s *state) error {
			run, err := s.run(id)
			if err != nil {
				return err
			}
			for _, process := range slices.Sorted(maps.Keys(run.timelines)) {
				found = append(found, run.timelines[process])
			}
			return nil
		}); err != nil {
			yield(nil, err)
			return
		}
		for _, timeline := range found {
			if !yield(timeline, nil) {
				return
			}
		}
	}
}
