package document_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"rollcall/pkg/document"
)

// Text comes as UTF-8, whatever it was written in.
func Example() {
	source, discard, _ := document.Spool("people.csv", strings.NewReader("\xff\xfeZ\x00o\x00\xeb\x00")) // or document.File
	defer discard()
	d, err := document.Open(context.Background(), source)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	text, err := d.Text(document.Auto)
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := io.ReadAll(text)
	fmt.Println(text.Encoding, string(content), err)
	// Output:
	// UTF-16LE Zoë <nil>
}

// A document that is none of ours says what it is, and what to do.
func ExampleOpen() {
	source, discard, _ := document.Spool("people.csv", strings.NewReader("%PDF-1.7"))
	defer discard()
	_, err := document.Open(context.Background(), source)
	fmt.Println(err)
	// Output:
	// this is a PDF document (export the table as CSV from where it was made)
}
