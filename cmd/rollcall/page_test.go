package main_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// TestPageAndCommandLineAreTheSameWork begins a run on the page that the command line goes on with, and the other way round: the
// same content is the same work, whoever does it, and nobody is mailed twice.
func TestPageAndCommandLineAreTheSameWork(t *testing.T) {
	bin := build(t)
	const people = 40
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range people {
		b.WriteString("person" + string(rune('a'+i/10)) + string(rune('0'+i%10)) + "@example.com,member\n")
	}
	b.WriteString("wrong,member\n")
	roster := filepath.Join(t.TempDir(), "team.csv")
	if err := os.WriteFile(roster, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, pageFirst := range map[string]bool{"page first": true, "command line first": false} {
		t.Run(name, func(t *testing.T) {
			service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := service.Close(); err != nil {
					t.Error(err)
				}
			})
			ledger := filepath.Join(t.TempDir(), "ledger.db")
			limit := new(15)
			if !pageFirst {
				limit = nil
				invite(t, bin, service, ledger, 7, roster, "--limit", "15")
			}
			work := onPage(t, service, ledger, roster, limit)
			if pageFirst {
				invite(t, bin, service, ledger, 3, roster)
			} else if work.Report.Outcomes[record.Invited] != people || !work.Report.Resumed {
				t.Errorf("the page ends with %+v", work.Report)
			}
			mailed := map[string]int{}
			for one := range service.Invited() {
				mailed[one.Email]++
			}
			if len(mailed) != people || service.Counts().Emails != people {
				t.Errorf("%d people got %d e-mails, not %d", len(mailed), service.Counts().Emails, people)
			}
			runs, err := onboard.History{Ledgers: []string{ledger}}.Runs(t.Context())
			if err != nil || len(runs) != 1 || runs[0].Resumed != 1 || runs[0].EndedAt.IsZero() || runs[0].ID != work.Run {
				t.Errorf("the runs are %+v, %v", runs, err)
			}
		})
	}
}

// invite has the command do it, which ends with a code.
func invite(t *testing.T, bin string, service *sandbox.Running, ledger string, code int, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), bin, append([]string{
		"invite", "--yes", "--invalid", "skip", "--api-url", service.URL(), "--auth-endpoint", service.URL(), "--ledger", ledger,
	}, args...)...)
	command.Env = append(os.Environ(), "CYBEDEFEND_PAT="+service.PAT().Reveal())
	if out, err := command.CombinedOutput(); command.ProcessState.ExitCode() != code {
		t.Fatalf("invite ends with %v: %s", err, out)
	}
}

// onPage does what somebody at the page does, and returns how it has ended.
func onPage(t *testing.T, service *sandbox.Running, ledger, roster string, limit *int) desk.State {
	t.Helper()
	d := desk.New(desk.Options{
		Order: onboard.Options{Course: onboard.Course{Limit: limit}},
		Dial: func(context.Context, desk.Place) (onboard.Endpoint, error) {
			return onboard.Endpoint{URL: service.URL(), Credentials: cybedefend.PersonalAccessToken{Token: service.PAT(), AuthEndpoint: service.URL()}}, nil
		},
		LedgerOf: func(bool, string) (string, error) { return ledger, nil },
		Ledgers:  func(bool) ([]string, error) { return []string{ledger}, nil },
		Folder:   t.TempDir(),
	})
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	content, err := os.Open(roster)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := d.Take(t.Context(), filepath.Base(roster), content)
	if err != nil {
		t.Fatal(err)
	}
	if err := content.Close(); err != nil {
		t.Fatal(err)
	}
	planning := d.Plan(sheet, desk.Invite)
	for !planning.State().Done {
		<-planning.Changed()
	}
	seen := planning.State()
	if seen.Preview == nil || seen.Err != nil {
		t.Fatalf("the plan is %+v", seen)
	}
	if (limit == nil) != (seen.Preview.Resumed != nil) {
		t.Errorf("the plan goes on with %+v", seen.Preview.Resumed)
	}
	work, err := d.Send(sheet, desk.Invite, seen.Preview.Digest(), false)
	if err != nil {
		t.Fatal(err)
	}
	<-work.Done()
	return work.State()
}

// serving is rollcall serve, and a browser that was let in.
type serving struct {
	*exec.Cmd
	*http.Client
	address, ticket string
}

// served starts the page with a state of its own, and comes in by its ticket.
func served(tb testing.TB, bin, state string, service *sandbox.Running, flags ...string) *serving {
	tb.Helper()
	s := serve(tb, bin, state, service, flags...)
	s.get(tb, s.ticket)
	return s
}

