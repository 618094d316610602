package batch_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
)

// BenchmarkPace measures in real time, against a sandbox in a process of its own and with the ledger, what share of a
// limit is used and at the price of how many refusals. A case that remembers measures the second of two runs.
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
		{name: "auto/60/long", limit: 60, rows: 3600},
		{name: "auto/10", limit: 10, rows: 600},
		{name: "auto/1000", limit: 1000, rows: 20_000},
		{name: "auto/60/no-retry-after", limit: 60, rows: 900, flags: []string{"--retry-after", "none"}},
		{name: "auto/60/200ms", limit: 60, rows: 900, flags: []string{"--latency", "200ms"}},
		{name: "auto/60/jitter", limit: 60, rows: 900, flags: []string{"--jitter", "40ms"}},
		{name: "auto/60/burst-1", limit: 60, rows: 900, flags: []string{"--burst", "1"}},
		{name: "remembered/60", limit: 60, rows: 900, remembers: true},
		{name: "remembered/1000", limit: 1000, rows: 20_000, remembers: true},
		{name: "told/60", limit: 60, rows: 900, flags: []string{"--limit-headers", "x-ratelimit"}},
		{name: "told/1000", limit: 1000, rows: 20_000, flags: []string{"--limit-headers", "ratelimit-policy"}},
		{name: "asked/49", limit: 50, rows: 900, pace: pace.Options{Rate: 49}, flags: []string{"--burst", "5"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			flags := append([]string{"--limit", strconv.Itoa(c.limit) + "/s", "--burst", "10", "--latency", "20ms"}, c.flags...)
			for b.Loop() {
				o := c.pace
				if c.remembers {
					_, _, o.Start = benchmarkPace(b, c.rows, o, flags)
				}
				took, refused, _ := benchmarkPace(b, c.rows, o, flags)
				rate := float64(c.rows) / took.Seconds()
				b.ReportMetric(rate, "rows/s")
				b.ReportMetric(100*rate/float64(c.limit), "%/limit")
				b.ReportMetric(1000*float64(refused)/float64(c.rows), "refused/1000")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchmarkPace returns how long the sending took, how many requests were refused and which rate was learned.
func benchmarkPace(b *testing.B, rows int, o pace.Options, flags []string) (took time.Duration, refused int64, learned pace.Rate) {
	b.Helper()
	url, stop := sandboxProcess(b, flags...)
	defer stop()
	p, err := pace.New(o)
	if err != nil {
		b.Fatal(err)
	}
	var throttled atomic.Int64
	client, err := cybedefend.New(cybedefend.Options{
		BaseURL: url, Connections: batch.DefaultWorkers,
		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(sandbox.DefaultPAT), AuthEndpoint: url},
		Observe: func(e cybedefend.Exchange) {
			if e.Status == http.StatusTooManyRequests {
				throttled.Add(1)
			}
			batch.Heed(p, e)
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	patience := batch.Patience{Pace: p}
	d, err := directory.Read(b.Context(), directory.Options{
		Service: client, OrganizationID: sandbox.DefaultOrganizationID, Call: patience.Call,
	})
	if err != nil {
		b.Fatal(err)
	}
	memory, err := ledger.Open(filepath.Join(b.TempDir(), "ledger.db"), ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer closing(b, memory)
	run, err := memory.Begin(b.Context(), ledger.Run{}, people(rows))
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	err = batch.Run(b.Context(), nil, batch.Options{
		OrganizationID: sandbox.DefaultOrganizationID, Run: run.ID, Service: client, Directory: d, Pace: p, Ledger: memory,
	})
	if err != nil {
		b.Fatal(err)
	}
	learned, _ = p.Learned()
	return time.Since(began), throttled.Load(), learned
}
