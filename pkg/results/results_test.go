package results_test

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/secret"
	"rollcall/pkg/workbook"
)

const header = "row,line,email,role,teams,outcome,invitation_id,token,status,organization_id,organization_name," +
	"organization_role,expires_at,attempts,http_status,error,hint,updated_at"

// invited is a first record with something in every field.
func invited() record.Record {
	return record.Record{
		Row: 1, Line: 2, Email: "ada@example.com", Role: "member", Teams: "Platform:developer; R&D:read_only",
		Extra:   []string{"Engines", "7"},
		Outcome: record.Invited, InvitationID: "inv-1", Token: secret.New("tok-1"), Status: "pending",
		OrganizationID: "org-1", OrganizationName: "Acme", OrganizationRole: "member",
		ExpiresAt: time.Date(2026, 11, 23, 1, 2, 3, 456, time.FixedZone("", 3600)),
		Attempts:  2, HTTPStatus: 201, Error: "none", Hint: "look",
		UpdatedAt: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
	}
}

func write(t *testing.T, format results.Format, extra []string, records ...record.Record) string {
	t.Helper()
	var out bytes.Buffer
	w, err := results.NewWriter(&out, format, extra)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriterLaysOutEveryColumn(t *testing.T) {
	bare := record.Record{Row: 2, Line: 3, Email: "no", Outcome: record.Invalid, Error: `not an address: "no"`}
	tests := []struct {
		name   string
		format results.Format
		want   string
	}{
		{"csv", results.CSV, header + ",Department,Desk\n" +
			"1,2,ada@example.com,member,Platform:developer; R&D:read_only,invited,inv-1,tok-1,pending,org-1,Acme,member," +
			"2026-11-23T00:02:03Z,2,201,none,look,2026-11-22T00:00:00Z,Engines,7\n" +
			`2,3,no,,,invalid,,,,,,,,0,,"not an address: ""no""",,,,` + "\n"},
		{"json lines", results.JSONLines, `{"row":1,"line":2,"email":"ada@example.com","role":"member",` +
			`"teams":"Platform:developer; R&D:read_only","outcome":"invited","invitation_id":"inv-1","token":"tok-1",` +
			`"status":"pending","organization_id":"org-1","organization_name":"Acme","organization_role":"member",` +
			`"expires_at":"2026-11-23T00:02:03Z","attempts":2,"http_status":201,"error":"none","hint":"look",` +
			`"updated_at":"2026-11-22T00:00:00Z","Department":"Engines","Desk":"7"}` + "\n" +
			`{"row":2,"line":3,"email":"no","role":"","teams":"","outcome":"invalid","invitation_id":"","token":"",` +
			`"status":"","organization_id":"","organization_name":"","organization_role":"","expires_at":null,` +
			`"attempts":0,"http_status":null,"error":"not an address: \"no\"","hint":"","updated_at":null,` +
			`"Department":"","Desk":""}` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := write(t, tt.format, []string{"Department", "Desk"}, invited(), bare)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWriterWithoutRows(t *testing.T) {
	if got, want := write(t, results.CSV, nil), header+"\n"; got != want {
		t.Errorf("CSV = %q, want %q", got, want)
	}
	if got := write(t, results.JSONLines, nil); got != "" {
		t.Errorf("JSON Lines = %q, want nothing", got)
	}
}

func TestColumns(t *testing.T) {
	if diff := cmp.Diff(strings.Split(header, ","), results.Columns()); diff != "" {
		t.Error(diff)
	}
}

func TestWriterKeepsColumnNamesDistinct(t *testing.T) {
	tests := []struct {
		name string
		give []string
		want string
	}{
		{"own names", []string{"Department", "Desk"}, "Department,Desk"},
		{"a fixed column", []string{"token", "Error"}, "token (2),Error (2)"},
		{"repeated", []string{"Note", "note", "NOTE"}, "Note,note (2),NOTE (3)"},
		{"a name that looks numbered", []string{"Note", "Note (2)", "Note"}, "Note,Note (2),Note (3)"},
		{"without a name", []string{"", ""}, `, (2)`},
		{"a formula", []string{"=1+1"}, "'=1+1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := write(t, results.CSV, tt.give)
			// encoding/csv quotes a cell that begins with a space.
			got = strings.ReplaceAll(got, `"`, "")
			if want := header + "," + tt.want + "\n"; got != want {
				t.Errorf("header = %q, want %q", got, want)
			}
		})
	}
}

func TestCSVDefusesFormulas(t *testing.T) {
	tests := []struct{ give, want string }{
		{"plain", "plain"},
		{"", ""},
		{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		{"+33 1 23", "'+33 1 23"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t'=1"},
		{"\r=1", "'\r'=1"},
		{"\n=1", "'\n'=1"},
		{"\tx", "'\tx"},
		{"＝1", "'＝1"},
		{`Ann;=HYPERLINK("http://x.test")`, `Ann;'=HYPERLINK("http://x.test")`},
		{"Ann,+1|-2\n@3", "Ann,'+1|'-2\n'@3"},
		{"Platform:developer; Security:team_manager", "Platform:developer; Security:team_manager"},
		{"'=1", "''=1"},
		{"''", "''"},
		{"'tis", "'tis"},
		{"a=1", "a=1"},
		{" =1", " =1"},
		{"é=1", "é=1"},
	}
	for _, tt := range tests {
		r := record.Record{Row: 1, Outcome: record.Rejected, Email: tt.give, Error: tt.give, Extra: []string{tt.give}}
		_, rows := readCSV(t, write(t, results.CSV, []string{"x"}, r))
		for _, column := range []int{2, 15, 18} {
			if got := rows[0][column]; got != tt.want {
				t.Errorf("column %d of %q = %q, want %q", column, tt.give, got, tt.want)
			}
		}
		if got := plain(tt.want); got != tt.give {
			t.Errorf("plain(%q) = %q, want %q", tt.want, got, tt.give)
		}
		exact := readObjects(t, write(t, results.JSONLines, []string{"x"}, r))[0]
		if exact["email"] != tt.give || exact["x"] != tt.give {
			t.Errorf("JSON of %q = %q and %q", tt.give, exact["email"], exact["x"])
		}
	}
}

func TestWriterRefusesMistakes(t *testing.T) {
	tests := []struct {
		name string
		give []record.Record
		want string
	}{
		{"no outcome", []record.Record{{Row: 3}}, "write results: row 3: it has no outcome to write: unset"},
		{"no such outcome", []record.Record{{Row: 3, Outcome: 99}}, "write results: row 3: it has no outcome to write: outcome(99)"},
		{"no row number", []record.Record{{Outcome: record.Invited}}, "write results: row 0: it comes after row 0"},
		{"the same row", []record.Record{{Row: 3, Outcome: record.Invited}, {Row: 3, Outcome: record.Invited}}, "write results: row 3: it comes after row 3"},
		{"out of order", []record.Record{{Row: 3, Outcome: record.Invited}, {Row: 2, Outcome: record.Invited}}, "write results: row 2: it comes after row 3"},
		{"too many cells", []record.Record{{Row: 1, Outcome: record.Invited, Extra: []string{"", ""}}}, "write results: row 1: it has 2 extra cells for 1 columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, err := results.NewWriter(&bytes.Buffer{}, results.CSV, []string{"x"})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range tt.give {
				err = w.Write(r)
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("Write = %v, want %s", err, tt.want)
			}
			if again := w.Close(); !errors.Is(again, err) {
				t.Errorf("Close = %v, want the same error", again)
			}
		})
	}
}

func TestWriterAfterClose(t *testing.T) {
	w, err := results.NewWriter(&bytes.Buffer{}, results.JSONLines, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(invited()); err == nil {
		t.Error("Write after Close went through")
	}
	if err := w.Close(); err == nil {
		t.Error("a second Close went through")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("disk full")

func TestWriterReportsTheStreamsError(t *testing.T) {
	for _, format := range []results.Format{results.CSV, results.JSONLines, results.XLSX} {
		w, err := results.NewWriter(full{}, format, nil)
		if err != nil {
			t.Fatal(err)
		}
		for row := 1; err == nil && row < 10_000; row++ {
			err = w.Write(record.Record{Row: row, Outcome: record.Invited})
		}
		if !errors.Is(err, errFull) {
			t.Errorf("%s: Write = %v, want the stream's error", format, err)
		}
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("%s: Close = %v, want the stream's error", format, err)
		}
	}
}

func TestFormatOf(t *testing.T) {
	tests := []struct {
		give string
		want results.Format
		err  string
	}{
		{give: "a.csv", want: results.CSV},
		{give: "dir.jsonl/A.CSV", want: results.CSV},
		{give: "a.results.jsonl", want: results.JSONLines},
		{give: "a.ndjson", want: results.JSONLines},
		{give: "a.results.XLSX", want: results.XLSX},
		{give: "a.txt", err: "results a.txt: the name must end in .csv, .jsonl, .ndjson, .xlsx"},
		{give: "csv", err: "results csv: the name must end in .csv, .jsonl, .ndjson, .xlsx"},
	}
	for _, tt := range tests {
		got, err := results.FormatOf(tt.give)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("FormatOf(%q) = %q, %v", tt.give, got, err)
		}
	}
	if _, err := results.NewWriter(&bytes.Buffer{}, "xml", nil); err == nil {
		t.Error("NewWriter took an unknown format")
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, format := range []results.Format{results.CSV, results.JSONLines, results.XLSX} {
		b.Run(string(format), func(b *testing.B) {
			w, err := results.NewWriter(discard{}, format, []string{"Department", "Desk"})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			r := invited()
			for b.Loop() {
				if err := w.Write(r); err != nil {
					b.Fatal(err)
				}
				if r.Row++; format == results.XLSX && r.Row == workbook.MaxRows {
					b.StopTimer()
					if w, err = results.NewWriter(discard{}, format, []string{"Department", "Desk"}); err != nil {
						b.Fatal(err)
					}
					r.Row = 1
					b.StartTimer()
				}
			}
		})
	}
}

// discard is not io.Discard, which writers may treat specially.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Rows go through the library many at once: none is lost where such a group ends, and nothing that a caller uses again for the
// next row is looked at later.
func TestManyRowsKeepTheirCells(t *testing.T) {
	const rows = 200
	for _, format := range []results.Format{results.CSV, results.JSONLines} {
		var out bytes.Buffer
		w, err := results.NewWriter(&out, format, []string{"Desk"})
		if err != nil {
			t.Fatal(err)
		}
		extra := []string{""}
		for n := 1; n <= rows; n++ {
			extra[0] = "desk " + strconv.Itoa(n)
			if err := w.Write(record.Record{Row: n, Outcome: record.NotSent, Extra: extra}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if format == results.CSV {
			lines = lines[1:]
		}
		if len(lines) != rows {
			t.Fatalf("%s: %d rows, want %d", format, len(lines), rows)
		}
		for i, line := range lines {
			begin, end := fmt.Sprintf("%d,0,", i+1), fmt.Sprintf(",desk %d", i+1)
			if format == results.JSONLines {
				begin, end = fmt.Sprintf(`{"row":%d,`, i+1), fmt.Sprintf(`,"Desk":"desk %d"}`, i+1)
			}
			if !strings.HasPrefix(line, begin) || !strings.HasSuffix(line, end) {
				t.Errorf("%s: row %d is %q", format, i+1, line)
			}
		}
	}
}
