package gauge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"rollcall/pkg/fence"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/gauge"
	"rollcall/pkg/fleet/store"
)

// database answers as it is told, and counts how often it is asked.
type database struct {
	check  func(context.Context) error
	counts store.Counts
	err    error
	asked  atomic.Int32
}

func (d *database) Check(ctx context.Context) error {
	d.asked.Add(1)
	if d.check == nil {
		return nil
	}
	return d.check(ctx)
}

func (d *database) Count(context.Context, time.Duration) (store.Counts, error) {
	d.asked.Add(1)
	return d.counts, d.err
}

// get asks the gauge for a path.
func get(g *gauge.Gauge, path string) *httptest.ResponseRecorder {
	return ask(g, http.MethodGet, path)
}

func ask(g *gauge.Gauge, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.Handler().ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, path, http.NoBody))
	return w
}

// scrape reads the metrics of a gauge as Prometheus does: values by name and labels.
func scrape(t *testing.T, g *gauge.Gauge) map[string]float64 {
	t.Helper()
	w := get(g, "/metrics")
	if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatalf("%d, %s", w.Code, got)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			series := []string{name}
			for _, label := range metric.GetLabel() {
				series = append(series, label.GetName()+"="+label.GetValue())
			}
			key := strings.Join(series, " ")
			switch {
			case metric.GetGauge() != nil:
				values[key] = metric.GetGauge().GetValue()
			case metric.GetCounter() != nil:
				values[key] = metric.GetCounter().GetValue()
			default:
				values[key+" count"] = float64(metric.GetHistogram().GetSampleCount())
				values[key+" sum"] = metric.GetHistogram().GetSampleSum()
			}
		}
	}
	return values
}

var now = time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)

// full returns a gauge that has something to say about everything.
func full() *gauge.Gauge {
	g := gauge.New(gauge.Options{Version: "v1.2.3", Database: &database{counts: store.Counts{
		Now: now, Waiting: 5, Running: 2, Halted: 1, Ended: map[int]int{0: 40, 8: 3, 99: 2}, Oldest: now.Add(-90 * time.Second),
		Late: now.Add(-2 * time.Second), Schedules: 7, Paused: 2, Lapsed: now.Add(-time.Minute),
	}}})
	g.Watch(func() fleet.State { return fleet.State{Slots: 8, Running: 2, Pulse: now} })
	for _, e := range []fleet.Event{
		{Kind: fleet.SliceBegan},
		{Kind: fleet.SliceBegan},
		{Kind: fleet.SliceBegan},
		{Kind: fleet.SliceEnded},
		{Kind: fleet.JobEnded, Job: store.Job{Exit: 3}},
		{Kind: fleet.Fenced},
		{Kind: fleet.TakenOver},
		{Kind: fleet.TakenOver},
		{Kind: fleet.Fired, Late: 1500 * time.Millisecond},
		{Kind: fleet.Trouble, Err: errors.New("no")},
	} {
		g.Observe(e)
	}
	g.Committed(12, 250*time.Millisecond)
	g.Committed(4, 750*time.Millisecond)
	g.Waited("eu", 2*time.Second)
	g.Waited("eu", 0)
	return g
}

func TestMetrics(t *testing.T) {
	g := full()
	stale := fence.StampBy(t.Context(), func() func() time.Duration { // each reading is an hour later
		var read time.Duration
		return func() time.Duration { read += time.Hour; return read }
	}())
	if fence.Fresh(stale) == nil {
		t.Fatal("the stamp is fresh")
	}
	want := map[string]float64{
		"rollcall_fleet_build_info version=v1.2.3":                        1,
		"rollcall_fleet_worker_slots":                                     8,
		"rollcall_fleet_worker_running":                                   2,
		"rollcall_fleet_worker_draining":                                  0,
		"rollcall_fleet_worker_pulse_timestamp_seconds":                   float64(now.Unix()),
		"rollcall_fleet_troubles_total":                                   1,
		"rollcall_fleet_slices_begun_total":                               3,
		"rollcall_fleet_slices_ended_total":                               2,
		"rollcall_fleet_slices_fenced_total":                              1,
		"rollcall_fleet_takeovers_total":                                  2,
		"rollcall_fleet_requests_held_back_total where=before_connection": 1,
		"rollcall_fleet_requests_held_back_total where=at_socket":         0,
		"rollcall_fleet_limit_wait_seconds limit=eu count":                2,
		"rollcall_fleet_limit_wait_seconds limit=eu sum":                  2,
		"rollcall_fleet_schedule_lateness_seconds count":                  1,
		"rollcall_fleet_schedule_lateness_seconds sum":                    1.5,
		"rollcall_fleet_commit_seconds count":                             2,
		"rollcall_fleet_commit_seconds sum":                               1,
		"rollcall_fleet_commit_changes count":                             2,
		"rollcall_fleet_commit_changes sum":                               16,
		"rollcall_fleet_database_up":                                      1,
		"rollcall_fleet_runs state=waiting":                               5,
		"rollcall_fleet_runs state=running":                               2,
		"rollcall_fleet_runs state=paused":                                1,
		"rollcall_fleet_oldest_due_run_age_seconds":                       90,
		"rollcall_fleet_schedules state=active":                           5,
		"rollcall_fleet_schedules state=paused":                           2,
		"rollcall_fleet_schedule_overdue_seconds":                         2,
		"rollcall_fleet_database_lapse_timestamp_seconds":                 float64(now.Unix() - 60),
	}
	for _, exit := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "130", "other"} {
		want["rollcall_fleet_runs_ended_total exit_code="+exit] = map[string]float64{"3": 1}[exit]
		want["rollcall_fleet_runs_ended_last_day exit_code="+exit] = map[string]float64{"0": 40, "8": 3, "other": 2}[exit]
	}
	if diff := cmp.Diff(want, scrape(t, g)); diff != "" {
		t.Error(diff)
	}
}

