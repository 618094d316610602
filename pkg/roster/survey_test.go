package roster_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

func TestFields(t *testing.T) {
	for name, tt := range map[string]struct {
		file, content string
		options       roster.Options
		want          []roster.FieldSource
	}{
		"by name and by guess": {
			"x.csv", "Login;note;Org Role\nann@x.test;1;member\nbob@x.test;2;member\n",
			roster.Options{},
			[]roster.FieldSource{
				{Field: "email", Column: "Login", At: 0, How: roster.ByGuess, Sample: []string{"ann@x.test", "bob@x.test"}},
				{Field: "role", Column: "Org Role", At: 2, How: roster.ByName, Sample: []string{"member"}},
				{Field: "teams", At: -1},
			},
		},
		"given and excluded": {
			"x.csv", "a,role\nann@x.test,x\n",
			roster.Options{Map: map[string]string{"email": "a", "role": ""}, Role: "member"},
			[]roster.FieldSource{
				{Field: "email", Column: "a", At: 0, How: roster.Given, Sample: []string{"ann@x.test"}}, {Field: "role", At: -1, How: roster.Excluded}, {Field: "teams", At: -1},
			},
		},
		"by key": {
			"x.json", `[{"email": "ann@x.test", "role": "member", "teams": [{"team": "A"}], "extra": {"b": "c"}}]`,
			roster.Options{},
			[]roster.FieldSource{
				{Field: "email", Column: "email", At: 0, How: roster.ByKey, Sample: []string{"ann@x.test"}},
				{Field: "role", Column: "role", At: 1, How: roster.ByKey, Sample: []string{"member"}},
				{Field: "teams", Column: "teams", At: 2, How: roster.ByKey, Sample: []string{"A:developer"}},
			},
		},
	} {
		r, err := roster.Read(t.Context(), memory(tt.file, []byte(tt.content)), tt.options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, r.Fields); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, one := range r.Fields {
			if one.At >= 0 && r.Columns[one.At] != one.Column {
				t.Errorf("%s: %s is column %d of %q", name, one.Field, one.At, r.Columns)
			}
		}
	}
}

