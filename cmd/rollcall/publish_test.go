package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// publish serves a directory, as an HR system does its exports: to whoever knows the key, in a header or in the query. It
// sets HR to the address.
func publish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: publish DIRECTORY")
	}
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Key") != "hr-secret-0123456789" && r.URL.Query().Get("key") != "hr-secret-0123456789":
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case r.URL.Path == "/cut.csv":
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("email,role\nada@example.com,member\n")) // a client that has left needs no answer
		default:
			files.ServeHTTP(w, r)
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv("HR", server.URL)
}
