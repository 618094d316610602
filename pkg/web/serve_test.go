package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web"
	"rollcall/pkg/web/desk"
)

// A page is for whoever has a ticket, says to others what to do, and ends when it is told to.
func TestServe(t *testing.T) {
	for _, how := range []string{"by a signal", "by Quit"} {
		t.Run(how, func(t *testing.T) {
			s := open(t, sandbox.Options{})
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server, err := web.New(web.Options{Address: listener.Addr().String(), Desk: desk.Options{
				Dial: s.dial, LedgerOf: s.ledgerOf, Ledgers: s.ledgers, Folder: t.TempDir(),
			}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			ended := make(chan error, 1)
			go func() { ended <- server.Serve(ctx, listener) }()

			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
			read := func(method, address string, body io.Reader) (int, string) {
				t.Helper()
				request, err := http.NewRequestWithContext(t.Context(), method, address, body)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = response.Body.Close() }()
				text, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				return response.StatusCode, string(text)
			}
			home := "http://" + listener.Addr().String() + "/"
			if status, text := read(http.MethodGet, home, http.NoBody); status != http.StatusForbidden ||
				!strings.Contains(text, "Press Enter in the terminal") || strings.Contains(text, s.service.URL()) {
				t.Errorf("without a ticket the page is %d: %s", status, text)
			}
			ticket := server.Ticket()
			if status, text := read(http.MethodGet, ticket, http.NoBody); status != http.StatusOK {
				t.Errorf("with a ticket the page is %d: %s", status, text)
			}
			if status, text := read(http.MethodGet, home, http.NoBody); status != http.StatusOK || !strings.Contains(text, `data-at="start"`) {
				t.Errorf("after that the first page is %d: %s", status, text)
			}
			session := client.Jar
			client.Jar = nil
			if status, text := read(http.MethodGet, ticket, http.NoBody); status != http.StatusGone || !strings.Contains(text, "could be opened once only") {
				t.Errorf("for another browser with that ticket the page is %d: %s", status, text)
			}
			client.Jar = session
			if how == "by a signal" {
				interrupt()
			} else if _, text := read(http.MethodPost, home+"quit", strings.NewReader(url.Values{"sure": {"yes"}}.Encode())); !strings.Contains(text, `data-at="gone"`) {
				t.Errorf("the last page is %s", text)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