// What can be chosen is known of documents that are refused, too. Secrets are in no sample.
func TestLook(t *testing.T) {
	for name, tt := range map[string]struct {
		file, content string
		options       roster.Options
		want          roster.Survey
	}{
		"no column for the addresses": {
			"x.csv", ";;;\nKontakt;Passwort;Token;role\n ada@x.test;geheim;t0;member\n\nbob@x.test\nada@x.test;;;member\n\"c\nid\";;;manager\n",
			roster.Options{},
			roster.Survey{
				Format: roster.CSV, Encoding: document.UTF8, Delimiter: ';',
				Columns: []roster.ColumnChoice{
					{Name: "Kontakt", Sample: []string{"ada@x.test", "bob@x.test", "c\nid"}},
					{Name: "Passwort", Secret: true},
					{Name: "Token", Secret: true},
					{Name: "role", Sample: []string{"member", "manager"}},
				},
				Fields: []roster.FieldSource{
					{Field: "email", At: -1}, {Field: "role", Column: "role", At: 3, How: roster.ByName, Sample: []string{"member", "manager"}}, {Field: "teams", At: -1},
				},
				Delimiters: []roster.DelimiterChoice{{';', []string{"Kontakt", "Passwort", "Token", "role"}}},
			},
		},
		"two delimiters": {
			"x.csv", "a;b,c\n1;2,3\n",
			roster.Options{Delimiter: ','},
			roster.Survey{
				Format: roster.CSV, Encoding: document.UTF8, Delimiter: ',',
				Columns:    []roster.ColumnChoice{{Name: "a;b", Sample: []string{"1;2"}}, {Name: "c", Sample: []string{"3"}}},
				Fields:     []roster.FieldSource{{Field: "email", At: -1}, {Field: "role", At: -1}, {Field: "teams", At: -1}},
				Delimiters: []roster.DelimiterChoice{{',', []string{"a;b", "c"}}, {';', []string{"a", "b,c"}}},
			},
		},
		"not UTF-8": {
			"x.csv", "email,role\nJ\xf6rg@x.test,member\n",
			roster.Options{},
			roster.Survey{
				Format: roster.CSV, Encoding: "Windows-1252", Delimiter: ',', Encodings: []document.Reading{{Encoding: "Windows-1252"}},
				Columns: []roster.ColumnChoice{{Name: "email", Sample: []string{"Jörg@x.test"}}, {Name: "role", Sample: []string{"member"}}},
				Fields: []roster.FieldSource{
					{Field: "email", Column: "email", At: 0, How: roster.ByName, Sample: []string{"Jörg@x.test"}},
					{Field: "role", Column: "role", At: 1, How: roster.ByName, Sample: []string{"member"}},
					{Field: "teams", At: -1},
				},
				Delimiters: []roster.DelimiterChoice{{',', []string{"email", "role"}}},
			},
		},
		"people": {
			"x.yaml", "- email: ada@x.test\n  extra: {a: b, secret: c}\n- {}\n",
			roster.Options{},
			roster.Survey{
				Format: roster.YAML, Encoding: document.UTF8,
				Columns: []roster.ColumnChoice{
					{Name: "email", Sample: []string{"ada@x.test"}}, {Name: "role"}, {Name: "teams"}, {Name: "a", Sample: []string{"b"}}, {Name: "secret", Secret: true},
				},
				Fields: []roster.FieldSource{
					{Field: "email", Column: "email", At: 0, How: roster.ByKey, Sample: []string{"ada@x.test"}},
					{Field: "role", Column: "role", At: 1, How: roster.ByKey},
					{Field: "teams", Column: "teams", At: 2, How: roster.ByKey},
				},
			},
		},
		"nothing": {"x.csv", "", roster.Options{}, roster.Survey{Format: roster.CSV, Encoding: document.UTF8, Delimiter: ','}},
	} {
		got, err := roster.Look(t.Context(), memory(tt.file, []byte(tt.content)), tt.options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "not UTF-8" { // several make sense for one letter
			got.Encodings = got.Encodings[:min(1, len(got.Encodings))]
			for i := range got.Encodings {
				got.Encodings[i].Word = ""
			}
		}
		if diff := cmp.Diff(tt.want, *got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLookAtWorkbook(t *testing.T) {
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	var steps []error
	for i, name := range []string{"Team A", "Team B", "Old", "Notes"} {
		_, err := file.NewSheet(name)
		steps = append(steps, err, file.SetSheetRow(name, "B2", &[]any{"E-Mail", "Role"}), file.SetSheetRow(name, "B4", &[]any{"ada@x.test", "member"}))
		if i == 3 {
			steps = append(steps, file.SetSheetRow(name, "B2", &[]any{"Note", "When"}))
		}
	}
	steps = append(steps, file.DeleteSheet("Sheet1"), file.SetSheetVisible("Old", false))
	var b bytes.Buffer
	for _, err := range append(steps, file.Write(&b)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := roster.Survey{Format: roster.XLSX, Sheets: []roster.SheetChoice{
		{Name: "Team A", Addresses: true, Columns: []string{"E-Mail", "Role"}},
		{Name: "Team B", Addresses: true, Columns: []string{"E-Mail", "Role"}},
		{Name: "Old", Hidden: true, Addresses: true, Columns: []string{"E-Mail", "Role"}},
		{Name: "Notes", Columns: []string{"Note", "When"}},
	}}
	got, err := roster.Look(t.Context(), memory("x.xlsx", b.Bytes()), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want.Sheet, want.Columns = "Team B", []roster.ColumnChoice{{Name: "E-Mail", Sample: []string{"ada@x.test"}}, {Name: "Role", Sample: []string{"member"}}}
	want.Fields = []roster.FieldSource{
		{Field: "email", Column: "E-Mail", At: 0, How: roster.ByName, Sample: []string{"ada@x.test"}},
		{Field: "role", Column: "Role", At: 1, How: roster.ByName, Sample: []string{"member"}},
		{Field: "teams", At: -1},
	}
	if got, err = roster.Look(t.Context(), memory("x.xlsx", b.Bytes()), roster.Options{Sheet: "team b"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("of a sheet (-want +got):\n%s", diff)
	}
}
