package ledgertest

import (
	"context"
	"errors"
	"regexp"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

var runTests = []conformance{
	{"come back as they were", func(b *bench) {
		give := ledger.Run{
			Service: here.Service, OrganizationID: here.OrganizationID, Roster: "people.csv", Digest: [32]byte{1, 0, 255},
			Whole: true, Extra: []string{"Department", "No."}, Rows: 7, Resumed: 7, ExitCode: 7, EndedAt: start,
		}
		first := whole(3, record.AlreadyInvited)
		first.Line, first.Email, first.Role, first.Teams, first.Extra = 4, "a@x.example", "member", "P", []string{"x", ""}
		rows := []record.Record{first, {Row: 70_000, Line: 1 << 30, Email: "nonsense", Outcome: record.Invalid, Error: "no @", UpdatedAt: at}}
		run := b.beginRun(give, rows...)
		if id := regexp.MustCompile(`^20261123T003000Z-[0-9a-f]{6}$`); !id.MatchString(run.ID) {
			b.Errorf("ID = %q", run.ID)
		}
		want := give
		want.ID, want.Rows, want.StartedAt, want.Resumed, want.ExitCode, want.EndedAt = run.ID, 2, at, 0, 0, time.Time{}
		b.same("begun run", run, want)
		b.reopen()
		b.same("records", collect(b, b.Records(b.Context(), run.ID, 0)), rows)
		b.same("records after a row", collect(b, b.Records(b.Context(), run.ID, rows[0].Row)), rows[1:])
		b.same("records after the last row", collect(b, b.Records(b.Context(), run.ID, rows[len(rows)-1].Row)), []record.Record(nil))
		b.same("runs", collect(b, b.Runs(b.Context())), []ledger.Summary{
			{Run: want, Outcomes: map[record.Outcome]int{record.AlreadyInvited: 1, record.Invalid: 1}},
		})
		b.clock = b.clock.Add(time.Hour)
		if err := b.End(b.Context(), run.ID, 3); err != nil {
			b.Fatal(err)
		}
		want.EndedAt, want.ExitCode = at.Add(time.Hour), 3
		b.same("ended run", collect(b, b.Runs(b.Context()))[0].Run, want)
		counts, err := b.Outcomes(b.Context(), run.ID)
		if err != nil {
			b.Fatal(err)
		}
		b.same("outcomes", counts, map[record.Outcome]int{record.AlreadyInvited: 1, record.Invalid: 1})
		named := give
		named.ID, named.StartedAt = "mine", start.Add(time.Nanosecond)
		run = b.beginRun(named)
		b.same("given", []any{run.ID, run.StartedAt}, []any{"mine", at})
	}},
	{"are resumed by the last of their roster", func(b *bench) {
		unfinished := func(digest byte) string {
			b.Helper()
			run, ok, err := b.Unfinished(b.Context(), here, [32]byte{digest})
			if err != nil || ok != (run.ID != "") {
				b.Error(ok, err)
			}
			return run.ID
		}
		b.same("in a new ledger", unfinished(0), "")
		old, last := b.begin(here, "a@x.example"), b.begin(here, "a@x.example")
		b.same("with two", unfinished(0), last.ID)
		b.same("of another roster", unfinished(1), "")
		if err := b.End(b.Context(), last.ID, 0); err != nil {
			b.Fatal(err)
		}
		b.same("when the last has ended", unfinished(0), "")
		all := collect(b, b.Runs(b.Context()))
		b.same("runs", []string{all[0].ID, all[1].ID}, []string{last.ID, old.ID})
	}},
	{"open what may be tried again when they are resumed", func(b *bench) {
		outcomes := append(record.Outcomes(), record.Unset)
		var addresses []string
		for _, outcome := range outcomes {
			addresses = append(addresses, outcome.String()+"@x.example")
		}
		run := b.begin(here, addresses...)
		for i, outcome := range outcomes {
			b.claim(invite(run, i+1, addresses[i]))
			b.conclude(run, record.Conclusion{Record: whole(i+1, outcome), InDoubt: outcome == record.Unknown})
		}
		before := collect(b, b.Records(b.Context(), run.ID, 0))
		if err := b.End(b.Context(), run.ID, 3); err != nil {
			b.Fatal(err)
		}
		resumed, err := b.Resume(b.Context(), run)
		if err != nil {
			b.Fatal(err)
		}
		b.same("run", []any{resumed.ID, resumed.Resumed, resumed.EndedAt, resumed.ExitCode}, []any{run.ID, 1, time.Time{}, 0})
		want := before
		for i := range want {
			r := &want[i]
			switch r.Outcome {
			case record.Rejected, record.Failed, record.Unknown, record.NotSent:
				r.Outcome, r.HTTPStatus, r.Error, r.Hint, r.UpdatedAt = record.Unset, 0, "", "", time.Time{}
			default:
			}
			if r.Outcome == record.Unset { // lost, confirmed, cancelled and the rest stay
				r.Trail.Tries, r.Trail.Throttled, r.Trail.DueAt = 0, 0, time.Time{}
			}
		}
		b.same("records", collect(b, b.Records(b.Context(), run.ID, 0)), want)
		b.same("doubts", b.doubts(here), []string{"10 unknown@x.example invite"})
		_, err = b.Resume(b.Context(), ledger.Run{ID: "none"})
		b.refused("Resume", err, ledger.ErrNoRun)
	}},
	{"stay as they are when they are continued", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 2, "b@x.example"))
		b.settle(run, whole(1, record.Failed), whole(3, record.Unset))
		b.conclude(run, record.Conclusion{Record: whole(2, record.Unknown), InDoubt: true})
		before := collect(b, b.Records(b.Context(), run.ID, 0))
		continued, err := b.Continue(b.Context(), run)
		if err != nil {
			b.Fatal(err)
		}
		run.Resumed = 1
		b.same("run", continued, run)
		b.reopen()
		b.same("records", collect(b, b.Records(b.Context(), run.ID, 0)), before)
		b.same("doubts", b.doubts(here), []string{"2 b@x.example invite"})
		_, err = b.Continue(b.Context(), ledger.Run{ID: "none"})
		b.refused("Continue", err, ledger.ErrNoRun)
	}},
	{"begin with all entries or not at all", func(b *bench) {
		broken := errors.New("the roster is broken")
		row := record.Record{Row: 1}
		if _, err := b.Begin(b.Context(), ledger.Run{}, List(broken, row)); !errors.Is(err, broken) || err.Error() != broken.Error() {
			b.Errorf("Begin = %v, want the error of the entries", err)
		}
		for _, rows := range [][]record.Record{{row, row}, {{Row: 0}}, {{Row: 2}, row}} {
			if _, err := b.Begin(b.Context(), ledger.Run{}, List(nil, rows...)); err == nil {
				b.Errorf("rows %v were written", rows)
			}
		}
		ctx, cancel := context.WithCancel(b.Context())
		_, err := b.Begin(ctx, ledger.Run{}, func(yield func(record.Record, error) bool) {
			cancel()
			yield(row, nil)
		})
		b.refused("Begin", err, context.Canceled)
		func() {
			defer func() {
				if recover() == nil {
					b.Error("the panic was swallowed")
				}
			}()
			_, _ = b.Begin(b.Context(), ledger.Run{}, func(yield func(record.Record, error) bool) {
				yield(row, nil)
				panic("roster")
			})
		}()
		b.same("runs", len(collect(b, b.Runs(b.Context()))), 0)
		b.claim(invite(b.begin(here, "a@x.example"), 1, "a@x.example"))
	}},
	{"can be written to while they are read", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		for entry, err := range b.Pending(b.Context(), run.ID) {
			if err != nil {
				b.Fatal(err)
			}
			b.claim(invite(run, entry.Row, entry.Email))
			b.settle(run, whole(entry.Row, record.Invited))
		}
		for r, err := range b.Invited(b.Context(), here) {
			if err != nil {
				b.Fatal(err)
			}
			b.begin(here, r.Email)
		}
		b.same("runs", len(collect(b, b.Runs(b.Context()))), 4)
	}},
	{"forget tokens that have expired", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example", "d@x.example")
		for i, expires := range []time.Time{at.Add(-time.Microsecond), at, {}} {
			r := whole(i+1, record.Invited)
			r.ExpiresAt, r.Token = expires, secret.New("token")
			b.settle(run, r)
		}
		for _, want := range []int{1, 0} {
			got, err := b.EraseExpiredTokens(b.Context(), start)
			if err != nil {
				b.Fatal(err)
			}
			b.same("erased", got, want)
		}
		var kept []string
		for _, r := range collect(b, b.Records(b.Context(), run.ID, 0)) {
			kept = append(kept, r.Token.Reveal())
		}
		b.same("tokens", kept, []string{"", "token", "token", ""})
	}},
}
