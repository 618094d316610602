package workbook_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/workbook"
)

// repeated gives a text again and again.
type repeated struct{ text, rest string }

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// of returns as many whole texts as fit into so many MiB.
func of(text string, mib int) io.Reader {
	size := mib << 20 / len(text) * len(text)
	return io.LimitReader(&repeated{text: strings.Repeat(text, 1<<16/len(text)+1)}, int64(size))
}

func join(parts ...any) io.Reader {
	var readers []io.Reader
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			readers = append(readers, strings.NewReader(part))
		case io.Reader:
			readers = append(readers, part)
		}
	}
	return io.MultiReader(readers...)
}

// each returns a text for each number below count.
func each(count int, format string) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// peak calls run and returns the most memory that the heap had meanwhile, in MiB.
func peak(run func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	runtime.GC()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		var highest uint64
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			metrics.Read(sample)
			highest = max(highest, sample[0].Value.Uint64()>>20)
			select {
			case <-done:
				most <- highest
				return
			case <-ticker.C:
			}
		}
	}()
	run()
	close(done)
	return <-most
}

// readAll reads every row of every sheet.
func readAll(document []byte) error {
	book, err := workbook.Open(document)
	if err != nil {
		return err
	}
	for _, sheet := range book.Sheets {
		for _, err := range sheet.Rows() {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// bomb is an archive that is small and holds much, and what it is refused for.
type bomb struct {
	name  string
	parts map[string]io.Reader
	kind  error
	hurry bool
}

func bombs() []bomb {
	const some = 16 // MiB: more than the limits of a test in a hurry, and than any token may have
	row := `<row><c t="inlineStr"><is><t>a</t></is></c></row>`
	var numbers strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&numbers, `<row><c s="0"><v>%d.5</v></c></row>`, i)
	}
	return []bomb{
		{"blanks in a sheet", book(join("<sheetData>", of(" ", some), "</sheetData>")), workbook.ErrTooLarge, false},
		{"rows", book(join("<sheetData>", of(row, some), "</sheetData>")), workbook.ErrTooLarge, true},
		{"empty rows", book(join("<sheetData>", of("<row/>", 7), "</sheetData>")), workbook.ErrDamaged, false},
		{"a cell", book(join("<sheetData><row><c><v>", of("1", some), "</v></c></row></sheetData>")), workbook.ErrTooLarge, false},
		{"a cell of many runs", book(join(`<sheetData><row><c t="inlineStr"><is>`, of("<r><t>abc</t></r>", 4), "</is></c></row></sheetData>")), workbook.ErrTooLarge, false},
		{"a row of long cells", book(join("<sheetData><row>", of(`<c t="inlineStr"><is><t>`+strings.Repeat("x", 1<<16)+`</t></is></c>`, 4), "</row></sheetData>")), workbook.ErrTooLarge, false},
		{"a row of one long text", with(book(join("<sheetData><row>", of(`<c t="s"><v>0</v></c>`, 1), "</row></sheetData>")),
			"xl/sharedStrings.xml", join("<sst><si><t>", of("x", 1))), workbook.ErrTooLarge, false},
		{"numbers with a format", with(book(join("<sheetData>", numbers.String(), "</sheetData>")), "xl/styles.xml",
			join(`<numFmts><numFmt numFmtId="200" formatCode="`+strings.Repeat("#0,", 80)+`"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs>`)), nil, true},
		{"formats in use", with(book(join("<sheetData>", each(60_000, `<row><c s="%[1]d"><v>5</v></c></row>`), "</sheetData>")), "xl/styles.xml",
			join("<numFmts>", each(60_000, `<numFmt numFmtId="%[1]d" formatCode="%[1]d`+strings.Repeat("0", 200)+`"/>`), "</numFmts><cellXfs>", each(60_000, `<xf numFmtId="%d"/>`), "</cellXfs>")), nil, false},
		{"cells", book(join("<sheetData><row>", of(`<c><v>1</v></c>`, 1), "</row></sheetData>")), workbook.ErrDamaged, false},
		{"nested elements", book(join("<sheetData>", of("<a>", some))), workbook.ErrTooLarge, true},
		{"an element of attributes", book(join("<sheetData><row ", of(`a="" `, some))), workbook.ErrTooLarge, false},
		{"an attribute", book(join(`<sheetData><row a="`, of(`a`, some))), workbook.ErrTooLarge, false},
		{"a comment", book(join(`<!-- `, of(`a`, some), "-->")), workbook.ErrTooLarge, false},
		{"an entity", book(join(`<!DOCTYPE a [<!ENTITY b "`, of(`b`, 1), `">]><sheetData><row><c><v>&b;</v></c></row></sheetData>`)), workbook.ErrTooLarge, false},
		{"laughs", book(join(`<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><sheetData><row><c><v>&c;</v></c></row></sheetData>`)), workbook.ErrDamaged, false},
		{"merged cells", book(join("<sheetData>", of(row, 2), "</sheetData><mergeCells>", of(`<mergeCell ref="A1:A1048576"/>`, 2), "</mergeCells>")), workbook.ErrTooLarge, false},
		{"more merged cells", book(join("<sheetData/><mergeCells>", of(`<mergeCell ref="A1:A1048576"/>`, 5), "</mergeCells>")), workbook.ErrTooLarge, false},
		{"texts", with(book(join("<sheetData/>")), "xl/sharedStrings.xml", join("<sst>", of("<si><t>abc</t></si>", 2))), workbook.ErrTooLarge, true},
		{"styles", with(book(join("<sheetData/>")), "xl/styles.xml", join("<cellXfs>", of("<xf/>", 1))), workbook.ErrTooLarge, false},
		{"formats", with(book(join("<sheetData/>")), "xl/styles.xml", join("<numFmts>", of(`<numFmt numFmtId="1" formatCode="0"/>`, 15))), workbook.ErrTooLarge, true},
		{"sheets", with(book(join("<sheetData/>")), "xl/workbook.xml", join("<sheets>", of(`<sheet name="a" r:id="rId1"/>`, 1))), workbook.ErrTooLarge, false},
		{"sheets of one part", with(book(join("<sheetData>", of("<a/>"+strings.Repeat(" ", 1<<16), 4), "</sheetData>")), "xl/workbook.xml", join("<sheets>", strings.Repeat(`<sheet name="a" r:id="rId1"/>`, 100))), workbook.ErrTooLarge, true},
		{"relations", with(book(join("<sheetData/>")), "xl/_rels/workbook.xml.rels", of(`<Relationship Id="a"/>`, 3)), workbook.ErrTooLarge, false},
		{"links", with(book(join("<sheetData/>")), "xl/worksheets/_rels/sheet1.xml.rels", of(`<Relationship Id="a" Type="hyperlink" Target="mailto:a"/>`, 8)), workbook.ErrTooLarge, false},
	}
}

// TestBombs reads them.
func TestBombs(t *testing.T) {
	for _, tt := range bombs() {
		t.Run(tt.name, func(t *testing.T) {
			document := archive(t, tt.parts)
			if tt.hurry {
				defer workbook.Hurry()()
			}
			for _, lie := range []bool{false, true} {
				if lie {
					understate(document)
				}
				var err error
				if most := peak(func() { err = readAll(document) }); most > 120 {
					t.Errorf("lie %t: it took %d MiB", lie, most)
				}
				if !errors.Is(err, tt.kind) && (!lie || !errors.Is(err, workbook.ErrDamaged)) {
					t.Errorf("lie %t: %v, want %v", lie, err, tt.kind)
				}
			}
		})
	}
}

// To edit them takes no more than to read them, whatever is changed.
func TestBombsAreNotEdited(t *testing.T) {
	changes := map[string]func(*workbook.Edit) error{
		"replace": func(e *workbook.Edit) error { _, err := e.Replace(5, 1, "a", "b"); return err },
		"put":     func(e *workbook.Edit) error { return e.Put(5, 3, "b") },
		"remove":  func(e *workbook.Edit) error { e.Remove(5); return nil },
	}
	for name, change := range changes {
		for _, tt := range bombs() {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				document := archive(t, tt.parts)
				understate(document)
				if tt.hurry {
					defer workbook.Hurry()()
				}
				var err error
				most := peak(func() {
					var edit *workbook.Edit
					if edit, err = workbook.OpenEdit(document, "People"); err != nil {
						return
					}
					if err = change(edit); err == nil {
						err = edit.Write(io.Discard)
					}
					err = errors.Join(err, edit.Close())
				})
				if most > 150 {
					t.Errorf("it took %d MiB", most)
				}
				if err != nil && !errors.As(err, new(*workbook.Error)) {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

func TestManyParts(t *testing.T) {
	var document bytes.Buffer
	out := zip.NewWriter(&document)
	for i := range 200_000 {
		if _, err := out.CreateRaw(&zip.FileHeader{Name: strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if most := peak(func() { err = readAll(document.Bytes()) }); most > 80 {
		t.Errorf("it took %d MiB", most)
	}
	if !errors.Is(err, workbook.ErrTooLarge) {
		t.Errorf("%v, want %v", err, workbook.ErrTooLarge)
	}
}

// understate has the archive's directory say that its large parts are 1,000 bytes long.
func understate(document []byte) {
	const large = 1 << 20
	for at := 0; ; at += 4 {
		next := bytes.Index(document[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return
		}
		at += next
		if size := document[at+24 : at+28]; binary.LittleEndian.Uint32(size) > large {
			binary.LittleEndian.PutUint32(size, 1000)
		}
	}
}