// TestMetricsAreNamedByConvention holds the names, and that each metric says what it is, to what Prometheus expects.
func TestMetricsAreNamedByConvention(t *testing.T) {
	text := get(full(), "/metrics").Body.Bytes()
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, family := range families {
		if !strings.HasPrefix(name, "rollcall_fleet_") || len(family.GetHelp()) < 20 || len(family.GetMetric()) == 0 {
			t.Errorf("%s: %q, %d samples", name, family.GetHelp(), len(family.GetMetric()))
		}
	}
}

// TestAWorkerWithoutItsDatabaseShowsWhatItKnows has a database that is away.
func TestAWorkerWithoutItsDatabaseShowsWhatItKnows(t *testing.T) {
	g := gauge.New(gauge.Options{Database: &database{err: errors.New("it is away")}})
	g.Observe(fleet.Event{Kind: fleet.SliceBegan})
	got := scrape(t, g)
	if got["rollcall_fleet_slices_begun_total"] != 1 || got["rollcall_fleet_database_up"] != 0 {
		t.Errorf("got %v", got)
	}
	for series := range got {
		if strings.HasPrefix(series, "rollcall_fleet_runs ") || strings.Contains(series, "last_day") || strings.Contains(series, "age_seconds") {
			t.Errorf("%s is shown, which nobody knows", series)
		}
	}
}

// TestHealth has a worker in each state.
func TestHealth(t *testing.T) {
	fit := func() fleet.State { return fleet.State{Slots: 8, Pulse: time.Now()} }
	ends := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	for _, tt := range []struct {
		name  string
		state func() fleet.State
		check func(context.Context) error
		want  string
	}{
		{"all is well", fit, nil, "ok"},
		{"nothing has begun", nil, nil, "the worker has not begun"},
		{"no pulse yet", func() fleet.State { return fleet.State{Slots: 8} }, nil, "the worker has not begun"},
		{"a pulse a while ago", func() fleet.State { return fleet.State{Pulse: time.Now().Add(-15 * time.Second)} }, nil, "ok"},
		{"no pulse any more", func() fleet.State { return fleet.State{Pulse: time.Now().Add(-16 * time.Second)} }, nil, "nothing has gone well for 16s: the log of the worker says why"},
		{"draining", func() fleet.State { return fleet.State{Draining: true, Pulse: time.Now()} }, nil, "draining"},
		{"draining without a database", func() fleet.State { return fleet.State{Draining: true, Pulse: time.Now()} }, ends(errors.New("gone")), "draining"},
		{"no tables", fit, ends(&store.OlderError{Known: 1}), "the database has no tables for jobs yet"},
		{"older tables", fit, ends(fmt.Errorf("check: %w", &store.OlderError{Has: 1, Known: 2})), "the tables of jobs have version 1, and this program needs 2"},
		{"an older engine", fit, ends(&store.OlderError{Engine: true}), "the tables of the engine are older than this program needs"},
		{"newer tables", fit, ends(&store.NewerError{Has: 3, Known: 2}), "the tables of jobs have version 3, and this program knows them up to 2"},
		{"a database that refuses", fit, ends(errors.New("dial tcp 10.0.0.5:5432: user=ada")), "the database cannot be used: the log of the worker says why"},
		{"a database that hangs", fit, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "the database does not answer within 2s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gauge.New(gauge.Options{Database: &database{check: tt.check}})
				if tt.state != nil {
					g.Watch(tt.state)
				}
				code := http.StatusServiceUnavailable
				if tt.want == "ok" {
					code = http.StatusOK
				}
				if w := get(g, "/healthz"); w.Code != code || w.Body.String() != tt.want+"\n" {
					t.Errorf("%d, %q, want %q", w.Code, w.Body, tt.want)
				}
				if w := get(g, "/livez"); w.Code != http.StatusOK {
					t.Errorf("alive: %d", w.Code)
				}
			})
		})
	}
}

