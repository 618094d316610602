package door_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/web/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a door with pages behind it that say what they were asked, on a socket.
type house struct {
	*door.Door
	address, port string
	session       string // the cookie, name and value
}

func open(t *testing.T, o door.Options) *house {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{address: l.Addr().String()}
	_, h.port, _ = net.SplitHostPort(h.address)
	o.Address = h.address
	for i, origin := range o.Origins {
		o.Origins[i] = strings.ReplaceAll(origin, "PORT", h.port)
	}
	if h.Door, err = door.New(o); err != nil {
		t.Fatal(err)
	}
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "pages: %s %s", r.Method, r.URL.Path)
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- door.Serve(ctx, l, h.Wrap(pages), nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	response, _ := h.ask(t, "GET "+h.Ticket()+" HTTP/1.1\nHost: "+h.address)
	h.session, _, _ = strings.Cut(response.Header.Get("Set-Cookie"), ";")
	return h
}

// answer is what a request gets, but for the body.
type answer struct {
	StatusCode int
	Header     http.Header
}

// ask sends a request as it stands and returns the answer to it.
func (h *house) ask(t *testing.T, request string) (answer, string) {
	t.Helper()
	request = strings.NewReplacer("HOST", h.address, "PORT", h.port, "SESSION", h.session, "\n", "\r\n").Replace(request)
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, request+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return answer{response.StatusCode, response.Header}, string(body)
}

// How a request begins that is right but for what its row has.
const (
	get  = "GET / HTTP/1.1\nHost: HOST\nCookie: SESSION"
	post = "POST /rosters HTTP/1.1\nHost: HOST\nCookie: SESSION\nContent-Length: 0"
)

