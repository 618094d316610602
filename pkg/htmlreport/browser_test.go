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
		"--no-sandbox", "--disable-gpu", "--headless", "--enable-logging=stderr", "--virtual-time-budget=3000", "--user-data-dir=" + t.TempDir(),
	}, flags...)
	cmd := exec.CommandContext(ctx, browser(t), append(args, address)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	return out.String(), console
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

// act shows a page after a script of the test has done something in it, which the policy would not let in.
func act(t *testing.T, p string, doing string) (rows []string, dom string) {
	t.Helper()
	p = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(p, "")
	p = strings.Replace(p, "</body>", "<script>"+doing+"</script></body>", 1)
	source := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(source, []byte(p), 0o600); err != nil {
		t.Fatal(err)
	}
	dom, console := show(t, "file://"+source, "--dump-dom")
	if console != "" {
		t.Error(console)
	}
	body := regexp.MustCompile(`(?s)<tbody id="rows".*?</tbody>`).FindString(dom)
	for _, found := range regexp.MustCompile(`data-label="E-mail">([^<]*)<`).FindAllStringSubmatch(body, -1) {
		rows = append(rows, found[1])
	}
	return rows, dom
}

func TestRowsAreFilteredAndSorted(t *testing.T) {
	text := write(t, page(2500))
	const sort = "document.querySelector('[data-sort=\"1\"] button').click();"
	for _, tt := range []struct {
		doing, said, pressed string
		first                string
		rows                 int
	}{
		{"const f = document.getElementById('find'); f.value = ' PERSON249 '; f.dispatchEvent(new Event('input'))", "11 of 2,500 rows", "", "person249@example.com", 11},
		{"document.querySelector('[data-outcome=\"1\"]').click()", "250 of 2,500 rows", `data-outcome="1" aria-pressed="true"`, "person9@example.com", 100},
		{sort, "2,500 of 2,500 rows", `aria-sort="ascending"`, "person0@example.com", 100},
		{sort + sort, "2,500 of 2,500 rows", `aria-sort="descending"`, "person9@example.com", 100},
		{"document.querySelector('[data-go=\"1\"]').click()", "", "<span>101 to 200 of 2,500</span>", "person100@example.com", 100},
		{"const f = document.getElementById('find'); f.value = 'nobody'; f.dispatchEvent(new Event('input'))", "0 of 2,500 rows", "", "", 0},
	} {
		rows, dom := act(t, text, tt.doing)
		if len(rows) != tt.rows || tt.rows > 0 && rows[0] != tt.first {
			t.Errorf("%s: %d rows, the first is %q", tt.doing, len(rows), rows[:min(1, len(rows))])
		}
		if !strings.Contains(dom, `class="muted">`+tt.said+"</span>") || !strings.Contains(dom, tt.pressed) {
			t.Errorf("%s: says neither %q nor has %q", tt.doing, tt.said, tt.pressed)
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
