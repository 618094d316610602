package roster_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"rollcall/pkg/roster"
)

// TestColumnsOfNumbers has headers, and which of their columns is taken for that of the numbers.
func TestColumnsOfNumbers(t *testing.T) {
	for header, want := range map[string]string{
		"email,role,Employee ID":                                           "Employee ID",
		"email,role,employeeNumber":                                        "employeeNumber",
		"email,role,Employee #":                                            "Employee #",
		"email,role,Employee ID [Required]":                                "Employee ID [Required]",
		"email,role,PERNR":                                                 "PERNR",
		"email,role,Personal-Nr.":                                          "Personal-Nr.",
		"email,role,Matricule du salarié":                                  "Matricule du salarié",
		"email,role,N° matricule":                                          "N° matricule",
		"email,role,Número de empleado":                                    "Número de empleado",
		"email,role,Personnel number,Staff ID":                             "Personnel number",
		"email,role,ID":                                                    "",
		"email,role,Employee":                                              "",
		"email,role,Employee type":                                         "",
		"email,role,User ID":                                               "",
		"email,role,Cost center number":                                    "",
		"userPrincipalName,accountEnabled,id,role":                         "id",
		"userPrincipalName,objectId,role,Employee ID":                      "objectId",
		"Username,Email,Status,Billing-active,has-2fa,userid,role,surname": "userid",
	} {
		cells := strings.Split(header, ",")
		rows := []string{header}
		for i := range 3 {
			row := make([]string, len(cells))
			for at, name := range cells {
				switch row[at] = fmt.Sprintf("n%d", i+1); strings.ToLower(name) {
				case "email", "userprincipalname":
					row[at] = fmt.Sprintf("p%d@x.test", i)
				case "role":
					row[at] = "member"
				case "status", "accountenabled":
					row[at] = "true"
				}
			}
			rows = append(rows, strings.Join(row, ","))
		}
		r, entries := readWith(t, strings.Join(rows, "\n")+"\n", roster.Settings{Maps: []string{"active="}})
		if r.IDColumn != want || (entries[1].Number == "n2") != (want != "") {
			t.Errorf("%s: %q, want %q; %+v", header, r.IDColumn, want, entries[1])
		}
		if r, entries = readWith(t, strings.Join(rows, "\n")+"\n", roster.Settings{IDColumn: roster.NoIDColumn, Maps: []string{"active="}}); r.IDColumn != "" || entries[1].Number != "" {
			t.Errorf("%s: %q although there is to be none", header, r.IDColumn)
		}
	}
}

// TestNumbers has the cells of a column that is named, and what numbers they are.
func TestNumbers(t *testing.T) {
	const names = "ABCDEFGHIJ"
	cells := []string{" 00042 ", "42", "a-7", "A-8", "n/a", "0", "000", "-", "#N/A", "Ä1"}
	want := []string{"00042", "42", "a-7", "a-8", "", "", "", "", "", "ä1"}
	var table, list strings.Builder
	table.WriteString("email,role,ID\n")
	for i, cell := range cells {
		fmt.Fprintf(&table, "%c@x.test,member,%s\n", names[i], cell)
		fmt.Fprintf(&list, "- {email: %c@x.test, role: member, extra: {City: x, ID: '%s'}}\n", names[i], cell)
	}
	for _, document := range []string{table.String(), list.String()} {
		r, entries := readWith(t, document, roster.Settings{IDColumn: "id"})
		if r.IDColumn != "ID" || !r.Clean() {
			t.Fatalf("%q, %v", r.IDColumn, r.Findings)
		}
		for i, entry := range entries {
			if entry.Number != want[i] || len(entry.Extra) == 0 {
				t.Errorf("%q is %q, want %q; %q", cells[i], entry.Number, want[i], entry.Extra)
			}
		}
	}
}

