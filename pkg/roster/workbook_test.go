package roster_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// page is a sheet of a workbook that a test makes.
type page struct {
	name, state string
	// rows and after are XML: what is in the sheet, and what follows it.
	rows  []string
	after string
	// mails are the targets of the links rId1, rId2, …
	mails []string
}

// cells is a row of text cells, of which empty ones are left out. What begins with "<c" is a cell as it is.
func cells(number int, all ...string) string { return lineWith("", number, all...) }

// unseen is a row that is hidden.
func unseen(number int, cells ...string) string { return lineWith(` hidden="1"`, number, cells...) }

func lineWith(attributes string, number int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d"%s>`, number, attributes)
	for i, cell := range cells {
		at := fmt.Sprintf(`<c r="%c%d"`, 'A'+i, number)
		switch raw, isRaw := strings.CutPrefix(cell, "<c"); {
		case isRaw:
			b.WriteString(at + raw)
		case cell != "":
			b.WriteString(at + ` t="inlineStr"><is><t xml:space="preserve">` + strings.ReplaceAll(cell, "&", "&amp;") + `</t></is></c>`)
		}
	}
	return b.String() + "</row>"
}

// date, padded and formula are cells as programs write them.
func date(days string) string    { return `<c s="1"><v>` + days + `</v></c>` }
func padded(n string) string     { return `<c s="2"><v>` + n + `</v></c>` }
func numeric(n string) string    { return `<c><v>` + n + `</v></c>` }
func formula(text string) string { return `<c t="str"><f>X</f><v>` + text + `</v></c>` }

const unsaved = `<c><f>X</f></c>`

