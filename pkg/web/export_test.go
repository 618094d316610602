package web

import "rollcall/pkg/web/desk"

// Desk returns what is worked at.
func (s *Server) Desk() *desk.Desk { return s.desk }
