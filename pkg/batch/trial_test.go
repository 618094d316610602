package batch_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// BenchmarkPace measures some of what [BenchmarkPaceFigures] does in real time, against a sandbox in a process of its own
// and with the ledger. A case that remembers measures the second of two runs.
func BenchmarkPace(b *testing.B) {
	for _, c := range []struct {
		name      string
		limit     int
		rows      int
		pace      pace.Options
		remembers bool
		flags     []string
	}{
		{name: "auto/60", limit: 60, rows: 900},
		{name: "auto/1000", limit: 1000, rows: 20_000},
		{name: "auto/60/burst-1", limit: 60, rows: 900, flags: []string{"--burst", "1"}},
		{name: "remembered/60", limit: 60, rows: 900, remembers: true},
		{name: "told/60", limit: 60, rows: 900, flags: []string{"--limit-headers", "x-ratelimit"}},
		{name: "asked/49", limit: 50, rows: 900, pace: pace.Options{Rate: 49}, flags: []string{"--burst", "5"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			flags := append([]string{"--limit", strconv.Itoa(c.limit) + "/s", "--burst", "10", "--latency", "20ms"}, c.flags...)
			for b.Loop() {
				t := trial{rows: c.rows, pace: c.pace, flags: flags}
				if c.remembers {
					t.pace.Start = t.run(b).learned
				}
				m := t.run(b)
				rate := float64(c.rows) / m.took.Seconds()
				b.ReportMetric(rate, "rows/s")
				b.ReportMetric(100*rate/float64(c.limit), "%/limit")
				b.ReportMetric(1000*float64(m.refused[http.StatusTooManyRequests])/float64(c.rows), "refused/1000")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkOutage measures how many requests reach a service that is down for 20 s midway, before the run goes on and
// comes to its end.
func BenchmarkOutage(b *testing.B) {
	for name, outage := range map[string]string{"503": `{"for":"20s"}`, "cut": `{"for":"20s","cut":true}`} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m := trial{
					rows: 1000, pace: pace.Options{Rate: 100}, flags: []string{"--latency", "20ms"}, after: 3 * time.Second,
					midway: func(_ *outcome, url string) { tell(b, url+"/sandbox/outage", outage) },
				}.run(b)
				b.ReportMetric(float64(m.stats.Outage), "requests")
				b.ReportMetric(m.took.Seconds(), "s")
				b.ReportMetric(float64(m.stats.MailedTwice), "mailed-twice")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkTokens measures how many access tokens a run of 30 s takes when each lives for 3 s, and how many requests
// are refused for an old one.
func BenchmarkTokens(b *testing.B) {
	for b.Loop() {
		m := trial{
			rows: 900, pace: pace.Options{Rate: 30}, flags: []string{"--latency", "20ms", "--token-lifetime", "3s"},
		}.run(b)
		b.ReportMetric(m.took.Seconds(), "s")
		b.ReportMetric(float64(m.stats.Tokens), "tokens")
		b.ReportMetric(float64(m.refused[http.StatusUnauthorized]), "refused")
	}
	b.ReportMetric(0, "ns/op")
}

// trial is a run in real time, with the ledger, against a sandbox in a process of its own.
type trial struct {
	rows  int
	pace  pace.Options
	flags []string // of the sandbox
	// midway, if set, happens so long after the sending began.
	midway func(m *outcome, url string)
	after  time.Duration
}

// outcome is what came of a trial.
type outcome struct {
	took    time.Duration
	learned pace.Rate
	stats   sandbox.Stats

	mu      sync.Mutex
	refused map[int]int // answers by status that were no success
}

func (m *outcome) observe(e cybedefend.Exchange) {
	if e.Status >= http.StatusBadRequest {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.refused[e.Status]++
	}
}

// count returns how many answers so far had the status.
func (m *outcome) count(status int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused[status]
}

func (t trial) run(b *testing.B) *outcome {
	b.Helper()
	url, stop := sandboxProcess(b, t.flags...)
	defer stop()
	p, err := pace.New(t.pace)
	if err != nil {
		b.Fatal(err)
	}
	m := &outcome{refused: map[int]int{}}
	client, err := cybedefend.New(cybedefend.Options{
		BaseURL: url, Connections: batch.DefaultWorkers,
		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(sandbox.DefaultPAT), AuthEndpoint: url},
		Observe: func(e cybedefend.Exchange) {
			m.observe(e)
			p.Report(told(e))
		},
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
	run, err := memory.Begin(b.Context(), ledger.Run{OrganizationID: sandbox.DefaultOrganizationID, Service: url}, people(t.rows))
	if err != nil {
		b.Fatal(err)
	}
	if t.midway != nil {
		defer time.AfterFunc(t.after, func() { t.midway(m, url) }).Stop()
	}
	began := time.Now()
	recovered := recoveryOf(memory).Recovered(plan.Inputs{Directory: d, At: time.Now()})
	err = recovered.Run(b.Context(), nil, batch.Options{Run: run.ID, Service: client, Pace: p})
	m.took = time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	outcomes, err := memory.Outcomes(b.Context(), run.ID)
	if err != nil || outcomes[record.Invited] != t.rows {
		b.Fatalf("outcomes %v, %v", outcomes, err)
	}
	m.learned, _ = p.Learned()
	m.stats = statsOf(b, url)
	return m
}

// told is what an answer says about the service's limits.
func told(e cybedefend.Exchange) (t pace.Told) {
	for _, limit := range e.Limits {
		t.Limits = append(t.Limits, pace.Limit(limit))
	}
	return t
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
