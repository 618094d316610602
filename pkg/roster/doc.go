// Package roster reads the document that lists the people to onboard: CSV, an Excel workbook, YAML, JSON
// or JSON Lines, in whatever dialect.
//
//	r, err := roster.Read(ctx, document.File("people.csv"), roster.Options{Role: "member"})
//	for entry, err := range r.Entries(ctx) { … }
//
// [People] makes a document of people whom a program has in memory or in a database.
//
// [Read] goes through the whole document once, says whether it can be used at all, and counts what is wrong with its
// rows; it goes through it again if somebody may be there twice. [Roster.Entries] goes through it again and yields every row
// with its findings. Memory does not grow with the cells: a row costs 8 bytes while duplicates are looked for, and 8 more if it
// has the number of its person. A YAML document is held as a whole, some thirty times its size, which is why it may have 16 MiB
// and 200,000 values at most; a stream of them is not. A workbook is held as it is, and with it the texts that its cells share,
// see [workbook.Open].
//
// Two kinds of trouble are kept apart. A wrong row is data: its entry is invalid and says where and why. A document
// in which rows cannot be told from each other, or columns cannot be understood, is a [RefusedError].
//
// The package opens no network connection, writes nothing, and never repairs a value by
// itself.
package roster
