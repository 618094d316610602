package notify_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"rollcall/pkg/notify"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

var morning = time.Date(2026, 11, 23, 2, 30, 0, 123_000_000, time.UTC)

// scrape reads metrics as Prometheus does: values by name and labels.
func scrape(t interface{ Fatal(...any) }, text []byte) map[string]float64 {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err, string(text))
	}
	values := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			series := []string{name}
			for _, label := range metric.GetLabel() {
				series = append(series, label.GetName()+"="+label.GetValue())
			}
			if metric.GetGauge() == nil {
				t.Fatal(name, "is no gauge")
			}
			values[strings.Join(series, " ")] = metric.GetGauge().GetValue()
		}
	}
	return values
}

func TestMetrics(t *testing.T) {
	s := night()
	s.Roster = "/srv/hr/R&D.csv"
	got := scrape(t, notify.Metrics(s, "v1.2.3", morning, nil))
	const labels = " organization_id=o1 roster=R&D.csv"
	want := map[string]float64{
		"rollcall_build_info" + labels + " version=v1.2.3":             1,
		"rollcall_last_run_timestamp_seconds" + labels:                 1795401000.123,
		"rollcall_last_success_timestamp_seconds" + labels:             0,
		"rollcall_last_run_exit_code" + labels:                         3,
		"rollcall_last_run_duration_seconds" + labels:                  12.346,
		"rollcall_last_run_dry_run" + labels:                           0,
		"rollcall_last_run_roster_rows" + labels:                       500,
		"rollcall_last_run_requests" + labels:                          512,
		"rollcall_last_run_throttled_requests" + labels:                12,
		"rollcall_last_run_retries" + labels:                           18,
		"rollcall_last_run_rows" + labels + " outcome=invited":         481,
		"rollcall_last_run_rows" + labels + " outcome=would_invite":    0,
		"rollcall_last_run_rows" + labels + " outcome=would_reinvite":  0,
		"rollcall_last_run_rows" + labels + " outcome=already_invited": 0,
		"rollcall_last_run_rows" + labels + " outcome=already_member":  16,
		"rollcall_last_run_rows" + labels + " outcome=duplicate":       0,
		"rollcall_last_run_rows" + labels + " outcome=rejected":        2,
		"rollcall_last_run_rows" + labels + " outcome=skipped":         0,
		"rollcall_last_run_rows" + labels + " outcome=failed":          0,
		"rollcall_last_run_rows" + labels + " outcome=unknown":         1,
		"rollcall_last_run_rows" + labels + " outcome=invalid":         0,
		"rollcall_last_run_rows" + labels + " outcome=not_sent":        0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMetricsOfLeavers(t *testing.T) {
	s := night()
	s.Drift = &report.Drift{Removed: 3, Demoted: 2}
	got := scrape(t, notify.Metrics(s, "v1.2.3", morning, nil))
	for action, want := range map[string]float64{"removed": 3, "demoted": 2} {
		if value := got["rollcall_last_run_leavers organization_id=o1 roster=R&D.csv action="+action]; value != want {
			t.Errorf("%s: %g, want %g", action, value, want)
		}
	}
}

func TestMetricsAreNamedByConvention(t *testing.T) {
	s := night()
	s.Drift = &report.Drift{}
	problems, err := promlint.New(bytes.NewReader(notify.Metrics(s, "v1.2.3", morning, nil))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

func TestMetricsKeepTheLastSuccess(t *testing.T) {
	run := func(organization, roster string, exit status.Status) report.Summary {
		return report.Summary{OrganizationID: organization, Roster: roster, Status: exit}
	}
	evening := morning.Add(-8 * time.Hour)
	dryRun := run("o1", "team.csv", 0)
	dryRun.DryRun = true
	tests := []struct {
		name    string
		earlier report.Summary
		give    report.Summary
		// organization is the label wanted, success the instant.
		organization string
		success      time.Time
	}{
		{"a success is the last one", run("o1", "team.csv", 0), run("o1", "team.csv", 0), "o1", morning},
		{"a failure keeps it", run("o1", "team.csv", 0), run("o1", "team.csv", 3), "o1", evening},
		{"from another directory", run("o1", "hr/team.csv", 0), run("o1", "team.csv", 7), "o1", evening},
		{"refused before the organization is known", run("o1", "team.csv", 0), run("", "team.csv", 4), "o1", evening},
		{"the organization is known now", run("", "team.csv", 0), run("o1", "team.csv", 3), "o1", evening},
		{"a dry run keeps it", run("o1", "team.csv", 0), dryRun, "o1", evening},
		{"two failures", run("o1", "team.csv", 3), run("o1", "team.csv", 3), "o1", time.UnixMilli(0)},
		{"another organization", run("o2", "team.csv", 0), run("o1", "team.csv", 3), "o1", time.UnixMilli(0)},
		{"another roster", run("o1", "other.csv", 0), run("", "team.csv", 3), "", time.UnixMilli(0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scrape(t, notify.Metrics(tt.give, "v1", morning, notify.Metrics(tt.earlier, "v1", evening, nil)))
			series := "rollcall_last_success_timestamp_seconds organization_id=" + tt.organization + " roster=team.csv"
			value, found := got[series]
			if want := float64(tt.success.UnixMilli()) / 1000; !found || value != want {
				t.Errorf("%s = %v, %v; want %v", series, value, found, want)
			}
		})
	}
}

// TestMetricsHoldAnyName proves that whatever a roster or an organization is called, the text can be read, says so,
// and is understood by the next run.
func TestMetricsHoldAnyName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[^/\x00]*[^/\x00.]`)
		first := report.Summary{OrganizationID: name.Draw(t, "organization"), Roster: name.Draw(t, "roster"), Outcomes: map[record.Outcome]int{}}
		second := first
		second.Status = 3
		if rapid.Bool().Draw(t, "refused early") {
			second.OrganizationID = ""
		}
		got := scrape(t, notify.Metrics(second, "v1", morning, notify.Metrics(first, "v1", morning.Add(-time.Hour), nil)))
		series := "rollcall_last_success_timestamp_seconds organization_id=" + first.OrganizationID + " roster=" + first.Roster
		if want := float64(morning.Add(-time.Hour).UnixMilli()) / 1000; got[series] != want {
			t.Fatalf("%q = %v, want %v", series, got[series], want)
		}
	})
}

func TestMetricsTakeNothingFromAnotherFile(t *testing.T) {
	for _, earlier := range []string{
		"", "not metrics at all", "rollcall_last_success_timestamp_seconds 5\n",
		`# rollcall_last_success_timestamp_seconds{organization_id="o1",roster="team.csv"} 5` + "\n",
		`rollcall_last_success_timestamp_seconds{organization_id="o1",roster="team.csv"} NaN` + "\n",
	} {
		s := report.Summary{OrganizationID: "o1", Roster: "team.csv", Status: 1}
		got := scrape(t, notify.Metrics(s, "v1", morning, []byte(earlier)))
		if value := got["rollcall_last_success_timestamp_seconds organization_id=o1 roster=team.csv"]; value != 0 {
			t.Errorf("after %q the last success is %v", earlier, value)
		}
	}
}