func TestWhoIsLetIn(t *testing.T) {
	h := open(t, door.Options{
		Origins: []string{"http://localhost:9000", "https://rollcall.example.com", "https://page.example.com:8443/"},
		Public:  func(path string) bool { return strings.HasPrefix(path, "/static/") },
	})
	for _, tt := range []struct {
		name, request string
		want          int
	}{
		{"the session", get, 200},
		{"the session, from the address bar", get + "\nSec-Fetch-Site: none\nSec-Fetch-Dest: document", 200},
		{"a link on a page of ours", get + "\nSec-Fetch-Site: same-origin\nReferer: http://HOST/", 200},
		{"only the head", "HEAD / HTTP/1.1\nHost: HOST\nCookie: SESSION", 200},
		{"a form", post, 200},
		{"a form of a browser", post + "\nSec-Fetch-Site: same-origin\nOrigin: http://HOST", 200},
		{"a form where no referrer is sent", post + "\nSec-Fetch-Site: same-origin\nOrigin: null", 200},
		{"a form of an old browser", post + "\nOrigin: http://HOST", 200},

		{"no cookie", "GET / HTTP/1.1\nHost: HOST", 403},
		{"no cookie, a form", "POST /rosters HTTP/1.1\nHost: HOST\nContent-Length: 0", 403},
		{"an empty cookie", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=", 403},
		{"a wrong cookie of the right length", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=ABCDEFGHIJKLMNOPQRSTUVWXYZ", 403},
		{"the cookie, and more behind it", get + "A", 403},
		{"the cookie in small letters", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=" + strings.ToLower(strings.SplitN(h.session, "=", 2)[1]), 403},
		{"the cookie of another port", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-1=" + strings.SplitN(h.session, "=", 2)[1], 403},
		{"the cookie in other letter case", "GET / HTTP/1.1\nHost: HOST\nCookie: Rollcall-PORT=" + strings.SplitN(h.session, "=", 2)[1], 403},
		{"the session in another header", "GET / HTTP/1.1\nHost: HOST\nAuthorization: Bearer " + strings.SplitN(h.session, "=", 2)[1], 403},
		{"the session in the address", "GET /?SESSION HTTP/1.1\nHost: HOST", 403},
		{"a cookie that another port has set before ours", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=x; SESSION", 200},
		{"a cookie that another port has set behind ours", get + "; rollcall-PORT=x", 200},
		{"two headers of cookies", get + "\nCookie: rollcall-PORT=x", 200},
		{"a cookie that is longer than may be", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=" + strings.Repeat("A", 40<<10), 431},
		{"a cookie that is long", "GET / HTTP/1.1\nHost: HOST\nCookie: rollcall-PORT=" + strings.Repeat("A", 30<<10), 403},

		{"localhost", strings.Replace(get, "HOST", "localhost:PORT", 1), 200},
		{"IPv6", strings.Replace(get, "HOST", "[::1]:PORT", 1), 200},
		{"a name that was rebound", strings.Replace(get, "HOST", "evil.example:PORT", 1), 421},
		{"a name that looks alike", strings.Replace(get, "HOST", "127.0.0.1.evil.example:PORT", 1), 421},
		{"a name below localhost", strings.Replace(get, "HOST", "evil.localhost:PORT", 1), 421},
		{"a name that ends in localhost", strings.Replace(get, "HOST", "evillocalhost:PORT", 1), 421},
		{"a dot at the end", strings.Replace(get, "HOST", "localhost.:PORT", 1), 421},
		{"capital letters", strings.Replace(get, "HOST", "LOCALHOST:PORT", 1), 421},
		{"no port", strings.Replace(get, "HOST", "127.0.0.1", 1), 421},
		{"another port", strings.Replace(get, "HOST", "127.0.0.1:1", 1), 421},
		{"a port with a nought before it", strings.Replace(get, "HOST", "127.0.0.1:0PORT", 1), 421},
		{"this machine by another number", strings.Replace(get, "HOST", "127.0.0.2:PORT", 1), 421},
		{"this machine by one number", strings.Replace(get, "HOST", "2130706433:PORT", 1), 421},
		{"all addresses of the machine", strings.Replace(get, "HOST", "0.0.0.0:PORT", 1), 421},
		{"IPv6 written in full", strings.Replace(get, "HOST", "[0:0:0:0:0:0:0:1]:PORT", 1), 421},
		{"IPv4 within IPv6", strings.Replace(get, "HOST", "[::ffff:127.0.0.1]:PORT", 1), 421},
		{"a user before the host", strings.Replace(get, "HOST", "127.0.0.1:PORT@evil.example", 1), 400},
		{"no host", "GET / HTTP/1.0\nCookie: SESSION", 421},
		{"two hosts", get + "\nHost: evil.example", 400},
		{"a host that a proxy is said to have had", strings.Replace(get, "HOST", "evil.example", 1) + "\nX-Forwarded-Host: HOST\nForwarded: host=HOST", 421},
		{"a foreign host that a proxy is said to have had", get + "\nX-Forwarded-Host: evil.example\nX-Forwarded-For: 192.0.2.1", 200},
		{"a whole address", "GET http://HOST/ HTTP/1.1\nHost: HOST\nCookie: SESSION", 421},
		{"a whole address of another host", "GET http://evil.example/ HTTP/1.1\nHost: HOST\nCookie: SESSION", 421},
		{"a whole address, and a foreign host", "GET http://HOST/ HTTP/1.1\nHost: evil.example\nCookie: SESSION", 421},

		{"another site reads", get + "\nSec-Fetch-Site: cross-site", 403},
		{"another port reads", get + "\nSec-Fetch-Site: same-site", 403},
		{"another site reads what is public", "GET /static/app.css HTTP/1.1\nHost: HOST\nSec-Fetch-Site: cross-site", 403},
		{"another site posts", post + "\nSec-Fetch-Site: cross-site\nOrigin: https://evil.example", 403},
		{"another port posts", post + "\nSec-Fetch-Site: same-site\nOrigin: http://127.0.0.1:1", 403},
		{"another port posts, and says it is ours", post + "\nSec-Fetch-Site: same-site\nOrigin: http://HOST", 403},
		{"another site, said twice", get + "\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site", 403},
		{"a site that no browser knows", get + "\nSec-Fetch-Site: Same-Origin", 403},
		{"an old browser posts from elsewhere", post + "\nOrigin: https://evil.example", 403},
		{"an old browser posts from another port", post + "\nOrigin: http://127.0.0.1:1", 403},
		{"an old browser posts from nowhere", post + "\nOrigin: null", 403},
		{"an old browser posts from https", post + "\nOrigin: https://HOST", 403},
		{"an old browser posts from a name alike", post + "\nOrigin: http://HOST.evil.example", 403},
		{"an old browser reads from elsewhere", get + "\nOrigin: https://evil.example", 403},
		{"an old browser reads for a page of ours", get + "\nOrigin: http://HOST", 200},
		{"an old browser with two origins", post + "\nOrigin: http://HOST\nOrigin: https://evil.example", 403},

		{"the port that is forwarded", strings.Replace(get, "HOST", "localhost:9000", 1), 200},
		{"its form", strings.Replace(post, "HOST", "localhost:9000", 1) + "\nOrigin: http://localhost:9000\nSec-Fetch-Site: same-origin", 200},
		{"the form of an old browser there", strings.Replace(post, "HOST", "localhost:9000", 1) + "\nOrigin: http://localhost:9000", 200},
		{"that port by another name", strings.Replace(get, "HOST", "127.0.0.1:9000", 1), 421},
		{"a proxy", strings.Replace(get, "HOST", "rollcall.example.com", 1), 200},
		{"a proxy that names the port", strings.Replace(get, "HOST", "rollcall.example.com:443", 1), 200},
		{"a proxy that names another port", strings.Replace(get, "HOST", "rollcall.example.com:80", 1), 421},
		{"a form by a proxy that names the machine, of an old browser", post + "\nOrigin: https://rollcall.example.com", 200},
		{"a form by a proxy, in the clear", strings.Replace(post, "HOST", "rollcall.example.com", 1) + "\nOrigin: http://rollcall.example.com", 403},
		{"a form for the proxy from another site", strings.Replace(post, "HOST", "rollcall.example.com", 1) + "\nSec-Fetch-Site: cross-site\nOrigin: https://rollcall.example.com", 403},
		{"a proxy on another port", strings.Replace(get, "HOST", "page.example.com:8443", 1), 200},
		{"a proxy on another port, without it", strings.Replace(get, "HOST", "page.example.com", 1), 421},
		{"a proxy below ours", strings.Replace(get, "HOST", "x.rollcall.example.com", 1), 421},

		{"PUT", "PUT / HTTP/1.1\nHost: HOST\nCookie: SESSION\nContent-Length: 0", 405},
		{"DELETE", "DELETE / HTTP/1.1\nHost: HOST\nCookie: SESSION", 405},
		{"what a browser asks before it posts from elsewhere", "OPTIONS /rosters HTTP/1.1\nHost: HOST\nOrigin: https://evil.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Private-Network: true", 405},
		{"a question about the server as a whole", "OPTIONS * HTTP/1.1\nHost: HOST", 405},
		{"the same of another name", "OPTIONS * HTTP/1.1\nHost: evil.example", 421},
		{"HTTP/2 at once", "PRI * HTTP/2.0\nHost: HOST", 405},
		{"a port behind a tab", "GET / HTTP/1.1\nHost: HOST\tevil.example\nCookie: SESSION", 400},
		{"a host on two lines", "GET / HTTP/1.1\nHost: evil.example\n HOST\nCookie: SESSION", 400},
		{"two lengths", "POST /static/app.css HTTP/1.1\nHost: HOST\nContent-Length: 4\nTransfer-Encoding: chunked", 403},
		{"TRACE", "TRACE / HTTP/1.1\nHost: HOST\nCookie: SESSION", 405},
		{"CONNECT", "CONNECT HOST HTTP/1.1\nHost: HOST\nCookie: SESSION", 421},
		{"a method in small letters", "get / HTTP/1.1\nHost: HOST\nCookie: SESSION", 405},
		{"a tunnel out of HTTP", get + "\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", 200},

		{"what is public", "GET /static/app.css HTTP/1.1\nHost: HOST", 200},
		{"what is public, by another name", "GET /static/app.css HTTP/1.1\nHost: evil.example", 421},
		{"what is public, with a form", "POST /static/app.css HTTP/1.1\nHost: HOST\nContent-Length: 0", 403},
		{"out of what is public", "GET /static/../rosters HTTP/1.1\nHost: HOST", 403},
		{"out of what is public, hidden", "GET /static/%2e%2e/rosters HTTP/1.1\nHost: HOST", 403},
		{"out of what is public, hidden better", "GET /static%2f..%2frosters HTTP/1.1\nHost: HOST", 403},

		{"a ticket that never was", "GET /open/ABCDEFGHIJKLMNOPQRSTUVWXYZ HTTP/1.1\nHost: HOST", 410},
		{"no ticket", "GET /open/ HTTP/1.1\nHost: HOST", 410},
		{"a ticket in a form", "POST /open/ABCDEFGHIJKLMNOPQRSTUVWXYZ HTTP/1.1\nHost: HOST\nContent-Length: 0", 405},
		{"a dead ticket in the history of who was let in", "GET /open/ABCDEFGHIJKLMNOPQRSTUVWXYZ HTTP/1.1\nHost: HOST\nCookie: SESSION", 200},
		{"a neighbour where nobody answers", "POST /ticket HTTP/1.1\nHost: HOST\nContent-Length: 0", 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response, body := h.ask(t, tt.request)
			if response.StatusCode != tt.want {
				t.Errorf("status %d, want %d: %s", response.StatusCode, tt.want, body)
			}
			if tt.want >= 400 && strings.Contains(body, "pages: ") {
				t.Errorf("it got as far as the pages: %s", body)
			}
			if response.Header.Get("Set-Cookie") != "" {
				t.Errorf("it was given a cookie")
			}
			if tt.want == 400 || tt.want == 431 { // net/http has not understood it
				return
			}
			for name, want := range headers {
				if got := strings.Join(response.Header.Values(name), "|"); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			for name := range response.Header {
				if strings.HasPrefix(name, "Access-Control") {
					t.Errorf("%s: it lets other sites read", name)
				}
			}
		})
	}
}

// headers are those of every answer.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

func TestMethodIsTheOneOfTheRequest(t *testing.T) {
	h := open(t, door.Options{})
	for _, header := range []string{"X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Method-Override: POST"} {
		if _, body := h.ask(t, get+"\n"+header); body != "pages: GET /" {
			t.Errorf("%s: %s", header, body)
		}
	}
}

func TestTicketLetsInOnce(t *testing.T) {
	h := open(t, door.Options{Icon: "/static/icon.svg"})
	ticket := h.Ticket()
	if len(ticket) != len("/open/")+26 {
		t.Errorf("%q is no ticket of 128 bits", ticket)
	}
	for i, tt := range []struct {
		request string
		want    int
		cookie  bool
	}{
		{"HEAD TICKET HTTP/1.1\nHost: HOST", 200, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nSec-Purpose: prefetch", 503, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nSec-Purpose: prefetch;prerender", 503, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nPurpose: Prefetch", 503, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nX-Moz: prefetch", 503, false},
		{"HEAD TICKET HTTP/1.1\nHost: HOST\nSec-Purpose: prefetch", 503, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nSec-Fetch-Dest: image\nSec-Fetch-Site: cross-site", 503, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nSec-Fetch-Dest: iframe\nSec-Fetch-Site: cross-site", 503, false},
		{"GET TICKET HTTP/1.1\nHost: evil.example:PORT", 421, false},
		{"POST TICKET HTTP/1.1\nHost: HOST\nContent-Length: 0", 405, false},
		{"GET TICKETA HTTP/1.1\nHost: HOST", 410, false},
		{"GET TICKET/ HTTP/1.1\nHost: HOST", 410, false},
		{"GET TICKET HTTP/1.1\nHost: HOST\nSec-Fetch-Site: cross-site\nSec-Fetch-Dest: document", 200, true},
		{"GET TICKET HTTP/1.1\nHost: HOST", 410, false},
		{"HEAD TICKET HTTP/1.1\nHost: HOST", 410, false},
	} {
		response, body := h.ask(t, strings.Replace(tt.request, "TICKET", ticket, 1))
		if response.StatusCode != tt.want {
			t.Errorf("%d. %q: status %d, want %d", i, tt.request, response.StatusCode, tt.want)
		}
		want := ""
		if tt.cookie {
			want = h.session + "; Path=/; HttpOnly; SameSite=Strict"
			if !strings.HasPrefix(want, "rollcall-"+h.port+"=") {
				t.Errorf("cookie %q", want)
			}
			for _, part := range []string{`<meta http-equiv="refresh" content="0; url=/">`, `<link rel="icon" href="/static/icon.svg">`, `<a href="/">`} {
				if !strings.Contains(body, part) {
					t.Errorf("the page has no %s: %s", part, body)
				}
			}
		}
		if got := response.Header.Get("Set-Cookie"); got != want {
			t.Errorf("%d. %q: cookie %q, want %q", i, tt.request, got, want)
		}
		if response.Header.Get("Location") != "" {
			t.Errorf("%d. it is a redirect", i)
		}
	}
}

func TestTicketsAreDeadAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := door.New(door.Options{Address: "127.0.0.1:4321"})
		if err != nil {
			t.Fatal(err)
		}
		status := func(ticket string) int {
			answer := httptest.NewRecorder()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, ticket, nil)
			request.Host = "127.0.0.1:4321"
			d.Wrap(http.NotFoundHandler()).ServeHTTP(answer, request)
			return answer.Code
		}
		early, late := d.Ticket(), d.Ticket()
		time.Sleep(2*time.Minute - 1) // virtual time
		other := d.Ticket()
		if got := status(early); got != http.StatusOK {
			t.Errorf("just before: %d", got)
		}
		time.Sleep(time.Nanosecond) // virtual time
		if got := status(late); got != http.StatusGone {
			t.Errorf("after two minutes: %d", got)
		}
		if got := status(other); got != http.StatusOK {
			t.Errorf("one that was minted later: %d", got)
		}
	})
}

func TestEndShutsEverybodyOut(t *testing.T) {
	h := open(t, door.Options{
		Public:    func(path string) bool { return path == "/static/app.css" },
		Neighbour: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a neighbour was answered") }),
	})
	before := h.Ticket()
	h.End()
	for request, want := range map[string]int{
		get: 410, post: 410, "POST /ticket HTTP/1.1\nHost: HOST\nContent-Length: 0": 410, "GET / HTTP/1.1\nHost: HOST": 410,
		"GET " + before + " HTTP/1.1\nHost: HOST":                   410,
		"GET " + h.Ticket() + " HTTP/1.1\nHost: HOST":               410,
		"GET " + before + " HTTP/1.1\nHost: HOST\nCookie: SESSION":  410,
		"GET /static/app.css HTTP/1.1\nHost: HOST":                  200,
		"GET /static/app.css HTTP/1.1\nHost: HOST\nCookie: SESSION": 200,
	} {
		if response, _ := h.ask(t, request); response.StatusCode != want {
			t.Errorf("%q: status %d, want %d", request, response.StatusCode, want)
		}
	}
}

func TestNeighbour(t *testing.T) {
	h := open(t, door.Options{Neighbour: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "a neighbour") })})
	const ask = "POST /ticket HTTP/1.1\nHost: HOST\nContent-Length: 0"
	for request, want := range map[string]string{
		ask:                                   "a neighbour",
		ask + "\nCookie: SESSION":             "",
		ask + "\nOrigin: null":                "",
		ask + "\nSec-Fetch-Site: same-origin": "",
		ask + "\nSec-GPC: 1":                  "",
		ask + "\nReferer: http://HOST/":       "",
		strings.Replace(ask, "HOST", "evil.example", 1):                   "",
		strings.Replace(ask, "/ticket", "/ticket/", 1):                    "",
		strings.Replace(ask, "/ticket", "//ticket", 1):                    "",
		"GET /ticket HTTP/1.1\nHost: HOST":                                "",
		"GET /ticket HTTP/1.1\nHost: HOST\nCookie: SESSION":               "pages: GET /ticket",
		strings.Replace(post, "/rosters", "/ticket", 1):                   "",
		"GET /ticket HTTP/1.1\nHost: HOST\nX-HTTP-Method-Override: POST":  "",
		"PUT /ticket HTTP/1.1\nHost: HOST\nContent-Length: 0":             "",
		"POST http://HOST/ticket HTTP/1.1\nHost: HOST\nContent-Length: 0": "",
		"POST /ticket HTTP/1.0\nContent-Length: 0":                        "",
	} {
		_, body := h.ask(t, request)
		if want == "" && (strings.Contains(body, "a neighbour") || strings.Contains(body, "pages: ")) || want != "" && body != want {
			t.Errorf("%q: %q, want %q", request, body, want)
		}
	}
}

