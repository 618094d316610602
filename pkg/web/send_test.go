package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// people returns a roster of so many people.
func people(n int) string {
	var b strings.Builder
	b.WriteString("email,role,teams\n")
	for i := range n {
		fmt.Fprintf(&b, "person%d@example.com,member,\n", i+1)
	}
	return b.String()
}

// put puts a roster on the desk, and returns its name there.
func (s *site) put(t *testing.T, name, content string) string {
	t.Helper()
	sheet, err := s.server.Desk().Take(t.Context(), name, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return sheet.ID
}

var mark = regexp.MustCompile(`data-at="([^"]*)"`)

// at returns the mark of a page.
func at(text string) string {
	if found := mark.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// until reads a page again until it has one of the marks.
func (s *site) until(t *testing.T, address string, marks ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		_, text := s.get(t, address)
		if slices.Contains(marks, at(text)) {
			return text
		}
		if ctx.Err() != nil {
			t.Fatalf("%s stays at %q: %s", address, at(text), text)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// submit sends a form, and returns where it leads and the page there.
func (s *site) submit(t *testing.T, address string, form url.Values) (to, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Request.URL.Path, string(content)
}

var digestField = regexp.MustCompile(`name="digest" value="([^"]*)"`)

// agree sends the form of a plan as it is shown, with all that is to be ticked.
func (s *site) agree(t *testing.T, id, plan string) (to, text string) {
	t.Helper()
	found := digestField.FindStringSubmatch(plan)
	if found == nil {
		t.Fatalf("there is nothing to send: %s", plan)
	}
	form := url.Values{"digest": {found[1]}}
	for _, tick := range regexp.MustCompile(`name="tick" value="([^"]*)"`).FindAllStringSubmatch(plan, -1) {
		form.Add("tick", tick[1])
	}
	return s.submit(t, "/rosters/"+id+"/runs", form)
}

// going waits until the work that was begun sends, or is over, and returns where it is shown.
func (s *site) going(t *testing.T) string {
	t.Helper()
	n := s.server.Desk().Sending()
	for n.State().Phase == desk.Opening {
		select {
		case <-n.Changed():
		case <-t.Context().Done():
			t.Fatal("it never begins")
		}
	}
	return "/runs/" + n.Run()
}

// mailed waits until so many people were mailed.
func (s *site) mailed(t *testing.T, people int) {
	t.Helper()
	for n := s.server.Desk().Sending(); s.service.Counts().Emails < people; {
		select {
		case <-n.Changed():
		case <-n.Done():
			t.Fatalf("it has ended: %+v", n.State())
		}
	}
}

// history has the ledger that the page uses.
func (s *site) history() onboard.History {
	found, _ := filepath.Glob(filepath.Join(s.folder, "*.db")) // the pattern is right
	return onboard.History{Ledgers: found}
}

func has(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %q: %s", what, want, text)
		}
	}
}

func TestFromThePlanToTheResults(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(3)+"boss@corp.example,administrator,\nperson1@example.com,member,\nwrong,member,\n")
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan", plan, "4 people will get an e-mail", "boss@corp.example", "Administrator", "Send 4 invitations", "corp.example",
		"Repeat an earlier row", "Wrong rows, left out")
	if n := s.service.Counts().Emails; n != 0 {
		t.Fatalf("a plan has mailed %d people", n)
	}
	to, _ := s.agree(t, id, plan)
	if to == "/runs/now" { // a slow machine is still about to begin
		to = s.going(t)
	}
	if !strings.HasPrefix(to, "/runs/2") {
		t.Fatalf("sending leads to %s", to)
	}
	results := s.until(t, to, "results-0")
	has(t, "the results", results, "<h1>1 row needs you, 4 invited</h1>", "person3@example.com", "Row is wrong", "Correct the rest", "results/xlsx")
	if n := s.service.Counts().Emails; n != 4 {
		t.Errorf("%d people were mailed, not 4", n)
	}
	if _, need := s.get(t, to+"?show=need"); !strings.Contains(need, "Nothing was sent for this row; it needs a correction.") || strings.Contains(need, "person2@example.com") {
		t.Errorf("the rows that need somebody are %s", need)
	}
	_, text := s.get(t, to+"?show=invalid")
	if strings.Contains(text, "person3@example.com") || !strings.Contains(text, "wrong") {
		t.Errorf("only wrong rows are asked for: %s", text)
	}
	_, text = s.get(t, to+"?find=PERSON2")
	if strings.Contains(text, "person3@example.com") || !strings.Contains(text, "person2@example.com") {
		t.Errorf("one person is looked for: %s", text)
	}
	for format, want := range map[string]string{"csv": "person1@example.com,member,,invited,", "jsonl": `"outcome":"invited"`, "xlsx": "PK", "report": "<!doctype html>"} {
		response, err := s.Client().Get(s.URL + to + "/results/" + format) //nolint:noctx // of a test, to itself
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(content), want) ||
			!strings.Contains(response.Header.Get("Content-Disposition"), "attachment; filename=team.") {
			t.Errorf("%s is %d, %v, %v: %.200s", format, response.StatusCode, response.Header, err, content)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := s.get(t, to+"/results/exe"); status != http.StatusNotFound {
		t.Errorf("an unknown format is %d", status)
	}
	if status, _ := s.get(t, "/runs/nobody"); status != http.StatusNotFound {
		t.Errorf("an unknown run is %d", status)
	}
	if status, _ := s.get(t, to+"/events"); status != http.StatusNoContent {
		t.Errorf("the events of a run that is over are %d", status)
	}
	text = s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan of what is done", text, "Nobody needs an invitation")
	if digestField.MatchString(text) {
		t.Error("there is something to send of what is done")
	}
}

// events reads the stream of a run until it ends, and returns what it has said.
func (s *site) events(t *testing.T, address string) (said []map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("events are %s, %d", got, response.StatusCode)
	}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var one map[string]any
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			t.Fatal(err)
		}
		said = append(said, one)
	}
	return said
}

