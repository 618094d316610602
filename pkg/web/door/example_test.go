package door_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"rollcall/pkg/web/door"
)

// Whoever has come with a ticket is let in from then on.
func Example() {
	d, _ := door.New(door.Options{Address: "127.0.0.1:4321"})
	handler := d.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the pages") }))
	ask := func(path, cookie string) (status int, setCookie string) {
		request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		request.Host = "127.0.0.1:4321"
		request.Header.Set("Cookie", cookie)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer.Code, answer.Header().Get("Set-Cookie")
	}

	status, _ := ask("/", "")
	fmt.Println("without a ticket:", status)
	ticket := d.Ticket()
	status, cookie := ask(ticket, "")
	fmt.Println("with one:", status)
	status, _ = ask("/", strings.Split(cookie, ";")[0])
	fmt.Println("from then on:", status)
	status, _ = ask(ticket, "")
	fmt.Println("with it again:", status)
	// Output:
	// without a ticket: 403
	// with one: 200
	// from then on: 200
	// with it again: 410
}
