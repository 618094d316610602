package batch_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/breaker"
	"rollcall/pkg/record"
)

var errCrashed = errors.New("the process is dead")

// crash is the death of a process before or after a write of the ledger.
type crash struct {
	writes int
	after  bool
}

// dieAt lets the process die at a write of the ledger.
func (w *world) dieAt(c crash) {
	die := oneByOne(func(string) error {
		if c.writes--; c.writes >= 0 {
			return nil
		}
		return errCrashed
	})
	if c.after {
		w.process.After = die
	} else {
		w.process.Before = die
	}
}

// fate is what somebody's requests meet, and what may come of it.
type fate struct {
	address          string
	replaced         bool
	invites, cancels []reply // the last one repeats
	want             record.Outcome
	mails            int
	// unknown says that the outcome may be unknown as well: the list spells the address another way.
	unknown bool
}

// TestCrashAnywhere lets processes die before or after any write of the ledger, over random rosters, faults and lists: late
// ones, and such that spell addresses another way. Some of the people have an invitation that is replaced. Whatever
// happens, the same run, taken up again and again, ends as it would have without a crash: every row has one outcome that
// claims no more than is known, nobody is mailed twice, and nobody keeps the old invitation beside the new. Where somebody
// has lost an invitation for nothing, others keep theirs.
func TestCrashAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var addresses []string
		fates := map[string]fate{}
		for i := range rapid.IntRange(1, 30).Draw(rt, "people") {
			f := drawFate(rt, fmt.Sprintf("a%d", i+1))
			addresses, fates[f.address] = append(addresses, f.address), f
		}
		gone := rapid.SampledFrom([]int{400, 404, 409, 410, 422}).Draw(rt, "a cancel of what is gone")
		latency := time.Duration(rapid.IntRange(0, 50).Draw(rt, "latency")) * time.Millisecond
		lag := time.Duration(rapid.SampledFrom([]int{0, 0, 1, 15, 25}).Draw(rt, "lag")) * time.Second
		crashes := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) crash {
			return crash{rapid.IntRange(0, 3*len(addresses)).Draw(rt, "writes"), rapid.Bool().Draw(rt, "after")}
		}), 0, 6).Draw(rt, "crashes")

		// rapid and synctest each want a goroutine of their own, so what is wrong crosses over as text.
		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			w := newWorldOf(t, addresses, func(address string, n int) reply {
				script := fates[address].invites
				return script[min(n, len(script))-1]
			})
			w.service.cancels = func(id string, n int) reply {
				script := fates[strings.TrimPrefix(id, "old-")].cancels
				return script[min(n, len(script))-1]
			}
			w.service.gone = func() error { return refusal(gone).err }
			w.service.spell = func(address string) string { return strings.Replace(address, "+team", "", 1) }
			w.service.latency, w.service.lag = latency, lag
			w.replacePending(slices.DeleteFunc(slices.Clone(addresses), func(a string) bool { return !fates[a].replaced })...)
			w.options.Limits.MaxWait = 24 * time.Hour // everything may fail at first
			w.rules.Retry.Attempts = 10               // the cancels take some
			for _, c := range crashes {
				w.dieAt(c)
				if err := w.run(t, nil); err != nil && !errors.Is(err, errCrashed) && breaker.ReasonOf(err) != breaker.Replacing {
					wrong = append(wrong, fmt.Sprintf("a crash ended as %v", err))
				}
				w.restart()
			}
			err := w.run(t, nil)
			stopped := breaker.ReasonOf(err) == breaker.Replacing
			if err != nil && !stopped {
				wrong = append(wrong, fmt.Sprintf("the last run: %v", err))
			}
			time.Sleep(time.Minute) // virtual time, in which nothing may take effect any more
			wrong = append(wrong, w.compare(t, fates, stopped)...)
		})
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// compare says how what came of everybody differs from what may come of it. Where the run has stopped, people keep the
// invitation that was to be replaced.
func (w *world) compare(t *testing.T, fates map[string]fate, stopped bool) (wrong []string) {
	t.Helper()
	unknown, kept := map[string]bool{}, map[string]bool{}
	for _, r := range w.rows(t) {
		want, mails := fates[r.Email], w.service.mails[r.Email]
		if kept["old-"+r.Email] = stopped && want.replaced && r.Outcome == record.Unset && mails == 0; kept["old-"+r.Email] {
			continue
		}
		unknown[r.Email] = r.Outcome == record.Unknown
		if r.Outcome != want.want && (!want.unknown || !unknown[r.Email]) {
			wrong = append(wrong, fmt.Sprintf("row %d ended as %s (%s; %s), want %s", r.Row, r.Outcome, r.Error, r.Hint, want.want))
		}
		if mails != want.mails || r.Outcome == record.Invited && r.InvitationID == "" {
			wrong = append(wrong, fmt.Sprintf("row %d: %d e-mails, want %d, invitation %q", r.Row, mails, want.mails, r.InvitationID))
		}
	}
	if old := w.service.pending(func(i *listed) bool { return strings.HasPrefix(i.ID, "old-") && !kept[i.ID] }); old != nil {
		wrong = append(wrong, old.ID+" is still pending")
	}
	for _, claim := range w.claims(t) {
		if !unknown[claim.Email] {
			wrong = append(wrong, fmt.Sprintf("a claim is left: %+v", claim))
		}
	}
	return append(wrong, w.mistold(t, w.rows(t))...)
}

