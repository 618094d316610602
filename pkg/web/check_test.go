package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
	"rollcall/pkg/sandbox"
)

const joiners = "Name;Email;Role;Teams\n" +
	"Ann;ann@example.com;member;Platform\n" +
	"Bob;bob.example.com;member;\n" +
	"Cid;cid@example.com;managr;Platform:devloper\n" +
	"Dan;dan@example.com;managr;\n" +
	"Ann;ann@example.com;member;Platform\n" +
	"Eve;eve@gmial.com;member;\n"

// answered is what a request is answered with, where it is not followed.
type answered struct {
	status   int
	location string
	text     string
	header   http.Header
}

// ask sends a request, and follows nothing.
func (s *site) ask(tb testing.TB, method, address, kind string, body io.Reader) answered {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, s.URL+address, body)
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answered{response.StatusCode, response.Header.Get("Location"), string(content), response.Header}
}

// bring uploads a roster, and returns the address of its page.
func (s *site) bring(tb testing.TB, name string, content []byte) string {
	tb.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("roster", name)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = part.Write(content) // a buffer never fails
	_ = form.Close()
	a := s.ask(tb, http.MethodPost, "/rosters", form.FormDataContentType(), &body)
	if a.status != http.StatusSeeOther {
		tb.Fatalf("the upload is answered with %d: %s", a.status, a.text)
	}
	return a.location
}

// send posts a form, and returns the page to which that leads.
func (s *site) send(t *testing.T, address string, pairs ...string) (page, text string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	a := s.ask(t, http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if a.status != http.StatusSeeOther {
		t.Fatalf("%s is answered with %d: %s", address, a.status, a.text)
	}
	if strings.HasSuffix(a.location, "/plan") || a.location == "/" {
		return a.location, ""
	}
	_, text = s.get(t, a.location)
	return a.location, text
}

// says fails the test unless a page has all texts.
func says(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page %s does not say %q", titleOf(page), text)
		}
	}
}

// saysNot fails the test if a page has one of the texts.
func saysNot(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page %s says %q", titleOf(page), text)
		}
	}
}

func titleOf(page string) string {
	_, text, _ := strings.Cut(page, "<title>")
	text, _, _ = strings.Cut(text, "</title>")
	return text
}

func mainOf(page string) string {
	_, text, _ := strings.Cut(page, "<main")
	text, _, _ = strings.Cut(text, "</main>")
	return text
}

func TestARosterIsCheckedAndCorrected(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, `C:\fakepath\new <joiners>.csv`, []byte(joiners))
	_, page := s.get(t, at)
	says(t, page, `data-at="check-3"`, "<h1>3 rows need a correction", "new _joiners_.csv", "semicolons between the cells",
		`id="c.2.email" value="bob.example.com"`, `aria-label="E-mail, line 3"`, `aria-invalid="true"`, `aria-describedby="why.c.2.email"`, `id="why.c.2.email"`,
		`value="manager" selected`, "“managr” in 2 rows", "“devloper” with a team, in 1 row", "Make the plan for 2 rows", `<b>1</b> worth a look`, `<b>1</b> repeated`)

	to, page := s.send(t, at+"/words", "word", "managr", "field", "role", "role-0", "manager", "word", "devloper", "field", "team_role", "role-1", "developer")
	says(t, page, `data-at="check-1"`, "2 corrections so far", "“managr” means Manager in all rows", `value="bob.example.com" aria-label="E-mail, line 3" aria-invalid="true" aria-describedby="why.c.2.email" inputmode="email" autocomplete="off" autocapitalize="off" spellcheck="false" autofocus`)
	if !strings.Contains(to, "said=") {
		t.Errorf("the answer is at %s", to)
	}
	_, look := s.get(t, at+"?show=look")
	says(t, look, `name="take" value="c.6.email eve@gmail.com">Take “eve@gmail.com”`)
	_, look = s.send(t, at+"/cells", "show", "look", "c.6.email", "eve@gmial.com", "s.6.email", "eve@gmial.com", "take", "c.6.email eve@gmail.com")
	says(t, look, "1 cell was corrected", "There are no such rows")
	s.send(t, at+"/undo", "cell", "c.6.email")
	_, page = s.send(t, at+"/cells", "show", "wrong", "c.2.email", "bob@", "s.2.email", "bob.example.com")
	says(t, page, `data-at="check-1"`, `value="bob@"`, "Still wrong:", "It was “bob.example.com”.")
	saysNot(t, page, "cell was corrected")
	_, page = s.send(t, at+"/cells", "show", "wrong", "c.2.email", "bob@example.com", "s.2.email", "bob@")
	says(t, page, `data-at="check-0"`, `<h1>Nothing is wrong, but 1 row is worth a look`, `data-at="check-0" autofocus`)

	a := s.ask(t, http.MethodGet, at+"/download", "", nil)
	want := strings.NewReplacer("bob.example", "bob@example", "managr", "manager", "devloper", "developer").Replace(joiners)
	if a.text != want || !strings.Contains(a.header.Get("Content-Disposition"), `filename="new _joiners_ (corrected).csv"`) {
		t.Errorf("the corrected roster is %q, %s", a.text, a.header.Get("Content-Disposition"))
	}
	if _, page = s.get(t, at+"?show=corrected"); !strings.Contains(page, "It was “bob.example.com”.") {
		t.Errorf("what was corrected is not shown: %s", mainOf(page))
	}
	if again := s.bring(t, "new <joiners>.csv", []byte(joiners)); again != at {
		t.Errorf("the same roster is at %s, and not at %s", again, at)
	}
	_, page = s.send(t, at+"/undo", "cell", "c.2.email", "show", "corrected")
	says(t, page, `data-at="check-1"`)
	_, page = s.send(t, at+"/undo", "field", "role", "word", "managr")
	says(t, page, `data-at="check-3"`)
	_, page = s.send(t, at+"/undo")
	says(t, page, `data-at="check-3"`)
	saysNot(t, page, "corrections were made")
	if to, _ := s.send(t, at+"/remove"); to != "/" {
		t.Errorf("removing leads to %s", to)
	}
	if status, _ := s.get(t, at); status != http.StatusNotFound {
		t.Errorf("a roster that was removed is %d", status)
	}
}

