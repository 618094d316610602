package ledgertest

import (
	"context"
	"errors"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

var conclusionTests = []conformance{
	{"keeps what a step found out, not what the roster said", func(b *bench) {
		give := record.Record{Row: 2, Line: 9, Email: "Zoë@x.example", Role: "member", Teams: "P:developer", Extra: []string{"", "é"}}
		run := b.beginRun(ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID}, give)
		b.claim(invite(run, 2, give.Email))
		open := whole(2, record.Unset)
		open.Line, open.Email, open.Role, open.Extra = 1, "other", "other", []string{"x"}
		b.conclude(run, record.Conclusion{Record: open, InDoubt: true})
		b.reopen()
		want := whole(2, record.Unset)
		want.Line, want.Email, want.Role, want.Teams, want.Extra = give.Line, give.Email, give.Role, give.Teams, give.Extra
		want.UpdatedAt = time.Time{}
		b.same("open row", collect(b, b.Records(b.Context(), run.ID, 0)), []record.Record{want})
		b.same("doubts", b.doubts(here), []string{"2 Zoë@x.example invite"})
		b.settle(run, whole(2, record.Rejected))
		b.reopen()
		want.Outcome, want.UpdatedAt = record.Rejected, at.Add(time.Second)
		b.same("settled row", collect(b, b.Records(b.Context(), run.ID, 0)), []record.Record{want})
		b.same("doubts", b.doubts(here), []string(nil))
	}},
	{"with nothing to keep ends the claim only", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example")
		b.claim(invite(run, 1, "a@x.example"))
		b.conclude(run, record.Conclusion{Record: whole(1, record.Unset), InDoubt: true})
		before := collect(b, b.Records(b.Context(), run.ID, 0))
		ends := record.Conclusion{Record: record.Record{Row: 1, Email: "a@x.example", UpdatedAt: at}}
		b.conclude(run, ends, ends, record.Conclusion{Record: record.Record{Row: 99}})
		b.same("records", collect(b, b.Records(b.Context(), run.ID, 0)), before)
		b.same("doubts", b.doubts(here), []string(nil))
		b.settle(run, whole(2, record.Invited))
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 2}}) // not refused, and takes nothing back
		b.same("outcomes", b.outcomes(run), []record.Outcome{record.Unset, record.Invited})
	}},
	{"in doubt never makes a claim", func(b *bench) {
		run := b.begin(here, "a@x.example")
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Outcome: record.Unknown, UpdatedAt: at}, InDoubt: true},
			record.Conclusion{Record: record.Record{Email: "b@x.example", Attempts: 1}, InDoubt: true})
		b.same("doubts", b.doubts(here), []string(nil))
	}},
	{"may replace unknown and nothing else", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 1, "a@x.example"))
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Outcome: record.Unknown, UpdatedAt: at}, InDoubt: true})
		b.same("doubts of an unknown row", b.doubts(here), []string{"1 a@x.example invite"})
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Attempts: 2, HTTPStatus: 500}, InDoubt: true})
		row := collect(b, b.Records(b.Context(), run.ID, 0))[0]
		b.same("an unknown row that was looked up", []any{row.Outcome, row.UpdatedAt, row.Attempts}, []any{record.Unknown, at, 2})
		b.settle(run, whole(1, record.Invited))
		b.same("doubts of a settled row", b.doubts(here), []string(nil))
		later := whole(1, record.Invited)
		later.UpdatedAt = later.UpdatedAt.Add(time.Microsecond)
		for what, r := range map[string]record.Record{
			"another outcome": whole(1, record.Failed), "the same outcome at another time": later,
			"an attempt": {Row: 1, Attempts: 4},
		} {
			err := b.Conclude(b.Context(), run.ID, nil, record.Conclusion{Record: r})
			b.refused(what, err, ledger.ErrSettled)
			if refusal, ok := errors.AsType[*ledger.RowError](err); !ok || refusal.Run != run.ID || refusal.Row != 1 {
				b.Errorf("refusal = %+v", refusal)
			}
		}
		b.same("attempts", collect(b, b.Records(b.Context(), run.ID, 0))[0].Attempts, 3)
		err := b.Conclude(b.Context(), run.ID, nil, record.Conclusion{Record: whole(4, record.Invited)})
		b.refused("outcome of no row", err, ledger.ErrNoRow)
		err = b.Conclude(b.Context(), "none", nil, record.Conclusion{Record: whole(1, record.Invited)})
		b.refused("outcome in no run", err, ledger.ErrNoRun)
	}},
	{"may be written again", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example")
		r := whole(1, record.Invited)
		r.UpdatedAt = r.UpdatedAt.Add(999 * time.Nanosecond)
		b.claim(invite(run, 1, "a@x.example"))
		unknown := record.Conclusion{Record: whole(2, record.Unknown), InDoubt: true}
		b.claim(invite(run, 2, "b@x.example"))
		var want []record.Record
		for range 2 {
			b.conclude(run, record.Conclusion{Record: r}, unknown)
			got := collect(b, b.Records(b.Context(), run.ID, 0))
			if want != nil {
				b.same("records", got, want)
			}
			want = got
			b.same("doubts", b.doubts(here), []string{"2 b@x.example invite"})
		}
	}},
	{"is kept with all others or not at all", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 1, "a@x.example"))
		b.settle(run, whole(2, record.Rejected))
		err := b.Conclude(b.Context(), run.ID, nil,
			record.Conclusion{Record: whole(1, record.Invited)}, record.Conclusion{Record: whole(2, record.Invited)},
			record.Conclusion{Record: whole(3, record.Invited)})
		b.refused("conclusions", err, ledger.ErrSettled)
		b.same("outcomes", b.outcomes(run), []record.Outcome{record.Unset, record.Rejected, record.Unset})
		b.same("doubts", b.doubts(here), []string{"1 a@x.example invite"})
	}},
	{"tells later when nobody waits", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 1, "a@x.example"))
		errs := make(chan error, 4)
		then := func(err error) { errs <- err }
		for _, r := range []record.Record{whole(1, record.Invited), whole(1, record.Failed), whole(2, record.Rejected)} {
			if err := b.Conclude(b.Context(), run.ID, then, record.Conclusion{Record: r}); err != nil {
				b.Fatal(err)
			}
		}
		b.claim(invite(run, 3, "c@x.example")) // is written after them or together with them
		b.same("outcomes", b.outcomes(run), []record.Outcome{record.Invited, record.Rejected, record.Unset})
		for _, want := range []error{nil, ledger.ErrSettled, nil} {
			b.refused("what then is told", <-errs, want)
		}
		ended, cancel := context.WithCancel(b.Context())
		cancel()
		b.refused("Conclude when ctx has ended", b.Conclude(ended, run.ID, then, record.Conclusion{Record: whole(3, record.Invited)}), context.Canceled)
		if len(errs) > 0 {
			b.Errorf("then was told %v as well", <-errs)
		}
	}},
}
