package journey_test

import (
	"cmp"
	"context"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
)

// lateLists are what a service shows.
type lateLists struct {
	invitations []cybedefend.Invitation
	members     []cybedefend.User
}

func (l lateLists) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: l.invitations, Items: len(l.invitations)}, nil
}

func (l lateLists) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	if page.Number > 1 {
		return cybedefend.MembersPage{TotalUsers: len(l.members)}, nil
	}
	return cybedefend.MembersPage{Users: l.members, Items: len(l.members), TotalUsers: len(l.members)}, nil
}

func (lateLists) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

// lateReading returns what the lateLists show, as of noon.
func lateReading(t *testing.T, members []cybedefend.User, invitations ...cybedefend.Invitation) *directory.Directory {
	t.Helper()
	d, err := directory.Read(t.Context(), directory.Options{
		Service: lateLists{invitations, members}, OrganizationID: organizationID, Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Began, d.Ended = noon, noon
	return d
}

func TestLag(t *testing.T) {
	const unknown, short, long = journey.UnknownLag, 5 * time.Second, 2 * time.Minute
	admin := []cybedefend.User{{ID: "u0", Email: "admin@x.example"}}
	other := cybedefend.Invitation{ID: "other", Email: "ada@x.example", Status: "PENDING", ExpiresAt: noon.Add(time.Hour)}
	nameless := other
	nameless.ID = ""
	witness := func(ago time.Duration) journey.Witness {
		return journey.Witness{Email: "ada@x.example", InvitationID: "i1", At: noon.Add(-ago)}
	}
	older := witness(3 * time.Second)
	older.Older = true
	elsewhere := witness(2 * time.Second)
	elsewhere.Email, elsewhere.InvitationID = "bob@x.example", "i2"
	third := cybedefend.Invitation{ID: "i3", Email: "cy@x.example", Status: "PENDING", ExpiresAt: noon.Add(time.Hour)}
	thirdWitness := journey.Witness{Email: third.Email, InvitationID: third.ID, At: noon.Add(-4 * time.Minute)}
	foundLate := witness(5 * time.Minute)
	foundLate.Older = true
	slow := lateReading(t, admin, whole())
	slow.Ended = noon.Add(5 * time.Second)
	slowly := lateReading(t, admin)
	slowly.Ended = noon.Add(30 * time.Second)
	tests := []struct {
		name      string
		directory *directory.Directory
		witnesses []journey.Witness
		policy    time.Duration // 0 is the default
		want      time.Duration
	}{
		{"nobody tells", lateReading(t, admin, whole()), nil, 0, unknown},
		{"listed", lateReading(t, admin, whole()), []journey.Witness{witness(3 * time.Second)}, 0, 3 * time.Second},
		{"listed, long ago", lateReading(t, admin, whole()), []journey.Witness{witness(time.Minute)}, 0, unknown},
		{"the newest counts", lateReading(t, admin, whole()), []journey.Witness{witness(9 * time.Second), witness(3 * time.Second)}, 0, 3 * time.Second},
		{"a member by now", lateReading(t, append(admin, cybedefend.User{ID: "u1", Email: "ada@x.example"}), other), []journey.Witness{witness(3 * time.Second)}, 0, 3 * time.Second},
		{"not listed", lateReading(t, admin, cybedefend.Invitation{ID: "b", Email: "bob@x.example"}), []journey.Witness{witness(3 * time.Second)}, 0, unknown},
		{"not listed for a while", lateReading(t, admin, cybedefend.Invitation{ID: "b", Email: "bob@x.example"}), []journey.Witness{witness(time.Minute)}, 0, 2 * time.Minute},
		{"one of two is not listed", lateReading(t, admin, whole()), []journey.Witness{witness(3 * time.Second), elsewhere}, 0, unknown},
		{"another invitation is listed, which was replaced", lateReading(t, admin, other), []journey.Witness{witness(3 * time.Second)}, 0, unknown},
		{"listed with another id, for a while", lateReading(t, admin, other), []journey.Witness{witness(time.Minute)}, 0, unknown},
		{"the list names no ids", lateReading(t, admin, nameless), []journey.Witness{witness(3 * time.Second)}, 0, 3 * time.Second},
		{"made later", lateReading(t, admin, whole()), []journey.Witness{witness(-time.Second)}, 0, unknown},
		{"made during the reading", slow, []journey.Witness{witness(-time.Second)}, 0, unknown},
		{"listed at the end of a reading", slow, []journey.Witness{witness(3 * time.Second)}, 0, 8 * time.Second},
		{"not listed at the end of a reading", slowly, []journey.Witness{witness(30 * time.Second)}, 0, 2 * time.Minute},
		{"of yesterday", lateReading(t, admin), []journey.Witness{witness(24 * time.Hour)}, 0, unknown},
		{"found long after it was made", lateReading(t, admin, whole()), []journey.Witness{older}, 0, unknown},
		{"a reading with gaps", lateReading(t, nil, whole()), []journey.Witness{witness(time.Minute), elsewhere}, 0, unknown},
		{"nobody tells, by another policy", lateReading(t, admin, whole()), nil, long, long},
		{"listed, by a long policy", lateReading(t, admin, whole()), []journey.Witness{witness(3 * time.Second)}, long, 3 * time.Second},
		{"not listed, by a long policy", lateReading(t, admin), []journey.Witness{witness(3 * time.Second)}, long, long},
		{"not listed, by a short policy", lateReading(t, admin), []journey.Witness{witness(3 * time.Second)}, short, unknown},
		{"not listed for long, by a long policy", lateReading(t, admin), []journey.Witness{witness(90 * time.Second)}, long, 3 * time.Minute},
		{"the oldest of two that are not listed", lateReading(t, admin), []journey.Witness{witness(time.Minute), elsewhere}, 0, 2 * time.Minute},
		{"the oldest of two that are not listed, the other way round", lateReading(t, admin), []journey.Witness{elsewhere, witness(time.Minute)}, 0, 2 * time.Minute},
		{"not listed, and an older one is", lateReading(t, admin, whole()), []journey.Witness{witness(5 * time.Minute), elsewhere}, 0, 5 * time.Minute},
		{"not listed, and two older ones are", lateReading(t, admin, whole(), third), []journey.Witness{witness(5 * time.Minute), thirdWitness, elsewhere}, 0, 4 * time.Minute},
		{"not listed, and a newer one is", lateReading(t, admin, whole()), []journey.Witness{witness(time.Second), elsewhere}, 0, unknown},
		{"not listed, and one is that was found long after it was made", lateReading(t, admin, whole()), []journey.Witness{foundLate, elsewhere}, 0, unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t)
			p.Lag = cmp.Or(tt.policy, p.Lag)
			if got := p.LagOf(tt.directory, tt.witnesses); got != tt.want {
				t.Errorf("LagOf = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhoIsAWitness(t *testing.T) {
	histories := plan.HistoriesOf(map[string]plan.History{
		"young@x.example":  {Times: 1, At: noon.Add(-time.Minute), Invitation: cybedefend.Invitation{ID: "young"}},
		"old@x.example":    {Times: 1, At: noon.Add(-journey.MemoryCounts), Invitation: cybedefend.Invitation{ID: "old"}},
		"vague@x.example":  {Times: 1, At: noon.Add(-time.Minute), Invitation: cybedefend.Invitation{ID: "vague"}, Unsure: true},
		"no-id@x.example":  {Times: 1, At: noon.Add(-time.Minute)},
		"seen@x.example":   {SeenAt: noon.Add(-time.Minute), Seen: cybedefend.Invitation{ID: "seen"}},
		"newest@x.example": {Times: 2, At: noon.Add(-time.Second), Invitation: cybedefend.Invitation{ID: "newest"}},
	})
	var got []string
	for _, w := range journey.Witnesses(histories, noon) {
		got = append(got, w.InvitationID)
		if !w.Older {
			t.Errorf("%s may have been found long after it was made", w.Email)
		}
	}
	if diff := gocmp.Diff([]string{"newest", "young"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestInFlightGrace(t *testing.T) {
	tests := []struct {
		name                      string
		grace, userTimeout, limit time.Duration
		want                      time.Duration
	}{
		{"as long as any healthy service works", 3 * time.Second, 8 * time.Second, 30 * time.Second, 10 * time.Second},
		{"as long as anybody waits", 3 * time.Second, 0, 5 * time.Second, 5 * time.Second},
		{"never below the kernel's patience", 3 * time.Second, 8 * time.Second, 5 * time.Second, 8 * time.Second},
		{"never below the grace", 3 * time.Second, 0, time.Second, 3 * time.Second},
		{"a long grace", time.Minute, 8 * time.Second, 30 * time.Second, time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := journey.Policy{Grace: tt.grace, UserTimeout: tt.userTimeout, Timeout: tt.limit}
			if got := p.InFlightGrace(); got != tt.want {
				t.Errorf("InFlightGrace = %s, want %s", got, tt.want)
			}
		})
	}
}
