package web

import "rollcall/pkg/web/desk"

// isSending reports whether a run is under way, as long as which nobody goes elsewhere.
func (s *Server) isSending() bool { return s.running() != nil }

// stopper is a run that is under way.
type stopper interface {
	Stop()
	Done() <-chan struct{}
}

// running returns the run that is under way, nil if none is.
func (s *Server) running() stopper {
	if n := s.desk.Sending(); n != nil && n.State().Phase != desk.Over {
		return n
	}
	return nil
}