// TestNumbersThatAreNotBelieved has columns that a flag names, or that are known by their name.
func TestNumbersThatAreNotBelieved(t *testing.T) {
	many := func(number func(i int) string) string {
		var rows strings.Builder
		rows.WriteString("email,role,Staff ID,active\n")
		for i := range 20 {
			fmt.Fprintf(&rows, "p%d@x.test,member,%s,%v\n", i, number(i), i > 1)
		}
		return rows.String()
	}
	for _, tt := range []struct {
		name   string
		number func(i int) string
		want   string
	}{
		{"unique", func(i int) string { return strconv.Itoa(i + 1) }, ""},
		{"half of them", func(i int) string { return strings.Repeat(strconv.Itoa(i+1), i%2) }, ""},
		{"fewer than half", func(i int) string { return strings.Repeat(strconv.Itoa(i+1), i%3/2) }, `"Staff ID" is empty in most rows`},
		{"none", func(int) string { return "" }, `"Staff ID" is empty in most rows`},
		{"two of twenty for one", func(i int) string { return strconv.Itoa(max(i, 1)) }, ""},
		{"of departments", func(i int) string { return strconv.Itoa(i/4 + 1) }, `"Staff ID" has the same numbers for several people`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, named := range []string{"staff id", ""} {
				r, entries := readWith(t, many(tt.number), roster.Settings{IDColumn: named, Maps: []string{"active="}})
				var said []string
				for _, finding := range r.Findings {
					said = append(said, finding.Reason)
				}
				if believed := tt.want == ""; (r.IDColumn != "") != believed || (entries[11].Number != "") != believed {
					t.Errorf("column %q, %+v", r.IDColumn, entries[11])
				}
				if got := strings.Join(said, "\n"); named != "" && !strings.HasPrefix(got, tt.want) || (named == "" || tt.want == "") && got != "" {
					t.Errorf("named %q: %q", named, got)
				}
				if r.Warnings != len(said) {
					t.Errorf("%d warnings", r.Warnings)
				}
			}
		})
	}
}

// TestPeopleWhoAreNotActiveShareNumbers has somebody whose earlier account is there as well.
func TestPeopleWhoAreNotActiveShareNumbers(t *testing.T) {
	r, entries := readWith(t, "email,role,Employee ID,active\nold@x.test,member,7,no\nnew@x.test,member,7,yes\n", roster.Settings{Maps: []string{"active=active"}})
	if r.IDColumn == "" || !entries[0].Inactive || entries[1].Number != "7" {
		t.Errorf("%q, %+v", r.IDColumn, entries)
	}
}

func TestNamedColumnOfNumbersIsMissing(t *testing.T) {
	for _, document := range []string{"email,role\na@x.test,member\n", "- {email: a@x.test, role: member}\n"} {
		options, err := roster.Settings{IDColumn: "Number"}.Parse()
		if err != nil {
			t.Fatal(err)
		}
		_, err = roster.Read(t.Context(), memory("x", []byte(document)), options)
		if err == nil || !strings.Contains(err.Error(), `no column "Number", which the numbers of people are in`) {
			t.Errorf("%q: %v", document, err)
		}
	}
}

// TestNumbersAreNoShape has the column named or not: the roster names the same people.
func TestNumbersAreNoShape(t *testing.T) {
	if got := (roster.Settings{IDColumn: "Employee ID"}).Shape(); got != "{}" {
		t.Error(got)
	}
}

// TestNumbersInWorkbooks has a cell whose formula was never calculated: it is no number.
func TestNumbersInWorkbooks(t *testing.T) {
	book := workbookOf(t, page{name: "People", rows: []string{
		cells(1, "email", "role", "Employee ID"), cells(2, "a@x.test", "member", " 00042 "), cells(3, "b@x.test", "member", "A-1"),
		cells(4, "c@x.test", "member", `<c r="C4"><f>A1</f></c>`),
	}})
	r, err := roster.Read(t.Context(), memory("people.xlsx", book), roster.Options{})
	if err != nil || r.IDColumn != "Employee ID" {
		t.Fatalf("%+v, %v", r, err)
	}
	var got []string
	for e, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Number)
	}
	if strings.Join(got, "|") != "00042|a-1|" {
		t.Errorf("%q", got)
	}
}
