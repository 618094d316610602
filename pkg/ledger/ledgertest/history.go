package ledgertest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// history does what comes to it by chance with a ledger under test.
type history struct {
	*bench
	random *rand.Rand
	runs   []ledger.Run
	begun  int
}

// one draws one of several.
func one[T any](h *history, of ...T) T { return of[h.random.IntN(len(of))] }

// step does one thing, and some time passes.
func (h *history) step() {
	h.Helper()
	h.clock = h.clock.Add(time.Duration(h.random.IntN(int(night))))
	if len(h.runs) == 0 || h.random.IntN(3) == 0 {
		h.start()
		return
	}
	run := h.runs[max(0, len(h.runs)-1-h.random.IntN(4))] // which is never old enough to be gone
	var err error
	switch h.random.IntN(9) {
	case 0, 1, 2:
		err = h.AcceptRoster(h.Context(), run.Scope(), ledger.Accepted{
			Roster: run.Roster, Run: one(h, run.ID, ""), Content: [32]byte{byte(h.random.IntN(4))}, Whole: one(h, true, false),
		})
	case 3:
		err = h.KeepChange(h.Context(), run.ID, ledger.Change{Kind: "leaver", Action: one(h, "removed", "due"), Email: h.address()})
	case 4:
		err = h.Approve(h.Context(), ledger.Approval{Run: run.ID, Digest: "d"})
	case 5:
		err = h.Reopen(h.Context(), run.ID, 1+h.random.IntN(3))
	case 6:
		run.Whole = one(h, true, false)
		_, err = h.Resume(h.Context(), run)
	case 7:
		c := record.Claim{Run: run.ID, Email: "rowless" + h.address(), Change: one(h, record.ChangeInvite, record.ChangeRole), Attempt: 1}
		if h.Claim(h.Context(), nil, c) == nil && one(h, true, true, false) {
			h.conclude(run, record.Conclusion{Record: record.Record{Email: c.Email}, Harmless: one(h, true, false)})
		}
	case 8:
		err = h.KeepFile(h.Context(), run.Scope(), ledger.File{Path: h.address(), Digest: [32]byte{1}})
	}
	if err != nil {
		h.Fatal(err)
	}
}

// start begins a run, does something for its rows, and ends it mostly.
func (h *history) start() {
	h.Helper()
	scope := one(h, here, here, here, elsewhere)
	var rows []record.Record
	for i := range h.random.IntN(5) {
		r := record.Record{Row: i*7 + 1, Email: h.address(), Role: "member", Extra: []string{"x"}}
		if one(h, true, false, false) {
			r.Outcome, r.Trail.Verdict = record.Invalid, one(h, record.Unset, record.Skipped, record.NotSent)
		}
		rows = append(rows, r)
	}
	sync := one(h, true, true, false)
	run := h.beginRun(ledger.Run{
		ID: fmt.Sprintf("run-%05d", h.begun), Service: scope.Service, OrganizationID: scope.OrganizationID, Roster: one(h, "staff-1.csv", "staff-2.csv", "guests.csv"),
		Digest: [32]byte{byte(h.random.IntN(4))}, Extra: []string{"Phone"}, Sync: sync, Whole: sync && one(h, true, false),
	}, rows...)
	h.begun++
	h.runs = append(h.runs, run)
	for _, r := range rows {
		if r.Outcome != record.Unset || one(h, true, false, false, false, false) {
			continue
		}
		claimed := one(h, true, false) && h.Claim(h.Context(), nil, record.Claim{Run: run.ID, Row: r.Row, Email: r.Email, Change: record.ChangeInvite, Attempt: 1}) == nil
		done := record.Record{
			Row: r.Row, UpdatedAt: one(h, h.clock, time.Time{}), InvitationID: strconv.Itoa(h.random.IntN(9)), Token: secret.New("t"),
			Outcome: one(h, record.AlreadyMember, record.AlreadyInvited, record.Skipped, record.Rejected, record.Invited, record.Unknown),
			Trail:   record.Trail{Verdict: one(h, record.Unset, record.WouldInvite, record.Skipped), Confirmed: h.random.IntN(9) == 0, EndedAt: h.clock},
		}
		if h.random.IntN(9) == 0 {
			done.Trail.Cancelled = "c"
		}
		h.conclude(run, record.Conclusion{Record: done, InDoubt: claimed && h.random.IntN(20) == 0, Harmless: one(h, true, false)})
	}
	if one(h, true, true, true, true, true, false) {
		if err := h.End(h.Context(), run.ID, 0); err != nil {
			h.Fatal(err)
		}
	}
}

// address draws one of few, in several spellings.
func (h *history) address() string {
	return one(h, slices.Concat([]string{"A@x.example", "a+tag@x.example", "no address"}, h.people())...)
}

func (h *history) people() (all []string) {
	for i := range 8 {
		all = append(all, fmt.Sprintf("p%d@x.example", i))
	}
	return all
}
