package results_test

import (
	"io"
	"testing"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/secret"
)

func BenchmarkWriter(b *testing.B) {
	row := record.Record{
		Line: 2, Email: "person000001@example.com", Role: "member", Teams: "Platform:developer; Security:team_manager",
		Extra: []string{"Person Number 1", "E000001"}, Outcome: record.Invited, InvitationID: "3c90c3cc-0d44-4b50-8888-8dd25736052a",
		Token: secret.New("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"), Status: "pending", OrganizationID: "3c90c3cc-0d44-4b50-8888-8dd25736052a",
		OrganizationName: "Acme Corporation", OrganizationRole: "member", ExpiresAt: time.Date(2026, 12, 23, 1, 2, 3, 0, time.UTC),
		Attempts: 1, HTTPStatus: 201, UpdatedAt: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
	}
	for _, format := range []results.Format{results.CSV, results.JSONLines} {
		b.Run(string(format), func(b *testing.B) {
			w, err := results.NewWriter(io.Discard, format, []string{"Name", "Number"})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				row.Row++
				if err := w.Write(row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
