package journey_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestAListWithoutIDs has a request lost, and a list that names no ids: what it shows of the person, or of the same mailbox,
// may be of that request.
func TestAListWithoutIDs(t *testing.T) {
	const address = "ada+work@x.example"
	named := func(address, status string) cybedefend.Invitation {
		return cybedefend.Invitation{Email: address, Status: status, ExpiresAt: noon.Add(time.Hour)}
	}
	admin := []cybedefend.User{{ID: "u0", Email: "admin@x.example"}}
	stranger := lateReading(t, admin, named("eve@x.example", "pending"))
	tests := []struct {
		name  string
		lists []cybedefend.Invitation
		first []cybedefend.Invitation
		want  record.Outcome // unset: it is sent again
	}{
		{name: "nothing", want: record.Unset},
		{name: "the invitation", lists: []cybedefend.Invitation{named(address, "pending")}, want: record.Invited},
		{name: "the invitation, accepted", lists: []cybedefend.Invitation{named(address, "accepted")}, want: record.Unknown},
		{name: "one of a similar address", lists: []cybedefend.Invitation{named("ada@x.example", "pending")}, want: record.Unknown},
		{
			name: "one of a similar address, which was there before", lists: []cybedefend.Invitation{named("ada@x.example", "pending")},
			first: []cybedefend.Invitation{named("ada@x.example", "pending")}, want: record.Unset,
		},
		{
			name: "one of a similar address, where another was before", lists: []cybedefend.Invitation{named("ada@x.example", "pending")},
			first: []cybedefend.Invitation{named("ada+home@x.example", "pending")}, want: record.Unknown,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := entry()
			w.Email, w.Desired.Email, w.Invite.Email = address, address, address
			w.InDoubt, w.Trail.Lost, w.Trail.EndedAt = true, true, noon.Add(-time.Hour)
			in := plan.Inputs{Directory: stranger, At: noon}
			if tt.first != nil {
				in.Directory = lateReading(t, admin, tt.first...)
			}
			got := journey.Resolve(w, journey.See(lateReading(t, admin, tt.lists...), w, in, 0), in, policy(t))
			if got.Work.Outcome != tt.want || (got.Move == journey.Send) != (tt.want == record.Unset) {
				t.Errorf("%s, %s (%s)", got.Move, got.Work.Outcome, got.Work.Error)
			}
		})
	}
}

// TestAnInvitationOfASimilarAddress has an invitation be gone of which the memory alone knows, and an open one of the same
// mailbox: it may be the same one.
func TestAnInvitationOfASimilarAddress(t *testing.T) {
	const address = "ada+work@x.example"
	similar := whole()
	similar.ID = "i7"
	listedToo := whole()
	listedToo.ID, listedToo.Email, listedToo.ExpiresAt = "i0", address, noon.Add(-time.Hour)
	nameless := plan.History{Times: 1, At: noon.Add(-time.Hour)}
	own := plan.History{Times: 1, At: noon.Add(-time.Hour), Invitation: similar}
	tests := []struct {
		name      string
		lists     []cybedefend.Invitation
		histories plan.Histories
		trust     bool
		want      record.Outcome // unset: it is sent
	}{
		{"a stranger", []cybedefend.Invitation{similar}, plan.Histories{}, false, record.Unset},
		{"confirmed without an id", []cybedefend.Invitation{similar}, plan.HistoriesOf(map[string]plan.History{address: nameless}), false, record.Skipped},
		{"and the lists are trusted", []cybedefend.Invitation{similar}, plan.HistoriesOf(map[string]plan.History{address: nameless}), true, record.Unset},
		{"and the other one is known to be another's", []cybedefend.Invitation{similar}, plan.HistoriesOf(map[string]plan.History{address: nameless, "ada@x.example": own}), false, record.Unset},
		{"and there is none", nil, plan.HistoriesOf(map[string]plan.History{address: nameless}), false, record.Unset},
		{"an expired one is listed, too", []cybedefend.Invitation{similar, listedToo}, plan.Histories{}, false, record.Unset},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := entry()
			w.Email, w.Desired.Email, w.Invite.Email = address, address, address
			d := lateReading(t, []cybedefend.User{{ID: "u0", Email: "admin@x.example"}}, tt.lists...)
			in := plan.Inputs{Directory: d, At: noon, TrustLists: tt.trust, Histories: tt.histories, Policy: plan.Policy{Reinvite: plan.ReinviteEnded}}
			got := journey.Resolve(w, journey.See(d, w, in, 0), in, policy(t))
			if got.Work.Outcome != tt.want || (got.Move == journey.Send) != (tt.want == record.Unset) {
				t.Errorf("%s, %s, hint %q", got.Move, got.Work.Outcome, got.Work.Hint)
			}
			if want := "ada@x.example is invited, which may be the same mailbox"; tt.want == record.Skipped && !strings.HasPrefix(got.Work.Hint, want) {
				t.Errorf("hint %q", got.Work.Hint)
			}
		})
	}
}

