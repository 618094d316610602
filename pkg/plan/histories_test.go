package plan_test

import (
	"fmt"
	"iter"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// What is kept packed of a person is what is kept of one about whom something is known that few have.
func TestPackedHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(outcomes ...record.Outcome) []record.Record {
			text := rapid.SampledFrom([]string{"", "a", "ü\x00", "3c90c3cc-0d44-4b50-8888-8dd25736052a"})
			when := rapid.SampledFrom([]time.Time{{}, now, now.Add(time.Hour), now.Add(-time.Microsecond), time.UnixMicro(-1).UTC(), now.AddDate(200, 0, 0)})
			return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) record.Record {
				return record.Record{
					Email:        rapid.SampledFrom([]string{"ann@x.example", "Ann@X.example", "bo@x.example", ""}).Draw(t, "email"),
					Outcome:      rapid.SampledFrom(outcomes).Draw(t, "outcome"),
					Role:         rapid.SampledFrom([]string{"", "member", "manager"}).Draw(t, "role"),
					Teams:        rapid.SampledFrom([]string{"", "Blue:developer", `"A;B":team_manager; Blue:developer`, "Blue:x:"}).Draw(t, "teams"),
					InvitationID: text.Draw(t, "id"), Token: secret.New(text.Draw(t, "token")), Status: text.Draw(t, "status"),
					OrganizationRole: text.Draw(t, "organization role"), ExpiresAt: when.Draw(t, "expires"), UpdatedAt: when.Draw(t, "updated"),
					Trail: record.Trail{Confirmed: rapid.Bool().Draw(t, "confirmed")},
				}
			}), 0, 8).Draw(t, "records")
		}
		invited, sighted := draw(record.Invited), draw(record.AlreadyMember, record.AlreadyInvited, record.Skipped)
		packed, err := plan.Remember(plan.Remembered{Invited: yield(nil, invited...), Sighted: yield(nil, sighted...)})
		if err != nil {
			t.Fatal(err)
		}
		var cancelled []record.Record
		for key := range packed.All() {
			cancelled = append(cancelled, record.Record{Email: key, Trail: record.Trail{Cancelled: "another"}})
		}
		whole, err := plan.Remember(plan.Remembered{Invited: yield(nil, invited...), Sighted: yield(nil, sighted...), Cancelled: yield(nil, cancelled...)})
		if err != nil {
			t.Fatal(err)
		}
		want := maps.Collect(whole.All())
		for key, history := range want {
			history.Cancelled = nil
			want[key] = history
		}
		if diff := cmp.Diff(want, maps.Collect(packed.All())); diff != "" || packed.Len() != len(want) {
			t.Errorf("%d packed (-whole +packed):\n%s", packed.Len(), diff)
		}
	})
}

// people yields a record of an invitation each for so many people.
func people(n int) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for i := range n {
			r := record.Record{
				Email: fmt.Sprintf("person%06d@example.com", i), Role: "member", Teams: "Platform:developer; Security:team_manager", Outcome: record.Invited,
				InvitationID: fmt.Sprintf("3c90c3cc-0d44-4b50-8888-%012d", i), Token: secret.New(fmt.Sprintf("eyJhbGciOiJIUzI1NiIsInR5cCI6Ik%08d", i)),
				Status: "pending", OrganizationRole: "member", ExpiresAt: now, UpdatedAt: now,
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func BenchmarkRemember(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		if _, err := plan.Remember(plan.Remembered{Invited: people(n)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/person")
}
