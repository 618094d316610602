package gauge

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"rollcall/pkg/exposition"
)

// Handler returns what answers at /metrics, /healthz and /livez.
func (g *Gauge) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, exposition.ContentType, g.metrics(r.Context()))
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if why := g.unfit(r.Context()); why != "" {
			answer(w, http.StatusServiceUnavailable, plain, []byte(why+"\n"))
			return
		}
		answer(w, http.StatusOK, plain, []byte("ok\n"))
	})
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, plain, []byte("ok\n"))
	})
	return mux
}

const plain = "text/plain; charset=utf-8"

func answer(w http.ResponseWriter, code int, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = w.Write(text) // who has left does not read it
}

// Who watches is near, and what it asks is short. An answer may have to wait for the database.
const (
	asking    = 5 * time.Second
	answering = 10 * time.Second
	idling    = 2 * time.Minute // longer than between two scrapes
	parting   = time.Second
)

// Serve answers what comes in by a listener until ctx ends, and closes the listener.
func (g *Gauge) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: g.Handler(), ReadHeaderTimeout: asking, ReadTimeout: asking, WriteTimeout: answering, IdleTimeout: idling,
		MaxHeaderBytes: 1 << 14, ErrorLog: log.New(io.Discard, "", 0), // strangers would write it
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	if server.Shutdown(leaving) != nil { // somebody does not read its answer
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
