package batch_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// claim leaves a claim of a dead process behind.
func (w *world) claim(t *testing.T, c record.Claim) {
	t.Helper()
	c.Change = record.ChangeInvite
	if err := w.ledger.Claim(t.Context(), nil, c); err != nil {
		t.Fatal(err)
	}
}

func TestClaimsOfADeadProcessAreSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, invitesEverybody)
		w.claim(t, record.Claim{Run: "run", Row: 1, Email: "a1@x.example", Attempt: 1})
		w.claim(t, record.Claim{Run: "run", Row: 2, Email: "a2@x.example", Attempt: 1})
		w.service.place(pendingInvitation("found", "A1@x.example"))
		began := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "invited invited invited" || len(w.claims(t)) > 0 {
			t.Errorf("%s, claims %v", got, w.claims(t))
		}
		rows := w.rows(t)
		if rows[0].InvitationID != "found" || rows[0].Attempts != 1 || rows[1].Attempts != 2 {
			t.Errorf("row 1: %+v; row 2 took %d attempts, want 2", rows[0], rows[1].Attempts)
		}
		if got := fmt.Sprint(w.service.mails); got != "map[a2@x.example:1 a3@x.example:1]" {
			t.Errorf("mails %s", got)
		}
		first, last := w.service.sent[0].Sub(began), w.service.sent[1].Sub(began)
		if first != 10*time.Second || last < 40*time.Second || last > 41*time.Second { // nobody was invited late enough to tell
			t.Errorf("sent after %s and %s; a request is at work for 10 s at most", first, last)
		}
	})
}

// TestNothingTellsHowLateTheListsAre has a claim of a dead process, and nobody else by whom it shows that lists are fresh.
func TestNothingTellsHowLateTheListsAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, invitesEverybody)
		w.claim(t, record.Claim{Run: "run", Row: 1, Email: "a1@x.example", Attempt: 1})
		began := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := w.service.sent[0].Sub(began), 10*time.Second+journey.UnknownLag; got < want || got > want+time.Second {
			t.Errorf("sent after %s, want %s", got, want)
		}
	})
}

// TestACrashBeforeALaggingList has a process die with requests under way that take effect later, and the next one read
// lists that learn of it later still.
func TestACrashBeforeALaggingList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, func(string, int) reply { return reply{processed: true, late: 7 * time.Second} })
		w.service.lag = 15 * time.Second
		w.options.Pace = mustPace(t, 1000)
		w.service.latency = time.Second
		w.dieAt(crash{writes: 20, after: true})
		if err := w.run(t, nil); err == nil {
			t.Fatal("the process did not die")
		}
		if got := len(w.claims(t)); got < 5 {
			t.Fatalf("%d claims are left", got)
		}
		w.service.latency = 0
		if err := w.again(t); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // virtual time
		if got := strings.Count(w.outcomes(t), "invited"); got != 40 || len(w.mailedTwice()) > 0 || len(w.claims(t)) > 0 {
			t.Errorf("%d invited, mailed twice %v, %d claims", got, w.mailedTwice(), len(w.claims(t)))
		}
	})
}

// TestALedgerThatHasForgottenEverybody has a ledger from before a run go on after it, on lists that show late whom that run has
// invited. That such a ledger is known to have lapsed is what keeps people from being invited twice.
func TestALedgerThatHasForgottenEverybody(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(map[bool]string{true: "known", false: "unknown"}[known], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 5, func(string, int) reply { return reply{processed: true, late: 7 * time.Second} })
				w.service.lag = journey.MemoryCounts - time.Second
				w.dieAt(crash{writes: 4, after: true})
				if err := w.run(t, nil); err == nil {
					t.Fatal("the process did not die")
				}
				people := []string{"a1@x.example", "a2@x.example", "a3@x.example", "a4@x.example", "a5@x.example"}
				w.forget()
				w.begin(t, "run", people)
				lapsed := time.Now()
				if known {
					w.lapsed = lapsed
				}
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute) // virtual time
				twice := w.mailedTwice()
				if !known {
					if len(twice) == 0 {
						t.Error("nobody was mailed twice, so this proves nothing")
					}
					return
				}
				if len(twice) > 0 || len(w.service.mails) != 5 {
					t.Errorf("%d mailed, %v twice", len(w.service.mails), twice)
				}
				const want = 10*time.Second + journey.MemoryCounts
				if got := w.service.sent[len(w.service.sent)-1].Sub(lapsed); got < want || got > want+time.Second {
					t.Errorf("sent after %s, want %s", got, want)
				}
			})
		})
	}
}

// TestALapseOfLongAgoCostsNoTime has nobody wait for what the lists have shown for long.
func TestALapseOfLongAgoCostsNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, invitesEverybody)
		began := time.Now()
		w.lapsed = began.Add(-10*time.Second - journey.MemoryCounts)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.service.sent[0].Sub(began); got > time.Second {
			t.Errorf("sent after %s", got)
		}
	})
}

// TestAnotherRunOnALaggingList has a run begin anew for the same people while the lists do not show yet what the first
// one has done, which was cut short by a crash.
func TestAnotherRunOnALaggingList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30, invitesEverybody)
		w.service.lag = 15 * time.Second
		w.dieAt(crash{writes: 21})
		if err := w.run(t, nil); err == nil {
			t.Fatal("the process did not die")
		}
		var people []string
		for _, r := range w.rows(t) {
			people = append(people, r.Email)
		}
		w.restart()
		w.begin(t, "another", people)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		got := w.outcomes(t)
		if strings.Count(got, "already_invited") != 11 || strings.Count(got, " invited") != 19 || len(w.service.mails) != 30 || len(w.mailedTwice()) > 0 {
			t.Errorf("%d mailed, %v twice, %s", len(w.service.mails), w.mailedTwice(), got)
		}
	})
}