func TestAPlanWarnsInTheLanguage(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(2)+"ann@example.com,member,Platform\n")
	has(t, "the plan", s.until(t, "/rosters/"+id+"/plan", "plan"), "<li>2 people are invited as members without a team.")
	s.leads(t, "/language", url.Values{"language": {"de"}})
	s.shows(t, "/rosters/"+id+"/plan", "<li>2 Personen werden als Mitglieder ohne Team eingeladen.")
}

func TestARunIsStoppedAndGoesOn(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 20}})
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	live := s.until(t, to, "live")
	has(t, "the live page", live, "Sending invitations", "of 60 rows done", "Stop", "noscript")
	if _, text := s.get(t, "/"); !strings.Contains(text, `href="`+to+`"`) {
		t.Errorf("the first page does not lead to the run: %s", text)
	}
	if to2, _ := s.agree(t, id, `name="digest" value="123456789abc"`); to2 != to {
		t.Errorf("a second run leads to %s", to2)
	}
	if _, text := s.get(t, to+"/results/csv"); at(text) != "busy" {
		t.Errorf("results during the run are %q", at(text))
	}
	s.mailed(t, 5)
	_, stopped := s.submit(t, to+"/stop", nil)
	has(t, "the stopping run", stopped, "data-at=\"live\"", "Stopping")
	said := s.events(t, to+"/events")
	if last := said[len(said)-1]; last["over"] != true {
		t.Errorf("the stream ends with %v", last)
	}
	results := s.until(t, to, "results-0")
	has(t, "the stopped run", results, "Its turn comes when you go on.", "<h1>Stopped: ", "The run was stopped before its end.", `href="/rosters/`+id+`/plan"`)
	if strings.Contains(results, "the same command") {
		t.Errorf("the page speaks of commands: %s", results)
	}
	before := s.service.Counts().Emails
	if before == 0 || before == 60 {
		t.Fatalf("%d were mailed before it was stopped", before)
	}
	s.service.ChangeLimit(0)
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan that goes on", plan, "This goes on with the run of", fmt.Sprintf("%d rows to go", 60-before), "Go on with")
	s.agree(t, id, plan)
	if again := s.going(t); again != to {
		t.Errorf("it goes on at %s, not at %s", again, to)
	}
	has(t, "the end", s.until(t, to, "results-0"), "<h1>60 people are invited</h1>", "result")
	once(t, s.service, 60)
}

// once fails unless so many people were mailed, each once.
func once(t *testing.T, service *sandbox.Running, people int) {
	t.Helper()
	mailed := map[string]int{}
	for one := range service.Invited() {
		if mailed[one.Email]++; mailed[one.Email] > 1 {
			t.Errorf("%s was mailed %d times", one.Email, mailed[one.Email])
		}
	}
	if len(mailed) != people || service.Counts().Emails != people {
		t.Errorf("%d people were mailed %d e-mails, not %d", len(mailed), service.Counts().Emails, people)
	}
}

// Whoever stops before anything was sent has the plan again, and a plan that had to wait for a run is made once that has ended.
func TestWhatHasToWait(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 30}})
	id, other := s.put(t, "team.csv", people(900)), s.put(t, "other.csv", "email,role\nann@example.com,member\n")
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	n, err := s.server.Desk().Send(s.server.Desk().Sheet(id), desk.Invite, digestField.FindStringSubmatch(plan)[1], false)
	if err != nil {
		t.Fatal(err)
	}
	n.Stop()
	if <-n.Done(); !n.State().Refused {
		t.Errorf("it was stopped at once, and ends with %+v", n.State())
	}
	plan = s.until(t, "/rosters/"+id+"/plan", "plan")
	s.agree(t, id, plan)
	to := s.going(t)
	text := s.until(t, "/rosters/"+other+"/plan", "plan-refused")
	has(t, "the plan beside a run", text, "<h1>A run is under way</h1>", `href="`+to+`"`)
	s.service.ChangeLimit(0)
	s.submit(t, to+"/stop", nil)
	<-s.server.Desk().Sending().Done()
	has(t, "the plan after the run", s.until(t, "/rosters/"+other+"/plan", "plan"), "1 person will get an e-mail")
}