func TestWhatSomebodyElseCorrectedIsNotWrittenOver(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte(joiners))
	s.send(t, at+"/cells", "c.2.email", "bob@example.com", "s.2.email", "bob.example.com")
	_, page := s.send(t, at+"/cells", "c.2.email", "robert@example.com", "s.2.email", "bob.example.com", "c.4.email", "daniel@example.com", "s.4.email", "dan@example.com", "show", "all")
	says(t, page, "Somebody has corrected this cell since it was shown. It says “bob@example.com” now", `value="robert@example.com"`, "daniel@example.com", "1 cell was corrected")
	if a := s.ask(t, http.MethodGet, at+"/download", "", nil); !strings.Contains(a.text, "bob@example.com") || strings.Contains(a.text, "robert") {
		t.Errorf("the newer correction is gone: %s", a.text)
	}
	_, page = s.send(t, at+"/cells", "c.2.email", "robert@example.com", "s.2.email", "bob@example.com", "show", "all") // seen, and meant
	says(t, page, `1 cell was corrected`, "robert@example.com")
}

func TestToThePlanWithWhatWasTyped(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte(joiners))
	if to, _ := s.send(t, at+"/cells", "then", "plan", "c.2.email", "bob", "s.2.email", "bob.example.com"); !strings.Contains(to, "said=") {
		t.Errorf("a correction that is none leads to %s", to)
	}
	if to, _ := s.send(t, at+"/cells", "then", "plan", "c.2.email", "bob@example.com", "s.2.email", "bob"); to != at+"/plan" {
		t.Errorf("corrections lead to %s", to)
	}
}

func TestWhatACellCannotHaveIsSaidThere(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte("email,role\nann@example.com,member\nbob,member\n"))
	_, page := s.send(t, at+"/cells", "c.2.email", "bob\x01@example.com", "s.2.email", "bob")
	says(t, page, "It has a character that no cell can have.", `value="bob`)
	_, page = s.send(t, at+"/cells", "c.1.teams", "Platform", "s.1.teams", "", "show", "all")
	says(t, page, "The file has no column for this")
	if a := s.ask(t, http.MethodGet, at+"/download", "", nil); a.text != "email,role\nann@example.com,member\nbob,member\n" {
		t.Errorf("the roster is %q", a.text)
	}
}