// workbookOf makes a workbook.
func workbookOf(t *testing.T, pages ...page) []byte {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
	}
	var sheets, related strings.Builder
	for i, p := range pages {
		id := i + 1
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%[2]d" state="%s"/>`, p.name, id, cmp.Or(p.state, "visible"))
		fmt.Fprintf(&related, `<Relationship Id="rId%d" Type="x/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, id)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = `<worksheet><sheetData>` + strings.Join(p.rows, "") + `</sheetData>` + p.after + `</worksheet>`
		var links strings.Builder
		for j, target := range p.mails {
			fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="x/hyperlink" Target="%s" TargetMode="External"/>`, j+1, target)
		}
		parts[fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", id)] = `<Relationships>` + links.String() + `</Relationships>`
	}
	parts["xl/workbook.xml"] = `<workbook><sheets>` + sheets.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships><Relationship Id="s" Type="x/styles" Target="styles.xml"/>` + related.String() + `</Relationships>`
	return zipOf(t, parts)
}

func zipOf(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sourceOf(name string, content []byte) document.Source {
	return document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

var (
	heading = cells(1, "email", "role", "teams")
	ada     = cells(2, "ada@example.com", "member", "Platform:developer; Security:team_manager")
)

func TestWorkbooks(t *testing.T) {
	results := "row,line,email,role,teams,outcome,invitation_id,token,status,organization_id," +
		"organization_name,organization_role,expires_at,attempts,http_status,error,hint,updated_at,Note"
	var many []string
	for i := range 12 {
		many = append(many, unseen(i+3, fmt.Sprintf("p%d@example.com", i), "member"))
	}
	tests := []struct {
		name    string
		pages   []page
		options roster.Options
	}{
		{name: "plain", pages: []page{{name: "Tabelle1", rows: []string{heading, ada, cells(3, " Bruno@Example.com ", "Billing Manager", "R&D")}}}},
		{name: "titles", pages: []page{{name: "HR export", rows: []string{
			cells(1, "", "People to onboard"), cells(2, "", "November 2026", "", "Contact: hr@example.com"), cells(4, "", "E-Mail", "Name", "Rolle", "Teams"),
			cells(5, "", "ada@example.com", "Ada", "member", "Platform"), cells(6, "", "bruno.example.com", "Bruno", "memmber", "Platform:chef"),
		}, after: `<mergeCells><mergeCell ref="B1:E1"/></mergeCells>`}}},
		{name: "two-sheets", pages: []page{{name: "Read me", rows: []string{cells(1, "Fill in the sheet People."), cells(2, "Ask hr@example.com.")}}, {name: "People", rows: []string{heading, ada}}}},
		{name: "two-rosters", pages: []page{{name: "Berlin", rows: []string{heading, ada}}, {name: "Leavers", rows: []string{heading, ada}}, {name: "Notes", rows: []string{cells(1, "x")}}}},
		{
			name: "two-rosters-named", options: roster.Options{Sheet: " berlin"},
			pages: []page{{name: "Leavers", rows: []string{heading, cells(2, "x@example.com", "member")}}, {name: "Berlin", rows: []string{heading, ada}}},
		},
		{name: "no-such-sheet", options: roster.Options{Sheet: "Bonn"}, pages: []page{{name: "Berlin", rows: []string{heading, ada}}, {name: "Old", state: "veryHidden"}}},
		{name: "hidden-rows", pages: []page{{name: "People", rows: []string{heading, unseen(2, "ada@example.com", "member"), cells(3, "bruno@example.com", "member"), unseen(4, "", ""), unseen(5, "chen@example.com", "member")}}}},
		{name: "many-hidden-rows", pages: []page{{name: "People", rows: append([]string{heading, ada}, many...)}}},
		{name: "hidden-sheet", pages: []page{{name: "Archive", state: "hidden", rows: []string{heading, cells(2, "old@example.com", "member")}}, {name: "People", rows: []string{heading, ada}}}},
		{name: "only-hidden-sheet", pages: []page{{name: "Archive", state: "hidden", rows: []string{heading, ada}}, {name: "People", rows: []string{cells(1, "Name"), cells(2, "Ada")}}}},
		{name: "hidden-sheet-named", options: roster.Options{Sheet: "Archive"}, pages: []page{{name: "Archive", state: "hidden", rows: []string{heading, ada}}, {name: "People", rows: []string{heading}}}},
		{name: "links", pages: []page{{name: "People", rows: []string{
			cells(1, "email", "role", "website"), cells(2, "Ada Lovelace", "member", "Ada's"), cells(3, "bruno@example.com", "member"), cells(4, "Chen", "member"), cells(5, "Dalia", "member"),
		}, after: `<hyperlinks><hyperlink ref="A2" r:id="rId1"/><hyperlink ref="A3" r:id="rId2"/><hyperlink ref="A4" r:id="rId3"/></hyperlinks>`, mails: []string{"mailto:ada@example.com?subject=Hi", "mailto:old@example.com", "https://example.com/chen@example.com"}}}},
		{name: "dates-and-numbers", pages: []page{{name: "People", rows: []string{
			cells(1, "email", "role", "teams", "Starts", "Number", "Cost"), cells(2, "ada@example.com", "member", numeric("2024"), date("46349"), padded("42"), numeric("0.30000000000000004")),
			cells(3, numeric("12345"), numeric("1"), "", date("46349.75"), padded("123456"), `<c t="b"><v>1</v></c>`),
		}}}},
		{name: "formulas", pages: []page{{name: "People", rows: []string{
			cells(1, "email", "role", "teams", "Name"), cells(2, formula("ada@example.com"), formula("member"), formula(""), formula("Ada")), cells(3, unsaved, "member", unsaved, unsaved),
			cells(4, `<c t="e"><f>VLOOKUP()</f><v>#N/A</v></c>`, "member"), cells(5, "", "", "", unsaved),
		}}}},
		{name: "merged", pages: []page{{name: "People", rows: []string{
			heading, cells(2, "ada@example.com", "member", "Platform"), cells(3, "bruno@example.com", "manager"), cells(4, "chen@example.com"), cells(5, "dalia@example.com", "member"),
		}, after: `<mergeCells><mergeCell ref="C2:C4"/><mergeCell ref="B3:B4"/></mergeCells>`}}},
		{name: "merged-address", pages: []page{{name: "People", rows: []string{
			heading, cells(2, "ada@example.com", "member", "Platform"), cells(3, "", "member", "Security"),
		}, after: `<mergeCells><mergeCell ref="A2:A3"/></mergeCells>`}}},
		{name: "beside-the-table", pages: []page{{name: "People", rows: []string{
			cells(1, "", "email", "", "role"), cells(2, "1", "ada@example.com", "vip", "member", "", "a note"), cells(3, "", "", "", "", "", "another"), cells(4, "3"), cells(7, "Total", "1"),
		}}}},
		{name: "duplicates", pages: []page{{name: "People", rows: []string{heading, ada, cells(3, "ADA@example.com", "member", "Security:team_manager; Platform"), cells(5, "bruno@example.com", "member"), cells(6, "bruno@example.com", "manager")}}}},
		{name: "default-role", options: roster.Options{Role: "member", Map: map[string]string{"email": "Login"}}, pages: []page{{name: "People", rows: []string{cells(1, "Users"), cells(2, "Name", "Login"), cells(3, "Ada", "ada@example.com")}}}},
		{name: "results-fed-back", pages: []page{{name: "Results", rows: []string{
			cells(1, strings.Split(results, ",")...),
			cells(2, "1", "2", "ada@example.com", "member", "Platform:developer", "invited", "id", "token", "", "", "", "", "", "", "", "", "", "", "'=1+1"),
			cells(3, "2", "3", "bruno@example.com", "member", "", "rejected", "", "", "", "", "", "", "", "", "", "", "", "", "=1+1"),
		}}}},
		{name: "results-saved-as-a-workbook", pages: []page{{name: "team.results", rows: []string{
			cells(1, strings.Split(results, ",")...),
			cells(2, "1", "2", "'+ada@example.com", "member", "A;'=B:developer", "invited", "id", "token", "", "", "", "", "", "", "", "", "", "", "''=1+1"),
		}}}},
		{name: "corrections-saved-as-a-workbook", pages: []page{{name: "team.todo", rows: []string{
			cells(1, "email", "role", "error", "hint", "rollcall_corrections", "Note"), cells(2, "'+ada@example.com", "member", "e", "h", "team.csv", "'=1+1"),
		}}}},
		{name: "corrections-fed-back", pages: []page{{name: "To correct", rows: []string{
			cells(1, "email", "role", "error", "hint", "rollcall_corrections", "Note"), cells(2, "+ada@example.com", "member", "e", "h", "team.xlsx", "'=1+1"),
		}}}},
		{name: "corrections-of-a-named-sheet", options: roster.Options{Sheet: "Staff"}, pages: []page{{name: "To correct", rows: []string{
			cells(1, "email", "role", "error", "hint", "rollcall_corrections"), cells(2, "ada@example.com", "member", "e", "h", "team.xlsx"),
		}}}},
		{name: "two-address-columns", pages: []page{{name: "People", rows: []string{cells(1, "Staff"), cells(3, "Work Email", "role", "Mail"), cells(4, "a@example.com", "member", "b@example.com")}}}},
		{name: "no-header", pages: []page{{name: "People", rows: []string{cells(2, "", "ada@example.com", "member"), cells(3, "", "bruno@example.com", "member")}}}},
		{name: "no-address-column", pages: []page{{name: "People", rows: []string{cells(1, "Name", "Role"), cells(2, "Ada", "member")}}}},
		{name: "no-roster-at-all", pages: []page{{name: "A", rows: []string{cells(1, "Name")}}, {name: "B"}}},
		{name: "header-only", pages: []page{{name: "People", rows: []string{heading, cells(2, "", " ")}}}},
		{name: "empty-sheet", pages: []page{{name: "People"}}},
		{name: "bomb", pages: []page{{name: "People", rows: []string{heading, cells(2, strings.Repeat("x", 1<<20), "member")}}}},
		{name: "contact-above", pages: []page{{name: "People", rows: []string{cells(1, "E-Mail", "hr@example.com"), cells(3, "E-Mail", "Role"), cells(4, "ada@example.com", "member")}}}},
		{name: "guessed", pages: []page{{name: "People", rows: []string{cells(1, "User name", "Role"), cells(2, "ada@example.com", "member")}}, {name: "Notes", rows: []string{cells(1, "Note")}}}},
		{name: "sure-below-a-guess", pages: []page{{name: "People", rows: []string{cells(1, "Login"), cells(2, "E-Mail", "Role"), cells(3, "ada@example.com", "member")}}, {name: "Logins", rows: []string{cells(1, "Login", "Role"), cells(2, "adal", "x")}}}},
		{name: "passwords", pages: []page{{name: "People", rows: []string{
			cells(1, "", "email", "Password [Required]", "role", "Name"), cells(2, "", "ada@example.com", "s3cret", "member", "Ada"), cells(3, "", "", "s3cret"),
		}}}},
		{name: "cut-off", pages: []page{{name: "People", rows: []string{heading, ada, "<row"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := tt.name + ".xlsx"
			source := sourceOf(name, workbookOf(t, tt.pages...))
			readAll(t, source, tt.options)
			got := describe(t.Context(), source, tt.options)
			golden := filepath.Join("..", "..", "testdata", "workbooks", tt.name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
