// Package sandbox emulates the CybeDefend service in memory and misbehaves on demand.
//
//	service, err := sandbox.Start(ctx, "127.0.0.1:0", sandbox.Options{})
//	…
//	defer service.Close()
//	environment := service.Environment(service.URL()) // CYBEDEFEND_API_URL=http://127.0.0.1:… and so on
//
// It serves the calls that onboarding needs and is strict about them: whatever the reference page doesn't allow is
// refused, in the shapes of refusal that it documents. It sends no e-mail; it counts those that the service would
// have sent, one for each invitation created, whether or not the client ever learns of it.
//
// It keeps a few hundred bytes for an invitation and reads a page of a list without looking at the other pages, so
// that a million people fit. It keeps nothing beyond the life of the process and has no opinion about what is
// documented nowhere: a want of seats, an organization's settings.
//
// With the zero [Options] it behaves well. Every misbehaviour is an option: faults and answers that are not the
// service's, see [Kind]; addresses in another spelling; lists that lag or lack people, see [Lists]; refusals, limits and
// quotas; invitations that have ended.
//
// Besides the service's calls it has some of its own, without credentials. GET /sandbox/stats and GET /sandbox/mails
// show the counts. Orders change what it does from then on, each a POST /sandbox/NAME with a JSON object as its body:
//
//	expire, revoke                     the access tokens, or the personal one, are no longer valid
//	reset                              everything is as it was at the start
//	outage {"for":"20s"}               no call has any effect; see [Outage]
//	answer {"kind":"challenge"}        every call is answered so, until {"kind":"none"}; see [Standing]
//	limit {"rate":5}                   see [Limit]
//	quota {"number":10,"per":"1m"}     see [Quota]
//	spelling {"reply":"gmail"}         see [Spellings]
//	lists {"lag":"15s","pageCap":10}   see [Lists]; lists-empty, lists-null and lists-back set only what is blank
//	refuse {"pattern":"@bad"}          see [Refusal]; refuse-nobody takes all refusals back
//	decline {"email":"a@x.example"}    ends an invitation; so do cancel and drop, see [Ending]
//	accept-as {"email":…,"as":…}       makes somebody a member under another address
//	role {"email":…,"role":…}          lists a member with a role, whatever it is
//	roles-keep, roles-back             changes of roles are answered and have no effect, or have one again
//
// [Start] listens on the loopback interface only; whoever serves a [Sandbox] elsewhere shows them to everybody there.
package sandbox

import (
	"net/http"
	"sync"
	"time"

	"rollcall/pkg/secret"
)

// Sandbox is the emulated service, an [http.Handler]. It is safe for concurrent use.
//
// Connections are cut by taking them over from the server. Where that is impossible, as with HTTP/2 or a response
// recorder, the handler panics with [http.ErrAbortHandler] instead.
type Sandbox struct {
	options Options
	mux     *http.ServeMux
	// neighbours are the organizations behind this one, and front is the one that this one is behind.
	neighbours []*Sandbox
	front      *Sandbox

	mu           sync.Mutex // guards everything below and is held for moments only
	organization *organization
	tokens       map[string]life // of access tokens
	revoked      bool
	bucket       bucket
	outage       Outage
	outageEnd    time.Time
	calls        map[Call]int // with Number 0; counted only where faults ask for it
	current      current
	used         used
	late         []lateInvite // in the order in which they are due
	holesMet     map[Operation]bool
	shuffles     uint64 // how many lists were shuffled
	stats        Stats
}

// New returns a sandbox. It refuses options that contradict themselves.
func New(options Options) (*Sandbox, error) { return open(options, nil) }

// open returns the sandbox of an organization, which is behind another one unless front is nil.
func open(options Options, front *Sandbox) (*Sandbox, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	s := &Sandbox{options: options, front: front, mux: http.NewServeMux()}
	for _, route := range routes() {
		s.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(route, w, r) })
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(route{operation: Unrouted, handle: (*Sandbox).unrouted}, w, r)
	})
	s.administrate()
	s.Reset()
	return s, s.addNeighbours()
}

// ServeHTTP answers one call.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Reset puts everything back to how it was at the start: people, credentials, misbehaviour and counts.
func (s *Sandbox) Reset() {
	for _, n := range s.neighbours {
		n.Reset()
	}
	userSeed := s.options.Seed
	if s.front != nil {
		userSeed = s.front.options.Seed
	}
	organization := newOrganization(s.options, userSeed)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.organization = organization
	s.tokens = make(map[string]life)
	s.revoked = false
	s.bucket = bucket{}
	s.outage, s.outageEnd = Outage{}, time.Time{}
	s.calls = make(map[Call]int)
	s.current = s.options.current()
	s.used, s.late = used{}, nil
	s.holesMet, s.shuffles = make(map[Operation]bool), 0
	s.stats = Stats{Requests: make(map[Operation]int), Faults: make(map[Kind]int)}
}

// Environment returns the variables that make the vendor's clients, and rollcall, talk to the sandbox at url. It
// shows the personal access token, which opens nothing but sandboxes.
func (s *Sandbox) Environment(url string) []string {
	return []string{
		"CYBEDEFEND_API_URL=" + url,
		"CYBEDEFEND_AUTH_ENDPOINT=" + url,
		"CYBEDEFEND_PAT=" + s.options.PAT.Reveal(),
		"CYBEDEFEND_ORGANIZATION_ID=" + s.options.Organization.ID,
	}
}

// PAT returns the personal access token that is exchanged.
func (s *Sandbox) PAT() secret.Text { return s.options.PAT }
