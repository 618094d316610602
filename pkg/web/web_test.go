package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web"
	"rollcall/pkg/web/desk"
)

// site is a page and the service behind it.
type site struct {
	*httptest.Server
	service *sandbox.Running
	server  *web.Server
	folder  string
	// dead has the service be where nothing answers.
	dead atomic.Bool
}

// open starts a page on a sandbox of its own, in a folder of its own, with options that may be changed.
func open(tb testing.TB, o sandbox.Options, change ...func(*desk.Options)) *site {
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
	listening := httptest.NewUnstartedServer(nil)
	site := &site{service: service, folder: tb.TempDir()}
	options := desk.Options{
		Sync: onboard.ForSync(), Dial: site.dial, LedgerOf: site.ledgerOf, Ledgers: site.ledgers, Folder: filepath.Join(site.folder, "rosters"),
	}
	for _, change := range change {
		change(&options)
	}
	site.serve(tb, listening, options)
	return site
}

// dial finds the service, or where nothing answers.
func (s *site) dial(context.Context, desk.Place) (onboard.Endpoint, error) {
	credentials := cybedefend.PersonalAccessToken{Token: s.service.PAT(), AuthEndpoint: s.service.URL()}
	if s.dead.Load() {
		return onboard.Endpoint{URL: "http://127.0.0.1:1", Credentials: credentials}, nil
	}
	return onboard.Endpoint{URL: s.service.URL(), Credentials: credentials, CredentialsFrom: "the test"}, nil
}

// ledgerOf names the ledger of an organization, and ledgers those that are there.
func (s *site) ledgerOf(isSandbox bool, organizationID string) (string, error) {
	if isSandbox {
		return filepath.Join(s.folder, "sandbox", organizationID+".db"), nil
	}
	return filepath.Join(s.folder, organizationID+".db"), nil
}

func (s *site) ledgers(isSandbox bool) ([]string, error) {
	pattern, err := s.ledgerOf(isSandbox, "*")
	if err != nil {
		return nil, err
	}
	return filepath.Glob(pattern)
}

// onDesk starts a page on a service that is there.
func onDesk(t *testing.T, service *sandbox.Running, o desk.Options) *site {
	t.Helper()
	site := &site{service: service}
	site.serve(t, httptest.NewUnstartedServer(nil), o)
	return site
}

// serve starts the page.
func (s *site) serve(tb testing.TB, listening *httptest.Server, o desk.Options) {
	tb.Helper()
	server, err := web.New(web.Options{Address: listening.Listener.Addr().String(), Desk: o})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
	})
	listening.Config.Handler = server
	listening.Start()
	tb.Cleanup(listening.Close)
	s.Server, s.server = listening, server
}

// get returns the page at an address.
func (s *site) get(t *testing.T, address string) (status int, text string) {
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
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestTheFirstPage(t *testing.T) {
	s := open(t, sandbox.Options{})
	if status, text := s.get(t, "/"); status != http.StatusOK || !strings.Contains(text, "<h1>Who shall be invited") {
		t.Errorf("the first page is %d: %s", status, text)
	}
	if status, text := s.get(t, "/nowhere"); status != http.StatusNotFound || !strings.Contains(text, "There is nothing here") {
		t.Errorf("a page that is not there is %d: %s", status, text)
	}
}
