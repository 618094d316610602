package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/document"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/web/desk"
)

// ready waits until the page knows its place.
func (s *site) ready(t *testing.T) *site {
	t.Helper()
	if status, _ := s.get(t, "/standing"); status != http.StatusNoContent {
		t.Fatalf("the place is looked at: %d", status)
	}
	return s
}

// leads sends a form, and returns where its answer leads.
func (s *site) leads(t *testing.T, address string, form url.Values) (status int, to string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(s.URL+address, form) //nolint:noctx // of a test, to itself
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location")
}

// shows fails unless the page at an address has all of the texts.
func (s *site) shows(t *testing.T, address string, texts ...string) string {
	t.Helper()
	status, text := s.get(t, address)
	if status != http.StatusOK {
		t.Fatalf("%s is %d: %s", address, status, text)
	}
	for _, want := range texts {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not show %q: %s", address, want, text)
		}
	}
	return text
}

// invited has people of a roster invited by a run of its own, as the command line would.
func invited(t *testing.T, o *desk.Options, roster, content string, limit *int) {
	t.Helper()
	options := onboard.Options{
		Document: onboard.Document{SkipInvalid: true, Source: document.Source{
			Name: roster, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
		}},
		Service: onboard.Service{Dial: func(ctx context.Context) (onboard.Endpoint, error) { return o.Dial(ctx, desk.Place{}) }},
		Course:  onboard.Course{Limit: limit, LedgerOf: func(id string) (string, error) { return o.LedgerOf(false, id) }},
	}
	_, err := onboard.Run(t.Context(), nil, options, nil)
	if err != nil && limit == nil && !strings.Contains(err.Error(), "row") {
		t.Fatal(err)
	}
}

// The first view is three requests: the page, its style and its script. It is there at once, and it is small.
func TestTheFirstViewIsLight(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	fetch := func(address string) string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := s.Client().Transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		content, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", address, response.StatusCode, err)
		}
		return string(content)
	}
	began := time.Now()
	page := fetch("/")
	if took := time.Since(began); took > time.Second {
		t.Errorf("the page took %s", took)
	}
	sent, requests := len(page), 1
	for _, found := range regexp.MustCompile(`<(?:link rel="stylesheet" href|script src|img src|iframe src)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		sent += len(fetch(found[1]))
		requests++
	}
	if requests != 3 || sent > 40<<10 {
		t.Errorf("the first view is %d bytes in %d requests, want at most 40 kB in 3", sent, requests)
	}
	packed, err := gzip.NewReader(strings.NewReader(fetch(regexp.MustCompile(`/static/app\.css[^"]*`).FindString(page))))
	if err != nil {
		t.Fatalf("the style is not packed: %v", err)
	}
	if style, err := io.ReadAll(packed); err != nil || !strings.Contains(string(style), ".zone") {
		t.Errorf("the style is %q, %v", style, err)
	}
}

// Whoever cannot send is told what to do, by kind, and may try the sandbox.
func TestWhatIsInTheWay(t *testing.T) {
	refused := func(err error) func(*desk.Options) {
		return func(o *desk.Options) {
			o.Dial = func(context.Context, desk.Place) (onboard.Endpoint, error) { return onboard.Endpoint{}, err }
		}
	}
	for name, tt := range map[string]struct {
		service sandbox.Options
		change  func(*desk.Options)
		want    string
	}{
		"no token":   {change: refused(&config.Error{Err: config.ErrNoCredentials}), want: "An access token is missing"},
		"unreached":  {change: refused(cybedefend.ErrUnreached), want: "The service cannot be reached"},
		"wrong":      {change: refused(errors.New("the moon is full")), want: "the moon is full"},
		"wrong name": {change: func(o *desk.Options) { o.Place.Organization = "Nobody" }, want: "Which organization is meant?"},
		"refused": {change: func(o *desk.Options) {
			dial := o.Dial
			o.Dial = func(ctx context.Context, p desk.Place) (onboard.Endpoint, error) {
				endpoint, err := dial(ctx, p)
				endpoint.Credentials = cybedefend.AccessToken(secret.New("not-the-right-one"))
				return endpoint, err
			}
		}, want: "The service does not take the access token"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, tt.service, tt.change).ready(t)
			s.shows(t, "/", tt.want, `action="/sandbox"`, `href="/settings"`, `action="/rosters"`)
			s.shows(t, "/settings", tt.want)
		})
	}
}

