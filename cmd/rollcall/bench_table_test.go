package main_test

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// value is one that was measured. Those that are about the same stand in one line of the table, each behind its name.
type value struct {
	unit, about, name, goal string
	measured                float64
}

// note reports what was measured, as a metric and in the table. A goal begins with ≤ or ≥, and is empty where there is none.
func (s *scales) note(b *testing.B, unit, about, name, goal string, measured float64) {
	b.Helper()
	b.ReportMetric(measured, unit)
	b.ReportMetric(0, "ns/op")
	s.values = slices.DeleteFunc(s.values, func(v value) bool { return v.unit == unit }) // the last time counts
	s.values = append(s.values, value{unit, about, name, goal, measured})
}

// print prints the table in Markdown, if there is anything in it.
func (s *scales) print() {
	if len(s.values) == 0 {
		return
	}
	fmt.Printf("\n%s, %d cores, %s %s/%s:\n\n", time.Now().Format("2 January 2006"), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Print("| | goal | measured |\n|---|---|---|\n")
	for i, first := range s.values {
		if slices.ContainsFunc(s.values[:i], func(v value) bool { return v.about == first.about }) {
			continue // it stands in an earlier line
		}
		var goals, measured []string
		for _, v := range s.values[i:] {
			if v.about == first.about {
				goals, measured = append(goals, cmp.Or(v.goal, "–")), append(measured, strings.TrimSpace(v.name+" "+figure(v.measured)))
			}
		}
		fmt.Printf("| %s | %s | %s |\n", first.about, strings.Join(goals, "; "), strings.Join(measured, "; "))
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
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = strings.Join([]string{digits[:i], digits[i:]}, ",")
	}
	return digits
}
