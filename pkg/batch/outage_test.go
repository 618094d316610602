package batch_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
)

// BenchmarkOutage measures how many requests reach a service that is down for 20 s midway, before the run goes on and
// comes to its end: in real time, with the ledger, against a sandbox in a process of its own.
func BenchmarkOutage(b *testing.B) {
	for b.Loop() {
		took, stats := outage(b, 1000)
		b.ReportMetric(float64(stats.Outage), "requests")
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(float64(stats.MailedTwice), "mailed-twice")
	}
	b.ReportMetric(0, "ns/op")
}

func outage(b *testing.B, rows int) (took time.Duration, stats sandbox.Stats) {
	b.Helper()
	url, stop := sandboxProcess(b, "--latency", "20ms")
	defer stop()
	p, err := pace.New(pace.Options{Rate: 100})
	if err != nil {
		b.Fatal(err)
	}
	client, err := cybedefend.New(cybedefend.Options{
		BaseURL: url, Connections: batch.DefaultWorkers,
		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(sandbox.DefaultPAT), AuthEndpoint: url},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	retrier := batch.ReadRetrier{Pace: p}
	d, err := directory.Read(b.Context(), directory.Options{
		Service: client, OrganizationID: sandbox.DefaultOrganizationID, Call: retrier.Call,
	})
	if err != nil {
		b.Fatal(err)
	}
	memory, err := sqlite.Open(filepath.Join(b.TempDir(), "ledger.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer closing(b, memory)
	run, err := memory.Begin(b.Context(), ledger.Run{OrganizationID: sandbox.DefaultOrganizationID, Service: url}, people(rows))
	if err != nil {
		b.Fatal(err)
	}
	defer time.AfterFunc(3*time.Second, func() { tell(b, url+"/sandbox/outage", `{"for":"20s"}`) }).Stop()
	began := time.Now()
	recovered := recoveryOf(memory).Recovered(plan.Inputs{Directory: d, At: time.Now()})
	err = recovered.Run(b.Context(), nil, batch.Options{Run: run.ID, Service: client, Pace: p})
	took = time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	outcomes, err := memory.Outcomes(b.Context(), run.ID)
	if err != nil || outcomes[record.Invited] != rows {
		b.Fatalf("outcomes %v, %v", outcomes, err)
	}
	return took, statsOf(b, url)
}

// tell posts to the sandbox.
func tell(b *testing.B, address, body string) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	reply, err := new(http.Client).Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	if err := reply.Body.Close(); err != nil || reply.StatusCode != http.StatusNoContent {
		b.Errorf("%s: %s, %v", address, reply.Status, err)
	}
}

// statsOf returns what the sandbox has counted.
func statsOf(b *testing.B, url string) (stats sandbox.Stats) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/sandbox/stats", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	reply, err := new(http.Client).Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer reply.Body.Close()
	if err := json.NewDecoder(reply.Body).Decode(&stats); err != nil {
		b.Fatal(err)
	}
	return stats
}