// One click leads into the sandbox, which is marked on every page, and one leads out again.
func TestTheSandboxIsAClickAway(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	const mark = "Sandbox: mails nobody"
	if page := s.shows(t, "/"); strings.Contains(page, mark) {
		t.Fatalf("marked without being one: %s", page)
	}
	if status, to := s.leads(t, "/sandbox", url.Values{"on": {"yes"}, "back": {"/settings"}}); status != http.StatusSeeOther || to != "/settings" {
		t.Errorf("leads to %d %s", status, to)
	}
	s.ready(t)
	for _, address := range []string{"/", "/settings", "/runs", "/quit"} {
		s.shows(t, address, mark)
	}
	if status, to := s.leads(t, "/sandbox", url.Values{"back": {"https://elsewhere.example"}}); status != http.StatusSeeOther || to != "/" {
		t.Errorf("leads to %d %s", status, to)
	}
	if page := s.ready(t).shows(t, "/"); strings.Contains(page, mark) {
		t.Errorf("marked after it was left: %s", page)
	}
}

// The first page shows the latest runs, and the page of all runs finds them by state and by name.
func TestRunsSoFar(t *testing.T) {
	var o desk.Options
	s := open(t, sandbox.Options{}, func(options *desk.Options) { o = *options }).ready(t)
	s.shows(t, "/", "None yet.")
	s.shows(t, "/runs", "No runs yet")
	invited(t, &o, "done.csv", "email,role\nada@example.com,member\n", nil)
	invited(t, &o, "needy <b>.csv", "email,role\nbruno@example.com,member\nnobody,member\n", nil)
	invited(t, &o, "stopped.csv", "email,role\nchen@example.com,member\ndalia@example.com,member\n", new(1))
	s.shows(t, "/", "done.csv", "complete", "needy &lt;b&gt;.csv", "1 row needs you", "stopped.csv", "stopped, 1 to go")
	s.shows(t, "/runs", "<h1>3 runs", "<b>3</b> all", "<b>1</b> stopped")
	if page := s.shows(t, "/runs?show=stopped", "stopped.csv"); strings.Contains(page, "done.csv") {
		t.Errorf("those that are not stopped are shown: %s", page)
	}
	if page := s.shows(t, "/runs?q=DONE", "done.csv", "<b>1</b> all"); strings.Contains(page, "stopped.csv") {
		t.Errorf("those that were not looked for are shown: %s", page)
	}
	s.shows(t, "/runs?q=nothing", "No run matches that.")
	s.shows(t, "/runs?page=99&show=nonsense", "done.csv")
}

func TestTemplatesAreHandedOut(t *testing.T) {
	s := open(t, sandbox.Options{})
	for format, begins := range map[string]string{"csv": "email,role,teams", "xlsx": "PK", "yaml": "#"} {
		response, err := s.Client().Get(s.URL + "/template/" + format) //nolint:noctx // of a test, to itself
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(response.Body)
		if err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(strings.TrimPrefix(string(content), "\ufeff"), begins) || !strings.Contains(response.Header.Get("Content-Disposition"), "roster."+format) {
			t.Errorf("the template in %s is %.40q, %v", format, content, response.Header)
		}
	}
	if status, _ := s.get(t, "/template/doc"); status != http.StatusNotFound {
		t.Errorf("a template that is not there is %d", status)
	}
}

