package door

import (
	"fmt"
	"html"
	"io"
	"net/http"
)

// Reason is why a request is not let in.
type Reason int

// The reasons. Each has the status of its answer.
const (
	allowed     Reason = iota
	byTicket           // it is for open to answer
	byNeighbour        // it is for the neighbour to answer

	// NoSession is whoever has come without a ticket, or has lost the cookie: 403.
	NoSession
	// DeadTicket is a ticket that was used, is too old, or never was: 410.
	DeadTicket
	// Ended is whoever comes after [Door.End]: 410.
	Ended
	// OtherSite is a request from another site or another port: 403. A person who has followed a link there gets in by
	// a link on the page that says so.
	OtherSite
	// WrongHost is a request that names another machine, or this one in another way: 421.
	WrongHost
	// WrongMethod is neither GET nor HEAD nor POST: 405.
	WrongMethod
	// Ahead is a ticket that a browser has asked for before the person has: 503.
	Ahead
)

// Status returns the status of the answer.
func (r Reason) Status() int {
	switch r {
	case NoSession, OtherSite:
		return http.StatusForbidden
	case DeadTicket, Ended:
		return http.StatusGone
	case WrongHost:
		return http.StatusMisdirectedRequest
	case WrongMethod:
		return http.StatusMethodNotAllowed
	case Ahead:
		return http.StatusServiceUnavailable
	default:
		return http.StatusOK
	}
}

// String returns the reason and what to do, in English.
func (r Reason) String() string {
	const again = "Press Enter in the terminal where rollcall runs, or run rollcall serve again."
	switch r {
	case NoSession:
		return "This browser has not been let in. " + again
	case DeadTicket:
		return "This address was good for one opening within two minutes. " + again
	case Ended:
		return "This program has ended. Run rollcall serve again."
	case OtherSite:
		return "Another site has led here."
	case WrongHost:
		return "This program does not answer under this name."
	case WrongMethod:
		return "This program answers GET, HEAD and POST."
	case Ahead:
		return "This address is for a person to open."
	default:
		return ""
	}
}

// protect sets the headers that every answer has.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Under no-referrer, the forms of our own pages would come from nowhere.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// refuse answers a request that is not let in.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, reason Reason) {
	if reason == WrongMethod {
		w.Header().Set("Allow", "GET, HEAD, POST")
	}
	answer := &refusal{w, reason.Status(), false}
	if d.options.Refused != nil {
		d.options.Refused(answer, r, reason)
	} else {
		onward := ""
		if reason == OtherSite {
			onward = ` <a href="/">rollcall</a>`
		}
		d.page(answer, "", "<p>"+html.EscapeString(reason.String())+onward+"</p>")
	}
	answer.WriteHeader(0)
}

// refusal is an answer whose status is set.
type refusal struct {
	http.ResponseWriter
	status  int
	written bool
}

// WriteHeader writes the status of the refusal, whatever the page says.
func (w *refusal) WriteHeader(int) {
	if !w.written {
		w.written = true
		w.ResponseWriter.WriteHeader(w.status)
	}
}

func (w *refusal) Write(content []byte) (int, error) {
	w.WriteHeader(0)
	return w.ResponseWriter.Write(content)
}

// welcome writes the page that leads to the first one.
func (d *Door) welcome(w http.ResponseWriter) {
	d.page(w, `<meta http-equiv="refresh" content="0; url=/">`, `<p><a href="/">rollcall</a></p>`)
}

// page writes a page of our own, which has no style: it is seen for a moment, or where nothing else can be shown.
func (d *Door) page(w http.ResponseWriter, head, body string) {
	if d.options.Icon != "" {
		head += `<link rel="icon" href="` + html.EscapeString(d.options.Icon) + `">`
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// Whoever asked has gone if it cannot be written.
	_, _ = io.WriteString(w, fmt.Sprintf(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>rollcall</title>`+
		`<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">%s</head><body>%s</body></html>`, head, body))
}
