package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/web"
	"rollcall/pkg/web/desk"
)

// doomed is the variable that makes the test binary a page that sends, or a run that holds a ledger, until it is killed.
const doomed = "PAGE_UNTIL_KILLED"

// doom says what the other process is to do.
type doom struct {
	URL, PAT, Folder, Roster string
	// Holds says that it only holds the ledger.
	Holds bool
}

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(doomed)
	if !ok {
		goleak.VerifyTestMain(m)
		return
	}
	var d doom
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(err)
	}
	if err := d.work(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are those of a page on a service elsewhere.
func (d doom) options() desk.Options {
	return desk.Options{
		Order: onboard.Options{
			Service: onboard.Service{Pacing: onboard.Pacing{Rate: 40}}, Course: onboard.Course{Grace: 100 * time.Millisecond},
		},
		Dial: func(context.Context, desk.Place) (onboard.Endpoint, error) {
			credentials := cybedefend.PersonalAccessToken{Token: secret.New(d.PAT), AuthEndpoint: d.URL}
			return onboard.Endpoint{URL: d.URL, Credentials: credentials}, nil
		},
		LedgerOf: func(bool, string) (string, error) { return filepath.Join(d.Folder, "ledger.db"), nil },
		Ledgers:  func(isSandbox bool) ([]string, error) { return d.ledgers(isSandbox), nil },
		Folder:   filepath.Join(d.Folder, "rosters"),
	}
}

func (d doom) ledgers(isSandbox bool) []string {
	if isSandbox {
		return nil
	}
	return []string{filepath.Join(d.Folder, "ledger.db")}
}

// work says where it has come to, and ends only with the process.
func (d doom) work(ctx context.Context) error {
	o := d.options()
	if d.Holds {
		session, err := onboard.Open(ctx, onboard.Options{
			Document: onboard.Document{Source: roster.People("HR", ann)}, Service: onboard.Service{Dial: func(ctx context.Context) (onboard.Endpoint, error) { return o.Dial(ctx, desk.Place{}) }},
			Course: onboard.Course{LedgerOf: func(id string) (string, error) { return o.LedgerOf(false, id) }},
		})
		if err != nil {
			return err
		}
		fmt.Println("held")
		<-ctx.Done()
		_, err = session.End(ctx, nil)
		return err
	}
	server, err := web.New(web.Options{Address: "127.0.0.1:1", Desk: o}) //nolint:contextcheck // it looks around by itself
	if err != nil {
		return err
	}
	sheet, err := server.Desk().Take(ctx, "team.csv", strings.NewReader(d.Roster))
	if err != nil {
		return err
	}
	planning := server.Desk().Plan(sheet, desk.Invite)
	for !planning.State().Done {
		<-planning.Changed()
	}
	sending, err := server.Desk().Send(sheet, desk.Invite, planning.State().Preview.Digest(), false) //nolint:contextcheck // it outlasts whoever begins it
	if err != nil {
		return err
	}
	for sending.Run() == "" {
		<-sending.Changed()
	}
	fmt.Println(sheet.ID, sending.Run())
	<-sending.Done()
	return fmt.Errorf("it has ended: %+v", sending.State())
}

// start begins the other process, and returns the first line that it says, and what kills it.
func (d doom) start(t *testing.T) (said string, kill func()) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), doomed+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return strings.TrimSpace(said), func() {
		_ = cmd.Process.Kill() // which cannot be helped if it is gone
		_ = cmd.Wait()         // that it was killed is no news
	}
}

// Where the page is killed in the middle of a run, the next one has the roster and goes on, and nobody is mailed twice.
func TestAPageThatIsKilledGoesOn(t *testing.T) {
	const all = 60
	service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	d := doom{URL: service.URL(), PAT: service.PAT().Reveal(), Folder: t.TempDir(), Roster: people(all)}
	said, kill := d.start(t)
	id, run, ok := strings.Cut(said, " ")
	if !ok {
		t.Fatalf("it says %q", said)
	}
	for service.Counts().Emails < 10 {
		<-time.After(10 * time.Millisecond)
	}
	kill()
	before := service.Counts().Emails
	if before == all {
		t.Fatal("it was killed too late")
	}
	s := onDesk(t, service, d.options())
	s.folder = d.Folder
	stopped := s.until(t, "/runs/"+run, "results-0")
	has(t, "the run", stopped, "<h1>Stopped: ", `href="/rosters/`+id+`/plan"`)
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	has(t, "the plan", plan, "This goes on with the run of", "Go on with")
	s.agree(t, id, plan)
	to := s.going(t)
	if to != "/runs/"+run {
		t.Errorf("it goes on as %s, not as %s", to, run)
	}
	has(t, "the results", s.until(t, to, "results-0"), "people are invited")
	once(t, service, all)
}

// While another process holds the ledger, nothing can be sent, and the plan says who it is until that has ended.
func TestAnotherRunHoldsTheLedger(t *testing.T) {
	service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	d := doom{URL: service.URL(), PAT: service.PAT().Reveal(), Folder: t.TempDir(), Roster: people(2), Holds: true}
	s := onDesk(t, service, d.options())
	id := s.put(t, "team.csv", people(3))
	plan := s.until(t, "/rosters/"+id+"/plan", "plan")
	said, kill := d.start(t)
	defer kill()
	if said != "held" {
		t.Fatalf("it says %q", said)
	}
	to, _ := s.agree(t, id, plan)
	<-s.server.Desk().Sending().Done()
	text := s.until(t, "/rosters/"+id+"/plan", "plan-locked")
	has(t, "the plan at "+to, text, "Another run has been under way since ", "data-again=\"5\"")
	if !regexp.MustCompile(`\(process [0-9]+\)`).MatchString(text) {
		t.Errorf("the process has no number as the system writes it: %s", text)
	}
	if strings.Contains(text, `id="go"`) {
		t.Error("it can be sent all the same")
	}
	kill()
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	s.until(t, s.going(t), "results-0")
	once(t, service, 3)
}

// ann is a roster of one.
func ann(yield func(roster.Person, error) bool) {
	yield(roster.Person{Email: "ann@example.com", Role: "member"}, nil)
}
