package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// administrate adds the calls of the sandbox's own.
func (s *Sandbox) administrate() {
	s.mux.HandleFunc("GET /sandbox/stats", s.showStats)
	s.mux.HandleFunc("GET /sandbox/mails", s.showMails)
	s.mux.HandleFunc("POST /sandbox/outage", s.beginOutage)
	s.mux.HandleFunc("POST /sandbox/limit", s.takeLimit)
	for path, do := range map[string]func(){"expire": s.ExpireTokens, "revoke": s.Revoke, "reset": s.Reset} {
		s.mux.HandleFunc("POST /sandbox/"+path, func(w http.ResponseWriter, _ *http.Request) {
			do()
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

// beginOutage takes {"for": "20s", "cut": true, "retryAfter": "5s"}, all but "for" optional; "0s" ends an outage.
func (s *Sandbox) beginOutage(w http.ResponseWriter, r *http.Request) {
	var body struct {
		For        string `json:"for"`
		Cut        bool   `json:"cut"`
		RetryAfter string `json:"retryAfter"`
	}
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&body)
	length, lengthErr := time.ParseDuration(body.For)
	retryAfter, retryErr := time.ParseDuration(or(body.RetryAfter, "0s"))
	if err := errors.Join(err, lengthErr, retryErr); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.StartOutage(Outage{For: length, Cut: body.Cut, RetryAfter: retryAfter})
	w.WriteHeader(http.StatusNoContent)
}

// takeLimit takes {"rate": 30}, in calls a second; 0 lifts the limit.
func (s *Sandbox) takeLimit(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Rate *float64 `json:"rate"`
	}
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil || body.Rate == nil || *body.Rate < 0 {
		http.Error(w, `expected {"rate": CALLS A SECOND}`, http.StatusBadRequest)
		return
	}
	s.ChangeLimit(*body.Rate)
	w.WriteHeader(http.StatusNoContent)
}
