package ledgertest

import (
	"fmt"
	"slices"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

var historyTests = []conformance{
	{"remember every invitation of a scope", func(b *bench) {
		sent := func(row int, id string, age time.Duration) record.Record {
			return record.Record{
				Row: row, Outcome: record.Invited, InvitationID: id, Token: secret.New("t-" + id), Status: "pending",
				OrganizationRole: "member", ExpiresAt: at.Add(time.Hour), UpdatedAt: at.Add(-age),
				Trail: record.Trail{Verdict: record.WouldInvite, Tries: 1},
			}
		}
		first := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.settle(first, sent(1, "a", time.Hour), record.Record{Row: 2, Outcome: record.AlreadyInvited, InvitationID: "theirs", UpdatedAt: at},
			sent(3, "c", 2*time.Hour))
		second := b.begin(here, "a@x.example", "d@x.example")
		b.settle(second, sent(1, "A", 3*time.Hour), record.Record{Row: 2, Outcome: record.Rejected, UpdatedAt: at})
		for _, scope := range []record.Scope{elsewhere, rehearsal} {
			b.settle(b.begin(scope, "z@x.example"), sent(1, "z", 0))
		}
		invited := func() (ids []string) {
			b.Helper()
			for _, r := range collect(b, b.Invited(b.Context(), here)) {
				ids = append(ids, r.Email+" "+r.InvitationID)
			}
			return ids
		}
		want := []string{"c@x.example c", "a@x.example a", "a@x.example A"}
		b.same("invited", invited(), want)
		last := sent(0, "A", 3*time.Hour)
		last.Email, last.Role = "a@x.example", "member"
		b.same("the last one", collect(b, b.Invited(b.Context(), here))[2], last)

		// What was sent was sent, even if the row is opened again. A row that nothing was sent for has nothing to remember.
		if err := b.Reopen(b.Context(), first.ID, 1, 2, 99); err != nil {
			b.Fatal(err)
		}
		b.reopen()
		b.same("invited after reopening", invited(), want)
		b.settle(first, sent(1, "e", 0))
		b.same("invited once more", invited(), []string{want[0], want[1], "a@x.example e", want[2]})
	}},
	{"know what was asked for with an invitation, unless its row was reopened", func(b *bench) {
		run := b.beginRun(ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID},
			record.Record{Row: 1, Email: "a@x.example", Role: "manager", Teams: "Platform:developer; Security:team_manager"},
			record.Record{Row: 2, Email: "b@x.example", Role: "member"})
		b.settle(run, record.Record{Row: 1, Outcome: record.Invited, InvitationID: "a", UpdatedAt: at},
			record.Record{Row: 2, Outcome: record.Invited, InvitationID: "b", UpdatedAt: at.Add(time.Second)})
		asked := func() (all []string) {
			b.Helper()
			for _, r := range collect(b, b.Invited(b.Context(), here)) {
				all = append(all, r.InvitationID+" as "+r.Role+" in "+r.Teams)
			}
			return all
		}
		b.same("asked for", asked(), []string{"a as manager in Platform:developer; Security:team_manager", "b as member in "})
		if err := b.Reopen(b.Context(), run.ID, 1); err != nil {
			b.Fatal(err)
		}
		b.same("asked for, after reopening", asked(), []string{"a as  in ", "b as member in "})
	}},
	{"count what was confirmed as an invitation, once", func(b *bench) {
		confirmed := record.Trail{Confirmed: true, Lost: true, EndedAt: at.Add(time.Minute)}
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example")
		b.settle(run,
			record.Record{Row: 1, Outcome: record.Invited, UpdatedAt: at.Add(time.Hour), Trail: confirmed},
			record.Record{Row: 2, Outcome: record.Unknown, UpdatedAt: at.Add(time.Second), Trail: confirmed},
			record.Record{Row: 3, Attempts: 1, Trail: confirmed},
			record.Record{Row: 4, Attempts: 1, Trail: record.Trail{Confirmed: true}},
			record.Record{Row: 5, Attempts: 1, Trail: record.Trail{Lost: true, EndedAt: at}},
		)
		times := func() (all []string) {
			b.Helper()
			for _, r := range collect(b, b.Invited(b.Context(), here)) {
				if r.Outcome != record.Invited {
					b.Errorf("%s is %s", r.Email, r.Outcome)
				}
				all = append(all, fmt.Sprint(r.Email[:1], " ", r.UpdatedAt.Sub(at)))
			}
			return all
		}
		want := []string{"d 0s", "b 1s", "c 1m0s", "a 1h0m0s"}
		b.same("invited", times(), want)
		if err := b.Reopen(b.Context(), run.ID, 2, 3, 4); err != nil {
			b.Fatal(err)
		}
		b.same("invited after reopening", times(), want)
	}},
	{"forget all but the attempts of a row that is reopened", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		for row := 1; row <= 3; row++ {
			b.settle(run, whole(row, record.Invited))
		}
		kept := collect(b, b.Records(b.Context(), run.ID, 0))[1]
		if err := b.Reopen(b.Context(), run.ID, 1, 3); err != nil {
			b.Fatal(err)
		}
		want := people("a@x.example", "b@x.example", "c@x.example")
		want[0].Attempts, want[2].Attempts, want[1] = 3, 3, kept
		b.same("records", collect(b, b.Records(b.Context(), run.ID, 0)), want)
		b.refused("Reopen", b.Reopen(b.Context(), "none", 1), ledger.ErrNoRun)
	}},
	{"know whom the latest runs have seen", func(b *bench) {
		seen := func(run ledger.Run, row int, outcome record.Outcome, id string) {
			b.Helper()
			b.settle(run, record.Record{Row: row, Outcome: outcome, InvitationID: id, UpdatedAt: at})
		}
		old := b.begin(here, "old@x.example", "both@x.example")
		seen(old, 1, record.AlreadyMember, "")
		seen(old, 2, record.AlreadyInvited, "first")
		for range ledger.SightedRuns - 3 {
			b.begin(here, "nobody@x.example")
		}
		b.begin(elsewhere, "nobody@x.example")
		last := b.begin(here, "invited@x.example", "Both@X.example", "member@x.example", "kept@x.example")
		b.beginRun(ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID}, record.Record{
			Row: 1, Email: "both@x.example", Outcome: record.Skipped, Trail: record.Trail{Verdict: record.Skipped},
		}) // which nobody has looked for
		seen(last, 1, record.Invited, "ours")
		seen(last, 2, record.AlreadyInvited, "second")
		seen(last, 3, record.AlreadyMember, "")
		seen(last, 4, record.Skipped, "ended")
		for _, scope := range []record.Scope{elsewhere, rehearsal} {
			seen(b.begin(scope, "z@x.example"), 1, record.AlreadyMember, "")
		}
		sighted := func() (all []string) {
			b.Helper()
			for _, r := range collect(b, b.Sighted(b.Context(), here)) {
				all = append(all, fmt.Sprint(r.Email, " ", r.Outcome, " ", r.InvitationID))
			}
			slices.Sort(all)
			return all
		}
		want := []string{"Both@X.example already_invited second", "kept@x.example skipped ended", "member@x.example already_member ", "old@x.example already_member "}
		b.same("sighted", sighted(), want)
		b.begin(here, "nobody@x.example")
		b.same("sighted once the first run is too old", sighted(), want[:3])
	}},
	{"know what was cancelled in order to be replaced", func(b *bench) {
		cancel := func(scope record.Scope, id string, outcome record.Outcome) {
			b.Helper()
			run := b.begin(scope, "a@x.example", "b@x.example")
			r := record.Record{Row: 1, Email: "a@x.example", Outcome: outcome, Trail: record.Trail{Cancelled: id, EndedAt: at}, UpdatedAt: at}
			if err := b.Conclude(b.Context(), run.ID, nil, record.Conclusion{Record: r}); err != nil {
				b.Fatal(err)
			}
		}
		cancel(here, "replaced", record.Invited)
		cancel(here, "left without", record.Unset)
		cancel(elsewhere, "z", record.Invited)
		cancel(rehearsal, "z", record.Invited)
		var cancelled []string
		for _, r := range collect(b, b.Cancelled(b.Context(), here)) {
			cancelled = append(cancelled, r.Email+" "+r.Trail.Cancelled)
			b.same("ended at", r.Trail.EndedAt, at)
		}
		b.same("cancelled", cancelled, []string{"a@x.example replaced", "a@x.example left without"})
	}},
	{"know whom whole rosters have named, and since when", func(b *bench) {
		day := func(n int) time.Time { return at.AddDate(0, 0, n) }
		roster := func(scope record.Scope, whole bool, n int, records ...record.Record) {
			b.Helper()
			for i := range records {
				records[i].Row = i + 1
			}
			run := b.beginRun(ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID, Whole: whole, StartedAt: day(n)}, records...)
			if whole {
				b.accept(scope, ledger.Accepted{Content: [32]byte{byte(n)}, Run: run.ID})
			}
		}
		named := func(scope record.Scope) map[string]time.Time {
			b.Helper()
			names := map[string]time.Time{}
			for _, name := range collect(b, b.Named(b.Context(), scope)) {
				if _, twice := names[name.Person]; twice {
					b.Errorf("%s is named twice", name.Person)
				}
				names[name.Person] = name.Since
			}
			return names
		}
		left := func() (left []string) {
			b.Helper()
			for _, name := range collect(b, b.Named(b.Context(), here)) {
				if name.Left {
					left = append(left, name.Person)
				}
			}
			return left
		}
		stays, leaves := record.Record{Email: "Stays@X.example"}, record.Record{Email: "leaves@x.example"}
		roster(here, true, 0, stays, leaves, record.Record{Email: "stays@x.example", Outcome: record.Duplicate},
			record.Record{Email: "nonsense", Outcome: record.Invalid}, record.Record{})
		roster(elsewhere, true, 0, record.Record{Email: "z@x.example"})
		roster(rehearsal, true, 0, record.Record{Email: "z@x.example"})
		roster(here, false, 1, record.Record{Email: "partial@x.example"}) // makes nobody leave, and names nobody
		want := map[string]time.Time{"stays@x.example": {}, "leaves@x.example": {}}
		b.same("named", named(here), want)
		// A row that is invalid keeps the person where they are.
		roster(here, true, 2, record.Record{Email: "stays@x.example", Outcome: record.Invalid})
		b.same("named by one who left", named(here), want)
		b.same("who left", left(), []string{"leaves@x.example"})
		b.reopen()
		roster(here, true, 3, stays, leaves)
		want["leaves@x.example"] = day(3)
		b.same("named again", named(here), want)
		b.same("who left by then", left(), []string(nil))
		roster(here, true, 4, stays, leaves)
		b.same("named ever since", named(here), want)
		roster(here, true, 5, leaves)
		roster(here, true, 6, stays)
		want["stays@x.example"] = day(6)
		b.same("named in turns", named(here), want)
		filtered, gone := leaves, stays
		filtered.Outcome, filtered.Trail.Verdict = record.Skipped, record.Skipped
		gone.Outcome, gone.Trail.Verdict = record.Skipped, record.NotSent
		roster(here, true, 7, stays, leaves, filtered)
		roster(here, true, 8, gone, filtered, record.Record{Email: "new@x.example", Outcome: record.Skipped, Trail: filtered.Trail})
		b.same("who left by a column, and not by a filter", left(), []string{"stays@x.example"})
		want["leaves@x.example"] = day(7)
		b.same("named but for a filter", named(here), want)
		roster(here, true, 9, gone, stays, leaves)
		want["stays@x.example"] = day(9)
		b.same("named by one of two rows", named(here), want)
		b.same("named elsewhere", named(elsewhere), map[string]time.Time{"z@x.example": {}})
	}},
	{"become whole when they are resumed as such", func(b *bench) {
		names := func() (names []string) {
			b.Helper()
			for _, name := range collect(b, b.Named(b.Context(), here)) {
				text := name.Person
				if !name.Since.IsZero() {
					text += " since " + name.Since.Format(time.DateOnly)
				}
				if name.Left {
					text += " left"
				}
				names = append(names, text)
			}
			slices.Sort(names)
			return names
		}
		run := ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID}
		first := run
		first.Whole, first.StartedAt = true, at
		accepted := func(run ledger.Run) {
			b.Helper()
			if err := b.AcceptRoster(b.Context(), here, ledger.Accepted{Rows: run.Rows, Whole: true, Run: run.ID}); err != nil {
				b.Fatal(err)
			}
		}
		accepted(b.beginRun(first, record.Record{Row: 1, Email: "leaves@x.example"}, record.Record{Row: 2, Email: "back@x.example"}))
		second := run
		second.Whole, second.StartedAt = true, at.AddDate(0, 0, 1)
		accepted(b.beginRun(second, record.Record{Row: 1, Email: "stays@x.example"}))
		run.StartedAt = at.AddDate(0, 0, 2)
		run = b.beginRun(run, record.Record{Row: 1, Email: "Stays@x.example"}, record.Record{Row: 2, Email: "back@x.example"},
			record.Record{Row: 3, Email: "nobody", Outcome: record.Invalid},
			record.Record{Row: 4, Email: "gone@x.example", Outcome: record.Skipped, Trail: record.Trail{Verdict: record.NotSent}},
			record.Record{Row: 5, Email: "filtered@x.example", Outcome: record.Skipped, Trail: record.Trail{Verdict: record.Skipped}})
		b.same("named by a part", names(), []string{"back@x.example left", "leaves@x.example left", "stays@x.example"})
		for range 2 {
			resumed, err := b.Resume(b.Context(), run)
			if err != nil {
				b.Fatal(err)
			}
			b.same("whole", resumed.Whole, run.Whole)
			b.same("runs", collect(b, b.Runs(b.Context()))[0].Whole, run.Whole)
			run.Whole = true
		}
		accepted(run)
		b.reopen()
		want := []string{"back@x.example since " + run.StartedAt.Format(time.DateOnly), "leaves@x.example left", "stays@x.example"}
		b.same("named by the whole", names(), want)
		run.Whole = false // as it is resumed by somebody who does not ask for that
		resumed, err := b.Resume(b.Context(), run)
		b.same("stays whole", []any{resumed.Whole, err}, []any{true, nil})
		b.same("named after that", names(), want)
	}},
}
