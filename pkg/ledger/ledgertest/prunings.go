package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// night is how far the runs of these tests are apart.
const night = 24 * time.Hour

// nights begins and ends runs for an address that is a member, so that none of the runs before is among the latest.
func (b *bench) nights(scope record.Scope, n int) {
	b.Helper()
	for range n {
		run := b.begin(scope, "night@x.example")
		b.settle(run, record.Record{Row: 1, Outcome: record.AlreadyMember, UpdatedAt: at})
		b.end(run)
	}
}

// end ends a run, and a night passes.
func (b *bench) end(run ledger.Run) {
	b.Helper()
	if err := b.End(b.Context(), run.ID, 0); err != nil {
		b.Fatal(err)
	}
	b.clock = b.clock.Add(night)
}

// prune prunes what ended before now, which must be what was to be expected.
func (b *bench) prune(want ledger.Pruned) {
	b.Helper()
	for _, p := range []ledger.Pruning{{Before: b.clock, DryRun: true}, {Before: b.clock}} {
		got, err := b.Prune(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		b.same(fmt.Sprintf("pruned, dry run %t", p.DryRun), got, want)
	}
}

// rows returns the numbers of the rows that a run has, nil if there is no such run.
func (b *bench) rows(run ledger.Run) (rows []int) {
	b.Helper()
	for r, err := range b.Records(b.Context(), run.ID, 0) {
		if err != nil {
			b.refused("Records", err, ledger.ErrNoRun)
			return nil
		}
		rows = append(rows, r.Row)
	}
	return append([]int{}, rows...)
}

var pruneTests = []conformance{
	{"forget what ended before, but for those who were sent something", func(b *bench) {
		run := ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID, Roster: "people.csv", Extra: []string{"Phone"}}
		addresses := []string{"invited", "member", "rejected", "confirmed", "cancelled", "unknown", "found", "invalid", "left"}
		records := people(addresses...)
		for i := range records {
			records[i].Email, records[i].Extra = addresses[i]+"@x.example", []string{"555"}
		}
		sent := b.beginRun(run, records...)
		b.claim(invite(sent, 6, "unknown@x.example"))
		b.settle(sent,
			record.Record{Row: 1, Outcome: record.Invited, InvitationID: "i", UpdatedAt: at},
			record.Record{Row: 2, Outcome: record.AlreadyMember, UpdatedAt: at},
			record.Record{Row: 3, Outcome: record.Rejected, UpdatedAt: at, Trail: record.Trail{Verdict: record.WouldInvite}},
			record.Record{Row: 4, Outcome: record.Failed, UpdatedAt: at, Trail: record.Trail{Confirmed: true}},
			record.Record{Row: 5, Outcome: record.Failed, UpdatedAt: at, Trail: record.Trail{Cancelled: "old"}},
			record.Record{Row: 6, Outcome: record.Unknown, UpdatedAt: at},
			record.Record{Row: 7, Outcome: record.AlreadyMember, UpdatedAt: at, Trail: record.Trail{Verdict: record.WouldInvite}},
			record.Record{Row: 8, Outcome: record.Invalid, UpdatedAt: at},
		)
		b.end(sent)
		idle := b.begin(here, "member@x.example")
		if err := b.KeepTimeline(b.Context(), idle.ID, 0, []byte("pace")); err != nil {
			b.Fatal(err)
		}
		b.end(idle)
		b.nights(here, ledger.SightedRuns)
		whole := collect(b, b.Records(b.Context(), sent.ID, 0))
		outcomes, err := b.Outcomes(b.Context(), sent.ID)
		if err != nil {
			b.Fatal(err)
		}

		b.prune(ledger.Pruned{Rows: 5, Runs: 1, Parts: 1})
		pruned := b.clock
		b.reopen()
		b.same("rows", b.rows(sent), []int{1, 4, 5, 6, 7})
		b.same("rows of a run without any left", b.rows(idle), []int(nil))
		for _, err := range b.Timelines(b.Context(), idle.ID) {
			b.refused("Timelines", err, ledger.ErrNoRun)
		}
		want := whole[:0]
		for _, r := range whole {
			if r.Extra = nil; slices.Contains([]int{1, 4, 5, 6, 7}, r.Row) {
				want = append(want, r)
			}
		}
		b.same("records", collect(b, b.Records(b.Context(), sent.ID, 0)), want)
		all := collect(b, b.Runs(b.Context()))
		b.same("runs", len(all), ledger.SightedRuns+1)
		is := all[ledger.SightedRuns]
		b.same("run", []any{is.ID, is.Rows, is.Pruned, is.PrunedAt, is.Extra, is.Outcomes},
			[]any{sent.ID, 9, 4, micros(pruned), []string(nil), outcomes})
		counted, err := b.Outcomes(b.Context(), sent.ID)
		if err != nil {
			b.Fatal(err)
		}
		b.same("outcomes", counted, outcomes)

		b.clock = b.clock.Add(night)
		b.prune(ledger.Pruned{})
		b.same("when it was pruned", collect(b, b.Runs(b.Context()))[ledger.SightedRuns].PrunedAt, micros(pruned))
		b.reopen()
		b.claim(invite(b.begin(here, "member@x.example"), 1, "member@x.example")) // which goes on
	}},
	{"keep runs whole that have not ended or are claimed, and the latest ones", func(b *bench) {
		open := b.begin(here, "a@x.example", "b@x.example")
		b.clock = b.clock.Add(night)
		claimed := b.begin(here, "c@x.example", "d@x.example")
		b.claim(invite(claimed, 2, "d@x.example"))
		b.end(claimed)
		rowless := b.begin(here, "e@x.example")
		b.claim(record.Claim{Run: rowless.ID, Email: "f@x.example", Change: record.ChangeRole, Attempt: 1})
		b.end(rowless)
		other := b.begin(elsewhere, "g@x.example")
		b.end(other)
		b.nights(here, ledger.SightedRuns+1)
		b.prune(ledger.Pruned{Rows: 1, Runs: 1})
		for what, run := range map[string]ledger.Run{"open": open, "claimed": claimed, "claimed without a row": rowless, "of another scope": other} {
			if rows := b.rows(run); len(rows) != run.Rows {
				b.Errorf("%s: rows %v are left", what, rows)
			}
		}
		b.conclude(rowless, record.Conclusion{Record: record.Record{Email: "f@x.example"}})
		b.prune(ledger.Pruned{Rows: 1, Runs: 1})
	}},
	{"forget only what ended before the time", func(b *bench) {
		runs := []ledger.Run{b.begin(here, "a@x.example")}
		b.end(runs[0])
		runs = append(runs, b.begin(here, "b@x.example"))
		before := b.clock
		b.end(runs[1])
		b.nights(here, ledger.SightedRuns)
		if _, err := b.Prune(b.Context(), ledger.Pruning{Before: before}); err != nil {
			b.Fatal(err)
		}
		b.same("rows", [][]int{b.rows(runs[0]), b.rows(runs[1])}, [][]int{nil, {1}})
	}},
	{"forget what is of the scope, where one is named", func(b *bench) {
		for _, scope := range []record.Scope{here, elsewhere, rehearsal} {
			b.nights(scope, ledger.SightedRuns+1)
		}
		for _, want := range []ledger.Pruned{{Rows: 1, Runs: 1}, {}} {
			got, err := b.Prune(b.Context(), ledger.Pruning{Before: b.clock, Scope: &elsewhere})
			b.same("pruned", []any{got, err}, []any{want, error(nil)})
		}
		if got, err := b.Prune(b.Context(), ledger.Pruning{Before: b.clock, Scope: &record.Scope{Service: "none"}}); err != nil || got != (ledger.Pruned{}) {
			b.Errorf("of an unknown scope: %+v, %v", got, err)
		}
		b.prune(ledger.Pruned{Rows: 2, Runs: 2})
	}},
	{"keep the runs of the rosters that are followed", func(b *bench) {
		sync := func(roster string, whole bool, addresses ...string) ledger.Run {
			b.Helper()
			run := b.beginRun(ledger.Run{
				Service: here.Service, OrganizationID: here.OrganizationID, Roster: roster, Sync: true, Whole: whole,
			}, people(addresses...)...)
			if err := b.AcceptRoster(b.Context(), here, ledger.Accepted{
				Roster: roster, Content: [32]byte{byte(b.clock.Unix() / 86400)}, Run: run.ID,
			}); err != nil {
				b.Fatal(err)
			}
			b.end(run)
			return run
		}
		first := sync("staff-1.csv", true, "a@x.example", "gone@x.example")
		cut := sync("staff-2.csv", false, "a@x.example", "b@x.example")
		again := sync("staff-3.csv", false, "A+tag@x.example", "c@x.example")
		second := sync("staff-4.csv", true, "a@x.example")
		guests := sync("guests.csv", false, "guest@x.example")
		b.nights(here, ledger.SightedRuns)
		before := b.answers()
		b.prune(ledger.Pruned{Rows: 3, Parts: 2})
		b.same("answers", b.answers(), before)
		b.same("rows of the first, which is named by those who are gone", b.rows(first), []int{})
		b.same("rows of one that was cut, which a later one does not name", b.rows(cut), []int{2})
		b.same("rows of a later one", b.rows(again), []int{1, 2})
		b.same("rows of the last of its series, which is whole", b.rows(second), []int{1})
		b.same("rows of the last of another series", b.rows(guests), []int{1})
	}},
	{"let nothing seem to go on that was overtaken", func(b *bench) {
		old := ledger.Run{Service: here.Service, OrganizationID: here.OrganizationID, Roster: "a.csv", Digest: [32]byte{1}}
		b.beginRun(old, people("a@x.example")...)
		anew := old
		var runs []ledger.Run
		for range 2 {
			runs = append(runs, b.beginRun(anew, people("a@x.example")...))
			b.end(runs[len(runs)-1])
		}
		anew.Digest = [32]byte{2}
		runs = append(runs, b.beginRun(anew, people("a@x.example")...))
		b.end(runs[2])
		b.nights(here, ledger.SightedRuns)
		b.prune(ledger.Pruned{Rows: 3, Runs: 1, Parts: 2})
		b.same("rows", [][]int{b.rows(runs[0]), b.rows(runs[1]), b.rows(runs[2])}, [][]int{nil, {}, {}})
		_, goesOn, err := b.Unfinished(b.Context(), here, old.Digest)
		b.same("unfinished", []any{goesOn, err}, []any{false, error(nil)})
	}},
	{"answer as before whatever is pruned", func(b *bench) {
		b.pruneByChance(2)
	}},
}

