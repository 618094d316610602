package connection

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

func TestProxies(t *testing.T) {
	tests := []struct {
		give string // HTTPS_PROXY
		want string // the proxy of https://api.example.com, "error" or nothing
	}{
		{"", ""},
		{"http://proxy.example.com:8080", "http://proxy.example.com:8080"},
		{"https://proxy.example.com", "https://proxy.example.com"},
		{"socks5://proxy.example.com:1080", "socks5://proxy.example.com:1080"},
		{"proxy.example.com:8080", "http://proxy.example.com:8080"},
		{"10.0.0.1:3128", "http://10.0.0.1:3128"},
		{"http://user:secret-word@proxy.example.com", "http://user:secret-word@proxy.example.com"},
		{"http://proxy.example.com:port", "error"},
		{"http://user:secret%word@proxy.example.com", "error"},
		{"ftp://proxy.example.com", "error"},
		{"http://", "error"},
		{"http://:8080", "error"},
		{"//proxy.example.com", "error"},
		{":8080", "error"},
		{"http://proxy example.com", "error"},
		{"secret-word\x7f", "error"},
	}
	for _, tt := range tests {
		find, broken := proxyOf(&httpproxy.Config{HTTPSProxy: tt.give})
		got := ""
		proxy, err := through(find, broken, &url.URL{Scheme: "https", Host: "api.example.com"})
		switch {
		case err != nil:
			got = "error"
		case proxy != nil:
			got = proxy.String()
		}
		if got != tt.want || (broken != nil) != (tt.want == "error") {
			t.Errorf("%q: %q, %v, %v; want %q", tt.give, got, broken, err, tt.want)
		}
		if err != nil && (!errors.Is(err, ErrProxy) || !errors.Is(err, ErrLasting) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%q: %v", tt.give, err)
		}
		if proxy, err := through(find, broken, &url.URL{Scheme: "http", Host: "127.0.0.1"}); proxy != nil || err != nil {
			t.Errorf("%q: this machine is reached by %v, %v", tt.give, proxy, err)
		}
	}
}

func TestProxyAnswers(t *testing.T) {
	tests := []struct {
		status  int
		want    string
		lasting bool
	}{
		{200, "", false},
		{403, "the proxy refuses to connect: 403 Forbidden", true},
		{405, "the proxy refuses to connect: 405 Method Not Allowed", true},
		{407, "the proxy asks for credentials", true},
		{429, "the proxy refuses to connect: 429 Too Many Requests", false},
		{502, "the proxy refuses to connect: 502 Bad Gateway", false},
		{503, "the proxy refuses to connect: 503 Service Unavailable", false},
	}
	for _, tt := range tests {
		text := ""
		err := ProxyAnswered(t.Context(), nil, nil, &http.Response{StatusCode: tt.status})
		if err != nil {
			text = err.Error()
		}
		if text != tt.want || errors.Is(err, ErrLasting) != tt.lasting || errors.Is(err, ErrProxy) != tt.lasting {
			t.Errorf("%d: %v", tt.status, err)
		}
	}
}

// TestConnectionsThatCannotBeMade asks servers that no https connection can be made to.
func TestConnectionsThatCannotBeMade(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	secure := func(change func(*tls.Config)) *httptest.Server {
		server := httptest.NewUnstartedServer(ok)
		server.Config.ErrorLog = quiet
		server.TLS = &tls.Config{}
		change(server.TLS)
		server.StartTLS()
		return server
	}
	trusted := secure(func(*tls.Config) {})
	plain := httptest.NewServer(ok)
	old := secure(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
	mutual := secure(func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert })
	mail, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := mail.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "220 mail.example.com ESMTP\r\n")
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		for _, server := range []*httptest.Server{trusted, plain, old, mutual} {
			server.Close()
		}
		_ = mail.Close()
	})
	gone, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := gone.Addr().String()
	_ = gone.Close()

	authorities := trusted.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:errcheck,forcetypeassert // it is one
	tests := []struct {
		name, address string
		config        *tls.Config
		want          string // empty: an error that may pass
	}{
		{"unknown authority", trusted.Listener.Addr().String(), &tls.Config{}, "the certificate is signed by an authority that this machine does not trust: "},
		{"another host", trusted.Listener.Addr().String(), &tls.Config{RootCAs: authorities, ServerName: "api.test"}, "the certificate is not valid: "},
		{"http", plain.Listener.Addr().String(), &tls.Config{}, "http is answered where https was asked"},
		{"no http at all", mail.Addr().String(), &tls.Config{}, "something else than https is answered where https was asked: "},
		{"TLS of old", old.Listener.Addr().String(), &tls.Config{RootCAs: authorities}, "no secure connection can be agreed on: "},
		{"a certificate of the client's", mutual.Listener.Addr().String(), &tls.Config{RootCAs: authorities}, "no secure connection can be agreed on: "},
		{"nobody", nobody, &tls.Config{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.MinVersion = tls.VersionTLS12
			transport := &http.Transport{TLSClientConfig: tt.config}
			defer transport.CloseIdleConnections()
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+tt.address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := transport.RoundTrip(request)
			if err == nil {
				_ = answer.Body.Close()
				t.Fatal("a connection was made")
			}
			got := Explain(err)
			if errors.Is(got, ErrLasting) != (tt.want != "") || !errors.Is(got, err) || !strings.HasPrefix(got.Error(), tt.want) {
				t.Errorf("%v", got)
			}
		})
	}
}
