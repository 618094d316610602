package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/web/words"
)

// A stream has all that has happened in one event, no more than five a second, says that it is still there, and ends with what it
// tells of, or with the browser.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		var mu sync.Mutex // over what follows
		changed, now := make(chan struct{}), event{}
		var over bool
		began := time.Now()
		state := func() (<-chan struct{}, event) {
			mu.Lock()
			defer mu.Unlock()
			e := now
			e.Over = over
			return changed, e
		}
		done := make(chan *httptest.ResponseRecorder)
		begin := func() {
			w := httptest.NewRecorder()
			go func() {
				stream(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody), state)
				done <- w
			}()
			synctest.Wait()
		}
		change := func(how func()) {
			mu.Lock()
			how()
			before := changed
			changed = make(chan struct{})
			mu.Unlock()
			close(before)
			synctest.Wait()
		}
		begin()
		for range 100 { // within a second
			<-time.After(10 * time.Millisecond)
			change(func() { now.Done++ })
		}
		<-time.After(40 * time.Second)
		change(func() { over = true })
		w := <-done
		text := w.Body.String()
		if n := strings.Count(text, "data: "); n < 5 || n > 8 {
			t.Errorf("it speaks %d times: %s", n, text)
		}
		if n := strings.Count(text, ": still here\n\n"); n != 2 {
			t.Errorf("it says %d times that it is there: %s", n, text)
		}
		if !strings.Contains(text, `"done":100`) || !strings.HasSuffix(text, "\n\n") || !strings.Contains(text[strings.LastIndex(text, "data: "):], `"over":true`) {
			t.Errorf("it ends with %s", text)
		}
		begin()
		if w := <-done; w.Code != http.StatusNoContent {
			t.Errorf("of what is over, it is %d", w.Code)
		}
		change(func() { over = false })
		begin()
		leave()
		<-done
		if time.Since(began) > time.Minute {
			t.Error("a browser that is gone is waited for")
		}
	})
}

// Whatever is done and waited for has words, as long as the program says it in those.
func TestWhatIsWaitedForHasWords(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"../onboard/*.go", "../batch/*.go", "../journey/*.go", "../amend/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				sources.Write(text)
			}
		}
	}
	l := words.Of("de")
	for _, list := range [][]saying{doings, waits} {
		for _, one := range list {
			if !strings.Contains(sources.String(), `"`+one.begins) {
				t.Errorf("nobody says %q any more", one.begins)
			}
			if got := inWords(l, list, one.begins+": 3", "4 Sekunden"); got.English || got.Text == one.key || !words.Has(one.key) {
				t.Errorf("%q is said as %+v", one.begins, got)
			}
		}
	}
	if got := inWords(l, waits, "something new"); !got.English || got.Text != "something new" {
		t.Errorf("something new is said as %+v", got)
	}
}

// A hint to whoever is at a terminal is another one on the page, and what else it says stays.
func TestHintsOfThePage(t *testing.T) {
	for hint, want := range map[string]string{
		"": "", "keep one of them": "keep one of them", "run the same command again": "",
		"the invitation of a@x.example was cancelled and no new one was sent: the person has none now; run the same command again": "the invitation of a@x.example was cancelled and no new one was sent: the person has none now",
	} {
		v := viewOf(record.Record{Outcome: record.NotSent, Hint: hint})
		if noted := v.Note != ""; v.Hint != want || noted != strings.Contains(hint, "command") || noted && !words.Has(v.Note) {
			t.Errorf("%q is shown as %q and %q", hint, v.Hint, v.Note)
		}
	}
}
