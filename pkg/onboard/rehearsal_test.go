package onboard

import (
	"path/filepath"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
)

// TestASandboxLeavesNoTraceAmongRealRuns names a ledger to a sandbox that has a run at some service.
func TestASandboxLeavesNoTraceAmongRealRuns(t *testing.T) {
	for service, refused := range map[string]bool{
		"":                       false, // there is no ledger yet
		"http://127.0.0.1:40123": false,
		"http://[::1]:40123":     false,
		"https://api.x.example":  true,
		"https://127.0.0.1.test": true,
	} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		if service != "" {
			m, err := holdMemory(t.Context(), path, nil, record.Scope{Service: service, OrganizationID: "1"})
			if err != nil {
				t.Fatal(err)
			}
			run := ledger.Run{Service: service, OrganizationID: "1", Roster: "team.csv"}
			if _, err := m.ledger.Begin(t.Context(), run, ledgertest.List(nil, record.Record{Row: 1, Email: "ada@x.example"})); err != nil {
				t.Fatal(err)
			}
			if err := m.close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		err := refuseReal(t.Context(), path)
		if problem := remedy.Of(err); (err != nil) != refused || refused && (problem == nil || problem.Option != "ledger") {
			t.Errorf("%q: %v", service, err)
		}
	}
}
