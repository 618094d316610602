package sandbox

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// administrate adds the calls of the sandbox's own.
func (s *Sandbox) administrate() {
	s.mux.HandleFunc("GET /sandbox/stats", s.showStats)
	s.mux.HandleFunc("GET /sandbox/mails", s.showMails)
	s.mux.HandleFunc("GET "+signIn, s.showSignIn)
	for name := range s.orders() {
		s.mux.HandleFunc("POST /sandbox/"+name, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err == nil {
				err = s.order(name, body)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

func (s *Sandbox) showStats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(s.Counts()) // a client that has left needs no answer
}

// showMails answers {"ann@example.com": 1, …}, one person a line. The parameter atLeast leaves out whoever got fewer.
// There may be a million lines, so they are not gathered first.
func (s *Sandbox) showMails(w http.ResponseWriter, r *http.Request) {
	least, err := strconv.Atoi(or(r.URL.Query().Get("atLeast"), "1"))
	if err != nil {
		http.Error(w, "atLeast must be an integer", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriter(w)
	// A client that has left needs no answer: the errors of the writer are dropped here.
	defer func() { _ = out.Flush() }()
	separator := "{\n"
	for address, mails := range s.Mails() {
		if mails < least {
			continue
		}
		name, err := json.Marshal(address)
		if err != nil {
			continue // strings can't fail
		}
		_, _ = out.WriteString(separator + string(name) + ": " + strconv.Itoa(mails))
		separator = ",\n"
	}
	if separator == "{\n" {
		_, _ = out.WriteString("{")
	}
	_, _ = out.WriteString("\n}\n")
}
