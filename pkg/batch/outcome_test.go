package batch_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
)

// onePerson is somebody who meets a sequence of replies, and what is to come of it.
type onePerson struct {
	name     string
	address  string  // a1@x.example if empty
	replies  []reply // the last one repeats
	prepare  func(*world)
	want     record.Outcome
	attempts int
	mails    int
	claims   int
	hint     string // part of it
	stops    breaker.Reason
}

func TestOutcomes(t *testing.T) {
	for _, tt := range []onePerson{
		{name: "created", replies: []reply{created()}, want: record.Invited, attempts: 1, mails: 1},
		{name: "throttled, then created", replies: []reply{throttled(time.Second), throttled(0), created()}, want: record.Invited, attempts: 3, mails: 1},
		{name: "unreachable, then created", replies: []reply{unreachable(), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "never reachable", replies: []reply{unreachable()}, want: record.Failed, attempts: 5, hint: "certainly not invited"},
		{
			name:    "throttled more often than there are attempts",
			replies: append(slices.Repeat([]reply{throttled(time.Second)}, 8), created()), want: record.Invited, attempts: 9, mails: 1,
		},
		{name: "a quota, then created", replies: []reply{quota(), quota(), created()}, want: record.Invited, attempts: 3, mails: 1},
		{
			name: "a token that has run out costs no patience", replies: []reply{fails(cybedefend.NotProcessed, http.StatusUnauthorized), created()},
			want: record.Invited, attempts: 2, mails: 1,
		},
		{name: "refused for good", replies: []reply{refusal(404)}, want: record.Rejected, attempts: 1, hint: "check the organization"},
	} {
		t.Run(tt.name, tt.test)
	}
}

// TestDoubtfulOutcomes has replies that may hide an effect.
func TestDoubtfulOutcomes(t *testing.T) {
	for _, tt := range []onePerson{
		{name: "lost after it took effect", replies: []reply{lost(true)}, want: record.Invited, attempts: 1, mails: 1},
		{name: "lost before it took effect", replies: []reply{lost(false), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "500 after it took effect", replies: []reply{broken(500, true)}, want: record.Invited, attempts: 1, mails: 1},
		{name: "500 before it took effect", replies: []reply{broken(500, false), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "always lost", replies: []reply{lost(false)}, want: record.Failed, attempts: 5},
		{name: "lost twice, the second one took effect", replies: []reply{lost(false), broken(502, true)}, want: record.Invited, attempts: 2, mails: 1},
		{name: "a page of a firewall, and no effect", replies: []reply{foreign(false), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "a page of a firewall that hides the effect", replies: []reply{foreign(true)}, want: record.Invited, attempts: 1, mails: 1},
		{
			name: "lost, and the directory cannot be read", replies: []reply{lost(true)}, want: record.Unknown, attempts: 1, mails: 1, claims: 1,
			prepare: unreadableOnceSent, stops: breaker.Overlong, hint: "may or may not be invited",
		},
		{
			name: "lost, and the list spells the address another way", replies: []reply{lost(true)}, address: tagged, prepare: spellsAnotherWay,
			want: record.Unknown, attempts: 1, mails: 1, claims: 1, hint: "may or may not be invited",
		},
		{
			name: "created under another spelling", replies: []reply{created()}, address: tagged, prepare: spellsAnotherWay,
			want: record.Invited, attempts: 1, mails: 1, hint: "a1@x.example, not a1+team@x.example",
		},
	} {
		t.Run(tt.name, tt.test)
	}
}

// TestConfirmedOutcomes has the service say yes without a whole invitation: that is never sent again.
func TestConfirmedOutcomes(t *testing.T) {
	for _, tt := range []onePerson{
		{name: "found by address", replies: []reply{confirmed(true, false)}, want: record.Invited, attempts: 1, mails: 1},
		{name: "found by id", replies: []reply{confirmed(true, true)}, address: tagged, prepare: spellsAnotherWay, want: record.Invited, attempts: 1, mails: 1},
		{name: "not found", replies: []reply{confirmed(false, false), created()}, want: record.Unknown, attempts: 1, hint: "look in the dashboard"},
		{
			name: "not found by address", replies: []reply{confirmed(true, false), created()}, address: tagged, prepare: spellsAnotherWay,
			want: record.Unknown, attempts: 1, mails: 1, hint: "look in the dashboard",
		},
		{
			name: "and the directory cannot be read", replies: []reply{confirmed(true, true), created()}, prepare: unreadableOnceSent, stops: breaker.Overlong,
			want: record.Unknown, attempts: 1, mails: 1, claims: 1, hint: "may or may not be invited",
		},
		{name: "a member by now", prepare: joinsOn(confirmed(false, false)), want: record.AlreadyMember, attempts: 1},
	} {
		t.Run(tt.name, tt.test)
	}
}

// TestRefusedOutcomes has refusals that may mean that the person is there already.
func TestRefusedOutcomes(t *testing.T) {
	tests := []onePerson{
		{
			name: "invited under an id that the lists don't show, and the directory cannot be read", replies: []reply{refusal(409)},
			prepare: unreadableOnceSent, stops: breaker.Overlong, want: record.Rejected, attempts: 1,
		},
		{
			// Whatever takes effect so late is no longer ours for certain.
			name: "a request that took effect after it was given up, then a conflict", want: record.AlreadyInvited, attempts: 2,
			prepare: func(w *world) {
				w.service.script = func(address string, n int) reply {
					if n == 1 {
						return lost(false)
					}
					w.service.place(pendingInvitation("late", address))
					return refusal(409)
				}
			},
		},
	}
	for _, status := range []int{400, 403, 409, 422} {
		text := http.StatusText(status)
		tests = append(tests,
			onePerson{name: text + ", a stranger", replies: []reply{refusal(status)}, want: record.Rejected, attempts: 1},
			onePerson{name: text + ", a member", prepare: joinsOn(refusal(status)), want: record.AlreadyMember, attempts: 1},
			onePerson{name: text + ", invited", prepare: invitedOn(refusal(status)), want: record.AlreadyInvited, attempts: 1},
		)
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.test)
	}
}

func (tt onePerson) test(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := func(_ string, n int) reply { return tt.replies[min(n, len(tt.replies))-1] }
		w := newWorldOf(t, []string{cmp.Or(tt.address, "a1@x.example")}, script)
		if tt.prepare != nil {
			tt.prepare(w)
		}
		err := w.run(t, nil)
		got := w.rows(t)[0]
		if breaker.ReasonOf(err) != tt.stops || err != nil && tt.stops == 0 {
			t.Errorf("Run = %v", err)
		}
		if got.Outcome != tt.want || got.Attempts != tt.attempts || w.service.mails[got.Email] != tt.mails {
			t.Errorf("%s after %d attempts and %d mails (%s; %s), want %s after %d and %d",
				got.Outcome, got.Attempts, w.service.mails[got.Email], got.Error, got.Hint, tt.want, tt.attempts, tt.mails)
		}
		if claims := w.claims(t); len(claims) != tt.claims || len(w.settled) != 1 {
			t.Errorf("%d claims left, %d outcomes reported", len(claims), len(w.settled))
		}
		if got.Outcome == record.Invited && got.InvitationID == "" || !strings.Contains(got.Hint, tt.hint) {
			t.Errorf("invitation %q, hint %q", got.InvitationID, got.Hint)
		}
	})
}

// unreadableOnceSent keeps the directory from being read as soon as something was sent.
func unreadableOnceSent(w *world) {
	w.options.Limits.MaxWait = time.Minute
	w.service.reads = func() error {
		if len(w.service.sent) == 0 {
			return nil
		}
		return unreachable().err
	}
}

// tagged is an address that spellsAnotherWay has the service write without the tag.
const tagged = "a1+team@x.example"

func spellsAnotherWay(w *world) {
	w.service.spell = func(address string) string { return strings.Replace(address, "+team", "", 1) }
}

// joinsOn has people become members when they are invited.
func joinsOn(r reply) func(*world) {
	return func(w *world) {
		w.service.script = func(address string, _ int) reply {
			w.service.members = append(w.service.members, strings.ToUpper(address))
			return r
		}
	}
}

// invitedOn has somebody else invite people just before they are invited.
func invitedOn(r reply) func(*world) {
	return func(w *world) {
		w.service.script = func(address string, _ int) reply {
			w.service.place(pendingInvitation("theirs", address))
			return r
		}
	}
}
