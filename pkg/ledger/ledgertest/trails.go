package ledgertest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// told returns the lines of the audit trail as "number kind address outcome who" each, and fails if the trail does not hold.
func (b *bench) told(after int) (words []string) {
	b.Helper()
	var whole strings.Builder
	for _, text := range collect(b, b.Audit(b.Context(), 0)) {
		whole.WriteString(text + "\n")
	}
	if _, err := audit.Verify(strings.NewReader(whole.String())); err != nil {
		b.Errorf("the trail does not hold: %v", err)
	}
	for _, text := range collect(b, b.Audit(b.Context(), after)) {
		line, err := audit.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		words = append(words, strings.Join([]string{string(line.Kind), line.Email, line.Outcome, line.Who}, " "))
	}
	return words
}

// sent is the event of an invitation.
func sent(run ledger.Run, address, outcome string) *audit.Event {
	return &audit.Event{Kind: audit.Invite, Run: run.ID, Email: address, Outcome: outcome}
}

var trailTests = []conformance{
	{"keeps an event with its conclusion", func(b *bench) {
		b.same("a trail without lines", b.told(0), []string(nil))
		run := b.begin(here, "a@x.example", "b@x.example")
		b.Sign(audit.Author{Who: "ada@laptop"})
		b.claim(invite(run, 1, "a@x.example"))
		b.conclude(run, record.Conclusion{Record: whole(1, record.Invited), Event: sent(run, "a@x.example", "invited")})
		b.conclude(run, record.Conclusion{Record: whole(2, record.AlreadyMember)}) // nothing was sent
		b.reopen()
		b.same("lines", b.told(0), []string{"invite a@x.example invited ada@laptop"})
		b.Sign(audit.Author{Who: "bo@server"})
		if err := b.Note(b.Context(), audit.Approve(run.ID, audit.AtPrompt, ""), audit.Pass(run.ID, "fresh", "true", "")); err != nil {
			b.Fatal(err)
		}
		b.reopen()
		b.same("lines after the first", b.told(1), []string{"approval  prompt bo@server", "override   bo@server"})
		b.same("lines after the last", b.told(3), []string(nil))
		b.same("lines after that", b.told(9), []string(nil))
	}},
	{"keeps no event of a conclusion that is refused", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.conclude(run, record.Conclusion{Record: whole(1, record.Invited), Event: sent(run, "a@x.example", "invited")})
		err := b.Conclude(b.Context(), run.ID, nil,
			record.Conclusion{Record: whole(2, record.Invited), Event: sent(run, "b@x.example", "invited")},
			record.Conclusion{Record: whole(1, record.Rejected), Event: sent(run, "a@x.example", "rejected")})
		b.refused("Conclude", err, ledger.ErrSettled)
		b.same("lines", b.told(0), []string{"invite a@x.example invited "})
		errs := make(chan error, 3) // which may be written together, and one of them is refused
		for _, c := range []record.Conclusion{
			{Record: whole(2, record.Invited), Event: sent(run, "b@x.example", "invited")},
			{Record: whole(1, record.Failed), Event: sent(run, "a@x.example", "failed")},
			{Record: whole(3, record.Invited), Event: sent(run, "c@x.example", "invited")},
		} {
			if err := b.Conclude(b.Context(), run.ID, func(err error) { errs <- err }, c); err != nil {
				b.Fatal(err)
			}
		}
		for _, want := range []error{nil, ledger.ErrSettled, nil} {
			b.refused("what then is told", <-errs, want)
		}
		b.same("lines", b.told(1), []string{"invite b@x.example invited ", "invite c@x.example invited "})
	}},
	{"keeps the event of a change without a row", func(b *bench) {
		run := b.begin(here, "a@x.example")
		c := record.Claim{Run: run.ID, Email: "z@x.example", Change: record.ChangeRole, Attempt: 1, At: at}
		b.claim(c)
		event := &audit.Event{Kind: audit.Role, Run: run.ID, Email: c.Email, Before: "member", After: "manager", Outcome: audit.Changed}
		b.conclude(run, record.Conclusion{Record: record.Record{Email: c.Email}, Event: event})
		b.same("lines", b.told(0), []string{"role z@x.example changed "})
		b.same("doubts", b.doubts(here), []string(nil))
	}},
	{"yields many lines", func(b *bench) {
		run := b.begin(here)
		const many = 2_500
		events := make([]audit.Event, many)
		for i := range events {
			events[i] = audit.Pass(run.ID, "fresh", "true", "")
		}
		if err := b.Note(b.Context(), events...); err != nil {
			b.Fatal(err)
		}
		b.same("lines", len(b.told(0)), many)
		b.same("lines after some", len(b.told(1_400)), many-1_400)
	}},
	{"remembers the last role change of a person", func(b *bench) {
		keep := func(scope record.Scope, c ledger.RoleChange) {
			b.Helper()
			if err := b.KeepRoleChange(b.Context(), scope, c); err != nil {
				b.Fatal(err)
			}
		}
		kept := func(scope record.Scope) []ledger.RoleChange {
			b.Helper()
			found := collect(b, b.RoleChanges(b.Context(), scope))
			slices.SortFunc(found, func(x, y ledger.RoleChange) int {
				return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Team, y.Team))
			})
			return found
		}
		b.same("of a scope without any", kept(here), []ledger.RoleChange(nil))
		ada := ledger.RoleChange{Person: "ada@x.example", UserID: "u1", From: "Member", To: "manager", At: at}
		bo := ledger.RoleChange{Person: "bo@x.example", UserID: "u2", From: "manager", To: "member", At: at, Told: true}
		inTeam := ledger.RoleChange{Person: "ada@x.example", UserID: "u1", Team: "t1", To: "developer", At: at}
		keep(here, ada)
		keep(here, inTeam)
		keep(here, bo)
		keep(elsewhere, bo)
		b.reopen()
		b.same("changes", kept(here), []ledger.RoleChange{ada, inTeam, bo})
		ada.To, ada.At, ada.Told = "member", at.Add(time.Hour), true
		keep(here, ada)
		keep(here, ledger.RoleChange{Person: bo.Person})
		keep(here, ledger.RoleChange{Person: "nobody@x.example"})
		b.same("changes", kept(here), []ledger.RoleChange{ada, inTeam})
		keep(here, ledger.RoleChange{Person: inTeam.Person, Team: inTeam.Team})
		b.same("changes", kept(here), []ledger.RoleChange{ada})
		b.same("changes elsewhere", kept(elsewhere), []ledger.RoleChange{bo})
	}},
	{"writes no more once it is closed", func(b *bench) {
		if err := b.Close(); err != nil {
			b.Fatal(err)
		}
		b.refused("Note", b.Note(context.Background(), audit.Event{Kind: audit.Invite}), ledger.ErrClosed)
		b.refused("KeepRoleChange", b.KeepRoleChange(context.Background(), here, ledger.RoleChange{Person: "a", At: at}), ledger.ErrClosed)
		for _, err := range b.Audit(context.Background(), 0) {
			b.refused("Audit", err, ledger.ErrClosed)
		}
		for _, err := range b.RoleChanges(context.Background(), here) {
			b.refused("RoleChanges", err, ledger.ErrClosed)
		}
	}},
}
