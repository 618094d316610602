package main_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/sandbox"
)

// mostMiB is how much memory the page may take for that.
const mostMiB = 120

// pageRows is how many rows a large organization has. The ordinary test takes fewer.
const pageRows = 50_000

// Large rosters are checked, planned, sent and looked at by the page of the program: all are mailed, each once.
func TestALargeRosterOnThePage(t *testing.T) {
	const rows = 3000
	service := startService(t, sandbox.Options{})
	s := served(t, build(t), t.TempDir(), service, "--rate", "1000000/s", "--concurrency", "64")
	roster := s.put(t, largeRoster(rows))
	run := s.send(t, roster, s.until(t, roster+"/plan", "plan"))
	text := s.until(t, run, "results-0")
	if !strings.Contains(text, "<h1>2,970 people are invited</h1>") && !strings.Contains(text, "<h1>30 rows need you, 2,970 invited</h1>") {
		t.Errorf("the results are %.2000s", text)
	}
	if text := s.get(t, run+"?page=60"); !strings.Contains(text, "person2999@example.com") || strings.Contains(text, "person2899@") {
		t.Errorf("the last page is %.2000s", text)
	}
	mailedOnce(t, service, rows-rows/100)
}

// largeRoster returns a roster in which every hundredth address is none.
func largeRoster(rows int) string {
	var b strings.Builder
	b.WriteString("Name,Email,Role,Teams,Department,Office\n")
	for i := range rows {
		at := "@"
		if i%100 == 50 {
			at = "."
		}
		fmt.Fprintf(&b, "Person Number %d,person%d%sexample.com,member,Platform:developer; Security:team_manager,Research,Vienna\n", i, i, at)
	}
	return b.String()
}

// BenchmarkPage says what somebody at the page waits for, with the program as it is installed: the first view, and then a large
// roster until everybody is mailed. Beside the check stands what a bare handler takes that reads the same upload by encoding/csv
// and does nothing with it.
func BenchmarkPage(b *testing.B) {
	bin, rows := build(b), rowsOr(b, pageRows)
	content := largeRoster(rows)
	for b.Loop() {
		service := startService(b, sandbox.Options{})
		s := serve(b, bin, b.TempDir(), service, "--rate", "1000000/s", "--concurrency", "64")
		s.get(b, s.ticket)
		s.firstView(b)

		bare := bareUpload(b, content)
		began := time.Now()
		roster := s.put(b, content)
		check := time.Since(began)
		b.ReportMetric(check.Seconds(), "s/check")
		b.ReportMetric(check.Seconds()/bare.Seconds(), "x-encoding/csv")
		s.slowest(b, "s/check-page", roster+"?show=wrong&page=9", fmt.Sprintf("%s?show=all&page=%d", roster, rows/50), roster+fmt.Sprintf("?q=person%d", rows-1))
		b.ReportMetric(s.peak(b), "MiB/checked")

		began = time.Now()
		plan := s.until(b, roster+"/plan", "plan")
		b.ReportMetric(time.Since(began).Seconds(), "s/plan")
		began = time.Now()
		run := s.send(b, roster, plan)
		b.ReportMetric(time.Since(began).Seconds(), "s/begin")
		for service.Counts().Emails < rows-rows/100 {
			<-time.After(20 * time.Millisecond)
		}
		b.ReportMetric(float64(rows)/time.Since(began).Seconds(), "rows/s")
		s.until(b, run, "results-0")
		s.slowest(b, "s/results-page", run, fmt.Sprintf("%s?page=%d", run, rows/50), run+"?show=invalid", run+fmt.Sprintf("?find=person%d", rows-1))
		if b.ReportMetric(s.peak(b), "MiB/sent"); rows == pageRows && s.peak(b) > mostMiB {
			b.Errorf("it has taken %.0f MiB, want %d at most", s.peak(b), mostMiB)
		}
		b.ReportMetric(0, "ns/op")
		mailedOnce(b, service, rows-rows/100)
		if err := s.Process.Kill(); err != nil {
			b.Fatal(err)
		}
		_ = s.Wait() // that it was killed is no news
	}
}

// firstView reports what the first page weighs with all that it asks for, as it travels, and how soon it begins.
func (s *serving) firstView(b *testing.B) {
	b.Helper()
	sent, requests, first := 0, 0, time.Hour
	fetch := func(path string) string {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.address+path, http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip") // and so nobody unpacks it
		began := time.Now()
		response, err := s.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		first = min(first, time.Since(began))
		text, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != http.StatusOK {
			b.Fatalf("%s is %d, %v", path, response.StatusCode, err)
		}
		sent, requests = sent+len(text), requests+1
		return string(text)
	}
	for _, part := range regexp.MustCompile(`<(?:link rel="stylesheet" href|script src)="([^"]+)"`).FindAllStringSubmatch(fetch("/"), -1) {
		fetch(part[1])
	}
	b.ReportMetric(float64(sent), "B/first-view")
	b.ReportMetric(float64(requests), "requests/first-view")
	first = time.Hour
	for range 5 { // the quickest counts: others are at work on the machine, too
		fetch("/")
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "ms/first-byte")
}

// slowest reports how long the slowest of these pages takes.
func (s *serving) slowest(b *testing.B, unit string, paths ...string) {
	b.Helper()
	var worst time.Duration
	for _, path := range paths {
		began := time.Now()
		s.get(b, path)
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(worst.Seconds(), unit)
}

// peak returns the most memory that the program has taken so far, in MiB, 0 where the system does not tell.
func (s *serving) peak(b *testing.B) float64 {
	b.Helper()
	mib, _ := peakSoFar(s.Process.Pid)
	return mib
}

// bareUpload uploads a roster to a handler that reads it and does nothing, and returns how long that takes.
func bareUpload(b *testing.B, content string) time.Duration {
	b.Helper()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for reader := csv.NewReader(r.Body); ; {
			if _, err := reader.Read(); err != nil {
				if !errors.Is(err, io.EOF) {
					w.WriteHeader(http.StatusBadRequest)
				}
				return
			}
		}
	}))
	defer bare.Close()
	began := time.Now()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, bare.URL, bytes.NewReader([]byte(content)))
	if err != nil {
		b.Fatal(err)
	}
	response, err := bare.Client().Do(request)
	if err != nil {
		b.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		b.Fatal(response.Status, err)
	}
	return time.Since(began)
}
