package direct_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"rollcall/pkg/direct"
)

func Example() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	base, _ := url.Parse(server.URL)

	transport := &direct.Transport{Connections: 64}
	defer transport.CloseIdleConnections()
	service, _ := transport.Service(base)
	answer, err := service.Do(context.Background(), &direct.Request{Method: http.MethodGet, Path: "/organizations", Timeout: 30 * time.Second})
	fmt.Println(answer.Status, answer.Header.Get("Content-Type"), err)
	// Output: 404 text/plain; charset=utf-8 <nil>
}
