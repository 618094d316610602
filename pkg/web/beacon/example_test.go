package beacon_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"

	"rollcall/pkg/web/beacon"
)

// The second start gets a ticket from the first.
func Example() {
	folder, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(folder)

	first, _, _ := beacon.Find(context.Background(), folder)
	server := httptest.NewServer(first.Neighbour(func() string { return "/open/TICKET" }))
	defer server.Close()
	first.Light(server.Listener.Addr().String())
	defer first.Close()

	second, running, _ := beacon.Find(context.Background(), folder)
	fmt.Println(second == nil, strings.TrimPrefix(running.Address, server.URL))
	// Output: true /open/TICKET
}
