package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// How often a stream of events speaks.
const (
	// atMost is how soon another event follows: faster nobody reads.
	atMost = 200 * time.Millisecond
	// tick is how often times go on while nothing else happens.
	tick = time.Second
	// heartbeat is how long a stream is silent at most, so that nothing between it and the browser takes it for dead.
	heartbeat = 15 * time.Second
	// eventTimeout is how long an event may take to be taken.
	eventTimeout = 10 * time.Second
)

// event is all that a page shows of something that goes on. A stream that is cut needs no history: the next event has all again.
type event struct {
	// Over says that the page is to be read again.
	Over bool `json:"over,omitempty"`
	// Title is that of the page, Say what is read aloud.
	Title string `json:"title"`
	Say   string `json:"say"`
	// Done and Rows say how far it is.
	Done int `json:"done"`
	Rows int `json:"rows"`
	// Texts are what stands at the places of these names.
	Texts map[string]phrase `json:"texts,omitempty"`
	// Latest are the last outcomes.
	Latest []latest `json:"latest,omitempty"`
}

// latest is the outcome of somebody.
type latest struct {
	Email string `json:"email"`
	Word  string `json:"word"`
	Kind  string `json:"kind"`
}

// stream tells a browser how something goes until that is over or the browser is gone. The function returns what there is to
// tell, and what is closed as soon as that is something else. Where it is over already, there is nothing to tell: a browser does
// not ask again after that.
func stream(w http.ResponseWriter, r *http.Request, state func() (changed <-chan struct{}, now event)) {
	changed, now := state()
	if now.Over {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	send := func(text []byte) bool {
		_ = control.SetWriteDeadline(time.Now().Add(eventTimeout)) // which a recorder in a test has none of
		_, err := w.Write(text)
		return err == nil && control.Flush() == nil
	}
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	var last []byte
	for spoke := time.Now(); ; changed, now = state() {
		text, err := json.Marshal(now)
		switch {
		case err != nil:
			return
		case !bytes.Equal(text, last):
			if !send([]byte("data: " + string(text) + "\n\n")) {
				return
			}
			last, spoke = text, time.Now()
		case time.Since(spoke) >= heartbeat:
			if !send([]byte(": still here\n\n")) {
				return
			}
			spoke = time.Now()
		}
		if now.Over || !pause(r, atMost, nil, nil) || !pause(r, 0, changed, ticks.C) {
			return
		}
	}
}

// pause waits for so long, or until something has changed or a tick comes where there is nothing to wait for. It reports false
// once the browser is gone.
func pause(r *http.Request, long time.Duration, changed <-chan struct{}, ticks <-chan time.Time) bool {
	var over <-chan time.Time
	if long > 0 {
		over = time.After(long)
	}
	select {
	case <-over:
	case <-changed:
	case <-ticks:
	case <-r.Context().Done():
		return false
	}
	return true
}
