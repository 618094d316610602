package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cli"
)

// foundCase is a line of testdata/cases/*.jsonl: a roster as people have it, and what is right to make of it.
type foundCase struct {
	// File is the roster, in the folder of the line; Args are added to check and to invite.
	File      string   `json:"file"`
	Args      []string `json:"args"`
	Situation string   `json:"situation"`
	Expected  struct {
		// Rows are what a dry run makes of the rows, each as line, e-mail, role, outcome and perhaps teams; null stands
		// for anything, and without the list nothing is said about them.
		Rows [][]any `json:"rows"`
		// Columns are the cells of columns in the results, exactly.
		Columns map[string][]string `json:"columns"`
		// Finding are patterns, each of which a line of check matches behind the name of the file: at once if it
		// begins with a digit, anywhere else otherwise. None of the lines matches a pattern of Silent.
		Finding []string `json:"finding"`
		Silent  []string `json:"silent"`
		// Refused is a pattern for the reason why nothing can be made of the roster.
		Refused string `json:"refused"`
	} `json:"expected"`
	// Source is a public thread that describes the situation.
	Source string `json:"source"`
}

// rosterRefused is the exit code of a roster that is unreadable, empty or invalid.
const rosterRefused = 5

// TestCases reads the rosters of testdata/cases as check does, and as a dry run of invite without a network.
func TestCases(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "cases")
	lists, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, list := range lists {
		for _, c := range readCases(t, list) {
			t.Run(strings.TrimSpace(c.File+" "+strings.Join(c.Args, " ")), func(t *testing.T) {
				t.Chdir(folder)
				c.check(t)
				if c.Expected.Refused == "" {
					c.invite(t)
					c.fix(t)
				}
			})
		}
	}
}

func readCases(t *testing.T, list string) (cases []foundCase) {
	t.Helper()
	content, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var c foundCase
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%s: %v in %s", list, err, lines.Text())
		}
		if c.Expected.Rows == nil && c.Expected.Finding == nil && c.Expected.Columns == nil && c.Expected.Refused == "" {
			t.Errorf("%s: %s expects nothing", list, c.File)
		}
		cases = append(cases, c)
	}
	return cases
}

// rollcall runs the program without an environment but for a home of its own, and returns what it prints.
func rollcall(t *testing.T, args ...string) (out, log string, code int) {
	t.Helper()
	home := t.TempDir()
	var product, noise bytes.Buffer
	code = int(cli.Run(t.Context(), cli.Process{
		Args: args, In: strings.NewReader(""), Out: &product, Err: &noise,
		Lookup: func(name string) (string, bool) {
			return home, slices.Contains([]string{"HOME", "XDG_STATE_HOME", "USERPROFILE", "LOCALAPPDATA"}, name)
		},
	}))
	return product.String(), noise.String(), code
}

// check holds what check says to what is expected of it.
func (c foundCase) check(t *testing.T) {
	t.Helper()
	out, log, code := rollcall(t, append([]string{"check", c.File}, c.Args...)...)
	findings := strings.Split(out, "\n")
	said := func(pattern string) bool {
		if strings.Trim(pattern[:1], "0123456789") != "" {
			pattern = ".*" + pattern
		}
		lines := regexp.MustCompile("^" + regexp.QuoteMeta(c.File) + ":(" + pattern + ")")
		return slices.ContainsFunc(findings, lines.MatchString)
	}
	patterns := c.Expected.Finding
	if c.Expected.Refused != "" {
		patterns = append(slices.Clone(patterns), "("+c.Expected.Refused+")")
		if code != rosterRefused || strings.Contains(log, "read as") {
			t.Errorf("check ends with %d and is to refuse the roster: %s%s", code, out, log)
		}
	}
	for _, pattern := range patterns {
		if !said(pattern) {
			t.Errorf("no finding matches %q:\n%s%s", pattern, out, log)
		}
	}
	for _, pattern := range c.Expected.Silent {
		if said(pattern) {
			t.Errorf("a finding matches %q:\n%s", pattern, out)
		}
	}
}

// invite holds the results of a dry run to what is expected of them.
func (c foundCase) invite(t *testing.T) {
	t.Helper()
	out, log, code := rollcall(t, append([]string{"invite", c.File, "--dry-run", "--offline", "--invalid", "skip", "--results", "-"}, c.Args...)...)
	reader := csv.NewReader(strings.NewReader(out))
	header, err := reader.Read()
	if err != nil {
		t.Fatalf("no results, code %d: %v\n%s", code, err, log)
	}
	var rows [][]string
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	column := func(name string) (cells []string) {
		at := slices.Index(header, name)
		if at < 0 {
			t.Fatalf("the results have no column %q but %q", name, header)
		}
		for _, row := range rows {
			cells = append(cells, row[at])
		}
		return cells
	}
	for name, want := range c.Expected.Columns {
		if diff := cmp.Diff(want, column(name)); diff != "" {
			t.Errorf("column %s (-want +got):\n%s", name, diff)
		}
	}
	if c.Expected.Rows == nil {
		return
	}
	if len(rows) != len(c.Expected.Rows) {
		t.Fatalf("%d rows instead of %d:\n%s", len(rows), len(c.Expected.Rows), out)
	}
	for i, name := range []string{"line", "email", "role", "outcome", "teams"} {
		for j, got := range column(name) {
			if want := c.Expected.Rows[j]; i < len(want) && want[i] != nil && textOf(want[i]) != got {
				t.Errorf("row %d: %s is %q instead of %q:\n%s", j+1, name, got, textOf(want[i]), out)
			}
		}
	}
}

// fix has done to the roster what needs no person: a cell that may not be changed is a finding still, and no reason to leave
// the others.
func (c foundCase) fix(t *testing.T) {
	t.Helper()
	fixed := filepath.Join(t.TempDir(), "fixed"+filepath.Ext(c.File))
	_, _, before := rollcall(t, append([]string{"check", c.File}, c.Args...)...)
	out, log, after := rollcall(t, append([]string{"check", c.File, "--fix", fixed}, c.Args...)...)
	if after != before && after != 0 || !strings.Contains(log, "read as") {
		t.Errorf("check ends with %d, and with %d once the roster is fixed:\n%s%s", before, after, out, log)
	}
	if again, log, code := rollcall(t, append([]string{"check", fixed, "--fix", fixed + filepath.Ext(c.File)}, c.Args...)...); code != after {
		t.Errorf("check ends with %d, and with %d once the fixed roster is fixed:\n%s%s", after, code, again, log)
	}
}

// textOf is how the results write a value of the list.
func textOf(value any) string {
	if number, ok := value.(float64); ok {
		return strconv.Itoa(int(number))
	}
	return fmt.Sprint(value)
}
