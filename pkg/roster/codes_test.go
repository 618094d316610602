package roster_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// uncoded says what is wrong with the code of a finding, "" if nothing is.
func uncoded(f roster.Finding) string {
	at := slices.IndexFunc(roster.Codes(), func(c roster.Code) bool { return c.Code == f.Code })
	switch {
	case at < 0:
		return fmt.Sprintf("%s has the code %q, which is none", f, f.Code)
	case len(roster.Codes()[at].Args) != len(f.Args):
		return fmt.Sprintf("%s has the values %q, but %s has %q", f, f.Args, f.Code, roster.Codes()[at].Args)
	case f.Meant != "" && !strings.Contains(f.Suggestion.String(), f.Meant):
		return fmt.Sprintf("%s means %q, which it does not suggest", f, f.Meant)
	case f.Meant == "" && strings.Contains(f.Suggestion.String(), "did you mean"):
		return fmt.Sprintf("%s suggests something and does not say what", f)
	}
	return ""
}

// Programs and translations rely on the codes: none changes or goes by the way.
func TestCodesStay(t *testing.T) {
	var b strings.Builder
	for _, one := range roster.Codes() {
		fmt.Fprintf(&b, "%s: %s\n", one.Code, strings.Join(one.Args, ", "))
	}
	const golden = "testdata/codes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(roster.Codes(), func(a, b roster.Code) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("they are in no order")
	}
}

// All findings of all documents have a code, read in whatever way.
func TestEveryFindingHasACode(t *testing.T) {
	var files []string
	for _, folder := range []string{"../../testdata/rosters/*", "../../testdata/cases/*", "../../testdata/workbooks/*", "../../samples/*"} {
		more, err := filepath.Glob(folder)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	said := map[string]bool{}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.IsDir() || filepath.Ext(file) == ".golden" {
			continue
		}
		for _, options := range []roster.Options{
			{},
			{Role: "member"},
			{Role: "member", Map: map[string]string{"email": "note", "active": "role"}},
			{Sheet: "x"},
			{Format: roster.JSON},
			{Format: roster.YAML, Delimiter: ';'},
			{Format: roster.CSV, Delimiter: '|', Encoding: document.Windows1252},
			{Where: []string{"role=x"}, Only: []string{"x@x.test"}, IDColumn: "role"},
			{Map: map[string]string{"email": "email", "role": "email", "active": "x"}},
			{Where: []string{"y=x"}, IDColumn: "z"},
			{Format: roster.XLSX},
		} {
			for finding := range allFindings(t.Context(), document.File(file), options) {
				if said[finding.Code] = true; uncoded(finding) != "" {
					t.Error(uncoded(finding))
				}
			}
		}
	}
	missing := 0
	for _, one := range roster.Codes() {
		if !said[one.Code] {
			missing++
			t.Logf("nothing in the documents is %s", one.Code)
		}
	}
	if missing*2 > len(roster.Codes()) {
		t.Errorf("the documents have few of the %d codes", len(roster.Codes()))
	}
}

// isCode matches texts that can be codes.
var isCode = regexp.MustCompile(`^[a-z]+[0-9]*(-[a-z0-9]+)+$`)

// Every code that stands in the source is in the list, and every one of the list in the source, each with as many values as the
// list says where they stand beside it.
func TestCodesAreThoseOfTheSource(t *testing.T) {
	known, found := map[string]int{}, map[string]bool{}
	for _, one := range roster.Codes() {
		known[one.Code] = len(one.Args)
	}
	for _, folder := range []string{".", "../email", "../document", "../onboard", "../plan"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range files {
			if !strings.HasSuffix(one.Name(), ".go") || strings.HasSuffix(one.Name(), "_test.go") || one.Name() == "codes.go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), folder+"/"+one.Name(), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
						if _, ok := known[text]; ok {
							found[text] = true
						}
					}
				case *ast.CallExpr:
					checkSaying(t, n, known)
				}
				return true
			})
		}
	}
	for code := range known {
		if !found[code] {
			t.Errorf("nothing says %s", code)
		}
	}
}

// checkSaying looks at a call that says something.
func checkSaying(t *testing.T, call *ast.CallExpr, known map[string]int) {
	t.Helper()
	name, ok := call.Fun.(*ast.Ident)
	if !ok || name.Name != "say" && name.Name != "refusal" || len(call.Args) == 0 || call.Ellipsis.IsValid() {
		return
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]int{"say": 2, "refusal": 3}[name.Name]
	if values, there := known[text]; !there || values != len(call.Args)-before || !isCode.MatchString(text) && text != "unreadable" {
		t.Errorf("%s is said with %d values: the list has it %t with %d", text, len(call.Args)-before, there, values)
	}
}

// sentences is where the page has what it says about findings.
const sentences = "../web/words/catalog/findings.yaml"

var verb = regexp.MustCompile(`%(\[([0-9]+)\]s)?`)

// Every code has a sentence in every language of the page, which speaks of the same values.
func TestEveryCodeHasASentence(t *testing.T) {
	content, err := os.ReadFile(sentences)
	if err != nil {
		t.Fatal(err)
	}
	var catalog map[string]map[string]string
	if err := yaml.Unmarshal(content, &catalog); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, one := range roster.Codes() {
		known["finding."+one.Code], known["advice."+one.Code] = true, true
		if catalog["finding."+one.Code] == nil {
			t.Errorf("%s has no sentence", one.Code)
		}
		for _, key := range []string{"finding." + one.Code, "advice." + one.Code} {
			said := catalog[key]
			if said == nil {
				continue
			}
			if len(said) != 2 || said["en"] == "" || said["de"] == "" {
				t.Errorf("%s is said in %d languages", key, len(said))
			}
			if diff := cmp.Diff(spoken(t, said["en"], len(one.Args)), spoken(t, said["de"], len(one.Args))); diff != "" {
				t.Errorf("%s speaks of other values in German (-en +de):\n%s", key, diff)
			}
		}
	}
	for key := range catalog {
		if !known[key] {
			t.Errorf("%s is about no code", key)
		}
	}
}

// spoken returns the values that a sentence speaks of, of so many.
func spoken(t *testing.T, sentence string, count int) (numbers []int) {
	t.Helper()
	for _, match := range verb.FindAllStringSubmatch(sentence, -1) {
		number, err := strconv.Atoi(match[2])
		if err != nil || number < 1 || number > count {
			t.Errorf("%q speaks of %q, of %d values", sentence, match[0], count)
		}
		if !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}
