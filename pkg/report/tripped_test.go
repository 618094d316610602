package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

func TestTripped(t *testing.T) {
	since := time.Date(2026, 11, 27, 2, 0, 0, 0, time.Local)
	guards := []report.Guard{{Option: "max-leavers", Reason: "6 people"}, {Option: "max-shrink", Reason: "less"}}
	for _, tt := range []struct {
		give *report.Tripped
		want string
	}{
		{nil, ""},
		{&report.Tripped{Guards: guards[:1]}, "max-leavers"},
		{&report.Tripped{Digest: "3f2a9c1d2b4e", Since: since, Guards: guards}, "max-leavers, max-shrink, since 2026-11-27 02:00:00: 3f2a9c1d2b4e"},
	} {
		if got := tt.give.String(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	var out bytes.Buffer
	summary := report.Summary{Status: status.Guarded, Tripped: &report.Tripped{Digest: "3f2a9c1d2b4e", Since: since.UTC(), Guards: guards}}
	if err := summary.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	want := `"tripped":{"digest":"3f2a9c1d2b4e","since":"` + since.UTC().Format(time.RFC3339) +
		`","guards":[{"option":"max-leavers","reason":"6 people"},{"option":"max-shrink","reason":"less"}]}}`
	if !strings.HasSuffix(strings.TrimSpace(out.String()), want) {
		t.Errorf("%s, want %s", out.String(), want)
	}
}