func TestARosterIsReadInAnotherWay(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte("Kontakt,Login,Stufe\nann@example.com,x,member\nbob@example.com,y,Managr\n"))
	_, page := s.get(t, at)
	says(t, page, `data-at="refused"`, "This file cannot be used as it is", `value="column:Kontakt"`, `lang="en"`, "Choose another file")
	_, page = s.send(t, at+"/reading", "column-email", "column:Kontakt", "column-role", "column:Stufe", "column-teams", "")
	says(t, page, `data-at="check-1"`, `value="column:Kontakt" selected`)
	_, page = s.send(t, at+"/cells", "c.2.role", "manager", "s.2.role", "Managr")
	says(t, page, `data-at="check-0"`)
	_, page = s.send(t, at+"/reading", "column-role", "none", "role", "member", "team", "Platform:read_only")
	says(t, page, `data-at="check-0"`, "1 correction was given up", "for rows without one", "Platform <small>Read only")
	_, page = s.send(t, at+"/reading", "team", "Platform:nonsense; :")
	says(t, page, `lang="en"`, `data-at="check-0"`)
	_, page = s.send(t, at+"/reading", "delimiter", "pipe")
	says(t, page, `data-at="refused"`, `value="pipe" selected`)
	_, page = s.send(t, at+"/reading", "delimiter", "")
	says(t, page, `data-at="check-0"`)
}

func TestADocumentThatIsNoRoster(t *testing.T) {
	s := open(t, sandbox.Options{})
	_, page := s.get(t, s.bring(t, "team.pdf", []byte("%PDF-1.7\n")))
	says(t, page, `data-at="refused"`, "team.pdf cannot be read as a roster", `<a class="button primary" href="/">Choose another file`)
	saysNot(t, page, "Read it this way", "Line 1")
	_, page = s.get(t, s.bring(t, "empty.csv", nil))
	says(t, page, `data-at="refused"`, "The file is empty")
	saysNot(t, page, "Read it this way")
}

// Whoever has words corrected without a choice is told so, and sync is offered where people are ready.
func TestNothingIsChosenForAWord(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte("email,role\nann@example.com,boss\nbob@example.com,chief\n"))
	_, page := s.get(t, at)
	says(t, page, `<button class="primary">Check the corrections`)
	saysNot(t, page, "Nothing was corrected", `id="sync"`)
	to, page := s.send(t, at+"/words", "word", "boss", "field", "role", "role-0", "", "word", "chief", "field", "role", "role-1", "")
	says(t, page, `data-at="check-2"`, "Nothing was corrected: choose first what a word means.")
	if !strings.Contains(to, "unchosen=") {
		t.Errorf("the answer is at %s", to)
	}
	_, page = s.send(t, at+"/words", "word", "boss", "field", "role", "role-0", "manager", "word", "chief", "field", "role", "role-1", "")
	says(t, page, `data-at="check-1"`, `id="sync"`)
	saysNot(t, page, "Nothing was corrected")
}

// A workbook with several sheets of people is read at a click on one of them.
func TestASheetIsAClickAway(t *testing.T) {
	s := open(t, sandbox.Options{})
	content, err := os.ReadFile("testdata/two-sheets.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	at := s.bring(t, "team.xlsx", content)
	_, page := s.get(t, at)
	says(t, page, `data-at="refused"`, `name="option" value="sheet"`)
	sheet := regexp.MustCompile(`name="value" value="([^"]+)">Read the sheet`).FindStringSubmatch(page)
	if sheet == nil {
		t.Fatalf("no sheet is offered: %s", page)
	}
	_, page = s.send(t, at+"/reading", "option", "sheet", "value", sheet[1])
	says(t, page, "sheet “"+sheet[1]+"”")
}

func TestWhatIsSaidOfManyRowsIsSaidOnce(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte("email,role\n"+strings.Repeat("ann@example.com,\n", 20)))
	_, page := s.get(t, at)
	says(t, page, "<b>20 rows:</b>", "The role is missing")
	if n := strings.Count(page, "one for all rows without a role"); n != 1 {
		t.Errorf("what to do is said %d times", n)
	}
}

