package overlay_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// BenchmarkCorrect lays five corrections, and a word that stands in every fifth row, over large rosters.
func BenchmarkCorrect(b *testing.B) {
	corrections := map[string]overlay.Corrections{
		"five cells": {Cells: cells{10: {"role": "manager"}, 1000: {"email": "x@x.test"}, 2000: {"teams": "A; B"}, 9000: {"role": "member"}, 15000: {"role": ""}}},
		"a word":     {Words: words{"role": {"chef": "manager"}}},
	}
	for _, d := range []struct {
		name string
		rows int
	}{{"x.csv", 50_000}, {"x.jsonl", 50_000}, {"x.yaml", 20_000}, {"x.xlsx", 50_000}} {
		content := large(b, d.name, d.rows)
		for name, c := range corrections {
			b.Run(strings.TrimPrefix(d.name, "x.")+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := overlay.Correct(b.Context(), memory(d.name, content), roster.Options{}, c); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func large(b *testing.B, name string, rows int) []byte {
	b.Helper()
	var out bytes.Buffer
	if name == "x.xlsx" {
		w, err := workbook.NewWriter(&out, workbook.Table{Sheet: "People", Header: []string{"email", "role", "teams", "note"}})
		for i := range rows {
			if err == nil {
				err = w.Write([]string{fmt.Sprintf("p%d@x.test", i), role(i), "Platform:developer", "note"}, false)
			}
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
		return out.Bytes()
	}
	if name == "x.csv" {
		out.WriteString("email,role,teams,note\n")
	}
	for i := range rows {
		switch name {
		case "x.csv":
			fmt.Fprintf(&out, "p%d@x.test,%s,Platform:developer,note\n", i, role(i))
		case "x.jsonl":
			fmt.Fprintf(&out, "{\"email\": \"p%d@x.test\", \"role\": \"%s\", \"teams\": \"Platform:developer\"}\n", i, role(i))
		case "x.yaml":
			fmt.Fprintf(&out, "- email: p%d@x.test\n  role: %s\n  teams: Platform\n", i, role(i))
		}
	}
	return out.Bytes()
}

func role(i int) string {
	if i%5 == 0 {
		return "chef"
	}
	return "member"
}
