package main_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
)

// benchTeam is the team of the service that benchmarks meet.
const benchTeam = "00000001-0000-4000-8000-000000000001"

// benchRow returns the cells of a row like those of a real roster: email, role, teams, Employee ID, Department.
func benchRow(i int) []string {
	return []string{
		fmt.Sprintf("person%d@company%d.example", i, i%50), "member", benchTeam + ":developer",
		fmt.Sprintf("%06d", i), fmt.Sprintf("Department %d", i%20),
	}
}

// written writes a file line by line and returns its path.
func written(b *testing.B, name string, rows int, header string, line func(i int) string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriter(file)
	out.WriteString(header)
	for i := range rows {
		out.WriteString(line(i))
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

const benchHeader = "email,role,teams,Employee ID,Department\n"

// rosterCSV returns a clean roster.
func rosterCSV(b *testing.B, rows int) string {
	b.Helper()
	return written(b, "roster.csv", rows, benchHeader, func(i int) string {
		row := benchRow(i)
		return fmt.Sprintf("%s,%s,%s,%s,%s\n", row[0], row[1], row[2], row[3], row[4])
	})
}

// rosterJSON returns the same roster as one list, or as an object in each line.
func rosterJSON(b *testing.B, rows int, lines bool) string {
	b.Helper()
	object := func(i int) string {
		row := benchRow(i)
		return fmt.Sprintf(`{"email": %q, "role": %q, "teams": %q, "extra": {"Employee ID": %q, "Department": %q}}`, row[0], row[1], row[2], row[3], row[4])
	}
	if lines {
		return written(b, "roster.jsonl", rows, "", func(i int) string { return object(i) + "\n" })
	}
	return written(b, "roster.json", rows, "[\n", func(i int) string {
		return object(i) + map[bool]string{true: "\n]\n", false: ",\n"}[i == rows-1]
	})
}

// rosterXLSX returns the same roster as a workbook.
func rosterXLSX(b *testing.B, rows int) string {
	b.Helper()
	file := excelize.NewFile()
	out, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	write := func(at int, cells ...any) {
		cell, err := excelize.CoordinatesToCellName(1, at)
		if err == nil {
			err = out.SetRow(cell, cells)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	write(1, "email", "role", "teams", "Employee ID", "Department")
	for i := range rows {
		row := benchRow(i)
		write(i+2, row[0], row[1], row[2], row[3], row[4])
	}
	path := filepath.Join(b.TempDir(), "roster.xlsx")
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}
