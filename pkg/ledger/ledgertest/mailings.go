package ledgertest

import (
	"time"

	"rollcall/pkg/record"
)

var mailingTests = []conformance{
	{"are the claims of invitations, of all runs, until they are concluded as harmless", func(b *bench) {
		first := b.begin(here, "a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example")
		for i, address := range []string{"a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"} {
			c := invite(first, i+1, address)
			c.At = start.Add(time.Duration(10-i) * time.Second)
			b.claim(c)
		}
		cancel := record.Claim{Run: first.ID, Email: "z@x.example", Change: record.ChangeCancel, Attempt: 1, At: start}
		b.claim(cancel)
		lost := record.Record{Row: 2, Email: "b@x.example", Attempts: 1, Trail: record.Trail{Lost: true, EndedAt: at}}
		refused := record.Record{Row: 3, Email: "c@x.example", Outcome: record.Rejected, Attempts: 1, UpdatedAt: at}
		b.conclude(first, record.Conclusion{Record: whole(1, record.Invited)}, record.Conclusion{Record: lost, InDoubt: true},
			record.Conclusion{Record: refused, Harmless: true},
			record.Conclusion{Record: record.Record{Row: 4, Email: "d@x.example", Attempts: 1}, InDoubt: true, Harmless: true})
		b.reopen()
		second := b.begin(here, "f@x.example")
		f := invite(second, 1, "f@x.example")
		f.At = start.Add(20 * time.Second)
		b.claim(f)
		other := b.begin(elsewhere, "a@x.example")
		b.claim(invite(other, 1, "a@x.example"))
		after := func(seconds int) time.Time { return at.Add(time.Duration(seconds) * time.Second) }
		b.same("mailings", b.mailings(start), []time.Time{after(6), after(9), after(10), after(20)})
		b.same("mailings since one of them", b.mailings(after(9)), []time.Time{after(9), after(10), after(20)})
	}},
	{"are counted one by one, and what is found out later takes none back", func(b *bench) {
		run := b.begin(here, "a@x.example")
		for attempt := range 3 {
			c := invite(run, 1, "a@x.example")
			c.Attempt, c.At = attempt+1, start.Add(time.Duration(attempt)*time.Hour)
			b.claim(c)
			// A reading shows no trace of it, so that it may be sent again.
			b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Email: "a@x.example", Attempts: c.Attempt}})
		}
		// No claim stands any more: there is nothing that this could be about.
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 1, Email: "a@x.example", Attempts: 3}, Harmless: true})
		b.same("mailings", b.mailings(start.Add(time.Minute)), []time.Time{at.Add(time.Hour), at.Add(2 * time.Hour)})
		b.same("all mailings", len(b.mailings(time.Time{})), 3)
	}},
}

// mailings returns those that may have mailed somebody here.
func (b *bench) mailings(since time.Time) []time.Time {
	b.Helper()
	found, err := b.Mailings(b.Context(), here, since)
	if err != nil {
		b.Fatal(err)
	}
	return found
}