// RunPruning does by chance what ledgers are for, and prunes: that is to change no answer, and the runs are to be those of
// [Memory]. There are so many histories, one after the other in the same ledger.
func RunPruning(t *testing.T, histories int, open Open) {
	t.Helper()
	b := &bench{T: t, clock: start}
	b.Ledger, b.again = open(t, func() time.Time { return b.clock })
	b.pruneByChance(histories)
}

func (b *bench) pruneByChance(histories int) {
	b.Helper()
	model := &bench{T: b.T, clock: b.clock}
	model.Ledger = NewMemory(func() time.Time { return model.clock })
	var mine, models history
	for seed := range uint64(histories) {
		mine.bench, models.bench = b, model
		for _, h := range []*history{&mine, &models} {
			h.random = rand.New(rand.NewPCG(seed, 1))
			for range 60 {
				h.step()
			}
		}
		before := b.answers()
		p := ledger.Pruning{Before: b.clock.Add(-time.Duration(mine.random.IntN(30)) * night)}
		for _, p.DryRun = range []bool{true, false} {
			got, err := b.Prune(b.Context(), p)
			want, modelErr := model.Prune(b.Context(), p)
			b.same(fmt.Sprintf("pruned, seed %d", seed), []any{got, err}, []any{want, modelErr})
		}
		if seed%5 == 0 {
			b.reopen()
		}
		b.same(fmt.Sprintf("answers, seed %d", seed), b.answers(), before)
		runs := collect(b, b.Runs(b.Context()))
		b.same(fmt.Sprintf("runs, seed %d", seed), runs, collect(model, model.Runs(b.Context())))
		for _, run := range runs {
			b.same("records of "+run.ID, collect(b, b.Records(b.Context(), run.ID, 0)), collect(model, model.Records(b.Context(), run.ID, 0)))
		}
		if b.Failed() {
			return
		}
	}
}

