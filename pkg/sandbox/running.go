package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a sandbox that listens.
type Running struct {
	*Sandbox
	url    string
	server *http.Server
	stop   context.CancelFunc
	served chan error     // gets what http.Server.Serve returns
	open   sync.WaitGroup // connections
	close  func() error
}

// Start starts a sandbox at address, host and port of the loopback interface; empty means any free port, as does
// port 0. The end of ctx cuts the calls that are being worked on; Close must be called in any case.
func Start(ctx context.Context, address string, options Options) (*Running, error) {
	s, err := New(options)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	host, port, err := net.SplitHostPort(or(address, "127.0.0.1:0"))
	if err != nil {
		return nil, fmt.Errorf("sandbox: listen at %q: %w", address, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if !net.ParseIP(host).IsLoopback() {
		return nil, fmt.Errorf("sandbox: listen at %q: not a loopback address such as 127.0.0.1", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	r := &Running{
		Sandbox: s,
		url:     "http://" + listener.Addr().String(),
		stop:    stop,
		served:  make(chan error, 1),
	}
	r.server = &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         r.track,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // broken connections are what it is for
	}
	r.close = sync.OnceValue(r.shut)
	go func() { r.served <- r.server.Serve(listener) }()
	return r, nil
}

// URL returns the base URL of API and identity provider, without a slash at its end.
func (r *Running) URL() string { return r.url }

// track counts the connections that a goroutine of the server looks after. A connection that was taken over is cut
// at once.
func (r *Running) track(_ net.Conn, state http.ConnState) {
	switch state { //nolint:exhaustive // a connection becomes active and idle without anybody coming or going
	case http.StateNew:
		r.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		r.open.Done()
	}
}

// Close stops listening, cuts every connection and waits until nothing of the server is left. Its counts can still
// be read. Closing again does nothing.
func (r *Running) Close() error { return r.close() }

func (r *Running) shut() error {
	r.stop()
	closed := r.server.Close()
	served := <-r.served
	if errors.Is(served, http.ErrServerClosed) {
		served = nil
	}
	// A connection that was being accepted meanwhile is known only now.
	closed = errors.Join(closed, r.server.Close())
	r.open.Wait()
	return errors.Join(closed, served)
}
