package htmlreport_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browsers are the names of programs that show a page without a screen, the first that is there being used.
var browsers = []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome-stable", "google-chrome"}

// browser returns the path of one.
func browser(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ROLLCALL_BROWSER"); path != "" {
		return path
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const how = "there is no browser: install the package chromium-headless-shell, or name a Chromium with ROLLCALL_BROWSER"
	if os.Getenv("CI") != "" {
		t.Fatal(how)
	}
	t.Skip(how)
	return ""
}

// show opens a page in a browser, and returns what it has made of it and what its console said.
func show(t *testing.T, address string, flags ...string) (dom, console string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	args := append([]string{
		"--no-sandbox", "--disable-gpu", "--headless", "--enable-logging=stderr", "--virtual-time-budget=10000", "--user-data-dir=" + t.TempDir(),
	}, flags...)
	cmd := exec.CommandContext(ctx, browser(t), append(args, address)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var heard strings.Builder
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			heard.WriteString(line)
		}
	}
	return out.String(), heard.String()
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
	dom, console := show(t, server.URL+"/report.html", "--dump-dom")
	if console != "" || len(asked) > 0 {
		t.Errorf("the console says:\n%s\nasked for: %q", console, asked)
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
	folder := t.TempDir()
	source, paper := filepath.Join(folder, "report.html"), filepath.Join(folder, "report.pdf")
	if err := os.WriteFile(source, []byte(write(t, page(2500))), 0o600); err != nil {
		t.Fatal(err)
	}
	_, console := show(t, "file://"+source, "--print-to-pdf="+paper, "--no-pdf-header-footer")
	content, err := os.ReadFile(paper)
	if err != nil || console != "" {
		t.Fatalf("%v\n%s", err, console)
	}
	if pages := bytes.Count(content, []byte("/Type /Page\n")); pages < 4 || pages > 12 {
		t.Errorf("%d pages", pages)
	}
}

// steps are what somebody does with the rows, one after the other, and what is seen then: how many rows are in the page, the
// first address, what is said, what is pressed, how it is sorted, and what stands between the buttons below.
var steps = []struct{ do, want string }{
	{"find(' PERSON249 ')", "11 person249@example.com 11 of 2,500 rows -1 none 1 to 11 of 11"},
	{"find('')", "100 person0@example.com 2,500 of 2,500 rows -1 none 1 to 100 of 2,500"},
	{"click('[data-outcome=\"1\"]')", "100 person9@example.com 250 of 2,500 rows 1 none 1 to 100 of 250"},
	{"click('[data-go=\"1\"]')", "100 person1009@example.com 250 of 2,500 rows 1 none 101 to 200 of 250"},
	{"click('[data-go=\"1\"]')", "50 person2009@example.com 250 of 2,500 rows 1 none 201 to 250 of 250"},
	{"click('[data-go=\"1\"]')", "50 person2009@example.com 250 of 2,500 rows 1 none 201 to 250 of 250"},
	{"find('nobody')", "0 nobody 0 of 2,500 rows 1 none "},
	{"find('correct the')", "100 person9@example.com 250 of 2,500 rows 1 none 1 to 100 of 250"},
	{"find(''); click('[data-outcome=\"-1\"]')", "100 person0@example.com 2,500 of 2,500 rows -1 none 1 to 100 of 2,500"},
	{"click('[data-sort=\"1\"] button')", "100 person0@example.com 2,500 of 2,500 rows -1 ascending 1 to 100 of 2,500"},
	{"click('[data-sort=\"1\"] button')", "100 person9@example.com 2,500 of 2,500 rows -1 descending 1 to 100 of 2,500"},
	{"click('[data-sort=\"4\"] button')", "100 person0@example.com 2,500 of 2,500 rows -1 ascending 1 to 100 of 2,500"},
}

// TestRowsAreFilteredAndSorted does that in a browser. The policy of the page, which lets no other script in, is left out.
func TestRowsAreFilteredAndSorted(t *testing.T) {
	var doing strings.Builder
	doing.WriteString(`<script>
const click = (what) => document.querySelector(what).click();
const find = (text) => { const e = document.getElementById('find'); e.value = text; e.dispatchEvent(new Event('input')); };
const seen = () => [document.querySelectorAll('#rows tr').length, (document.querySelector('#rows .mail') || {textContent: 'nobody'}).textContent,
  document.getElementById('said').textContent, document.querySelector('.chips [aria-pressed=true]').dataset.outcome,
  (document.querySelector('[aria-sort]') || {getAttribute: () => 'none'}).getAttribute('aria-sort'), document.querySelector('#pager span').textContent].join(' ');
(async () => {
  const all = [];
  for (const step of [`)
	for _, step := range steps {
		doing.WriteString("() => { " + step.do + " },\n")
	}
	doing.WriteString(`]) { step(); await new Promise((ready) => setTimeout(ready, 200)); all.push(seen()); }
  const list = document.createElement('pre');
  list.id = 'seen';
  list.textContent = all.join('\n');
  document.body.append(list);
})();
</script></body>`)
	text := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(write(t, page(2500)), "")
	source := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(source, []byte(strings.Replace(text, "</body>", doing.String(), 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	dom, console := show(t, "file://"+source, "--dump-dom")
	seen := regexp.MustCompile(`(?s)<pre id="seen">(.*?)</pre>`).FindStringSubmatch(dom)
	if seen == nil {
		t.Fatalf("the steps were not done:\n%s", console)
	}
	for i, got := range strings.Split(seen[1], "\n") {
		if got != steps[i].want {
			t.Errorf("step %d, %s:\n%s, want\n%s", i+1, steps[i].do, got, steps[i].want)
		}
	}
}

// What a browser complains of is a failure: a test that hears nothing would never fail.
func TestConsoleIsHeard(t *testing.T) {
	text := strings.Replace(write(t, page(2)), "</body>", "<script>alert(1)</script></body>", 1)
	source := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, console := show(t, "file://"+source, "--dump-dom"); !strings.Contains(console, "Content Security Policy") {
		t.Errorf("the console says %q", console)
	}
}
