package main

import (
	"context"
	"net"

	"github.com/rogpeppe/go-internal/testscript"
)

// listen lets the service's addresses lead to a listener that answers nobody.
func listen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: listen")
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	stageOf(ts).listener = listener
	ts.Defer(func() {
		if err := listener.Close(); err != nil {
			ts.Logf("%v", err)
		}
	})
	url := "http://" + listener.Addr().String()
	ts.Setenv("CYBEDEFEND_API_URL", url)
	ts.Setenv("CYBEDEFEND_AUTH_ENDPOINT", url)
}

// connections checks how many connections have come to the listener. The system queues them in order, so all of them
// stand before the one made here.
func connections(ts *testscript.TestScript, neg bool, args []string) {
	listener := stageOf(ts).listener
	if neg || len(args) != 1 || listener == nil {
		ts.Fatalf("usage: connections N, after listen")
	}
	last, err := new(net.Dialer).DialContext(context.Background(), "tcp", listener.Addr().String())
	ts.Check(err)
	defer last.Close() //nolint:errcheck // nothing was sent
	got := 0
	for {
		connection, err := listener.Accept()
		ts.Check(err)
		own := connection.RemoteAddr().String() == last.LocalAddr().String()
		ts.Check(connection.Close())
		if own {
			break
		}
		got++
	}
	if want := number(ts, args[0]); got != want {
		ts.Fatalf("%d connections, want %d", got, want)
	}
}
