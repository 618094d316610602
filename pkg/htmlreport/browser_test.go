package htmlreport_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/htmlreport"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/web/browsertest"
)

// file writes a page, and returns its address.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(path)
}

// The script shows the rows, without an error, and whatever the texts are, the browser asks nobody for anything.
func TestInABrowser(t *testing.T) {
	text := hostile[0] + hostile[2] + hostile[3]
	p := page(2500)
	p.Summary.Roster, p.Hint, p.Summary.Error = text, text, text
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/report.html" && r.URL.Path != "/favicon.ico" {
			asked = append(asked, r.URL.Path)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(write(t, p)))
	}))
	defer server.Close()
	tab := browsertest.Start(t).Page(t)
	tab.Open(server.URL + "/report.html")
	dom := browsertest.Evaluate[string](tab, "document.documentElement.outerHTML")
	if console := tab.Heard(); len(console) > 0 || len(asked) > 0 {
		t.Errorf("the console says:\n%q\nasked for: %q", console, asked)
	}
	if w := tab.Weight(); w.Requests != 1 {
		t.Errorf("the page takes %d requests", w.Requests)
	}
	for _, part := range []string{
		`<html lang="en" class="js">`, "<span>1 to 100 of 2,500</span>", "<td role=\"cell\" class=\"mail\" data-label=\"E-mail\">person99@example.com</td>",
		`<button type="button">E-mail</button>`, `aria-disabled="true">Previous<`, `aria-disabled="false">Next<`,
	} {
		if !strings.Contains(dom, part) {
			t.Errorf("%s is not in what the browser shows", part)
		}
	}
	if strings.Contains(dom, `id="data"`) {
		t.Error("the script did not take the data")
	}
}

// On paper there are more rows, and how many there are besides.
func TestOnPaper(t *testing.T) {
	tab := browsertest.Start(t).Page(t)
	tab.Open(file(t, write(t, page(2500))))
	if pages := bytes.Count(tab.Paper(), []byte("/Type /Page\n")); pages < 4 || pages > 12 {
		t.Errorf("%d pages", pages)
	}
	if console := tab.Heard(); len(console) > 0 {
		t.Errorf("the console says %q", console)
	}
}

// steps are what somebody does with the rows, one after the other, and what is seen then: how many rows are in the page, the
// first address, what is said, what is pressed, how it is sorted, and what stands between the buttons below. What begins with
// a colon is looked for, all else is clicked.
var steps = []struct{ do, want string }{
	{": PERSON249 ", "11 person249@example.com 11 of 2,500 rows -1 none 1 to 11 of 11"},
	{":", "100 person0@example.com 2,500 of 2,500 rows -1 none 1 to 100 of 2,500"},
	{"[data-outcome='1']", "100 person9@example.com 250 of 2,500 rows 1 none 1 to 100 of 250"},
	{"[data-go='1']", "100 person1009@example.com 250 of 2,500 rows 1 none 101 to 200 of 250"},
	{"[data-go='1']", "50 person2009@example.com 250 of 2,500 rows 1 none 201 to 250 of 250"},
	{"[data-go='1']", "50 person2009@example.com 250 of 2,500 rows 1 none 201 to 250 of 250"},
	{":nobody", "0 nobody 0 of 2,500 rows 1 none "},
	{":correct the", "100 person9@example.com 250 of 2,500 rows 1 none 1 to 100 of 250"},
	{":", "100 person9@example.com 250 of 2,500 rows 1 none 1 to 100 of 250"},
	{"[data-outcome='-1']", "100 person0@example.com 2,500 of 2,500 rows -1 none 1 to 100 of 2,500"},
	{"[data-sort='1'] button", "100 person0@example.com 2,500 of 2,500 rows -1 ascending 1 to 100 of 2,500"},
	{"[data-sort='1'] button", "100 person9@example.com 2,500 of 2,500 rows -1 descending 1 to 100 of 2,500"},
	{"[data-sort='4'] button", "100 person0@example.com 2,500 of 2,500 rows -1 ascending 1 to 100 of 2,500"},
}

// seen gives what is seen.
const seen = `[document.querySelectorAll('#rows tr').length, (document.querySelector('#rows .mail') || {textContent: 'nobody'}).textContent,
  document.getElementById('said').textContent, document.querySelector('.chips [aria-pressed=true]').dataset.outcome,
  (document.querySelector('[aria-sort]') || {getAttribute: () => 'none'}).getAttribute('aria-sort'), document.querySelector('#pager span').textContent].join(' ')`