// serve starts the page with a state of its own.
func serve(tb testing.TB, bin, state string, service *sandbox.Running, flags ...string) *serving {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	s := &serving{Client: &http.Client{Jar: jar}, Cmd: exec.CommandContext(tb.Context(), bin, append([]string{
		"serve", "--no-open", "--api-url", service.URL(), "--auth-endpoint", service.URL(), "--rate", "40/s", "--grace", "100ms",
	}, flags...)...)}
	s.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "CYBEDEFEND_PAT="+service.PAT().Reveal())
	read, write, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	s.Stdout, s.Stderr = write, write
	if err := errors.Join(s.Start(), write.Close()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = s.Process.Kill() // which cannot be helped if it is gone
		_ = s.Wait()         // that it was killed is no news
		_ = read.Close()     // it was only read
	})
	said := bufio.NewScanner(read)
	for said.Scan() {
		if found := ticket.FindStringSubmatch(said.Text()); found != nil {
			s.address, s.ticket = found[1], found[2]
			return s
		}
	}
	tb.Fatal("it prints no ticket")
	return nil
}

var ticket = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)(/open/\S+)`)

// get returns a page.
func (s *serving) get(tb testing.TB, path string) string {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, s.address+path, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	_, text := s.answer(tb, request)
	return text
}

// answer returns where a request leads, and the page there.
func (s *serving) answer(tb testing.TB, request *http.Request) (path, text string) {
	tb.Helper()
	response, err := s.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != http.StatusOK {
		tb.Fatalf("%s is %d, %v: %s", request.URL, response.StatusCode, err, content)
	}
	return response.Request.URL.Path, string(content)
}

// until returns a page once it has a mark.
func (s *serving) until(tb testing.TB, path, mark string) string {
	tb.Helper()
	var text string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if text = s.get(tb, path); strings.Contains(text, `data-at="`+mark+`"`) {
			return text
		}
	}
	tb.Fatalf("%s never is %s: %s", path, mark, text)
	return ""
}

// put uploads a roster, and returns where it is then.
func (s *serving) put(tb testing.TB, content string) string {
	tb.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("roster", "team.csv")
	if err == nil {
		_, err = io.WriteString(file, content)
	}
	if err := errors.Join(err, form.Close()); err != nil {
		tb.Fatal(err)
	}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, s.address+"/rosters", &body)
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	path, _ := s.answer(tb, request)
	return path
}

// send carries out what a plan shows, and returns where that is shown once it sends.
func (s *serving) send(tb testing.TB, roster, plan string) string {
	tb.Helper()
	digest := regexp.MustCompile(`name="digest" value="([^"]*)"`).FindStringSubmatch(plan)
	if digest == nil {
		tb.Fatalf("there is nothing to send: %s", plan)
	}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, s.address+roster+"/runs", strings.NewReader("digest="+digest[1]))
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	path, text := s.answer(tb, request)
	for path == "/runs/now" {
		if request, err = http.NewRequestWithContext(tb.Context(), http.MethodGet, s.address+path, http.NoBody); err != nil {
			tb.Fatal(err)
		}
		path, text = s.answer(tb, request)
	}
	if !strings.HasPrefix(path, "/runs/") {
		tb.Fatalf("sending leads to %s: %s", path, text)
	}
	return path
}

// TestAPageThatIsKilledGoesOn kills rollcall serve in the middle of a run, and then interrupts the next one: the one after that
// has the roster, goes on with the run, and nobody is mailed twice.
func TestAPageThatIsKilledGoesOn(t *testing.T) {
	const people = 120
	bin, state := build(t), t.TempDir()
	service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	var content strings.Builder
	content.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&content, "person%d@example.com,member\n", i)
	}
	s := served(t, bin, state, service)
	roster := s.put(t, content.String())
	run := s.send(t, roster, s.until(t, roster+"/plan", "plan"))
	waitForMails(service, 15)
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // that it was killed is no news

	s = served(t, bin, state, service)
	if text := s.get(t, "/runs"); !strings.Contains(text, "stopped, ") || !strings.Contains(text, run) {
		t.Errorf("the runs do not say that it was stopped: %s", text)
	}
	if text := s.until(t, run, "results-0"); !strings.Contains(text, `href="`+roster+`/plan"`) {
		t.Errorf("it cannot be gone on with: %s", text)
	}
	plan := s.until(t, roster+"/plan", "plan")
	if !strings.Contains(plan, "This goes on with the run of") {
		t.Errorf("it does not go on: %s", plan)
	}
	if again := s.send(t, roster, plan); again != run {
		t.Errorf("it goes on as %s, not as %s", again, run)
	}
	waitForMails(service, 40)
	if err := s.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _ = s.Wait(); s.ProcessState.ExitCode() != 130 {
		t.Errorf("interrupted, it ends with %s", s.ProcessState)
	}
	if n := service.Counts().Emails; n == people {
		t.Fatal("it was interrupted too late")
	}

	s = served(t, bin, state, service)
	s.send(t, roster, s.until(t, roster+"/plan", "plan"))
	if text := s.until(t, run, "results-0"); !strings.Contains(text, "people are invited") {
		t.Errorf("it ends with %s", text)
	}
	each := map[string]int{}
	for one := range service.Invited() {
		each[one.Email]++
	}
	if len(each) != people || service.Counts().Emails != people {
		t.Errorf("%d people got %d e-mails, not %d", len(each), service.Counts().Emails, people)
	}
}

// waitForMails waits until so many people were mailed.
func waitForMails(service *sandbox.Running, people int) {
	for service.Counts().Emails < people {
		<-time.After(10 * time.Millisecond)
	}
}
