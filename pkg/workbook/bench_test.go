package workbook_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// benchRows is the largest roster that people keep in a workbook.
const benchRows = 100_000

// largeWorkbook returns one with texts of their own and, if they are wanted, a date and a number in formats of their own.
func largeWorkbook(b *testing.B, formats bool) []byte {
	b.Helper()
	file := excelize.NewFile()
	out, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	date, phone := "dd.mm.yyyy", `[<=9999999]###\-####;\(###\)\ ###\-####`
	day, err := file.NewStyle(&excelize.Style{CustomNumFmt: &date})
	if err != nil {
		b.Fatal(err)
	}
	number, err := file.NewStyle(&excelize.Style{CustomNumFmt: &phone})
	if err != nil {
		b.Fatal(err)
	}
	for i := range benchRows {
		row := []any{fmt.Sprintf("Person Number %d", i), fmt.Sprintf("person.%d@example.com", i), "member", "Platform:developer; Security", "Engineering", i}
		if formats {
			row = append(row[:4], excelize.Cell{StyleID: day, Value: 40_000 + i%5000}, excelize.Cell{StyleID: number, Value: 4_255_550_000 + i})
		}
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err := errors.Join(err, out.SetRow(cell, row)); err != nil {
			b.Fatal(err)
		}
	}
	var document bytes.Buffer
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Write(&document); err != nil {
		b.Fatal(err)
	}
	return document.Bytes()
}

// iterate measures the yardstick: excelize's iterator over the rows.
func iterate(b *testing.B, document []byte) time.Duration {
	b.Helper()
	began := time.Now()
	file, err := excelize.OpenReader(bytes.NewReader(document))
	if err != nil {
		b.Fatal(err)
	}
	rows, err := file.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	count := 0
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
		count++
	}
	if err := rows.Close(); err != nil || count != benchRows {
		b.Fatalf("%d rows, %v", count, err)
	}
	taken := time.Since(began)
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return taken
}

// To read the rows of a workbook is to cost no more than half of excelize's iterator over them.
func BenchmarkRows(b *testing.B) {
	for name, formats := range map[string]bool{"texts": false, "formats": true} {
		b.Run(name, func(b *testing.B) {
			document := largeWorkbook(b, formats)
			b.ReportAllocs()
			var yardstick time.Duration
			for b.Loop() {
				b.StopTimer()
				yardstick += iterate(b, document)
				b.StartTimer()
				readRows(b, document)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(yardstick), "x-excelize")
		})
	}
}

func readRows(b *testing.B, document []byte) {
	b.Helper()
	book, err := workbook.Open(document)
	if err != nil {
		b.Fatal(err)
	}
	count := 0
	for _, err := range book.Sheets[0].Rows() {
		if err != nil {
			b.Fatal(err)
		}
		count++
	}
	if count != benchRows {
		b.Fatalf("%d rows", count)
	}
}