// answers is all that decisions ask a ledger for, in words, by scope.
func (b *bench) answers() map[string][]string {
	b.Helper()
	said := map[string][]string{}
	for _, scope := range []record.Scope{here, elsewhere, rehearsal} {
		var all []string
		say := func(what string, values ...any) {
			all = append(all, what+fmt.Sprintf(strings.Repeat(" %+v", len(values)), values...))
		}
		for _, r := range collect(b, b.Invited(b.Context(), scope)) {
			say("invited", r, r.Token.Reveal())
		}
		for _, r := range collect(b, b.Sighted(b.Context(), scope)) {
			say("sighted", r)
		}
		for _, r := range collect(b, b.Cancelled(b.Context(), scope)) {
			say("cancelled", r)
		}
		names := collect(b, b.Named(b.Context(), scope))
		slices.SortFunc(names, func(x, y ledger.Name) int { return strings.Compare(x.Person, y.Person) })
		for _, n := range names {
			say("named", n)
		}
		asked := collect(b, b.Asked(b.Context(), scope))
		slices.SortFunc(asked, func(x, y ledger.Asked) int { return strings.Compare(x.Mailbox, y.Mailbox) })
		say("asked", asked)
		mailings, err := b.Mailings(b.Context(), scope, time.Time{})
		say("mailings", mailings, err)
		doubts, err := b.Doubts(b.Context(), scope)
		say("doubts", doubts, err)
		accepted := collect(b, b.AcceptedRosters(b.Context(), scope))
		say("accepted", accepted)
		partial := ledger.PartialRuns(accepted)
		for _, series := range slices.Sorted(maps.Keys(partial)) {
			say("last named by "+series+" which is not whole", b.lastNamed(partial[series]))
		}
		say("changes", collect(b, b.ChangesIn(b.Context(), scope)))
		say("approvals", collect(b, b.Approvals(b.Context(), scope)))
		say("roles", collect(b, b.RoleChanges(b.Context(), scope)))
		say("files", collect(b, b.Files(b.Context(), scope)))
		for digest := range byte(4) {
			run, ok, err := b.Unfinished(b.Context(), scope, [32]byte{digest})
			say("unfinished", run.ID, ok, err)
		}
		seen := map[string]bool{}
		for _, a := range accepted {
			series := ledger.Series(a.Roster)
			if !seen[series] && a.Run != "" {
				say("the last of "+series, collect(b, b.Records(b.Context(), a.Run, 0)))
			}
			seen[series] = true
		}
		said[scope.Service+" "+scope.OrganizationID] = all
	}
	return said
}

// lastNamed returns which of the runs, the last of which comes first, has named each mailbox last.
func (b *bench) lastNamed(runs []string) map[string]string {
	b.Helper()
	last := map[string]string{}
	for _, run := range runs {
		for _, r := range collect(b, b.Records(b.Context(), run, 0)) {
			if mailbox := email.Mailbox(r.Email); mailbox != "" && last[mailbox] == "" {
				last[mailbox] = run
			}
		}
	}
	return last
}