// Whoever is not let in gets the page of the caller, with the status of the reason whatever that page says.
func TestRefused(t *testing.T) {
	var last door.Reason
	h := open(t, door.Options{Refused: func(w http.ResponseWriter, r *http.Request, reason door.Reason) {
		last = reason
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		_, _ = fmt.Fprintf(w, "%s: %s", r.Header.Get("Accept-Language"), reason)
	}})
	for request, want := range map[string]door.Reason{
		"GET / HTTP/1.1\nHost: HOST":                                                  door.NoSession,
		"GET /open/x HTTP/1.1\nHost: HOST":                                            door.DeadTicket,
		"GET / HTTP/1.1\nHost: evil.example":                                          door.WrongHost,
		"GET / HTTP/1.1\nHost: HOST\nSec-Fetch-Site: cross-site":                      door.OtherSite,
		"PUT / HTTP/1.1\nHost: HOST\nContent-Length: 0":                               door.WrongMethod,
		"GET " + h.Ticket() + " HTTP/1.1\nHost: HOST\nSec-Purpose: prefetch;anything": door.Ahead,
	} {
		response, body := h.ask(t, request+"\nAccept-Language: de")
		if last != want || response.StatusCode != want.Status() || body != "de: "+want.String() {
			t.Errorf("%q: %v, status %d, %q; want %v", request, last, response.StatusCode, body, want)
		}
		if allow := response.Header.Get("Allow"); (allow == "GET, HEAD, POST") != (want == door.WrongMethod) {
			t.Errorf("%q: Allow: %q", request, allow)
		}
	}
}

