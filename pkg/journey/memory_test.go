package journey_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// listed is a service that lists these invitations, and nobody as a member.
type listed []cybedefend.Invitation

func (l listed) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: l, Items: len(l)}, nil
}

func (l listed) Members(context.Context, string, cybedefend.Page, string) (cybedefend.MembersPage, error) {
	return cybedefend.MembersPage{}, nil
}

func (l listed) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

// TestWhatWasSentLatelyCounts holds what a reading shows of Ada, whom this ledger has invited, to how long ago that was and
// to what runs have seen since. What a run has noted from its memory makes the memory no younger.
func TestWhatWasSentLatelyCounts(t *testing.T) {
	with := func(status string) listed {
		i := whole()
		i.Status = status
		return listed{i}
	}
	other := whole()
	other.ID, other.Status, other.ExpiresAt = "i0", "declined", whole().ExpiresAt.Add(time.Hour)
	cancelled := whole()
	cancelled.Status = "cancelled"
	tests := []struct {
		name       string
		sent, seen time.Duration // ago; 0: never
		seenAs     record.Outcome
		list       listed
		want       directory.State
	}{
		{name: "a minute ago", sent: time.Minute, want: directory.Pending},
		{name: "a minute ago, and noted since", sent: time.Minute, seen: time.Second, seenAs: record.AlreadyInvited, want: directory.Pending},
		{name: "a minute ago, and kept back since", sent: time.Minute, seen: time.Second, seenAs: record.Skipped, want: directory.Pending},
		{name: "a minute ago, and an earlier one has ended", sent: time.Minute, list: listed{other}, want: directory.Pending},
		{name: "a minute ago, and the list says that it was declined", sent: time.Minute, list: with("declined"), want: directory.Ended},
		{name: "a minute ago, and the list says that it and a later one have ended", sent: time.Minute, list: listed{cancelled, other}, want: directory.Ended},
		{name: "ten minutes ago", sent: 10 * time.Minute, want: directory.Ended},
		{name: "ten minutes ago, and noted since", sent: 10 * time.Minute, seen: time.Minute, seenAs: record.AlreadyInvited, want: directory.Ended},
		{name: "ten minutes ago, and listed", sent: 10 * time.Minute, list: with("pending"), want: directory.Pending},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := directory.Read(t.Context(), directory.Options{Service: tt.list, Now: func() time.Time { return noon }})
			if err != nil {
				t.Fatal(err)
			}
			history := plan.History{Times: 1, At: noon.Add(-tt.sent), Invitation: whole()}
			if tt.seen > 0 {
				history.SeenAs, history.SeenAt, history.Seen = tt.seenAs, noon.Add(-tt.seen), whole()
			}
			in := plan.Inputs{Directory: d, At: noon, Histories: plan.HistoriesOf(map[string]plan.History{"ada@x.example": history})}
			s := journey.See(d, entry(), in, 0)
			got := map[directory.State]bool{
				directory.Pending: s.Pending != nil, directory.Expired: s.Expired != nil, directory.Ended: s.Ended != nil,
			}
			if !got[tt.want] || got[directory.Pending] && tt.want != directory.Pending {
				t.Errorf("want %s, got %+v", tt.want, s.Membership)
			}
		})
	}
}

