package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/pkg/ledger/sqlite"
)

// people writes a roster of people who differ in their number only.
func people(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: people N FILE")
	}
	var b strings.Builder
	b.WriteString("email,role,teams\n")
	for n := range number(ts, args[0]) {
		fmt.Fprintf(&b, "person%03d@example.com,member,Platform\n", n+1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o600))
}

// writeBytes writes what no script can hold: its argument is the inside of a Go string.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf(`usage: bytes FILE 'PK\x03\x04'`)
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// column checks the cells of a column in a CSV file, a workbook, or in stdout.
func column(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: column FILE name cell[*N]...")
	}
	got := cells(ts, args[0], args[1])
	var want []string
	for _, cell := range args[2:] {
		text, times, found := strings.Cut(cell, "*")
		n := 1
		if found {
			n = number(ts, times)
		}
		want = append(want, slices.Repeat([]string{text}, n)...)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		ts.Fatalf("%s of %s (-want +got):\n%s", args[1], args[0], diff)
	}
}

// cells returns the cells of a column in a CSV file or a workbook.
func cells(ts *testscript.TestScript, file, name string) (cells []string) {
	var rows [][]string
	if strings.HasSuffix(file, ".xlsx") {
		rows = sheetRows(ts, file)
	} else {
		table := csv.NewReader(strings.NewReader(strings.TrimPrefix(ts.ReadFile(file), "\ufeff")))
		table.Comma = delimiterOf(ts, file)
		var err error
		rows, err = table.ReadAll()
		ts.Check(err)
	}
	if len(rows) == 0 {
		ts.Fatalf("%s is empty", file)
	}
	place := slices.Index(rows[0], name)
	if place < 0 {
		ts.Fatalf("%s has no column %q but %q", file, name, rows[0])
	}
	for _, row := range rows[1:] {
		cells = append(cells, row[place])
	}
	return cells
}

// delimiterOf returns the one that a CSV file has most of in its header.
func delimiterOf(ts *testscript.TestScript, file string) rune {
	header, _, _ := strings.Cut(ts.ReadFile(file), "\n")
	return slices.MaxFunc([]rune(",;\t|"), func(a, b rune) int {
		return cmp.Compare(strings.Count(header, string(a)), strings.Count(header, string(b)))
	})
}

// mode checks the permissions of files.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mode 0600 FILE...")
	}
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, file := range args[1:] {
		info, err := os.Stat(ts.MkAbs(file))
		ts.Check(err)
		if got := info.Mode().Perm(); got != os.FileMode(want) {
			ts.Fatalf("%s has mode %04o, want %04o", file, got, want)
		}
	}
}

// hold holds a ledger until the script ends, as another run would. It is held since 1 May 2026, 12:00 UTC.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold FILE")
	}
	held, err := sqlite.Open(ts.MkAbs(args[0]), sqlite.Options{
		Now: func() time.Time { return time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC) },
	})
	ts.Check(err)
	ts.Setenv("HOLDER", strconv.Itoa(os.Getpid()))
	ts.Defer(func() {
		if err := held.Close(); err != nil {
			ts.Logf("%v", err)
		}
	})
}
