package web

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"rollcall/pkg/breaker"
	"rollcall/pkg/web/door"
)

// Ticket returns a whole address that lets in one browser, once.
func (s *Server) Ticket() string { return "http://" + s.o.Address + s.door.Ticket() }

// newDoor returns the door of a server.
func (s *Server) newDoor() (*door.Door, error) {
	o := door.Options{
		Address: s.o.Address, Origins: s.o.Origins, Refused: s.refused, Icon: s.assets.address("icon.svg"),
		Public: func(path string) bool { return strings.HasPrefix(path, "/static/") },
	}
	if b := s.o.Beacon; b != nil {
		o.Neighbour = b.Neighbour(func() string { return s.door.Ticket() })
	}
	return door.New(o)
}

// Serve lets in who has a ticket, and answers on the listener until the person says Quit or ctx ends. What is under way then is
// stopped as that is anywhere, and its end is waited for and shown. Where ctx has cut it short, the error is that of any run
// that was interrupted.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	if b := s.o.Beacon; b != nil {
		if err := b.Light(s.o.Address); err != nil {
			return err
		}
	}
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	var waits sync.WaitGroup
	var interrupted error
	waits.Go(func() {
		select {
		case <-s.Left():
		case <-ctx.Done():
			running := s.running()
			if running != nil {
				interrupted = &breaker.StopError{Reason: breaker.Interrupted}
			}
			s.leaving.begin(running)
			<-s.leaving.stopped
		case <-serving.Done(): // it could not serve
		}
		s.door.End()
		end()
	})
	err := door.Serve(serving, listener, s.door.Wrap(s), s.o.Log)
	end()
	waits.Wait()
	return errors.Join(err, interrupted)
}
