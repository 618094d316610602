package batch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/batch"
	"rollcall/pkg/record"
)

var errCrashed = errors.New("the process is dead")

// crash is the death of a process at a write of the ledger. That write itself is kept or not; no later one is.
type crash struct {
	writes int
	kept   bool
}

// TestCrashAnywhere lets processes die at any write of the ledger, over random rosters and faults, some of the people
// having an invitation that is replaced. Whatever happens, the same run, taken up again and again, ends as it would have
// without a crash: every row has one outcome, nobody is mailed twice, and nobody keeps the old invitation beside the new.
func TestCrashAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		people := rapid.IntRange(1, 30).Draw(rt, "people")
		scripts, cancels := map[string][]reply{}, map[string][]reply{}
		var replaced []string
		want := map[string]record.Outcome{}
		for i := range people {
			address := fmt.Sprintf("a%d@x.example", i+1)
			scripts[address], want[address] = drawScript(rt, address)
			if rapid.Bool().Draw(rt, address+" has an invitation") {
				replaced = append(replaced, address)
				cancels["old-"+address] = drawCancels(rt, address)
			}
		}
		gone := rapid.SampledFrom([]int{400, 404, 409, 410, 422}).Draw(rt, "a cancel of what is gone")
		latency := time.Duration(rapid.IntRange(0, 50).Draw(rt, "latency")) * time.Millisecond
		crashes := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) crash {
			return crash{rapid.IntRange(0, 2*people).Draw(rt, "writes"), rapid.Bool().Draw(rt, "kept")}
		}), 0, 6).Draw(rt, "crashes")

		// rapid and synctest each want a goroutine of their own, so what is wrong crosses over as text.
		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, people, func(address string, n int) reply {
				script := scripts[address]
				return script[min(n, len(script))-1]
			})
			w.replacePending(replaced...)
			w.service.cancels = func(id string, n int) reply { return cancels[id][min(n, len(cancels[id]))-1] }
			w.service.gone = func() error { return refusal(gone).err }
			w.service.latency = latency
			w.options.MaxWait = 24 * time.Hour // everything may fail at first
			w.options.Retry.Attempts = 10      // the cancels take some
			for _, c := range crashes {
				w.dieAt(c)
				if err := w.run(t, nil); err != nil && !errors.Is(err, errCrashed) {
					wrong = append(wrong, fmt.Sprintf("a crash ended as %v", err))
				}
				w.ledger.fail = nil
				time.Sleep(batch.DefaultGrace) // virtual time
			}
			if err := w.run(t, nil); err != nil {
				wrong = append(wrong, fmt.Sprintf("the last run: %v", err))
			}
			wrong = append(wrong, w.compare(want)...)
		})
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// compare says how the outcomes differ from those that are wanted.
func (w *world) compare(want map[string]record.Outcome) (wrong []string) {
	for _, r := range w.ledger.entries {
		mails := w.service.mails[r.Email]
		if r.Outcome != want[r.Email] {
			wrong = append(wrong, fmt.Sprintf("row %d ended as %s (%s), want %s", r.Row, r.Outcome, r.Error, want[r.Email]))
		}
		if r.Outcome == record.Invited && (r.InvitationID == "" || r.Token.Empty() || mails != 1) || mails > 1 {
			wrong = append(wrong, fmt.Sprintf("row %d: %d e-mails, invitation %q", r.Row, mails, r.InvitationID))
		}
	}
	for _, invitation := range w.service.pending {
		if strings.HasPrefix(invitation.ID, "old-") {
			wrong = append(wrong, invitation.ID+" is still pending")
		}
	}
	if len(w.ledger.claims) > 0 {
		wrong = append(wrong, fmt.Sprintf("claims are left: %v", w.ledger.claims))
	}
	return wrong
}

// drawScript draws what somebody's requests meet, up to three faults and then a last word, and the outcome it must have.
func drawScript(t *rapid.T, address string) (script []reply, want record.Outcome) {
	faults := map[string]func() reply{
		"lost before": func() reply { return lost(false) },
		"500 before":  func() reply { return broken(500, false) },
		"throttled":   func() reply { return throttled(time.Second) },
		"unreachable": unreachable,
	}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"lost before", "500 before", "throttled", "unreachable"}), 0, 3).Draw(t, address) {
		script = append(script, faults[name]())
	}
	switch rapid.SampledFrom([]string{"created", "created", "lost after", "500 after", "refused"}).Draw(t, address+" at last") {
	case "lost after":
		return append(script, lost(true)), record.Invited
	case "500 after":
		return append(script, broken(502, true)), record.Invited
	case "refused":
		return append(script, refusal(422)), record.Rejected
	}
	return append(script, created()), record.Invited
}

// drawCancels draws what the cancels of somebody's invitation meet until it is gone.
func drawCancels(t *rapid.T, address string) (script []reply) {
	for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"lost", "500", "throttled", "unreachable"}), 0, 2).Draw(t, address+" cancelled") {
		switch name {
		case "lost":
			script = append(script, lost(false))
		case "500":
			script = append(script, broken(500, false))
		case "throttled":
			script = append(script, throttled(time.Second))
		default:
			script = append(script, unreachable())
		}
	}
	return append(script, rapid.SampledFrom([]func() reply{created, func() reply { return lost(true) }, func() reply { return broken(500, true) }}).Draw(t, address+" cancelled at last")())
}

// dieAt lets the process die at a write of the ledger.
func (w *world) dieAt(c crash) {
	dead := false
	w.ledger.fail = func(string) (bool, error) {
		if dead {
			return false, errCrashed
		}
		if c.writes--; c.writes >= 0 {
			return false, nil
		}
		dead = true
		return c.kept, errCrashed
	}
}
