package main_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
)

// sheet is a sheet of a workbook: its rows of cells, in which #NV is an error.
type sheet struct {
	name   string
	hidden bool
	rows   [][]string
}

// excel returns a workbook as Excel saves it: texts are kept once, errors are kept in English whatever is shown.
func excel(t *testing.T, sheets ...sheet) []byte {
	t.Helper()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const office, kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", "application/vnd.openxmlformats-officedocument.spreadsheetml."
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	part := func(name, content string) {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\r\n"+content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var list, related, types, shared strings.Builder
	numbers := map[string]int{}
	for i, s := range sheets {
		state := ""
		if s.hidden {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%[2]d"/>`, html.EscapeString(s.name), i+1, state)
		fmt.Fprintf(&related, `<Relationship Id="rId%d" Type="%sworksheet" Target="worksheets/sheet%[1]d.xml"/>`, i+1, office)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, kind)
		var data strings.Builder
		for r, row := range s.rows {
			fmt.Fprintf(&data, `<row r="%d" spans="1:%d">`, r+1, len(row))
			for c, text := range row {
				at := fmt.Sprintf("%c%d", 'A'+c, r+1)
				switch text {
				case "":
				case "#NV":
					fmt.Fprintf(&data, `<c r="%s" t="e"><f>VLOOKUP(B%d,Export!A:B,2,FALSE)</f><v>#N/A</v></c>`, at, r+1)
				default:
					number, known := numbers[text]
					if !known {
						number, numbers[text] = len(numbers), len(numbers)
						fmt.Fprintf(&shared, `<si><t xml:space="preserve">%s</t></si>`, html.EscapeString(text))
					}
					fmt.Fprintf(&data, `<c r="%s" t="s"><v>%d</v></c>`, at, number)
				}
			}
			data.WriteString(`</row>`)
		}
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<worksheet `+main+`><sheetData>`+data.String()+`</sheetData></worksheet>`)
	}
	part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="`+kind+`sheet.main+xml"/>`+types.String()+
		`<Override PartName="/xl/sharedStrings.xml" ContentType="`+kind+`sharedStrings+xml"/></Types>`)
	const relationships = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	part("_rels/.rels", relationships+`<Relationship Id="rId1" Type="`+office+`officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	part("xl/workbook.xml", `<workbook `+main+`><sheets>`+list.String()+`</sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", relationships+related.String()+`<Relationship Id="rId99" Type="`+office+`sharedStrings" Target="sharedStrings.xml"/></Relationships>`)
	part("xl/sharedStrings.xml", `<sst `+main+`>`+shared.String()+`</sst>`)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The people of the workbook that are right from the beginning, and all that are to be mailed in the end.
const rightFirst, mailedLast = 40, 40 + 9

// germanRoster is a workbook out of a German personnel office, with ten mistakes of ten kinds.
func germanRoster(t *testing.T) string {
	t.Helper()
	rows := [][]string{{"Nachname", "Vorname", "E-Mail-Adresse", "Rolle", "Teams", "Abteilung"}}
	for i := range rightFirst {
		rows = append(rows, []string{"Muster", fmt.Sprint("Person ", i), fmt.Sprintf("person%d@firma.example", i), "Mitglied", "", "Einkauf"})
	}
	rows = append(
		rows,
		[]string{"Adler", "Anna", "anna.adler@firma.example", "Mitgleid", "", "Vertrieb"},                          // 42: a typo
		[]string{"Bauer", "Bernd", "bernd.bauer@firma.example; b.bauer@firma.example", "Mitglied", "", ""},         // 43: two addresses
		[]string{"Celik", "Ceyda", "ceyda.celik.firma.example", "Mitglied", "", ""},                                // 44: no @
		[]string{"Muster", "Person 3", "Person3@firma.example", "Mitglied", "", ""},                                // 45: repeats line 5
		[]string{"Dorn", "Dora", "dora.dorn@firma.example", "", "", ""},                                            // 46: no role
		[]string{"Engel", "Erik", "erik.engel@firma.example", "Mitglied", "Platform:Teamleiterin", ""},             // 47: a role in a team that is none
		[]string{"Fuchs", "Frieda", "#NV", "Mitglied", "", ""},                                                     // 48: an error
		[]string{"Groß", "Gerd", "gerd.gross@firma,example", "Mitglied", "", ""},                                   // 49: a comma for a full stop
		[]string{"Huber", "Hanna", "hanna.huber@firma.example", "Chefin vom Ganzen", "", ""},                       // 50: a word that is no role
		[]string{"Iglu", "Ida", "ida.iglu@firma.example", "Mitglied", "Platform:developer;Platform:read_only", ""}, // 51: one team twice
	)
	path := filepath.Join(t.TempDir(), "Eintritte März.xlsx")
	content := excel(t, sheet{name: "Neue Mitarbeiter", rows: rows}, sheet{name: "Export", hidden: true, rows: [][]string{
		{"E-Mail", "Rolle"}, {"fremd@firma.example", "Mitglied"},
	}})
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// visitor is somebody at the page, who finds things by what they are called.
type visitor struct {
	*browsertest.Page
	t *testing.T
}

// called returns a selector of what has this name: a button, a link, a field.
func (v visitor) called(name string) string {
	v.t.Helper()
	question := fmt.Sprintf(`(() => {
		const name = (e) => (e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || "").trim().replace(/\s+/g, " ");
		const found = [...document.querySelectorAll("a,button,summary,input,select")].filter((e) => e.checkVisibility() && !e.ariaHidden && name(e) === %q);
		document.querySelectorAll("[data-called]").forEach((e) => delete e.dataset.called);
		if (found[0]) found[0].dataset.called = "yes";
		return found.length;
	})()`, name)
	v.Until(fmt.Sprintf("something that is called %q", name), func() bool { return browsertest.Evaluate[int](v.Page, question) > 0 })
	return `[data-called]`
}

// press clicks what has this name.
func (v visitor) press(name string) {
	v.t.Helper()
	v.Click(v.called(name))
}

// follow clicks what has this name, and waits for another page of this mark and heading.
func (v visitor) follow(name, mark, heading string) {
	v.t.Helper()
	v.ClickTo(v.called(name), mark)
	v.Sees("h1", heading)
}

// said are the words of a journey, in a language.
type said struct {
	accept                                                       string
	wrong, words, typo, chief, leader, member, manager           string
	correct, left, email, role, take                             string
	check, ready, repeated, plan, many, tick, send               string
	stop, stopping, stopped, goOn, again, well, invited, doubled string
	find, findGo, runs, complete, upload                         string
}

var journeys = map[string]said{
	"German": {
		accept: "de-DE,de;q=0.9,en;q=0.5", upload: "Diese Liste prüfen", wrong: "9 Zeilen müssen korrigiert werden", words: "3 Wörter sind keine Rollen: Was ist gemeint?",
		typo: "„Mitgleid“ in 1 Zeile", chief: "„Chefin vom Ganzen“ in 1 Zeile", leader: "„Teamleiterin“ bei einem Team, in 1 Zeile",
		member: "Mitglied", manager: "Manager", correct: "In allen Zeilen korrigieren", left: "6 Zeilen müssen korrigiert werden",
		email: "E-Mail, Zeile %d", role: "Rolle, Zeile %d", take: "„gerd.gross@firma.example“ übernehmen", check: "Korrekturen prüfen",
		ready: "Keine Fehler: 49 von 50 Zeilen sind bereit", repeated: "1 doppelt", plan: "Plan für 49 Zeilen erstellen",
		many: "49 Personen bekommen eine E-Mail", tick: "Das ist so gewollt, diesmal trotzdem fortfahren", send: "49 Einladungen senden", stop: "Anhalten", stopping: "Wird angehalten", stopped: "Angehalten: ",
		goOn: "Weitermachen", again: "Mit %d Einladungen weitermachen", well: "49 Personen sind eingeladen", invited: "49 Eingeladen", doubled: "1 Doppelte Zeile",
		find: "E-Mail, Rolle oder Team", findGo: "Suchen", runs: "Durchgänge", complete: "vollständig",
	},
	"English": {
		accept: "en-GB,en;q=0.9", upload: "Check this roster", wrong: "9 rows need a correction", words: "3 words are no roles: what do they mean?",
		typo: "“Mitgleid” in 1 row", chief: "“Chefin vom Ganzen” in 1 row", leader: "“Teamleiterin” with a team, in 1 row",
		member: "Member", manager: "Manager", correct: "Correct in all rows", left: "6 rows need a correction",
		email: "E-mail, line %d", role: "Role, line %d", take: "Take “gerd.gross@firma.example”", check: "Check the corrections",
		ready: "Nothing is wrong: 49 of 50 rows are ready", repeated: "1 repeated", plan: "Make the plan for 49 rows",
		many: "49 people will get an e-mail", tick: "That is meant: go on this once", send: "Send 49 invitations", stop: "Stop", stopping: "Stopping", stopped: "Stopped: ",
		goOn: "Go on", again: "Go on with %d invitations", well: "49 people are invited", invited: "49 Invited", doubled: "1 Repeated row",
		find: "E-mail, role or team", findGo: "Find", runs: "Runs", complete: "complete",
	},
}

// TestThePageInABrowser has people go all the way with the program as it is installed: the same browser, but a state, a service
// and a start of the program for each.
func TestThePageInABrowser(t *testing.T) {
	bin, browser := build(t), browsertest.Start(t)
	for name, say := range journeys {
		t.Run(name, func(t *testing.T) {
			service, open := held(t, 5)
			s := serve(t, bin, t.TempDir(), service, "--max-new", "20", "--rate", "1000/s", "--concurrency", "8") // so that some are left to stop
			journey(t, visitor{browser.Page(t), t}, s, service, open, say)
		})
	}
}

// startService starts a sandbox that ends with the test.
func startService(tb testing.TB, o sandbox.Options) *sandbox.Running {
	tb.Helper()
	service, err := sandbox.Start(context.WithoutCancel(tb.Context()), "", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := service.Close(); err != nil {
			tb.Error(err)
		}
	})
	return service
}

// Somebody looks at a run while the program is killed: the page says so and does not look as if it went on. The next start has the
// roster and goes on, and nobody is mailed twice.
func TestAKilledProgramInABrowser(t *testing.T) {
	const people = 60
	bin, state := build(t), t.TempDir()
	service, open := held(t, 10)
	path := filepath.Join(t.TempDir(), "team.csv")
	if err := os.WriteFile(path, []byte(team(people)), 0o600); err != nil {
		t.Fatal(err)
	}
	browser := browsertest.Start(t)
	v, s := visitor{browser.Page(t), t}, serve(t, bin, state, service, "--rate", "1000/s")
	v.Open(s.address + s.ticket)
	v.At("start")
	v.Upload("#roster", path)
	v.follow("Check this roster", "check-0", "All 60 rows are in order")
	v.ClickTo(v.called("Make the plan"), "plan")
	v.ClickTo(v.called("Send 60 invitations"), "live")
	v.Sees("main", "10 of 60 rows done")
	v.Forgive("ERR_CONNECTION_REFUSED", "ERR_SOCKET_NOT_CONNECTED")
	v.Forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // that it was killed is no news
	v.Sees("h1", "The program does not answer")
	v.Sees("[role=alert]", "It has ended, or something keeps it from answering.")
	if title := v.Title(); !strings.HasPrefix(title, "The program does not answer") {
		t.Errorf("the title is %q", title)
	}
	if v.Sees("main", "10 of 60 rows done"); browsertest.Evaluate[bool](v.Page, `document.querySelector("#stop").checkVisibility()`) {
		t.Error("it can still be stopped")
	}
	v.Looks(func(string) { v.Fits(); v.Picture("silent"); v.Axe() })
	open()

	s = serve(t, bin, state, service, "--rate", "1000/s")
	v = visitor{browser.Page(t), t}
	v.Open(s.address + s.ticket)
	v.At("start")
	v.follow("Runs", "runs", "1 run")
	v.Sees("tbody tr", "stopped, ")
	v.follow("team.csv", "results-0", "Stopped: ")
	v.ClickTo(v.called("Go on"), "plan")
	v.Sees("main", "This goes on with the run of")
	v.Click("#go")
	v.Until("all are invited", func() bool { return v.Has("main[data-at=results-0]") && v.Text("h1") == "60 people are invited" })
	mailedOnce(t, service, people)
}

// team returns a roster of so many people.
func team(people int) string {
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&b, "person%d@example.com,member\n", i)
	}
	return b.String()
}

// held returns a service that answers so many invitations, and works on all further ones until it is opened.
func held(t *testing.T, first int64) (service *sandbox.Running, open func()) {
	t.Helper()
	var invites atomic.Int64
	gate := make(chan struct{})
	open = sync.OnceFunc(func() { close(gate) })
	service = startService(t, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if call.Operation == sandbox.Invite && invites.Add(1) > first {
			<-gate
		}
		return sandbox.Fault{}
	}})
	t.Cleanup(open)
	return service, open
}

