package sqlite_test

import (
	"errors"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// A timeline for which there is no room fails alone: what is written in the same commit is kept.
func TestATimelineThatCannotBeKeptFailsAlone(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(2))
	if err := l.Claim(t.Context(), nil, invite(run, 1, 1)); err != nil {
		t.Fatal(err)
	}
	pages, err := l.Setting("page_count")
	if err == nil {
		err = l.LimitPages(int(pages) + 20)
	}
	if err != nil {
		t.Fatal(err)
	}
	concluded := make(chan error, 1) // it waits for others to be written together with it
	if err := l.Conclude(t.Context(), run.ID, func(err error) { concluded <- err }, record.Conclusion{Record: record.Record{Row: 1, Outcome: record.Invited}}); err != nil {
		t.Fatal(err)
	}
	if err := l.KeepTimeline(t.Context(), run.ID, 0, make([]byte, 1<<20)); err == nil {
		t.Error("there was room")
	}
	if err := <-concluded; err != nil {
		t.Errorf("the conclusion: %v", err)
	}
	if err := l.KeepTimeline(t.Context(), run.ID, 0, []byte("small")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	for _, err := range l.Timelines(t.Context(), "nobody's") {
		if !errors.Is(err, ledger.ErrNoRun) {
			t.Error(err)
		}
	}
}

// A ledger from before timelines were kept has none, and takes them.
func TestALedgerFromBeforeTimelinesTakesThem(t *testing.T) {
	path := place(t)
	makeEarlier(t, path, 12)
	l := open(t, path)
	run := begin(t, l, people(1))
	same(t, "timelines", len(collect(t, l.Timelines(t.Context(), run.ID))), 0)
	if err := l.KeepTimeline(t.Context(), run.ID, 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	same(t, "timelines", collect(t, l.Timelines(t.Context(), run.ID)), [][]byte{[]byte("x")})
}
