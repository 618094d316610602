package beacon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"rollcall/pkg/web/beacon"
	"rollcall/pkg/web/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve lights a beacon behind a door, as a program does.
func serve(t *testing.T, b *beacon.Beacon) (d *door.Door, address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, err = door.New(door.Options{Address: l.Addr().String(), Neighbour: b.Neighbour(func() string { return d.Ticket() })})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- door.Serve(ctx, l, d.Wrap(http.NotFoundHandler()), nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := b.Light(l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	return d, l.Addr().String()
}

func find(t *testing.T, folder string) *beacon.Beacon {
	t.Helper()
	mine, running, err := beacon.Find(t.Context(), folder)
	if err != nil || mine == nil {
		t.Fatalf("%v, %v, %v: want to be the first", mine, running, err)
	}
	return mine
}

func TestTheSecondGetsATicketOfTheFirst(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "rollcall")
	first := find(t, folder)
	_, address := serve(t, first)
	for range 2 {
		mine, running, err := beacon.Find(t.Context(), folder)
		if err != nil || mine != nil || running.PID != os.Getpid() || !strings.HasPrefix(running.Address, "http://"+address+"/open/") {
			t.Fatalf("%v, %+v, %v", mine, running, err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, running.Address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || len(response.Cookies()) != 1 {
			t.Errorf("the ticket is answered with %s and %d cookies", response.Status, len(response.Cookies()))
		}
	}
}

func TestFilesAreTheOwnersAndGo(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	first := find(t, folder)
	serve(t, first)
	if runtime.GOOS != "windows" { // which has no such modes
		for name, want := range map[string]fs.FileMode{"": 0o700 | fs.ModeDir, "serve.json": 0o600, "serve.lock": 0o600} {
			if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode() != want {
				t.Errorf("%q: %v, %v, want %v", name, info, err, want)
			}
		}
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "serve.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is left behind: %v", err)
	}
	if err := find(t, folder).Close(); err != nil {
		t.Error(err)
	}
}

// Other folders are other programs.
func TestFoldersKnowNothingOfEachOther(t *testing.T) {
	one, two := find(t, t.TempDir()), find(t, t.TempDir())
	if err := errors.Join(one.Close(), two.Close()); err != nil {
		t.Error(err)
	}
}

// leave writes what a process has left behind that was killed.
func leave(t *testing.T, folder, address string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"address": address, "secret": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "pid": 4711})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "serve.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// impostor is another program on the port, which says yes to everything.
func impostor(t *testing.T, answer string, asked func()) (address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked()
		if strings.Contains(r.Header.Get("Authorization"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Error("it was told the secret")
		}
		if answer == "" {
			http.Redirect(w, r, "https://evil.example/", http.StatusTemporaryRedirect)
			return
		}
		_, _ = fmt.Fprint(w, strings.ReplaceAll(answer, "PROOF", r.Header.Get("Authorization")))
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestAFileOfTheDeadMisleadsNobody(t *testing.T) {
	folder := t.TempDir()
	address := impostor(t, "/open/x PROOF", func() { t.Error("the program that has the port now was asked for a ticket") })
	leave(t, folder, address)
	first := find(t, folder)
	_, own := serve(t, first)
	if _, running, err := beacon.Find(t.Context(), folder); err != nil || !strings.HasPrefix(running.Address, "http://"+own+"/") {
		t.Errorf("%+v, %v", running, err)
	}
}

// The lock is held, and what its holder has written leads to somebody else.
func TestNobodyElseIsBelieved(t *testing.T) {
	for name, answer := range map[string]string{"a ticket without a proof": "/open/x", "our own proof": "/open/x PROOF", "a long one": strings.Repeat("x", 5<<10), "a redirect": ""} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			first := find(t, folder)
			t.Cleanup(func() { _ = first.Close() })
			ctx, cancel := context.WithCancel(t.Context())
			asked := 0
			address := impostor(t, answer, func() {
				if asked++; asked == 2 { // it has judged the first answer
					cancel()
				}
			})
			leave(t, folder, address)
			_, running, err := beacon.Find(ctx, folder)
			silent, ok := errors.AsType[*beacon.SilentError](err)
			if !ok || silent.PID != 4711 || running.Address != "" {
				t.Errorf("%+v, %v", running, err)
			}
		})
	}
}

func TestFilesThatMakeNoSense(t *testing.T) {
	for _, text := range []string{
		"", "{", `{"address":"192.0.2.1:80","secret":"ABCDEFGHIJKLMNOP","pid":1}`, `{"address":"127.0.0.1:80","secret":"","pid":1}`,
		`{"address":"127.0.0.1.evil.example:80","secret":"ABCDEFGHIJKLMNOP","pid":1}`, `{"address":"127.0.0.1@evil.example:80","secret":"ABCDEFGHIJKLMNOP","pid":1}`,
		`{"address":"[::1].evil.example:80","secret":"ABCDEFGHIJKLMNOP","pid":1}`, `{"address":"127.0.0.1:80@evil.example:80","secret":"ABCDEFGHIJKLMNOP","pid":1}`,
	} {
		folder := t.TempDir()
		first := find(t, folder)
		if err := os.WriteFile(filepath.Join(folder, "serve.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := beacon.Find(ctx, folder)
		if silent, ok := errors.AsType[*beacon.SilentError](err); !ok || silent.PID != 0 {
			t.Errorf("%s: %v", text, err)
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Of many that start at once, one serves, and all others get a ticket from it.
func TestManyStartAtOnce(t *testing.T) {
	folder := t.TempDir()
	const starts = 8
	served, tickets := make(chan *beacon.Beacon, starts), make(chan string, starts)
	for range starts {
		go func() {
			mine, running, err := beacon.Find(t.Context(), folder)
			switch {
			case err != nil:
				t.Error(err)
				tickets <- ""
			case mine != nil:
				served <- mine
			default:
				tickets <- running.Address
			}
		}()
	}
	serve(t, <-served)
	seen := map[string]bool{}
	for range starts - 1 {
		select {
		case ticket := <-tickets:
			seen[ticket] = true
		case <-served:
			t.Fatal("two serve")
		}
	}
	if len(seen) != starts-1 {
		t.Errorf("%d tickets for %d", len(seen), starts-1)
	}
}

// Who comes while the first one ends takes its place.
func TestTheNextComesAfterTheFirst(t *testing.T) {
	folder := t.TempDir()
	first := find(t, folder)
	d, _ := serve(t, first)
	d.End()
	next := make(chan *beacon.Beacon, 1)
	go func() {
		mine, _, err := beacon.Find(t.Context(), folder)
		if err != nil {
			t.Error(err)
		}
		next <- mine
	}()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if mine := <-next; mine == nil {
		t.Error("it got a ticket of who has ended")
	}
}

func TestNeighbourAnswersWhoKnowsTheSecret(t *testing.T) {
	first := find(t, t.TempDir())
	t.Cleanup(func() { _ = first.Close() })
	handler := first.Neighbour(func() string { t.Error("a ticket was made"); return "" })
	for _, header := range []string{"", "Beacon", "Beacon x", "Beacon x y", "Beacon  ", "Bearer x y", "Beacon x " + strings.Repeat("0", 64)} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/ticket", http.NoBody)
		request.Header.Set("Authorization", header)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusForbidden {
			t.Errorf("%q: status %d", header, answer.Code)
		}
	}
}