// TestAMemberOfASimilarAddress has Ada be a member, perhaps, under the address into which the service has put hers.
func TestAMemberOfASimilarAddress(t *testing.T) {
	const address = "ada+work@x.example"
	members := []cybedefend.User{{ID: "u0", Email: "admin@x.example"}, {ID: "u1", Email: "ada@x.example"}}
	with := lateReading(t, members)
	without := lateReading(t, members[:1])
	expired := whole()
	expired.Email, expired.ExpiresAt = address, noon.Add(-time.Minute)
	sent := plan.History{Times: 1, At: noon.Add(-time.Hour), Invitation: expired}
	long := noon.Add(-time.Hour)
	lost := func(w *journey.Work) {
		w.InDoubt, w.Trail.Lost, w.Trail.EndedAt = true, true, long
	}
	refused := func(status int, replaces string) func(*journey.Work) {
		return func(w *journey.Work) {
			w.Refused, w.HTTPStatus, w.Replaces, w.Trail.EndedAt = true, status, replaces, long
		}
	}
	tests := []struct {
		name    string
		give    func(*journey.Work)
		first   *directory.Directory // the reading at the beginning
		history plan.History
		trust   bool
		move    journey.Move
		want    record.Outcome
	}{
		{name: "never invited", give: func(*journey.Work) {}, first: with, move: journey.Send},
		{name: "what is remembered has expired", give: func(*journey.Work) {}, first: with, history: sent, move: journey.Settled, want: record.Skipped},
		{name: "and the lists are trusted", give: func(*journey.Work) {}, first: with, history: sent, trust: true, move: journey.Send},
		{name: "lost, and no member before", give: lost, first: without, move: journey.Settled, want: record.Unknown},
		{name: "lost, and no member before, and the lists are trusted", give: lost, first: without, trust: true, move: journey.Send},
		{name: "lost, and a member before", give: lost, first: with, move: journey.Send},
		{name: "lost by an earlier process", give: func(w *journey.Work) { lost(w); w.Inherited = true }, first: with, move: journey.Settled, want: record.Unknown},
		{name: "known to the service", give: refused(409, ""), first: with, move: journey.Settled, want: record.Skipped},
		{name: "a role that may not be granted", give: refused(403, ""), first: with, move: journey.Settled, want: record.Rejected},
		{name: "not there to be cancelled", give: refused(404, "i1"), first: without, move: journey.Settled, want: record.Skipped},
		{name: "not there to be cancelled, and the lists are trusted", give: refused(404, "i1"), first: without, trust: true, move: journey.Send},
		{name: "cancelled, and refused", give: func(w *journey.Work) { refused(409, "i1")(w); w.Trail.Cancelled = "i1" }, first: without, move: journey.Settled, want: record.Rejected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := entry()
			w.Email, w.Desired.Email, w.Invite.Email = address, address, address
			tt.give(&w)
			reading := *with
			reading.Began, reading.Ended = noon, noon
			in := plan.Inputs{Directory: tt.first, At: noon, TrustLists: tt.trust, Histories: plan.HistoriesOf(map[string]plan.History{address: tt.history})}
			got := journey.Resolve(w, journey.See(&reading, w, in, 0), in, policy(t))
			if got.Move != tt.move || got.Work.Outcome != tt.want {
				t.Errorf("%s, %s (%s), hint %q", got.Move, got.Work.Outcome, got.Work.Error, got.Work.Hint)
			}
		})
	}
}
