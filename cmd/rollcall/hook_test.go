package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// hook stands in for the webhook of a chat.
type hook struct {
	mu       sync.Mutex
	statuses []int
	bodies   [][]byte
}

// ServeHTTP keeps what is posted, and answers with the statuses in turn, the last one from then on.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, body)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	w.Header().Set("Location", "http://127.0.0.1:1"+r.URL.Path) // for redirects
	w.WriteHeader(h.statuses[min(len(h.bodies), len(h.statuses))-1])
}

// runHook starts a webhook, in the place of an earlier one, and sets HOOK to its address.
func runHook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: hook STATUS...")
	}
	h := &hook{}
	for _, arg := range args {
		h.statuses = append(h.statuses, number(ts, arg))
	}
	server := httptest.NewServer(h)
	ts.Defer(server.Close)
	stageOf(ts).hook = h
	ts.Setenv("HOOK", server.URL+"/services/T0000/B0000/hook-secret-0123456789")
}

// posts checks how often the webhook was called, and writes what it was told last to a file.
func posts(ts *testscript.TestScript, neg bool, args []string) {
	h := stageOf(ts).hook
	if neg || len(args) < 1 || len(args) > 2 || h == nil {
		ts.Fatalf("usage: posts N [FILE], after hook")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if got, want := len(h.bodies), number(ts, args[0]); got != want {
		ts.Fatalf("%d posts, want %d: %s", got, want, h.bodies)
	}
	if len(args) == 2 {
		last := strings.ReplaceAll(string(h.bodies[len(h.bodies)-1]), `\n`, "\n") // for patterns of one line each
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(last), 0o600))
	}
}
