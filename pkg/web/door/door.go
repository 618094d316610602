// Package door decides who is let in to a page that a program serves to one person on one machine.
//
// Whoever can open a socket to this machine can ask: every other program on it, whoever else is logged in, and any page on
// the web by way of the person's browser. A [Door] lets in whoever has come with a ticket, which is good for one opening
// within two minutes, and has had a session in a cookie since then:
//
//	d, err := door.New(door.Options{Address: listener.Addr().String()})
//	fmt.Println("http://" + listener.Addr().String() + d.Ticket()) // for the person's browser
//	err = door.Serve(ctx, listener, d.Wrap(pages), nil)
//
// It promises that a request which reaches the pages has named this machine exactly, comes from no other site and no other
// port, and has the session. It knows nothing of pages, and keeps nobody out who may read the memory or the browser of the
// person. Cookies know no port: a server on this machine that the person's browser visits is sent the session as well, and
// could use it until [Door.End].
package door

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/secret"
)

// ticketLife is how long a ticket is good for: a browser may be slow to start, and a link that lies about is dead soon.
const ticketLife = 2 * time.Minute

// ticketPath is what the path of every ticket begins with.
const ticketPath = "/open/"

// neighbourPath is where a program without a session is answered, see [Options.Neighbour].
const neighbourPath = "/ticket"

// Options say where the door is.
type Options struct {
	// Address is the host and port that is listened on, of this machine alone. It is required.
	Address string
	// Origins are further addresses under which a browser reaches the door, as [Origin] returns them: by a port that is
	// forwarded, or by a proxy.
	Origins []string
	// Public says which paths may be read without a session, such as style sheets that are the same for everybody. Nil: none.
	Public func(path string) bool
	// Neighbour answers POST /ticket, which needs no session: it has to know itself whom it talks to. A browser never gets
	// there. Nil: nobody answers.
	Neighbour http.Handler
	// Refused writes the page that says why somebody is not let in. The status is that of the reason, whatever it writes, and
	// the headers are set already; Content-Type is for it to set. Nil writes a plain page.
	Refused func(w http.ResponseWriter, r *http.Request, reason Reason)
	// Icon is the path of the icon of the pages. Empty: there is none, and browsers ask for /favicon.ico.
	Icon string
}

// Door lets people in. It is safe for concurrent use.
type Door struct {
	options Options
	hosts   map[string]bool
	origins map[string]bool
	cross   *http.CrossOriginProtection
	cookie  string
	session secret.Text

	mu      sync.Mutex
	tickets map[[sha256.Size]byte]time.Time // until when each is good
	ended   bool
}

// New returns a door without tickets.
func New(o Options) (*Door, error) {
	host, port, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, err
	}
	if !address.IsLoopback(host) {
		return nil, fmt.Errorf("%s can be reached from other machines", o.Address)
	}
	d := &Door{
		options: o, hosts: map[string]bool{}, origins: map[string]bool{}, cross: http.NewCrossOriginProtection(),
		cookie: "rollcall-" + port, session: secret.New(rand.Text()), tickets: map[[sha256.Size]byte]time.Time{},
	}
	for _, name := range []string{"127.0.0.1", "localhost", "::1", host} {
		d.answer("http", net.JoinHostPort(name, port))
	}
	for _, text := range o.Origins {
		origin, err := Origin(text)
		if err != nil {
			return nil, err
		}
		scheme, host, _ := strings.Cut(origin, "://")
		if err := d.cross.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
		d.answer(scheme, host)
	}
	return d, nil
}

// answer makes the door answer under a name, with or without the port if that is the usual one.
func (d *Door) answer(scheme, host string) {
	short := withoutUsualPort(scheme, host)
	d.hosts[host], d.hosts[short], d.origins[scheme+"://"+short] = true, true, true
	if short == host && !hasPort(host) {
		d.hosts[host+usualPorts[scheme]] = true
	}
}

// Ticket returns a new path that lets in one browser, once, within two minutes.
func (d *Door) Ticket() string {
	ticket := rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for one, until := range d.tickets {
		if !now.Before(until) {
			delete(d.tickets, one)
		}
	}
	d.tickets[sha256.Sum256([]byte(ticket))] = now.Add(ticketLife)
	return ticketPath + ticket
}

// End ends the session and every ticket: nobody is let in any more, but to what is public.
func (d *Door) End() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	clear(d.tickets)
}

