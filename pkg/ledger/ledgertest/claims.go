package ledgertest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

var claimTests = []conformance{
	{"stands until it is ended", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example", "d@x.example")
		for i, address := range []string{"a@x.example", "b@x.example", "c@x.example", "d@x.example"} {
			c := invite(run, i+1, address)
			c.At, c.Attempt, c.Replaces, c.Before = start.Add(time.Duration(-i)*time.Second), i+1, "old", "older"
			b.claim(c)
		}
		b.settle(run, whole(1, record.Invited))
		unknown := record.Record{Row: 2, Outcome: record.Unknown, Attempts: 2, UpdatedAt: at}
		b.conclude(run, record.Conclusion{Record: unknown, InDoubt: true}, record.Conclusion{Record: record.Record{Row: 3}})
		b.reopen()
		got, err := b.Doubts(b.Context(), here)
		if err != nil {
			b.Fatal(err)
		}
		rows := collect(b, b.Records(b.Context(), run.ID, 0))
		want := func(row int) record.Doubt {
			return record.Doubt{Record: rows[row-1], Claim: record.Claim{
				Run: run.ID, Row: row, Email: rows[row-1].Email, Change: record.ChangeInvite, Attempt: row,
				At: at.Add(time.Duration(1-row) * time.Second), Replaces: "old", Before: "older",
			}}
		}
		b.same("doubts, oldest first", got, []record.Doubt{want(4), want(2)})
		pending := collect(b, b.Pending(b.Context(), run.ID))
		fourth := want(4).Claim
		b.same("pending", pending, []ledger.Entry{{Record: rows[2]}, {Record: rows[3], Claim: &fourth}})
	}},
	{"is of now unless it says when", func(b *bench) {
		run := b.begin(here, "a@x.example")
		c := invite(run, 1, "a@x.example")
		c.At = time.Time{}
		b.claim(c)
		got, err := b.Doubts(b.Context(), here)
		if err != nil || len(got) != 1 || !got[0].At.Equal(at) {
			b.Errorf("doubts %v, %v", got, err)
		}
	}},
	{"is one for a person, whatever run, row or kind", func(b *bench) {
		run := b.begin(here, "Ada@X.example", "ada@x.example ", "b@x.example")
		other := b.begin(here, "ADA@x.example")
		b.claim(invite(run, 1, "Ada@X.example"))
		second := invite(run, 2, "ada@x.example ")
		role := record.Claim{Run: other.ID, Email: "ada@X.EXAMPLE", Change: record.ChangeRole, Attempt: 1}
		for _, c := range []record.Claim{invite(run, 1, "Ada@X.example"), second, invite(other, 1, "ADA@x.example"), role} {
			err := b.Claim(b.Context(), nil, c)
			b.refused("second claim", err, ledger.ErrClaimed)
			refusal, ok := errors.AsType[*ledger.RowError](err)
			if !ok || refusal.Run != c.Run || refusal.Row != c.Row || refusal.Standing == nil {
				b.Fatalf("refusal = %+v", refusal)
			}
			b.same("standing claim", *refusal.Standing, invite(run, 1, "Ada@X.example"))
			for _, word := range []string{c.Run, run.ID, "row 1", "invite"} {
				if !strings.Contains(err.Error(), word) {
					b.Errorf("message %q lacks %q", err, word)
				}
			}
		}
		// A change without a row blocks the rows of the person in turn.
		b.settle(run, record.Record{Row: 1, Outcome: record.Invited, UpdatedAt: at})
		b.claim(role)
		err := b.Claim(b.Context(), nil, second)
		b.refused("claim beside a change of role", err, ledger.ErrClaimed)
		if !strings.Contains(err.Error(), "role") {
			b.Errorf("message %q lacks the kind", err)
		}
		b.same("doubts", b.doubts(here), []string{"0 ada@X.EXAMPLE role"})
	}},
	{"of a row has its address", func(b *bench) {
		run := b.begin(here, "A@x.example")
		for _, address := range []string{"b@x.example", "a@x.example"} {
			b.refused("claim under another address", b.Claim(b.Context(), nil, invite(run, 1, address)), ledger.ErrNoRow)
		}
		b.claim(invite(run, 1, "A@x.example"))
	}},
	{"ends whatever address a conclusion names", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 2, "b@x.example"))
		for row, address := range []string{"A@x.example", "", "b@x.example"} {
			b.claim(invite(run, 1, "a@x.example"))
			r := whole(1, record.Unset)
			r.Email = address
			b.settle(run, r)
			b.same(fmt.Sprint("doubts after ", row), b.doubts(here), []string{"2 b@x.example invite"})
		}
	}},
	{"is not shared by scopes", func(b *bench) {
		for _, scope := range []record.Scope{here, elsewhere, rehearsal} {
			b.claim(invite(b.begin(scope, "a@x.example"), 1, "a@x.example"))
		}
		for _, scope := range []record.Scope{here, elsewhere, rehearsal} {
			b.same("doubts", b.doubts(scope), []string{"1 a@x.example invite"})
		}
		b.same("doubts in no scope", b.doubts(record.Scope{}), []string(nil))
	}},
	{"of no row ends by run and address", func(b *bench) {
		run, other := b.begin(here, "x@x.example"), b.begin(here, "x@x.example")
		for _, address := range []string{"A@x.example", "b@x.example"} {
			b.claim(record.Claim{Run: run.ID, Email: address, Change: record.ChangeCancel, Attempt: 1, At: at})
		}
		ends := func(address string) record.Conclusion {
			return record.Conclusion{Record: record.Record{Email: address}}
		}
		b.conclude(other, ends("a@x.example"))
		b.conclude(run, ends("c@x.example"))
		b.same("doubts after others ended", b.doubts(here), []string{"0 A@x.example cancel", "0 b@x.example cancel"})
		b.conclude(run, ends("a@X.example"))
		b.same("doubts after one ended", b.doubts(here), []string{"0 b@x.example cancel"})
		if err := b.Conclude(b.Context(), run.ID, nil, ends("")); err == nil {
			b.Error("a change of nobody was concluded")
		}
		doubt := ends("b@x.example")
		doubt.InDoubt, doubt.Attempts, doubt.Trail = true, 1, record.Trail{Lost: true, EndedAt: start, SilentFor: time.Minute}
		b.conclude(run, doubt)
		b.reopen()
		found, err := b.Doubts(b.Context(), here)
		if err != nil || len(found) != 1 || !found[0].Ended() {
			b.Fatalf("doubts %+v, %v", found, err)
		}
		b.same("what is known of the attempt", found[0].Record, record.Record{
			Email: "b@x.example", Attempts: 1, Trail: record.Trail{Lost: true, EndedAt: at, SilentFor: time.Minute},
		})
	}},
	{"is refused for rows that are not open", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "c@x.example")
		b.claim(invite(run, 2, "b@x.example"))
		b.settle(run, record.Record{Row: 1, Outcome: record.Invited, UpdatedAt: at})
		b.conclude(run, record.Conclusion{Record: record.Record{Row: 2, Outcome: record.Unknown, UpdatedAt: at}, InDoubt: true})
		b.refused("of a row with an outcome", b.Claim(b.Context(), nil, invite(run, 1, "a@x.example")), ledger.ErrSettled)
		b.refused("of an unknown row", b.Claim(b.Context(), nil, invite(run, 2, "b@x.example")), ledger.ErrSettled)
		b.refused("of no row", b.Claim(b.Context(), nil, invite(run, 4, "d@x.example")), ledger.ErrNoRow)
		b.refused("in no run", b.Claim(b.Context(), nil, invite(ledger.Run{ID: "none"}, 3, "c@x.example")), ledger.ErrNoRun)
		nobody, nothing := invite(run, 3, " "), invite(run, 3, "c@x.example")
		nothing.Change = 0
		for _, c := range []record.Claim{nobody, nothing} {
			if err := b.Claim(b.Context(), nil, c); err == nil {
				b.Errorf("claim %+v was taken", c)
			}
		}
		b.same("doubts", b.doubts(here), []string{"2 b@x.example invite"})
	}},
	{"comes with others, all of them or none", func(b *bench) {
		run := b.begin(here, "a@x.example", "b@x.example", "A@x.example")
		first, second, again := invite(run, 1, "a@x.example"), invite(run, 2, "b@x.example"), invite(run, 3, "A@x.example")
		b.refused("two for one person", b.Claim(b.Context(), nil, second, first, again), ledger.ErrClaimed)
		b.refused("one of no row", b.Claim(b.Context(), nil, second, invite(run, 4, "d@x.example")), ledger.ErrNoRow)
		b.same("doubts after refusals", b.doubts(here), []string(nil))
		mailings, err := b.Mailings(b.Context(), here, time.Time{})
		if err != nil || len(mailings) != 0 {
			b.Fatalf("mailings %v, %v", mailings, err)
		}
		told := make(chan error, 1)
		if err := b.Claim(b.Context(), func(err error) { told <- err }, first, second); err != nil {
			b.Fatal(err)
		}
		if err := <-told; err != nil {
			b.Fatal(err)
		}
		b.same("doubts", b.doubts(here), []string{"1 a@x.example invite", "2 b@x.example invite"})
		if err := b.Claim(b.Context(), func(err error) { told <- err }, again); err != nil {
			b.Fatal(err)
		}
		b.refused("told of a refusal", <-told, ledger.ErrClaimed)
	}},
	{"is given to one of many who want it", func(b *bench) {
		run := b.begin(here, "a@x.example")
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() { errs[i] = b.Claim(b.Context(), nil, invite(run, 1, "a@x.example")) })
		}
		wg.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else {
				b.refused("claim", err, ledger.ErrClaimed)
			}
		}
		b.same("claims", taken, 1)
	}},
	{"can be made again after a conclusion without an outcome", func(b *bench) {
		run := b.begin(here, "a@x.example")
		for range 50 {
			b.claim(invite(run, 1, "a@x.example"))
			if err := b.Conclude(b.Context(), run.ID, func(error) {}, record.Conclusion{Record: record.Record{Row: 1}}); err != nil {
				b.Fatal(err)
			}
		}
		b.same("doubts", b.doubts(here), []string(nil))
	}},
}
