package ledgertest

import (
	"errors"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

var scopeTests = []conformance{
	{"are entered clean after they were left", func(b *bench) {
		enter := func(what string, scope record.Scope, want bool) {
			b.Helper()
			if clean, err := b.Enter(b.Context(), scope); err != nil || clean != want {
				b.Errorf("%s: clean = %v, %v, want %v", what, clean, err, want)
			}
		}
		leave := func(scope record.Scope) {
			b.Helper()
			if err := b.Leave(b.Context(), scope); err != nil {
				b.Error(err)
			}
		}
		enter("in a new scope", here, true)
		enter("after a process that did not leave", here, false)
		b.reopen()
		enter("after another", here, false)
		leave(here)
		b.reopen()
		enter("after one that left", here, true)
		enter("in another organization", elsewhere, true)
		enter("in another service", rehearsal, true)
		leave(here)
		enter("where nobody left", rehearsal, false)
	}},
	{"are not clean while an attempt has no end", func(b *bench) {
		run := b.begin(here, "a@x.example")
		role := record.Claim{Run: run.ID, Email: "b@x.example", Change: record.ChangeRole, Attempt: 1, At: at.Add(time.Second)}
		clean := func() bool {
			b.Helper()
			if err := b.Leave(b.Context(), here); err != nil {
				b.Fatal(err)
			}
			clean, err := b.Enter(b.Context(), here)
			if err != nil {
				b.Fatal(err)
			}
			return clean
		}
		ended := record.Trail{Lost: true, EndedAt: at, SilentFor: time.Minute}
		second := invite(run, 1, "a@x.example")
		second.Attempt = 2
		b.claim(second)
		b.same("clean with a claim", clean(), false)
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Attempts: 1, Trail: ended}, InDoubt: true})
		b.same("clean with the end of the attempt before", clean(), false)
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Attempts: 2, Trail: ended}, InDoubt: true})
		b.same("clean with a doubt", clean(), true)
		b.claim(role)
		b.same("clean with a claim without a row", clean(), false)
		b.conclude(run, record.Conclusion{
			Record: record.Record{Email: "b@x.example", Attempts: 1, Trail: ended}, InDoubt: true,
		})
		b.same("clean with a doubt without a row", clean(), true)
		b.same("doubts", b.doubts(here), []string{"1 a@x.example invite", "0 b@x.example role"})
	}},
	{"have a pace each", func(b *bench) {
		recall := func(scope record.Scope, want float64, wantAt time.Time) {
			b.Helper()
			got, learned, err := b.Pace(b.Context(), scope)
			if err != nil || got != want || !learned.Equal(wantAt) {
				b.Errorf("Pace = %v of %s, %v; want %v of %s", got, learned, err, want, wantAt)
			}
		}
		recall(here, 0, time.Time{})
		learn := func(rate float64) {
			b.Helper()
			if err := b.LearnPace(b.Context(), here, rate); err != nil {
				b.Fatal(err)
			}
		}
		learn(10)
		learn(59.5)
		b.reopen()
		recall(here, 59.5, at)
		recall(elsewhere, 0, time.Time{})
		recall(rehearsal, 0, time.Time{})
		learn(0)
		recall(here, 0, at)
	}},
	{"are in a ledger that is what it was", func(b *bench) {
		for range 2 {
			if at, err := b.Lapse(b.Context()); err != nil || !at.IsZero() {
				b.Errorf("Lapse = %v, %v", at, err)
			}
			b.reopen()
		}
	}},
	{"have runs each", func(b *bench) {
		for i, scope := range []record.Scope{elsewhere, rehearsal} {
			b.beginRun(ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID, Digest: [32]byte{byte(i + 1)}})
		}
		run := b.begin(here, "a@x.example")
		for _, scope := range []record.Scope{elsewhere, rehearsal} {
			if other, ok, err := b.Unfinished(b.Context(), scope, run.Digest); ok || err != nil {
				b.Errorf("unfinished = %v, %v, %v", other, ok, err)
			}
		}
		got, ok, err := b.Unfinished(b.Context(), here, run.Digest)
		if !ok || err != nil {
			b.Errorf("unfinished = %v, %v", ok, err)
		}
		b.same("unfinished", got, run)
	}},
	{"say that the ledger is closed", func(b *bench) {
		run := b.begin(here, "a@x.example")
		for range 2 {
			if err := b.Close(); err != nil {
				b.Errorf("Close = %v", err)
			}
		}
		ctx := b.Context()
		_, beginErr := b.Begin(ctx, ledger.Run{}, List(nil))
		_, enterErr := b.Enter(ctx, here)
		_, doubtsErr := b.Doubts(ctx, here)
		_, resumeErr := b.Resume(ctx, run)
		_, lapseErr := b.Lapse(ctx)
		then := func(error) { b.Error("then was called") }
		for what, err := range map[string]error{
			"Begin": beginErr, "Enter": enterErr, "Doubts": doubtsErr, "Resume": resumeErr, "Lapse": lapseErr,
			"Claim":         b.Claim(ctx, nil, invite(run, 1, "a@x.example")),
			"Conclude":      b.Conclude(ctx, run.ID, nil, record.Conclusion{Record: whole(1, record.Invited)}),
			"Conclude then": b.Conclude(ctx, run.ID, then, record.Conclusion{Record: whole(1, record.Invited)}),
			"in no run":     b.Claim(ctx, nil, invite(ledger.Run{ID: "none"}, 1, "a@x.example")),
			"Leave":         b.Leave(ctx, here), "End": b.End(ctx, run.ID, 0), "LearnPace": b.LearnPace(ctx, here, 1),
		} {
			b.refused(what, err, ledger.ErrClosed)
			if _, ok := errors.AsType[*ledger.Error](err); !ok {
				b.Errorf("%s = %T", what, err)
			}
		}
		for _, err := range b.Records(ctx, run.ID, 0) {
			b.refused("Records", err, ledger.ErrClosed)
		}
		for _, err := range b.Invited(ctx, here) {
			b.refused("Invited", err, ledger.ErrClosed)
		}
	}},
}
