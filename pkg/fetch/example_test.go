package fetch_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"rollcall/pkg/fetch"
)

// The document comes whole or not at all, and what is secret in its address is shown nowhere.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("key") != "s3cret" {
			http.Error(w, "", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, "email,role\nada@example.com,member\n")
	}))
	defer server.Close()

	var document bytes.Buffer
	err := fetch.To(context.Background(), &document, fetch.Options{Address: server.URL + "/people.csv?key=s3cret"})
	fmt.Print(document.String(), err, "\n")
	fmt.Println(fetch.To(context.Background(), &document, fetch.Options{Address: server.URL + "/people.csv?key=other"}))
	fmt.Println(fetch.Name("https://hr.example.com/people.csv?key=s3cret"))
	// Output:
	// email,role
	// ada@example.com,member
	// <nil>
	// it answers 403 Forbidden, and only 200 will do
	// https://hr.example.com/people.csv
}
