package door_test

import (
	"net"
	"strings"
	"testing"

	"rollcall/pkg/remedy"
	"rollcall/pkg/web/door"
)

func TestListen(t *testing.T) {
	taken, err := door.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for _, tt := range []struct{ give, host, want, remedy string }{
		{give: "127.0.0.1:0", host: "127.0.0.1"},
		{give: "localhost:0", host: "127.0.0.1"},
		{give: "[::ffff:127.0.0.1]:0", host: "127.0.0.1"},
		{give: "0.0.0.0:8080", want: "0.0.0.0:8080 can be reached from other machines", remedy: "ssh -L 8080:127.0.0.1:8080 USER@HOST"},
		{give: "[::]:8080", want: "can be reached from other machines", remedy: "ssh -L 8080:127.0.0.1:8080"},
		{give: ":8080", want: ":8080 can be reached from other machines", remedy: "ssh -L 8080:127.0.0.1:8080"},
		{give: "192.0.2.1:0", want: "can be reached from other machines", remedy: "ssh -L PORT:127.0.0.1:PORT"},
		{give: "[fe80::1%lo]:80", want: "can be reached from other machines"},
		{give: "8080", want: `"8080" is no host and port`, remedy: "listen 127.0.0.1:8080"},
		{give: "127.0.0.1", want: `"127.0.0.1" is no host and port`},
		{give: "127.0.0.1:http", want: "is no host and port"},
		{give: "127.0.0.1:65536", want: "is no host and port"},
		{give: "", want: `"" is no host and port`},
		{give: "no-such-name.invalid:80", want: "no-such-name.invalid is no name of this machine", remedy: "listen 127.0.0.1:0"},
		{give: taken.Addr().String(), want: "is taken by another program", remedy: "a free one is found"},
	} {
		l, err := door.Listen(t.Context(), tt.give)
		if err != nil {
			if wrong := remedy.Of(err); wrong == nil || wrong.Option != "listen" || tt.want == "" || !strings.Contains(err.Error(), tt.want) || !strings.Contains(wrong.Remedy.String(), tt.remedy) {
				t.Errorf("%q: %v", tt.give, err)
			}
			continue
		}
		if host, _, _ := net.SplitHostPort(l.Addr().String()); host != tt.host {
			t.Errorf("%q: listens on %s, want %q", tt.give, host, tt.host)
		}
		_ = l.Close()
	}
}