func TestThePartsOfARoster(t *testing.T) {
	s := open(t, sandbox.Options{})
	var text strings.Builder
	text.WriteString("email,role,active\n")
	for i := range 120 {
		fmt.Fprintf(&text, "p%d@example.com,%s,%s\n", i+1, map[bool]string{true: "x", false: "member"}[i < 60], map[bool]string{true: "no", false: "yes"}[i == 119])
	}
	at := s.bring(t, "team.csv", []byte(text.String()))
	_, page := s.get(t, at)
	says(t, page, `value="active=&#34;active&#34;">Leave out whoever is not active by “active”`)
	_, page = s.send(t, at+"/reading", "option", "map", "value", `active="active"`)
	says(t, page, "1 to 50 of 60", `href="?show=wrong&amp;page=2"`, "p50@example.com", "<b>1</b> left out", "<b>59</b> of 120 ready")
	saysNot(t, page, "p51@example.com")
	_, page = s.get(t, at+"?show=wrong&page=2")
	says(t, page, "51 to 60 of 60", "p51@example.com", `name="page" value="2"`)
	_, page = s.get(t, at+"?show=wrong&page=99")
	says(t, page, "51 to 60 of 60")
	_, page = s.get(t, at+"?show=left")
	says(t, page, "p120@example.com")
	saysNot(t, page, "Plan for the 60")
	_, page = s.get(t, at+"?q=P100@")
	says(t, page, "1 row for “P100@”", "p100@example.com")
	_, page = s.get(t, at+"?q=7")
	says(t, page, "1 row for “7”", "p6@example.com")
	saysNot(t, page, "p7@example.com")
	_, page = s.get(t, at+"?show=all&page=2&edit=100")
	says(t, page, `id="c.100.email" value="p100@example.com"`)
	if status, _ := s.get(t, at+"?show=nonsense&page=x&edit=-1&said=5&q=%00"); status != http.StatusOK {
		t.Errorf("an address that says nothing is answered with %d", status)
	}
}

func TestTheSample(t *testing.T) {
	s := open(t, sandbox.Options{})
	at, page := s.send(t, "/rosters/sample")
	says(t, page, "rows need a correction", "Sample with mistakes.xlsx", "sheet “Neue Leute”")
	kinds := map[string]bool{}
	for _, show := range []string{"wrong", "look", "repeated"} {
		_, page := s.get(t, at+"?show="+show)
		for _, said := range regexp.MustCompile(`<li class="(?:error|warning)">(.*?)</li>`).FindAllStringSubmatch(page, -1) {
			kinds[regexp.MustCompile(`&#34;.*?&#34;|<em.*|\d+`).ReplaceAllString(said[1], "…")] = true
		}
	}
	if len(kinds) < 10 {
		t.Errorf("the sample has %d kinds of mistakes: %v", len(kinds), kinds)
	}
	a := s.ask(t, http.MethodGet, at+"/download", "", nil)
	r, err := roster.Read(t.Context(), document.Source{Name: "x.xlsx", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(a.text)), nil
	}}, roster.Options{})
	if err != nil || r.Format != roster.XLSX || r.Rows != 18 {
		t.Errorf("the sample is %+v, %v", r, err)
	}
}

func TestUploadsThatAreNone(t *testing.T) {
	s := open(t, sandbox.Options{})
	for name, body := range map[string]string{
		"no file":       "--x\r\nContent-Disposition: form-data; name=\"roster\"; filename=\"\"\r\n\r\n\r\n--x--\r\n",
		"another field": "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--x--\r\n",
	} {
		a := s.ask(t, http.MethodPost, "/rosters", "multipart/form-data; boundary=x", strings.NewReader(body))
		if a.status != http.StatusBadRequest || !strings.Contains(a.text, "No file was chosen") {
			t.Errorf("%s: %d, %s", name, a.status, mainOf(a.text))
		}
	}
	if a := s.ask(t, http.MethodPost, "/rosters", "text/plain", strings.NewReader("x")); a.status != http.StatusBadRequest {
		t.Errorf("something else than a form: %d", a.status)
	}
	large := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"roster\"; filename=\"x.csv\"\r\n\r\nemail,role\n"),
		io.LimitReader(zeros{}, 64<<20), strings.NewReader("\r\n--x--\r\n"))
	a := s.ask(t, http.MethodPost, "/rosters", "multipart/form-data; boundary=x", large)
	if a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.text, "A roster may have 64 MB") {
		t.Errorf("too large a roster: %d, %s", a.status, mainOf(a.text))
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, address := range []string{"/rosters/x", "/rosters/x/cells", "/rosters/x/words", "/rosters/x/reading", "/rosters/x/undo", "/rosters/x/remove", "/rosters/x/download"} {
			if a := s.ask(t, method, address, "application/x-www-form-urlencoded", nil); a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s is %d", method, address, a.status)
			}
		}
	}
}

// zeros are letters without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestTheCheckInGerman(t *testing.T) {
	s := open(t, sandbox.Options{})
	at := s.bring(t, "team.csv", []byte(joiners))
	s.ask(t, http.MethodPost, "/language", "application/x-www-form-urlencoded", strings.NewReader("language=de"))
	_, page := s.get(t, at)
	says(t, page, `<html lang="de">`, "<h1>3 Zeilen müssen korrigiert werden", "Semikolons zwischen den Zellen", "„managr“ in 2 Zeilen", "Plan für 2 Zeilen erstellen")
}
