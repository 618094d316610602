// Package web is the page: the uses of the program in a browser on the same machine.
//
//	server, err := web.New(web.Options{Address: listener.Addr().String(), …})
//	fmt.Println(server.Ticket())      // for the person's browser
//	err = server.Serve(ctx, listener) // until somebody says Quit
//
// Handlers translate, and decide nothing: forms into values of package desk, and these into what a person sees. Every page is
// whole without a script, every change is a POST that is answered with the address of the page to see next, and all texts are
// in package words.
//
// It has no example: its tests open it in a browser.
package web

import (
	"embed"
	"net/http"
	"sync/atomic"

	"rollcall/pkg/remedy"
	"rollcall/pkg/web/beacon"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/door"
	"rollcall/pkg/web/words"
)

// Options are what the page works with.
type Options struct {
	// Desk is what is worked at.
	Desk desk.Options
	// Address is the host and port that is listened on.
	Address string
	// Beacon is what another start of the program finds this one by; nil if it is not to be found.
	Beacon *beacon.Beacon
	// Origins are addresses under which the page is reached as well, where its port is forwarded, such as http://localhost:9000.
	Origins []string
	// Version is that of the program.
	Version string
	// Log is told what a person at the terminal may want to know, in words.
	Log func(text string)
}

// Server has the page of one person.
type Server struct {
	o        Options
	desk     *desk.Desk
	door     *door.Door
	assets   *assets
	pages    map[string]*pages // by language
	language atomic.Pointer[words.Language]
	leaving  *leaving
	mux      *http.ServeMux
}

//go:embed templates static
var files embed.FS

// New returns a server for an address that is listened on already. It answers once it serves.
func New(o Options) (*Server, error) {
	s := &Server{o: o, desk: desk.New(o.Desk), mux: http.NewServeMux(), leaving: newLeaving()}
	if s.o.Log == nil {
		s.o.Log = func(string) {}
	}
	var err error
	if s.assets, err = readAssets(files); err != nil {
		return nil, err
	}
	if s.pages, err = parsePages(files, s.assets); err != nil {
		return nil, err
	}
	if s.door, err = s.newDoor(); err != nil {
		return nil, err
	}
	s.route()
	s.desk.Look()
	return s, nil
}

// Close ends whatever goes on, and waits for it.
func (s *Server) Close() error {
	err := s.desk.Close()
	s.leaving.end()
	return err
}

// route says which handler answers what.
func (s *Server) route() {
	s.assets.route(s.mux)
	s.mux.HandleFunc("POST /language", s.chooseLanguage)
	s.routeStart()
	s.routeSettings()
	s.routeQuit()
	s.routeRosters()
	s.routeSync()
	s.routePlan()
	s.routeRuns()
	s.handle("/", func(*http.Request) (answer, error) { return nil, errNotFound })
}

// ServeHTTP answers whoever was let in.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.leaving.refuses(r) {
		seeOther(quitAddress).write(w, r)
		return
	}
	if r.Method == http.MethodPost && r.URL.Path != uploadAddress {
		if err := readForm(w, r); err != nil {
			s.unread(r, err).write(w, r)
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

// languageOf returns the language that the person has chosen, or that the browser asks for.
func (s *Server) languageOf(r *http.Request) *words.Language {
	if chosen := s.language.Load(); chosen != nil {
		return chosen
	}
	return words.Match(r.Header.Get("Accept-Language"))
}

// chooseLanguage goes on in another language.
func (s *Server) chooseLanguage(w http.ResponseWriter, r *http.Request) {
	if chosen := words.Of(r.PostFormValue("language")); chosen != nil {
		s.language.Store(chosen)
	}
	seeOther(back(r.PostFormValue("back"))).write(w, r)
}

// asOption shows a remedy as a user of the page reads it: no flag is one.
func asOption(l *words.Language) remedy.Renderer {
	return func(r remedy.Remedy) string {
		name := named(l, "option.", r.Option+r.Command)
		if r.Value == "" {
			return l.Say("option.named", name)
		}
		return l.Say("option.set", name, r.Value)
	}
}