// Settings name where things come from, never a secret, and say what holds and what is kept.
func TestSettings(t *testing.T) {
	const token = "pat_0123456789abcdef"
	var o desk.Options
	var asked []desk.Place
	var failing error
	other := cybedefend.Organization{ID: "11111111-2222-4333-8444-555555555555", Name: "Other <i>"}
	s := open(t, sandbox.Options{OtherOrganizations: []cybedefend.Organization{other}}, func(options *desk.Options) {
		options.Order.MaxPerDay = new(50)
		options.Remember = func(_ context.Context, p desk.Place) error {
			asked = append(asked, p)
			return failing
		}
		o = *options
	}).ready(t)
	s.shows(t, "/settings", "Which organization is meant?", "the test", `<option value="`+other.ID+`">Other &lt;i&gt;`, "Most invitations in 24 hours", "<dd>50</dd>",
		"as fast as the service likes", o.Folder)
	if status, to := s.leads(t, "/settings/organization", url.Values{"organization": {"Acme"}}); status != http.StatusSeeOther || to != "/settings?done" {
		t.Errorf("the organization leads to %d %s", status, to)
	}
	page := s.ready(t).shows(t, "/settings", "selected>Acme", ".db</code>")
	if strings.Contains(page, "Which organization") {
		t.Errorf("the organization is chosen: %s", page)
	}
	s.leads(t, "/settings/token", url.Values{"token": {" " + token + "\n"}, "remember": {"yes"}})
	page = s.ready(t).shows(t, "/settings", "typed in", "The token is remembered")
	if len(asked) != 1 || asked[0].Token.Reveal() != token || strings.Contains(page, token) {
		t.Errorf("remembered are %v, and the page is %s", asked, page)
	}
	failing = errors.New("there is no keyring here")
	s.leads(t, "/settings/token", url.Values{"token": {token}, "remember": {"yes"}})
	s.ready(t).shows(t, "/settings", "could not be remembered", "there is no keyring here")
	failing = nil
	s.leads(t, "/settings/token/forget", nil)
	if last := asked[len(asked)-1]; !last.Token.Empty() {
		t.Errorf("forgotten is %v", last)
	}
	s.ready(t).shows(t, "/settings", "The token comes from the test")
	if status, _ := s.leads(t, "/settings/token", url.Values{"token": {"short"}}); status != http.StatusBadRequest {
		t.Errorf("a token of five letters is answered with %d", status)
	}
	s.shows(t, "/settings?done", " autofocus>")
	s.leads(t, "/settings/service", url.Values{"region": {"own"}, "api-url": {" https://api.example "}, "auth-endpoint": {"https://auth.example"}})
	s.ready(t).shows(t, "/settings", `value="https://api.example"`, `value="https://auth.example"`)
	s.leads(t, "/settings/service", url.Values{"region": {"eu"}, "api-url": {"https://api.example"}})
	s.ready(t).shows(t, "/settings", `value="eu" selected`)
}

// Rosters that are kept have a size.
func TestSettingsSayWhatIsKept(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) {
		folder := filepath.Join(o.Folder, "a")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "team.csv"), make([]byte, 1536), 0o600); err != nil {
			t.Fatal(err)
		}
	}).ready(t)
	s.shows(t, "/settings", "1.5 kB")
}

// Whoever quits is told that the page can be closed, and then nobody is answered any more.
func TestQuit(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	s.shows(t, "/quit", "Quit rollcall?", `data-at="quit"`)
	select {
	case <-s.server.Left():
		t.Fatal("the question has ended it")
	default:
	}
	if status, to := s.leads(t, "/quit", nil); status != http.StatusSeeOther || to != "/quit" {
		t.Errorf("leads to %d %s", status, to)
	}
	if status, to := s.leads(t, "/sandbox", url.Values{"on": {"yes"}}); status != http.StatusSeeOther || to != "/quit" {
		t.Errorf("whoever begins something meanwhile is led to %d %s", status, to)
	}
	s.get(t, "/quit/state")
	s.shows(t, "/quit", "You can close this page", `data-at="gone"`)
	<-s.server.Left()
}

// Whatever is wrong about an address leads to the page that says so, whoever asks for it in whatever way.
func TestWrongAddresses(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	for _, address := range []string{
		"/rosters", "/rosters/nobody", "/rosters/nobody/sync", "/runs/", "/runs/nobody", "/runs/nobody/changes", "/settings/token", "/sandbox", "/look",
		"/template/", "/template/..%2fsecret", "/static/nothing.css", "/%00", "/quit/now",
	} {
		if status, text := s.get(t, address); status != http.StatusNotFound || at(text) != "missing" {
			t.Errorf("%s is %d, %q", address, status, at(text))
		}
	}
	for _, address := range []string{"/runs", "/settings", "/rosters/nobody/sync", "/settings/nothing", "/standing"} {
		if status, _ := s.leads(t, address, nil); status != http.StatusNotFound {
			t.Errorf("a form that is sent to %s is answered with %d", address, status)
		}
	}
}

// In German every page is German.
func TestPagesInGerman(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	s.leads(t, "/language", url.Values{"language": {"de"}})
	s.shows(t, "/", `lang="de"`, "Diese Liste prüfen", "Bisherige Durchgänge")
	s.shows(t, "/settings", "Zugangstoken", "so schnell, wie der Dienst es verträgt")
	s.shows(t, "/runs", "Noch keine Durchgänge")
	s.shows(t, "/quit", "rollcall beenden?")
}
