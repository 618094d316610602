package workbook_test

import (
	"bytes"
	"fmt"

	"rollcall/pkg/workbook"
)

// A table is written as a workbook, and read back as it is shown.
func Example() {
	var document bytes.Buffer
	w, err := workbook.NewWriter(&document, workbook.Table{Sheet: "People", Header: []string{"email", "No."}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w.Write([]string{"ada@example.com", "007"}, false)
	w.Close()

	book, err := workbook.Open(document.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range book.Sheets[0].Rows() {
		fmt.Println(row.Number, row.Cells[0].Text, row.Cells[1].Text, err)
	}
	// Output:
	// 1 email No. <nil>
	// 2 ada@example.com 007 <nil>
}
