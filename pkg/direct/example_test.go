package direct_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"rollcall/pkg/direct"
)

func Example() {
	service := httptest.NewServer(http.NotFoundHandler())
	defer service.Close()
	transport := &direct.Transport{Connections: 64}
	request := httptest.NewRequest(http.MethodGet, service.URL, nil) //nolint:noctx // an example needs none
	response, err := transport.RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 404 Not Found
}
