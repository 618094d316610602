package workbook_test

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"rollcall/pkg/workbook"
)

func TestTooManyRowsAreNotTakenAway(t *testing.T) {
	var document bytes.Buffer
	w, err := workbook.NewWriter(&document, workbook.Table{Sheet: "People", Header: []string{"email"}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 600 {
		if err := w.Write([]string{"p" + strconv.Itoa(n) + "@x.example"}, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for gone, want := range map[int]string{3: "", 501: "501 rows are there twice, and at most 500 can be taken out of a workbook"} {
		edit, err := workbook.OpenEdit(document.Bytes(), "People")
		if err != nil {
			t.Fatal(err)
		}
		for n := range gone {
			edit.Remove(n + 2)
		}
		err = edit.Write(io.Discard)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("without %d rows: %v", gone, err)
		}
		if err := edit.Close(); err != nil {
			t.Error(err)
		}
	}
}
