package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// goodbye is how long a request may take to be answered once the page ends.
const goodbye = 3 * time.Second

// Serve answers until the person says Quit or ctx ends, and then waits for what is under way.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	streams, end := context.WithCancel(context.WithoutCancel(ctx)) // event streams end with it: whoever shuts down would wait for them for ever
	defer end()
	server := &http.Server{
		Handler: s.mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return streams },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	return errors.Join(server.Shutdown(last), ignoreClosed(<-failed))
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