// TestRowsAreFilteredAndSorted does that in a browser, under the policy of the page.
func TestRowsAreFilteredAndSorted(t *testing.T) {
	tab := browsertest.Start(t).Page(t)
	tab.Open(file(t, write(t, page(2500))))
	for _, step := range steps {
		if text, looked := strings.CutPrefix(step.do, ":"); looked {
			tab.Fill("#find", text)
		} else {
			tab.Click(step.do)
		}
		browsertest.Eventually(tab, seen, step.want)
	}
}

// What a browser complains of is a failure: a test that hears nothing would never fail.
func TestConsoleIsHeard(t *testing.T) {
	tab := browsertest.Start(t).Page(t)
	tab.Forgive("Content Security Policy")
	tab.Open(file(t, strings.Replace(write(t, page(2)), "</body>", "<script>alert(1)</script></body>", 1)))
	if console := tab.Heard(); !slices.ContainsFunc(console, func(line string) bool { return strings.Contains(line, "Content Security Policy") }) {
		t.Errorf("the console says %q", console)
	}
}

// full is a page with something in each of its parts.
func full() htmlreport.Page {
	p := page(250)
	p.Hint, p.Details = "Correct the rows, and run the same command again.", []string{"25 people need a correction."}
	p.Planned, p.Done = []htmlreport.Fact{{Name: "to invite", Value: "250"}}, []htmlreport.Fact{{Name: "invited", Value: "225"}}
	p.Facts = []htmlreport.Fact{{Name: "results", Value: "/home/ada/rosters/of/the/whole/department/in/a/long/path/team.results.csv"}}
	p.Summary.Tripped = &report.Tripped{Digest: strings.Repeat("0123456789abcdef", 4), Guards: []report.Guard{{Option: "max-leavers", Reason: "12 people would be removed"}}}
	p.Changes = []results.DriftLine{{Kind: "other role", Email: "averylongname.ofaperson@averylongdomain.example.com", Team: "Platform", HasRole: "developer", WantedRole: "team_manager", Action: "changed"}}
	p.Rows = func(yield func(record.Record, error) bool) {
		for i := range 250 {
			r := record.Record{Line: i + 2, Email: "averylongname.ofaperson@averylongdomain.example.com", Role: "member", Teams: "Platform:developer; Security:team_manager", Outcome: record.Invited}
			if i%10 == 9 {
				r.Outcome, r.Error, r.Hint = record.Rejected, "400 Bad Request: no", "Correct the row."
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	return p
}

// Everybody can use the page, whatever they look at it with: rules of WCAG 2.2 AA hold, nobody scrolls sideways, the keyboard
// reaches everything and shows where it is, and a screen reader finds the same tables and rows on a phone.
func TestEverybodyCanUseIt(t *testing.T) {
	tab := browsertest.Start(t).Page(t)
	tab.Open(file(t, write(t, full())))
	tab.Picture("report")
	tables := map[string][]string{}
	tab.Looks(func(look string) {
		tab.Axe()
		tab.Fits()
		tables[look] = slices.DeleteFunc(tab.Tree(), func(line string) bool {
			role, _, _ := strings.Cut(line, " ")
			return !slices.Contains([]string{"heading", "table", "rowheader", "searchbox", "button", "navigation"}, role)
		})
	})
	if wide, narrow := tables["light-1280"], tables["light-390"]; len(wide) < 100 || !slices.Equal(wide, narrow) {
		t.Errorf("a screen reader finds\n%q at 1280 px, and at 390 px\n%q", wide, narrow)
	}
	tab.Zoom200(tab.Fits)
	tab.ForcedColors(func() {
		tab.Picture("report")
		tab.Fits()
		const unseen = `[...document.querySelectorAll('.dot, .key')].filter((e) => [e, document.body].map((e) => getComputedStyle(e)).every((s, i, all) =>
			s.backgroundColor === all[1].backgroundColor && s.backgroundImage === 'none')).length`
		if n := browsertest.Evaluate[int](tab, unseen); n > 0 {
			t.Errorf("%d signs of the legends are not seen", n)
		}
	})
	if places := tab.Walk(); !slices.ContainsFunc(places, func(f browsertest.Focus) bool { return f.Role == "button" && f.Name == "E-mail" }) {
		t.Errorf("the keyboard reaches %v", places)
	}
	tab.Phone(func() { tab.Walk() })
}