// TestWhoeverJoinsAnewStartsAnew has somebody whose invitation was cancelled when she left be named again.
func TestWhoeverJoinsAnewStartsAnew(t *testing.T) {
	ended := whole()
	ended.Status = "cancelled"
	d, err := directory.Read(t.Context(), directory.Options{Service: listed{ended}, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	joined := noon.Add(-time.Minute)
	for name, tt := range map[string]struct {
		history plan.History
		move    journey.Move
	}{
		"never left":      {plan.History{}, journey.Settled},
		"joins anew":      {plan.History{JoinedAt: joined}, journey.Send},
		"invited since":   {plan.History{JoinedAt: joined, Times: 1, At: noon, Invitation: ended}, journey.Settled},
		"kept back since": {plan.History{JoinedAt: joined, SeenAs: record.Skipped, SeenAt: noon, Seen: ended}, journey.Send},
		"a member since":  {plan.History{JoinedAt: joined, SeenAs: record.AlreadyMember, SeenAt: noon.Add(-time.Hour)}, journey.Settled},
	} {
		in := plan.Inputs{Directory: d, At: noon, TrustLists: true, Histories: plan.HistoriesOf(map[string]plan.History{"ada@x.example": tt.history})}
		step := journey.Resolve(entry(), journey.See(d, entry(), in, 0), in, policy(t))
		if step.Move != tt.move {
			t.Errorf("%s: %s, %s, %s", name, step.Move, step.Work.Outcome, step.Work.Hint)
		}
	}
}

// TestAConfirmedRequestIsLaterThanWhatHadExpired has a request confirmed without a word about the invitation, and one listed
// that had expired before: it is not the last word about the person.
func TestAConfirmedRequestIsLaterThanWhatHadExpired(t *testing.T) {
	history := plan.History{Times: 1, At: noon.Add(-time.Hour), Unsure: true}
	for name, tt := range map[string]struct {
		expired time.Duration // ago
		want    directory.State
	}{"expired before": {2 * time.Hour, directory.Ended}, "expired since": {time.Minute, directory.Expired}} {
		i := whole()
		i.ExpiresAt = noon.Add(-tt.expired)
		d, err := directory.Read(t.Context(), directory.Options{Service: listed{i}, Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		s := journey.See(d, entry(), plan.Inputs{Directory: d, At: noon, Histories: plan.HistoriesOf(map[string]plan.History{"ada@x.example": history})}, 0)
		if (s.Ended != nil) != (tt.want == directory.Ended) || (s.Expired != nil) != (tt.want == directory.Expired) {
			t.Errorf("%s: %+v", name, s.Membership)
		}
	}
}

// TestWhatWasKnownBeforeIsNoTraceInALateList has a request lost, and the list show as pending what had ended before: a late
// list does, and one that is fresh enough only if the request has renewed it.
func TestWhatWasKnownBeforeIsNoTraceInALateList(t *testing.T) {
	w := entry()
	w.InDoubt, w.Trail.Lost, w.Trail.EndedAt, w.Before = true, true, noon.Add(-20*time.Second), "i1"
	pending := whole()
	s := journey.Sighting{Membership: directory.Membership{Pending: &pending}, Began: noon}
	for lag, want := range map[time.Duration]journey.Move{journey.UnknownLag: journey.Wait, time.Second: journey.Settled} {
		s.Lag = lag
		got := journey.Resolve(w, s, plan.Inputs{At: noon}, policy(t))
		if got.Move != want || want == journey.Settled && got.Work.Outcome != record.Invited {
			t.Errorf("late by %s: %s, %s", lag, got.Move, got.Work.Outcome)
		}
	}
}

// TestAClaimOutlivesTheWordOfItsRun loads a row that its run has ended as unknown, while its claim stands: it is in doubt.
func TestAClaimOutlivesTheWordOfItsRun(t *testing.T) {
	w := entry()
	w.Outcome, w.Attempts, w.Trail.EndedAt = record.Unknown, 1, noon
	loaded := journey.Load(w.Record, &record.Claim{Email: w.Email, Attempt: 1, At: noon}, w.Desired, policy(t), noon)
	if !loaded.InDoubt || loaded.Outcome != record.Unset {
		t.Errorf("in doubt %t, outcome %s", loaded.InDoubt, loaded.Outcome)
	}
}

// TestWhoeverTrustsTheListsIsBelieved sends what is in doubt again where the lists leave a doubt and somebody has looked
// for in the dashboard. What they show for certain counts all the same.
func TestWhoeverTrustsTheListsIsBelieved(t *testing.T) {
	doubtful := entry()
	doubtful.InDoubt, doubtful.Trail.Lost, doubtful.Trail.EndedAt = true, true, noon.Add(-time.Hour)
	invitation := whole()
	tests := []struct {
		name    string
		give    journey.Sighting
		without journey.Move
		with    journey.Move
	}{
		{"no trace", journey.Sighting{Began: noon}, journey.Send, journey.Send},
		{"gaps", journey.Sighting{Began: noon, Gaps: []string{"members: 20 of 31 shown"}}, journey.Settled, journey.Send},
		{"masked addresses", journey.Sighting{Began: noon, Veiled: true}, journey.Settled, journey.Send},
		{"a similar address", journey.Sighting{Began: noon, Similar: "a.da@x.example"}, journey.Settled, journey.Send},
		{"lists that could not be read", journey.Sighting{Began: noon, Err: errors.New("down")}, journey.Settled, journey.Settled},
		{"a reading that came too early", journey.Sighting{Began: noon.Add(-time.Hour), Lag: time.Second, Gaps: []string{"gap"}}, journey.Wait, journey.Wait},
		{"the invitation", journey.Sighting{Began: noon, Gaps: []string{"gap"}, Membership: directory.Membership{Pending: &invitation}}, journey.Settled, journey.Settled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for trust, want := range map[bool]journey.Move{false: tt.without, true: tt.with} {
				got := journey.Resolve(doubtful, tt.give, plan.Inputs{TrustLists: trust, At: noon}, policy(t))
				if got.Move != want {
					t.Errorf("trusting %t: %s, %s", trust, got.Move, got.Work.Outcome)
				}
				if sent := got.Move == journey.Send; sent == got.Work.InDoubt && got.Move != journey.Settled {
					t.Errorf("trusting %t: in doubt %t", trust, got.Work.InDoubt)
				}
			}
		})
	}
}