func TestNothingElseIsShown(t *testing.T) {
	g := full()
	for _, path := range []string{"/", "/debug/pprof/", "/metrics/", "/healthz/x"} {
		if w := get(g, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := ask(g, http.MethodPost, "/metrics"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// TestManyWhoWatchAskOnce has ten watch at once, and then again in the same second and in the next.
func TestManyWhoWatchAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &database{check: func(ctx context.Context) error {
			select {
			case <-time.After(500 * time.Millisecond):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		g := gauge.New(gauge.Options{Database: d})
		g.Watch(func() fleet.State { return fleet.State{Pulse: time.Now()} })
		watch := func() {
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					// Each leaves before the answer is there, which must not take it from the others.
					ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
					defer cancel()
					w := httptest.NewRecorder()
					g.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/healthz", http.NoBody))
					if w.Code != http.StatusOK {
						t.Errorf("%d, %s", w.Code, w.Body)
					}
				})
			}
			all.Wait()
		}
		for _, want := range []int32{1, 1} {
			if watch(); d.asked.Load() != want {
				t.Errorf("the database was asked %d times, want %d", d.asked.Load(), want)
			}
		}
		<-time.After(time.Second)
		if watch(); d.asked.Load() != 2 {
			t.Errorf("the database was asked %d times after a second, want 2", d.asked.Load())
		}
		for range 10 {
			get(g, "/metrics")
		}
		if d.asked.Load() != 3 {
			t.Errorf("ten scrapes have asked the database %d times", d.asked.Load()-2)
		}
	})
}

func TestLimitsAreBounded(t *testing.T) {
	g := full()
	const limits = 1000
	for i := range limits {
		g.Waited(fmt.Sprint("limit-", i), time.Second)
	}
	shown, waits := 0, 0.0
	for series, value := range scrape(t, g) {
		if strings.HasPrefix(series, "rollcall_fleet_limit_wait_seconds") && strings.HasSuffix(series, " count") {
			shown++
			waits += value
		}
	}
	if shown != 31 || waits != limits+2 {
		t.Errorf("%d limits with %v waits are shown, want 31 with %d", shown, waits, limits+2)
	}
}

// TestManyCountAtOnce is for the race detector, and counts.
func TestManyCountAtOnce(t *testing.T) {
	g := full()
	before := scrape(t, g)
	const hands, times = 8, 100
	var all sync.WaitGroup
	for i := range hands {
		all.Go(func() {
			for n := range times {
				g.Observe(fleet.Event{Kind: fleet.SliceBegan})
				g.Observe(fleet.Event{Kind: fleet.JobEnded, Job: store.Job{Exit: 8}})
				g.Observe(fleet.Event{Kind: fleet.Fired, Late: time.Second})
				g.Committed(1, time.Millisecond)
				g.Waited(fmt.Sprint("limit-", i, n), time.Second)
				g.Watch(func() fleet.State { return fleet.State{Slots: i, Pulse: now} })
				if n%25 == 0 {
					get(g, "/metrics")
					get(g, "/healthz")
				}
			}
		})
	}
	all.Wait()
	after := scrape(t, g)
	for _, series := range []string{
		"rollcall_fleet_slices_begun_total", "rollcall_fleet_slices_ended_total", "rollcall_fleet_runs_ended_total exit_code=8",
		"rollcall_fleet_schedule_lateness_seconds count", "rollcall_fleet_commit_seconds count",
	} {
		if got := after[series] - before[series]; got != hands*times {
			t.Errorf("%s has risen by %v, want %d", series, got, hands*times)
		}
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	g := full()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, listener) }()
	transport := &http.Transport{}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/livez", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ok\n" {
		t.Errorf("got %q, %v", body, err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
		t.Error("somebody still listens")
	}
	if err := g.Serve(t.Context(), listener); err == nil {
		t.Error("a listener that is closed was served")
	}
}
