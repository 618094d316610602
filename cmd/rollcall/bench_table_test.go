package main_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// line is one of the closing table.
type line struct {
	unit, what, goal string
	value            float64
}

// note reports what was measured, as a metric and as a line of the table. A goal begins with ≤ or ≥, and is empty where there
// is none.
func (s *scales) note(b *testing.B, unit, what, goal string, value float64) {
	b.Helper()
	b.ReportMetric(value, unit)
	b.ReportMetric(0, "ns/op")
	if i := slices.IndexFunc(s.measured, func(l line) bool { return l.unit == unit }); i >= 0 {
		s.measured = slices.Delete(s.measured, i, i+1) // the last time counts
	}
	s.measured = append(s.measured, line{unit, what, goal, value})
}

// print prints the table in Markdown, if there is anything in it.
func (s *scales) print() {
	if len(s.measured) == 0 {
		return
	}
	fmt.Printf("\n%s, %d cores, %s %s/%s:\n\n", time.Now().Format("2 January 2006"), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Print("| measured | goal | |\n|---|---|---|\n")
	for _, l := range s.measured {
		fmt.Printf("| %s | %s | %s |\n", l.what, l.goal, figure(l.value))
	}
	fmt.Println()
}

// figure is a value with three digits.
func figure(value float64) string {
	switch {
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.2f", value)
}

// median returns the one in the middle.
func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// grouped is a number as people write it.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = strings.Join([]string{digits[:i], digits[i:]}, ",")
	}
	return digits
}