func (d *Door) hasEnded() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// Wrap returns a handler that answers whoever is not let in itself, and leaves the others to next. Every answer has the
// headers that keep a browser from doing more with a page than show it; next may set Cache-Control to another value.
func (d *Door) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		switch reason := d.judge(r); reason {
		case allowed:
			next.ServeHTTP(w, r)
		case byTicket:
			d.open(w, r)
		case byNeighbour:
			d.options.Neighbour.ServeHTTP(w, r)
		default:
			d.refuse(w, r, reason)
		}
	})
}

// judge decides what becomes of a request. It spends no ticket.
func (d *Door) judge(r *http.Request) Reason {
	ticket := strings.HasPrefix(r.URL.Path, ticketPath)
	// An address in place of a path is for a proxy, which this is not.
	if r.URL.Host != "" || !d.hosts[r.Host] {
		return WrongHost
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !reads && (ticket || r.Method != http.MethodPost) {
		return WrongMethod
	}
	if ticket {
		return byTicket
	}
	if r.Method == http.MethodPost && r.URL.Path == neighbourPath && d.options.Neighbour != nil {
		switch {
		case fromBrowser(r):
			return OtherSite
		case d.hasEnded():
			return Ended
		}
		return byNeighbour
	}
	if !d.sameOrigin(r) {
		return OtherSite
	}
	// A path that leads elsewhere once it is cleaned is public only if that is.
	if reads && d.options.Public != nil && path.Clean(r.URL.Path) == r.URL.Path && d.options.Public(r.URL.Path) {
		return allowed
	}
	switch {
	case d.hasEnded():
		return Ended
	case !d.hasSession(r):
		return NoSession
	}
	return allowed
}

// sameOrigin reports whether a request comes from one of our own pages, from the address bar, or from a program that is no
// browser. Another port of this machine is the same site to a browser, and somebody else.
func (d *Door) sameOrigin(r *http.Request) bool {
	sites := r.Header.Values("Sec-Fetch-Site")
	for _, site := range sites {
		if site != "same-origin" && site != "none" {
			return false
		}
	}
	if d.cross.Check(r) != nil {
		return false
	}
	if len(sites) > 0 { // a browser of today, which is right whatever Origin says: that is null where no referrer is sent
		return true
	}
	for _, origin := range r.Header.Values("Origin") {
		if !d.origins[origin] {
			return false
		}
	}
	return true
}

// fromBrowser reports whether a browser has sent a request.
func fromBrowser(r *http.Request) bool {
	for name := range r.Header {
		if name == "Origin" || name == "Cookie" || name == "Referer" || strings.HasPrefix(name, "Sec-") {
			return true
		}
	}
	return false
}

// hasSession reports whether one of the cookies is the session. Whoever serves another port of this machine can add
// cookies of that name, and must not shut anybody out by that.
func (d *Door) hasSession(r *http.Request) bool {
	has := 0
	for _, cookie := range r.CookiesNamed(d.cookie) {
		has |= subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(d.session.Reveal()))
	}
	return has == 1
}

// open answers a ticket. It is a page that leads on, not a redirect: after a link on another site, a browser sends a
// cookie that it got with a redirect to no page behind it.
func (d *Door) open(w http.ResponseWriter, r *http.Request) {
	if isAhead(r.Header) {
		d.refuse(w, r, Ahead)
		return
	}
	good := d.spend(strings.TrimPrefix(r.URL.Path, ticketPath), r.Method == http.MethodGet)
	switch {
	case d.hasEnded():
		d.refuse(w, r, Ended)
		return
	case good && r.Method == http.MethodGet:
		http.SetCookie(w, &http.Cookie{Name: d.cookie, Value: d.session.Reveal(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // Safari drops a cookie with Secure on http://localhost
	case !good && !d.hasSession(r): // who has the session was let in before, and has come back in the history
		d.refuse(w, r, DeadTicket)
		return
	}
	d.welcome(w)
}

// spend reports whether a ticket is good. Afterwards it is not, if it is taken.
func (d *Door) spend(ticket string, taken bool) bool {
	key := sha256.Sum256([]byte(ticket))
	d.mu.Lock()
	defer d.mu.Unlock()
	until, ok := d.tickets[key]
	if taken {
		delete(d.tickets, key)
	}
	return ok && time.Now().Before(until)
}

// isAhead reports whether a browser asks for what the person may open, before that: it would spend the ticket for nobody.
// The same holds for what shows no page.
func isAhead(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		for _, value := range h.Values(name) {
			if value = strings.ToLower(value); strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
				return true
			}
		}
	}
	into := h.Get("Sec-Fetch-Dest")
	return into != "" && into != "document"
}