// TestRecoverSettlesOtherRuns has the claims of a run that is not resumed be settled before anything is sent.
func TestRecoverSettlesOtherRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, invitesEverybody)
		w.claim(t, record.Claim{Run: "run", Row: 1, Email: "a1@x.example", Attempt: 2})
		w.claim(t, record.Claim{Run: "run", Row: 2, Email: "a2@x.example", Attempt: 1})
		w.service.place(pendingInvitation("found", "A1@x.example"))
		w.begin(t, "another", []string{"a3@x.example"})
		if err := w.recover(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		w.options.Run = "run"
		rows := w.rows(t)
		if got := rows[0]; got.Outcome != record.Invited || got.InvitationID != "found" || got.Attempts != 2 {
			t.Errorf("row 1: %+v", got)
		}
		if w.outcomes(t) != "invited unset" || len(w.claims(t)) != 0 || len(w.recovered.Doubts()) != 0 {
			t.Errorf("outcomes %s, claims %v", w.outcomes(t), w.claims(t))
		}
		if got, want := w.told(t), "invite a1@x.example invited run; invite a2@x.example no_effect run"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		if w.recovered.Inputs().Histories.Of("a1@x.example").Times != 1 {
			t.Error("what was found out is not remembered")
		}
	})
}

// TestARecoveryIsGoodForOneRun carries out a second run by what was known before the first one.
func TestARecoveryIsGoodForOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, invitesEverybody)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		w.begin(t, "another", []string{"a1@x.example", "a2@x.example"})
		if err := w.recovered.Run(t.Context(), nil, w.options); err == nil {
			t.Error("it was carried out")
		}
		if len(w.mailedTwice()) > 0 || w.outcomes(t) != "unset unset" {
			t.Errorf("mailed twice %v, %s", w.mailedTwice(), w.outcomes(t))
		}
	})
}

// TestChangesInDoubtAreDecidedAnew has a process die while it changed somebody's role: nobody is barred by it for long.
func TestChangesInDoubtAreDecidedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, invitesEverybody)
		change := record.Claim{Run: "run", Email: "a1@x.example", Change: record.ChangeRole, Attempt: 1}
		if err := w.ledger.Claim(t.Context(), nil, change); err != nil {
			t.Fatal(err)
		}
		w.begin(t, "another", []string{"a1@x.example"})
		began := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "invited" || len(w.claims(t)) > 0 {
			t.Errorf("%s, claims %v", got, w.claims(t))
		}
		if got := w.service.sent[0].Sub(began); got < 10*time.Second {
			t.Errorf("sent after %s: the change may still be at work", got)
		}
		if got, want := w.told(t), "role a1@x.example unclear run; invite a1@x.example invited another"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}

// TestDoubtsOfAnotherRunBarAPerson has a claim that nobody can settle, since the list may spell the address another way.
func TestDoubtsOfAnotherRunBarAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, []string{tagged, "a2@x.example"}, invitesEverybody)
		w.claim(t, record.Claim{Run: "run", Row: 1, Email: tagged, Attempt: 1})
		w.claim(t, record.Claim{Run: "run", Row: 2, Email: "a2@x.example", Attempt: 1})
		w.service.place(pendingInvitation("perhaps", strings.Replace(tagged, "+team", "", 1)))
		w.begin(t, "another", []string{strings.ToUpper(tagged), "a2@x.example", "a3@x.example"})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		r := w.rows(t)[0]
		if got := w.outcomes(t); got != "unknown invited invited" || w.service.mails["a2@x.example"] != 1 || len(w.service.sent) != 2 {
			t.Errorf("%s, mails %v", got, w.service.mails)
		}
		if !strings.Contains(r.Error, "run run, row 1") || r.Hint == "" || r.Attempts != 0 {
			t.Errorf("error %q, hint %q, %d attempts", r.Error, r.Hint, r.Attempts)
		}
		if got := w.claims(t); len(got) != 1 || got[0].Run != "run" {
			t.Errorf("claims %v", got)
		}
	})
}

// TestADoubtOfAnotherRunIsNotInTheWayOfWhoIsThere has the person be a member by now.
func TestADoubtOfAnotherRunIsNotInTheWayOfWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, invitesEverybody)
		w.service.members = append(w.service.members, "a1@x.example")
		if err := w.recover(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		doubt := record.Doubt{Claim: record.Claim{Run: "old", Row: 7, Email: "a1@x.example"}}
		recovery := batch.Recovery{Ledger: w.process, Scope: scope, Read: w.read}
		if err := recovery.Recovered(w.recovered.Inputs(), doubt).Run(t.Context(), nil, w.options); err != nil || w.outcomes(t) != "already_member" {
			t.Errorf("Run = %v, %s", err, w.outcomes(t))
		}
	})
}

// TestListsWithGapsInviteNobody has lists that contradict themselves: whoever they may hide is not mailed.
func TestListsWithGapsInviteNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, invitesEverybody)
		w.service.members = nil // although the caller has to be one
		w.service.place(cybedefend.Invitation{ID: "p", Email: "a1@x.example", Status: "PENDING"})
		err := w.run(t, nil)
		if breaker.ReasonOf(err) != breaker.Contradicted || !strings.Contains(err.Error(), "the list is empty") {
			t.Errorf("Run = %v", err)
		}
		if len(w.service.sent) > 0 || strings.Count(w.outcomes(t), "unset") != 2 {
			t.Errorf("%d requests, %s", len(w.service.sent), w.outcomes(t))
		}
	})
}
