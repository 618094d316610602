package web

// isSending reports whether a run is under way, as long as which nobody goes elsewhere.
func (s *Server) isSending() bool { return s.running() != nil }

// stopper is a run that is under way.
type stopper interface {
	Stop()
	Done() <-chan struct{}
}

// running returns the run that is under way, nil if none is.
func (s *Server) running() stopper { return nil }