// journey goes from the ticket to the list of runs.
func journey(t *testing.T, v visitor, s *serving, service *sandbox.Running, open func(), say said) {
	t.Helper()
	v.Language(say.accept)
	v.Open(s.address + s.ticket)
	v.At("start")
	v.Upload("#roster", germanRoster(t))
	v.follow(say.upload, "check-9", say.wrong)
	v.Sees("h2", say.words)
	v.Choose(v.called(say.typo), say.member)
	v.Choose(v.called(say.chief), say.manager)
	if likely := v.Value(v.called(say.leader)); likely != "team_manager" { // it is agreed to by the button
		t.Errorf("%s %q", say.leader, likely)
	}
	v.follow(say.correct, "check-6", say.left)
	v.Fill(v.called(fmt.Sprintf(say.email, 43)), "bernd.bauer@firma.example")
	v.Fill(v.called(fmt.Sprintf(say.email, 44)), "ceyda.celik@firma.example")
	v.Choose(v.called(fmt.Sprintf(say.role, 46)), say.member)
	v.Fill(v.called(fmt.Sprintf(say.email, 48)), "frieda.fuchs@firma.example")
	v.Fill(v.called(fmt.Sprintf("Teams, %s", strings.SplitAfter(fmt.Sprintf(say.role, 51), ", ")[1])), "Platform:developer")
	v.ClickTo(v.called(say.check), "check-1")
	v.follow(say.take, "check-0", say.ready)
	v.follow(say.repeated, "check-0", say.ready)
	v.Sees("tbody tr", "Person3@firma.example")
	v.press(say.plan)
	v.At("plan")
	v.Sees("h1", say.many)
	v.press(say.tick)
	v.ClickTo(v.called(say.send), "live")
	v.Until("some are mailed", func() bool { return service.Counts().Emails >= 5 })
	v.Until("it sends", func() bool { return v.Has("#bar") }) // until then, the page is about to be read again
	v.TabTo(say.stop)                                         // what moves meanwhile takes no key away
	v.Press("Enter")
	v.Sees("h1", say.stopping)
	open() // what is in flight is still answered
	v.At("results-0")
	v.Sees("h1", say.stopped)
	before := service.Counts().Emails
	if before == mailedLast {
		t.Fatal("it was stopped too late")
	}
	v.ClickTo(v.called(say.goOn), "plan")
	v.ClickTo(v.called(fmt.Sprintf(say.again, mailedLast-before)), "live")
	v.Until("all are invited", func() bool { return v.Has("main[data-at=results-0]") && v.Text("h1") == say.well })
	mailedOnce(t, service, mailedLast)
	v.ClickTo(v.called(say.doubled), "results-0")
	if rows := v.Texts("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0], "Person3@firma.example") {
		t.Errorf("the repeated rows are %q", rows)
	}
	v.ClickTo(v.called(say.invited), "results-0")
	v.Fill("input[type=search]", "ceyda")
	v.ClickTo(v.called(say.findGo), "results-0")
	if rows := v.Texts("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0], "ceyda.celik@firma.example") {
		t.Errorf("looking for ceyda finds %q", rows)
	}
	name, content := v.Download(v.called("CSV"))
	if !strings.HasSuffix(name, ".results.csv") || bytes.Count(content, []byte("@firma.example")) != mailedLast+1 || bytes.Contains(content, []byte("fremd@")) {
		t.Errorf("%s is %s", name, content)
	}
	name, content = v.Download(v.called("Excel"))
	if book, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); !strings.HasSuffix(name, ".results.xlsx") || err != nil || len(book.File) < 5 {
		t.Errorf("%s is no workbook: %v", name, err)
	}
	v.ClickTo(v.called(say.runs), "runs")
	v.Sees("tbody tr", "Eintritte März.xlsx")
	v.Sees("tbody tr", say.complete)
}

// mailedOnce fails unless so many people were mailed, each of them once.
func mailedOnce(tb testing.TB, service *sandbox.Running, people int) {
	tb.Helper()
	each := map[string]int{}
	for one := range service.Invited() {
		each[one.Email]++
	}
	if len(each) != people || service.Counts().Emails != people {
		tb.Errorf("%d people got %d e-mails, not %d", len(each), service.Counts().Emails, people)
	}
}
