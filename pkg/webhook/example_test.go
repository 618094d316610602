package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"rollcall/pkg/secret"
	"rollcall/pkg/webhook"
)

// A message is posted to an address that is a secret.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Println("posted:", string(body), err)
	}))
	defer server.Close()

	hook, err := webhook.New(webhook.Options{Address: secret.New(server.URL + "/T024/secret")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(hook.Post(context.Background(), []byte(`{"text":"12 people invited"}`)))
	// Output:
	// posted: {"text":"12 people invited"} <nil>
	// <nil>
}
