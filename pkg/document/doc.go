// Package document opens the documents that people have, and says what they are: text in some encoding, an Excel
// workbook, or something that is no roster at all.
//
//	d, err := document.Open(ctx, document.File("people.csv"))
//	text, err := d.Text(document.Auto)
//
// Text is always valid UTF-8 with true lines, whatever the bytes were; where they cannot be read for certain, reading
// stops with an [*Error] that names the place and the remedy. No character is ever replaced by another. What is no text
// goes by its content, not by its name. The digest of the bytes is computed beside.
//
// The package knows nothing of people, rows and columns.
package document