func TestPlainRefusalsSayWhatToDo(t *testing.T) {
	h := open(t, door.Options{})
	for request, want := range map[string]string{
		"GET / HTTP/1.1\nHost: HOST":         "Press Enter in the terminal where rollcall runs, or run rollcall serve again.",
		"GET /open/x HTTP/1.1\nHost: HOST":   "Press Enter in the terminal where rollcall runs, or run rollcall serve again.",
		get + "\nSec-Fetch-Site: cross-site": `<a href="/">rollcall</a>`,
	} {
		if _, body := h.ask(t, request); !strings.Contains(body, want) {
			t.Errorf("%q: %q has no %q", request, body, want)
		}
	}
}

func TestNewRefusesWhatOthersReach(t *testing.T) {
	for _, tt := range []struct {
		address string
		origins []string
		want    string
	}{
		{"0.0.0.0:80", nil, "0.0.0.0:80 can be reached from other machines"},
		{"192.0.2.1:80", nil, "192.0.2.1:80 can be reached from other machines"},
		{"[::]:80", nil, "[::]:80 can be reached from other machines"},
		{"127.0.0.1", nil, "address 127.0.0.1: missing port in address"},
		{"127.0.0.1:80", []string{"http://nas.local"}, "http://nas.local must be https: credentials would travel in the clear"},
		{"127.0.0.1:80", []string{"null"}, "not an address like https://api.example.com"},
	} {
		if _, err := door.New(door.Options{Address: tt.address, Origins: tt.origins}); err == nil || err.Error() != tt.want {
			t.Errorf("%s %q: %v, want %s", tt.address, tt.origins, err, tt.want)
		}
	}
}

func TestTheUsualPortIsLeftOut(t *testing.T) {
	d, err := door.New(door.Options{Address: "127.0.0.5:80"})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"127.0.0.1": 403, "127.0.0.1:80": 403, "localhost": 403, "[::1]": 403, "[::1]:80": 403, "127.0.0.5": 403,
		"::1": 421, "127.0.0.6": 421, "127.0.0.1:443": 421, "": 421,
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		request.Host = host
		d.Wrap(http.NotFoundHandler()).ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%q: status %d, want %d", host, answer.Code, want)
		}
	}
}
