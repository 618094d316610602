package ledgertest

import (
	"slices"
	"strings"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

var followingTests = []conformance{
	{"have an accepted roster each", func(b *bench) {
		recall := func(scope record.Scope, want ledger.Accepted, known bool) {
			b.Helper()
			got, found, err := b.AcceptedRoster(b.Context(), scope)
			if err != nil || found != known {
				b.Errorf("found %v, %v", found, err)
			}
			b.same("accepted", got, want)
		}
		recall(here, ledger.Accepted{}, false)
		tomorrow := at.AddDate(0, 0, 1)
		b.accept(here, ledger.Accepted{Rows: 101, Digest: [32]byte{2}})
		b.accept(here, ledger.Accepted{Rows: 100, Digest: [32]byte{1}, Content: [32]byte{1}, Shape: "{}", At: tomorrow})
		b.reopen()
		recall(here, ledger.Accepted{Rows: 100, Digest: [32]byte{1}, Content: [32]byte{1}, Shape: "{}", Since: tomorrow, At: tomorrow}, true)
		recall(elsewhere, ledger.Accepted{}, false)
		recall(rehearsal, ledger.Accepted{}, false)
	}},
	{"know the readings of a series that differ", func(b *bench) {
		day := func(n int) time.Time { return at.AddDate(0, 0, n) }
		reading := func(n int, roster string, content byte, shape string) {
			b.Helper()
			b.accept(here, ledger.Accepted{Roster: roster, Rows: n, Content: [32]byte{content}, Shape: shape, Whole: true, At: day(n)})
		}
		reading(1, "out/Export-2026-11-01.csv", 1, "")
		reading(2, "export-2026-11-02.csv", 1, "") // seen again
		reading(3, "people.csv", 1, "")
		reading(4, "export-2026-11-04.csv", 1, "") // with another series in between
		reading(5, "export-2026-11-05.csv", 1, "where")
		reading(6, "export-2026-11-06.csv", 2, "where")
		reading(7, "export-2026-11-07.csv", 1, "where") // back, which is another reading
		b.reopen()
		var got []string
		for _, a := range collect(b, b.AcceptedRosters(b.Context(), here)) {
			got = append(got, strings.Join([]string{a.Roster, a.Since.Format("02"), a.At.Format("02")}, " "))
			if !a.Whole || a.Run != "" || a.Rows == 0 {
				b.Errorf("%+v", a)
			}
		}
		start := at.Day()
		if start != 23 {
			b.Fatal("the days below are counted from the 23rd")
		}
		b.same("accepted", got, []string{
			"export-2026-11-07.csv 30 30", "export-2026-11-06.csv 29 29", "export-2026-11-05.csv 28 28", "export-2026-11-04.csv 24 27",
			"people.csv 26 26",
		})
		b.same("accepted elsewhere", collect(b, b.AcceptedRosters(b.Context(), elsewhere)), []ledger.Accepted(nil))
		reading(2, "people.csv", 1, "") // by a clock that was set back
		if last, _, err := b.AcceptedRoster(b.Context(), here); err != nil || last.Roster != "people.csv" || !last.Since.Equal(day(3)) {
			b.Errorf("the last one is %+v, %v", last, err)
		}
	}},
	{"accept the roster of a run", func(b *bench) {
		whole := b.beginRun(ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID, Sync: true, Whole: true}, people("a@x.example")...)
		b.same("whole", whole.Sync && whole.Whole, true)
		b.accept(here, ledger.Accepted{Roster: "p.csv", Content: [32]byte{1}, Run: whole.ID})
		b.accept(here, ledger.Accepted{Roster: "p.csv", Content: [32]byte{1}, Whole: true, At: at.Add(time.Hour)}) // once more
		b.reopen()
		b.same("accepted", collect(b, b.AcceptedRosters(b.Context(), here)), []ledger.Accepted{
			{Roster: "p.csv", Content: [32]byte{1}, Run: whole.ID, Whole: true, Since: at, At: at.Add(time.Hour)},
		})
		b.same("last", collect(b, b.Named(b.Context(), here)), []ledger.Name{{Person: "a@x.example", Last: at.Add(time.Hour)}})
		b.refused("of no run", b.AcceptRoster(b.Context(), here, ledger.Accepted{Run: "none"}), ledger.ErrNoRun)
		b.refused("elsewhere", b.AcceptRoster(b.Context(), elsewhere, ledger.Accepted{Run: whole.ID}), ledger.ErrNoRun)
	}},
	{"name nobody by a run that was cut short", func(b *bench) {
		day := func(n int) time.Time { return at.AddDate(0, 0, n) }
		begin := func(n int, addresses ...string) ledger.Run {
			b.Helper()
			return b.beginRun(ledger.Run{
				Service: here.Service, OrganizationID: here.OrganizationID, Sync: true, Whole: true, StartedAt: day(n),
			}, people(addresses...)...)
		}
		accept := func(run ledger.Run) {
			b.Helper()
			b.accept(here, ledger.Accepted{Roster: "p.csv", Digest: [32]byte{byte(run.StartedAt.Day())}, Content: [32]byte{byte(run.StartedAt.Day())}, Run: run.ID, At: run.StartedAt})
		}
		names := func(what string, want ...ledger.Name) {
			b.Helper()
			b.reopen()
			b.same(what, collect(b, b.Named(b.Context(), here)), want)
		}
		accept(begin(0, "a@x.example", "b@x.example"))
		a, bruno := ledger.Name{Person: "a@x.example", Last: at}, ledger.Name{Person: "b@x.example", Last: at}
		begin(1, "a@x.example", "c@x.example")
		carla := ledger.Name{Person: "c@x.example"}
		names("nobody has left, nobody has joined", a, bruno, carla)
		b.accept(here, ledger.Accepted{Roster: "q.csv", At: day(1)}) // by no run
		names("nobody is named by no run", a, bruno, carla)
		accept(begin(2, "a@x.example"))
		a.Last, bruno.Left, carla.Left = day(2), true, true
		names("after the next one", a, bruno, carla)
		begin(3, "a@x.example", "b@x.example")
		bruno.Left, bruno.Since = false, day(3)
		names("a joining that was cut short", a, bruno, carla)
		begin(4, "a@x.example", "b@x.example")
		names("the same joining", a, bruno, carla)
		last := begin(5, "a@x.example", "b@x.example")
		accept(last)
		a.Last, bruno.Last = day(5), day(5)
		names("it came to its end", a, bruno, carla)
		accept(begin(6, "a@x.example"))
		begin(7, "a@x.example", "b@x.example")
		a.Last, bruno.Since = day(6), day(7)
		names("another joining", a, bruno, carla)
	}},
	{"name people under whatever spelling", func(b *bench) {
		accept := func(n int, addresses ...string) {
			b.Helper()
			run := b.beginRun(ledger.Run{
				Service: here.Service, OrganizationID: here.OrganizationID, Sync: true, Whole: true, StartedAt: at.AddDate(0, 0, n),
			}, people(addresses...)...)
			b.accept(here, ledger.Accepted{Content: [32]byte{byte(n)}, Run: run.ID, At: at.AddDate(0, 0, n)})
		}
		left := func() (left []string) {
			b.Helper()
			b.reopen()
			for _, name := range collect(b, b.Named(b.Context(), here)) {
				if name.Left {
					left = append(left, name.Person)
				}
				if !name.Since.IsZero() {
					b.Errorf("%s joined again", name.Person)
				}
			}
			return left
		}
		accept(1, "Ann.Lee+work@gmail.com", "bo@x.example", "cy+a@x.example", "dee@x.example")
		accept(2, "annlee@gmail.com", "bo+home@x.example", "cy+b@x.example")
		b.same("left", left(), []string{"dee@x.example"})
		accept(3, "Ann.Lee+work@gmail.com", "bo@x.example", "cy+a@x.example")
		b.same("left once the first spelling is back", left(), []string{"dee@x.example"})
		accept(4, "bo@x.example")
		b.same("left then", left(), []string{"ann.lee+work@gmail.com", "annlee@gmail.com", "cy+a@x.example", "cy+b@x.example", "dee@x.example"})
	}},
	{"know people by their numbers", func(b *bench) {
		keep := func(scope record.Scope, numbers map[string]ledger.Number) {
			b.Helper()
			if err := b.KeepNumbers(b.Context(), scope, numbers); err != nil {
				b.Fatal(err)
			}
		}
		want := func(what string, want map[string]ledger.Number) {
			b.Helper()
			b.reopen()
			got := map[string]ledger.Number{}
			for _, name := range collect(b, b.Named(b.Context(), here)) {
				got[name.Person] = name.Number
			}
			b.same(what, got, want)
		}
		one, two := ledger.Number{1}, ledger.Number{15: 2}
		keep(here, map[string]ledger.Number{"a@x.example": one})
		run := b.beginRun(ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID, Sync: true, Whole: true}, people("A@x.example", "b@x.example", "c@x.example")...)
		want("of nobody", map[string]ledger.Number{"a@x.example": {}, "b@x.example": {}, "c@x.example": {}})
		keep(here, map[string]ledger.Number{"a@x.example": one, "b@x.example": one, "d@x.example": two})
		keep(elsewhere, map[string]ledger.Number{"c@x.example": two})
		want("of some", map[string]ledger.Number{"a@x.example": one, "b@x.example": one, "c@x.example": {}})
		b.accept(here, ledger.Accepted{Roster: "p.csv", Run: run.ID})
		keep(here, map[string]ledger.Number{"a@x.example": two, "b@x.example": {}})
		keep(here, nil)
		want("of others", map[string]ledger.Number{"a@x.example": two, "b@x.example": {}, "c@x.example": {}})
	}},
	{"know whom others have asked for", func(b *bench) {
		run := func(scope record.Scope, sync, whole bool, n int, records ...record.Record) {
			b.Helper()
			for i := range records {
				records[i].Row = i + 1
			}
			b.beginRun(ledger.Run{
				Service: scope.Service, OrganizationID: scope.OrganizationID, Sync: sync, Whole: whole, StartedAt: at.AddDate(0, 0, n),
			}, records...)
		}
		run(here, false, false, 1, record.Record{Email: "A.Nn+x@gmail.com"}, record.Record{Email: "b@x.example", Outcome: record.Invalid}, record.Record{})
		run(here, false, false, 3, record.Record{Email: "c@x.example"}, record.Record{Email: "ann@googlemail.com", Outcome: record.Duplicate})
		run(here, false, false, 2, record.Record{Email: "ann@gmail.com"})
		run(here, true, true, 4, record.Record{Email: "c@x.example"})
		run(here, true, false, 5, record.Record{Email: "c@x.example"})
		run(elsewhere, false, false, 6, record.Record{Email: "c@x.example"})
		b.reopen()
		got := map[string]time.Time{}
		for _, a := range collect(b, b.Asked(b.Context(), here)) {
			got[a.Mailbox] = a.At
		}
		b.same("asked", got, map[string]time.Time{"ann@gmail.com": at.AddDate(0, 0, 3), "c@x.example": at.AddDate(0, 0, 3)})
	}},
	{"know what a run has changed", func(b *bench) {
		run := b.begin(here, "a@x.example")
		changes := []ledger.Change{
			{
				Kind: "role", Action: "role_changed", Email: "b@x.example", Has: "member", Wanted: "manager", UserID: "u",
				InvitationID: "i", ExpiresAt: at.Add(time.Hour), At: at.Add(time.Minute),
			},
			{Kind: "leaver_invited", Action: "cancelled", Email: "a@x.example"},
			{Kind: "team_missing", Action: "team_added", Email: "d@x.example", TeamID: "t1", Team: "Platform", Wanted: "developer", At: at.Add(time.Minute)},
		}
		for _, c := range changes {
			if err := b.KeepChange(b.Context(), run.ID, c); err != nil {
				b.Fatal(err)
			}
		}
		b.reopen()
		changes[1].At = at
		b.same("changes", collect(b, b.Changes(b.Context(), run.ID)), changes)
		later := b.begin(here, "c@x.example")
		b.same("of another run", collect(b, b.Changes(b.Context(), later.ID)), []ledger.Change(nil))
		more := ledger.Change{Kind: "invited", Action: "cancelled", Email: "c@x.example", InvitationID: "i3", At: at.Add(time.Hour)}
		if err := b.KeepChange(b.Context(), later.ID, more); err != nil {
			b.Fatal(err)
		}
		b.same("of all runs", collect(b, b.ChangesIn(b.Context(), here)), append(changes, more))
		b.same("of another scope", collect(b, b.ChangesIn(b.Context(), elsewhere)), []ledger.Change(nil))
		b.refused("of no run", b.KeepChange(b.Context(), "none", changes[0]), ledger.ErrNoRun)
	}},
	{"know which run was approved of", func(b *bench) {
		first, second := b.begin(here, "a@x.example"), b.begin(here, "a@x.example")
		b.begin(here, "nobody@x.example")
		for _, a := range []ledger.Approval{
			{Run: second.ID, Digest: "d2", Guards: []string{"max-new"}, Work: []byte{1}},
			{Run: first.ID, Digest: "d0", At: at.Add(-time.Hour)},
			{Run: first.ID, Digest: "d1", Guards: []string{"min-rows", "max-new"}, Work: []byte{2, 0}, At: at.Add(time.Hour)},
		} {
			if err := b.Approve(b.Context(), a); err != nil {
				b.Fatal(err)
			}
		}
		if err := b.End(b.Context(), first.ID, 0); err != nil {
			b.Fatal(err)
		}
		b.reopen()
		b.same("approvals", collect(b, b.Approvals(b.Context(), here)), []ledger.Approval{
			{Run: first.ID, Digest: "d1", Guards: []string{"min-rows", "max-new"}, Work: []byte{2, 0}, At: at.Add(time.Hour), Ended: true},
			{Run: second.ID, Digest: "d2", Guards: []string{"max-new"}, Work: []byte{1}, At: at},
		})
		b.same("approvals elsewhere", collect(b, b.Approvals(b.Context(), elsewhere)), []ledger.Approval(nil))
		var digests []string
		for _, run := range collect(b, b.Runs(b.Context())) {
			digests = append(digests, run.Approved)
		}
		b.same("runs, newest first", digests, []string{"", "d2", "d1"})
		b.refused("of no run", b.Approve(b.Context(), ledger.Approval{Run: "none"}), ledger.ErrNoRun)
	}},
	{"know what guards keep back, and since when", func(b *bench) {
		trip := func(t, want ledger.Tripped) {
			b.Helper()
			got, err := b.Trip(b.Context(), here, t)
			if err != nil {
				b.Fatal(err)
			}
			b.same("tripped", got, want)
		}
		later := at.Add(time.Hour)
		trip(ledger.Tripped{Roster: "p1.csv", Digest: "d", Guards: []string{"max-new"}}, ledger.Tripped{Roster: "p1.csv", Digest: "d", Guards: []string{"max-new"}, Since: at, At: at})
		trip(ledger.Tripped{Roster: "q.csv", Guards: []string{"max-new"}, At: later}, ledger.Tripped{Roster: "q.csv", Guards: []string{"max-new"}, Since: later, At: later})
		trip(ledger.Tripped{Roster: "p2.csv", Digest: "e", Guards: []string{"min-rows"}, At: later}, ledger.Tripped{Roster: "p2.csv", Digest: "e", Guards: []string{"min-rows"}, Since: at, At: later})
		b.reopen()
		rosters := func() (names []string) {
			for _, t := range collect(b, b.Tripped(b.Context(), here)) {
				names = append(names, t.Roster)
			}
			slices.Sort(names)
			return names
		}
		b.same("tripped", rosters(), []string{"p2.csv", "q.csv"})
		b.same("tripped elsewhere", collect(b, b.Tripped(b.Context(), elsewhere)), []ledger.Tripped(nil))
		trip(ledger.Tripped{Roster: "p.csv"}, ledger.Tripped{})
		trip(ledger.Tripped{Roster: "p.csv"}, ledger.Tripped{})
		b.same("tripped", rosters(), []string{"q.csv"})
		trip(ledger.Tripped{Roster: "p.csv", Guards: []string{"g"}, At: later}, ledger.Tripped{Roster: "p.csv", Guards: []string{"g"}, Since: later, At: later})
	}},
}

// accept accepts a roster that must be taken.
func (b *bench) accept(scope record.Scope, a ledger.Accepted) {
	b.Helper()
	if err := b.AcceptRoster(b.Context(), scope, a); err != nil {
		b.Fatal(err)
	}
}
