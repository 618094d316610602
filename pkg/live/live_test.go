package live_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/live"
	"rollcall/pkg/onboard"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := pace.Status{}
		f := live.New(live.Options{
			Rows: 12, Note: "[sandbox]", Pace: func() pace.Status { return state },
			Expected: &onboard.Preview{DoneBefore: 2, Outcomes: map[record.Outcome]int{record.WouldInvite: 8}, Deadline: time.Now().Add(5 * time.Second)},
		})
		check := func(line, sentence string) {
			t.Helper()
			if got := f.Progress(); got.String() != line || got.Sentence() != sentence {
				t.Errorf("%q, %q", got, got.Sentence())
			}
		}
		check("[sandbox]  2/12 · 16%", "[sandbox]: 2 of 12 done")
		<-time.After(2 * time.Second)
		f.Settled(&record.Record{Outcome: record.AlreadyMember})
		f.Settled(&record.Record{Outcome: record.Invited, Attempts: 1})
		f.Settled(&record.Record{Outcome: record.Rejected, Attempts: 1})
		state.Why = "the service tells 1 request per second"
		until := time.Now().Add(3 * time.Second).Format("15:04")
		check("[sandbox]  5/12 · 41% · 1.0/s · stops at "+until+" with about 3 left · 1 rejected · slow: the service tells 1 request per second",
			"[sandbox]: 5 of 12 done, 1 rejected, stops at "+until+" with about 3 left, slow: the service tells 1 request per second")
		state = pace.Status{HeldUntil: time.Now().Add(time.Minute), Hold: "the service asked for it"}
		f.Settled(&record.Record{Outcome: record.Invited, Attempts: 1})
		f.Settled(&record.Record{Outcome: record.Invited, Attempts: 1})
		f.Settled(&record.Record{Outcome: record.Invited, Attempts: 1})
		f.Settled(&record.Record{Outcome: record.Invited, Attempts: 1})
		check("[sandbox]  9/12 · 75% · 3.0/s · 1m00s left · 1 rejected · waiting 1m00s: the service asked for it",
			"[sandbox]: 9 of 12 done, 1 rejected, about 1m00s left, waiting 1m00s: the service asked for it")
		f.Waiting("the service is down")
		check("[sandbox]  9/12 · 75% · 3.0/s · 1m00s left · 1 rejected · waiting 1m00s: the service is down",
			"[sandbox]: 9 of 12 done, 1 rejected, about 1m00s left, waiting 1m00s: the service is down")
	})
}
