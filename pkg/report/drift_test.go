package report_test

import (
	"bytes"
	"strings"
	"testing"

	"rollcall/pkg/report"
)

func TestRenamesAreCounted(t *testing.T) {
	for renamed, want := range map[int]string{
		0: "",
		1: "  differs  1 person who may have another address now\n  held     1 rename\n",
		2: "  differs  2 people who may have another address now\n  held     2 renames\n",
	} {
		var text, object bytes.Buffer
		s := report.Summary{Drift: &report.Drift{Renamed: renamed}}
		if err := s.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteJSON(&object); err != nil {
			t.Fatal(err)
		}
		if got := text.String(); !strings.Contains(got, want) || strings.Contains(got, "another address") != (renamed > 0) {
			t.Errorf("%d: %s", renamed, got)
		}
		if got := strings.Contains(object.String(), `"renamed":`); got != (renamed > 0) {
			t.Errorf("%d: %s", renamed, object.String())
		}
	}
}