// drawFate draws up to three faults and then a last word.
func drawFate(t *rapid.T, name string) (f fate) {
	f = fate{address: name + "@x.example", want: record.Invited, mails: 1}
	if rapid.Bool().Draw(t, name+" has a tag") {
		f.address, f.unknown = name+"+team@x.example", true // which the service drops
	}
	if f.replaced = rapid.Bool().Draw(t, name+" has an invitation"); f.replaced {
		f.cancels = drawCancels(t, name)
	}
	faults := map[string]func() reply{
		"lost before":    func() reply { return lost(false) },
		"500 before":     func() reply { return broken(500, false) },
		"foreign before": func() reply { return foreign(false) },
		"throttled":      func() reply { return throttled(time.Second) },
		"quota":          quota,
		"unreachable":    unreachable,
	}
	for _, fault := range rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(faults))), 0, 3).Draw(t, name) {
		f.invites = append(f.invites, faults[fault]())
	}
	last := created()
	switch rapid.SampledFrom([]string{
		"created", "created", "lost after", "lost, late", "500 after", "foreign after", "confirmed with an id",
		"confirmed", "confirmed in vain", "refused",
	}).Draw(t, name+" at last") {
	case "lost after":
		last = lost(true)
	case "lost, late":
		last = lost(true)
		last.late = 9 * time.Second
	case "500 after":
		last = broken(502, true)
	case "foreign after":
		last = foreign(true)
	case "confirmed with an id":
		last = confirmed(true, true)
	case "confirmed":
		last = confirmed(true, false)
	case "confirmed in vain":
		last = confirmed(false, false)
		f.want, f.mails = record.Unknown, 0
	case "refused":
		last = refusal(422)
		f.want, f.mails, f.unknown = record.Rejected, 0, false
	}
	f.invites = append(f.invites, last)
	return f
}

// drawCancels draws what the cancels of somebody's invitation meet until it is gone.
func drawCancels(t *rapid.T, name string) (script []reply) {
	faults := map[string]func() reply{
		"lost": func() reply { return lost(false) }, "500": func() reply { return broken(500, false) },
		"foreign": func() reply { return foreign(false) }, "throttled": func() reply { return throttled(time.Second) },
		"unreachable": unreachable,
	}
	for _, fault := range rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(faults))), 0, 2).Draw(t, name+" cancelled") {
		script = append(script, faults[fault]())
	}
	last := map[string]reply{"done": created(), "lost": lost(true), "500": broken(500, true)}
	return append(script, last[rapid.SampledFrom(slices.Sorted(maps.Keys(last))).Draw(t, name+" cancelled at last")])
}
