package web

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// quitAddress is the page on which a person says that the program is to end.
	quitAddress = "/quit"
	// farewell is how long the last page is waited for, and lingering how long its style is answered after it: a browser may not
	// have kept that.
	farewell  = 3 * time.Second
	lingering = 500 * time.Millisecond
)

// routeQuit says what answers whoever has done enough.
func (s *Server) routeQuit() {
	s.handle("GET "+quitAddress, s.quit)
	s.handle("GET "+quitAddress+"/state", s.quitState)
	s.handle("POST "+quitAddress, s.quitNow)
}

// leaving is how the program ends: what is under way is stopped, the last page is read, and then nobody is answered any more.
type leaving struct {
	begun   atomic.Bool
	stopped chan struct{} // closed once nothing is under way
	read    chan struct{} // closed once the last page was sent
	left    chan struct{} // closed once nobody has to be answered
	closed  chan struct{} // closed once nobody waits for anything
	once    struct{ begin, read, end sync.Once }
	ended   sync.WaitGroup
}

func newLeaving() *leaving {
	return &leaving{stopped: make(chan struct{}), read: make(chan struct{}), left: make(chan struct{}), closed: make(chan struct{})}
}

// begin stops what is under way, if anything is, and waits for the last page to be read.
func (d *leaving) begin(running stopper) {
	d.once.begin.Do(func() {
		d.begun.Store(true)
		d.ended.Go(func() {
			defer close(d.left)
			if running != nil {
				running.Stop()
				select {
				case <-running.Done():
				case <-d.closed:
				}
			}
			close(d.stopped)
			timer := time.NewTimer(farewell)
			defer timer.Stop()
			select {
			case <-d.read:
				d.linger()
			case <-timer.C: // nobody looks
			case <-d.closed:
			}
		})
	})
}

// linger waits a moment, unless nobody waits for anything.
func (d *leaving) linger() {
	timer := time.NewTimer(lingering)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.closed:
	}
}

// end waits for whatever waits.
func (d *leaving) end() {
	d.once.end.Do(func() { close(d.closed) })
	d.ended.Wait()
}

// hasStopped reports whether nothing is under way any more.
func (d *leaving) hasStopped() bool {
	select {
	case <-d.stopped:
		return true
	default:
		return false
	}
}

// refuses reports whether a request comes too late: whoever leaves begins nothing.
func (d *leaving) refuses(r *http.Request) bool {
	return d.begun.Load() && r.Method != http.MethodGet && r.Method != http.MethodHead && r.URL.Path != quitAddress
}

// Left returns what is closed once a person has said Quit, nothing is under way and the last page was sent.
func (s *Server) Left() <-chan struct{} { return s.leaving.left }

// quitNow ends the program, unless something is under way about which nobody was asked.
func (s *Server) quitNow(r *http.Request) (answer, error) {
	if running := s.running(); running == nil || r.PostFormValue("sure") != "" {
		s.leaving.begin(running)
	}
	return seeOther(quitAddress), nil
}

// quit asks whether the program is to end, says that it is about to, or that it has.
func (s *Server) quit(r *http.Request) (answer, error) {
	l := s.languageOf(r)
	switch {
	case !s.leaving.begun.Load() && s.isSending():
		return s.render(r, "quit.html", page{Title: l.Say("quit.sending"), Mark: "quit-sending"})
	case !s.leaving.begun.Load():
		return s.render(r, "quit.html", page{Title: l.Say("quit.title"), Mark: "quit"})
	case !s.leaving.hasStopped():
		return s.render(r, "quit.html", page{Title: l.Say("quit.stopping"), Mark: "quit-stopping"})
	}
	last, err := s.render(r, "gone.html", page{Title: l.Say("quit.gone"), Mark: "gone"})
	return lastPage{last, s.leaving}, err
}

// quitState answers once nothing is under way.
func (s *Server) quitState(r *http.Request) (answer, error) {
	wait(r, s.leaving.stopped)
	return nothing{}, nil
}

// lastPage is one after which there is none.
type lastPage struct {
	answer
	leaving *leaving
}

func (p lastPage) write(w http.ResponseWriter, r *http.Request) {
	p.answer.write(w, r)
	p.leaving.once.read.Do(func() { close(p.leaving.read) })
}
