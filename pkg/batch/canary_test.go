package batch_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/record"
)

// bereft counts the people who have lost their invitation and have no new one, and those who have kept it.
func (w *world) bereft(t *testing.T) (bereft, kept int) {
	t.Helper()
	for _, r := range w.rows(t) {
		switch {
		case w.service.mails[r.Email] > 0:
		case w.service.cancelled["old-"+r.Email] > 0:
			bereft++
			if r.LeftWithout() == "" {
				t.Errorf("row %d does not tell: %+v", r.Row, r)
			}
		default:
			kept++
			if r.Outcome != record.Unset || !strings.HasPrefix(r.Error, "the pending invitation stands, ") {
				t.Errorf("row %d kept its invitation: %s, %q", r.Row, r.Outcome, r.Error)
			}
		}
	}
	return bereft, kept
}

// everybody returns the addresses of a world's rows.
func (w *world) everybody(t *testing.T) (addresses []string) {
	t.Helper()
	for _, r := range w.rows(t) {
		addresses = append(addresses, r.Email)
	}
	return addresses
}

// TestOneGoesFirst has a service take no new invitations. One person loses theirs to find out, and nobody else does, however
// often the command is given, until the service takes them again.
func TestOneGoesFirst(t *testing.T) {
	for name, no := range map[string]func() reply{
		"no seats":         func() reply { return refusal(422) },
		"forbidden":        forbidden,
		"another refusal":  func() reply { return refusal(405) },
		"attempts used up": unreachable,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seats := false
				w := newWorld(t, 20, func(string, int) reply {
					if seats {
						return created()
					}
					return no()
				})
				w.replacePending(w.everybody(t)...)
				for range 3 {
					if err := w.again(t); breaker.ReasonOf(err) != breaker.Replacing {
						t.Fatalf("Run = %v", err)
					}
					if bereft, kept := w.bereft(t); bereft != 1 || kept != 19 {
						t.Fatalf("%d have none, %d have kept theirs", bereft, kept)
					}
				}
				seats = true
				if err := w.again(t); err != nil || len(w.service.mails) != 20 || len(w.mailedTwice()) > 0 || len(w.claims(t)) > 0 {
					t.Errorf("Run = %v, %d mailed, twice %v, claims %v", err, len(w.service.mails), w.mailedTwice(), w.claims(t))
				}
				for id, n := range w.service.cancelled {
					if n != 1 {
						t.Errorf("%s was cancelled %d times", id, n)
					}
				}
			})
		})
	}
}

// TestSeatsRunOut has the service take some new invitations and then none. Those on their way lose theirs, and no other.
func TestSeatsRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seats := 30
		w := newWorld(t, 100, func(string, int) reply {
			if seats--; seats < 0 {
				return refusal(422)
			}
			return created()
		})
		w.replacePending(w.everybody(t)...)
		if err := w.run(t, nil); breaker.ReasonOf(err) != breaker.Replacing || !strings.Contains(err.Error(), ": line ") || !strings.Contains(err.Error(), ": no") {
			t.Fatalf("Run = %v", err)
		}
		inFlight := 2 * w.options.Workers
		if bereft, kept := w.bereft(t); len(w.service.mails) != 30 || bereft == 0 || bereft > inFlight || kept != 70-bereft {
			t.Errorf("%d mailed, %d have none, %d have kept theirs", len(w.service.mails), bereft, kept)
		}
	})
}

// TestOthersDoNotWait has one person's new invitation take long to be accepted. Those who have no invitation are sent theirs
// meanwhile, and nobody else's is cancelled before.
func TestOthersDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, func(address string, n int) reply {
			if address == "a1@x.example" && n < 4 {
				return throttled(10 * time.Second)
			}
			return created()
		})
		// The refusals hold everybody, so what was cancelled and sent is counted when the canary's time has come.
		first, others := 0, 0
		script := w.service.script
		w.service.script = func(address string, n int) reply {
			if address == "a1@x.example" && n == 4 {
				first, others = len(w.service.cancelled), len(w.service.mails)
			}
			return script(address, n)
		}
		w.replacePending(w.everybody(t)[:20]...)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if first != 1 || others == 0 || len(w.service.mails) != 40 || len(w.mailedTwice()) > 0 {
			t.Errorf("%d cancelled and %d mailed before the first was accepted, %d mailed at last", first, others, len(w.service.mails))
		}
	})
}

// TestTheFirstIsLost has the reply to the first new invitation lost. The others wait until it is settled, and go on then.
func TestTheFirstIsLost(t *testing.T) {
	for name, effect := range map[string]bool{"and it took effect": true, "and it did not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 20, nil)
				early := 0
				w.service.script = func(address string, n int) reply {
					if address == "a1@x.example" && n == 1 {
						early = len(w.service.cancelled)
						return lost(effect)
					}
					return created()
				}
				w.service.reads = func() error { early = max(early, len(w.service.cancelled)); return nil }
				w.replacePending(w.everybody(t)...)
				if err := w.run(t, nil); err != nil || early != 1 || len(w.service.mails) != 20 || len(w.mailedTwice()) > 0 {
					t.Errorf("Run = %v, %d cancelled before, %d mailed, twice %v", err, early, len(w.service.mails), w.mailedTwice())
				}
			})
		})
	}
}

// TestAnotherGoesFirst has the first two accept their old invitations in the last moment.
func TestAnotherGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, invitesEverybody)
		w.service.cancels = func(id string, _ int) reply {
			if id == "old-a1@x.example" || id == "old-a2@x.example" {
				w.service.members = append(w.service.members, strings.TrimPrefix(id, "old-"))
				return refusal(409)
			}
			return created()
		}
		w.replacePending(w.everybody(t)...)
		if err := w.run(t, nil); err != nil || len(w.service.mails) != 18 {
			t.Errorf("Run = %v, %d mailed", err, len(w.service.mails))
		}
	})
}
