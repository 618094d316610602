// Package beacon lets a second start of a program that serves a page find the first one, and get a ticket from it instead
// of serving the same page again.
//
//	mine, running, err := beacon.Find(ctx, folder)
//	if mine == nil && err == nil {
//		return open(running.Address) // a whole address with a ticket
//	}
//	// listen, and answer mine.Neighbour(door.Ticket) at POST /ticket
//	err = mine.Light(listener.Addr().String())
//	defer mine.Close()
//
// A lock in the folder says who is the first. The system drops it when its process ends, however that ends, so that a file
// that a crash has left misleads nobody. Both sides prove that they know the secret in the file, which only their owner can
// read: another program on that port learns nothing and opens nothing.
//
// The package opens no browser and knows nothing of pages.
package beacon

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/secret"
)

// The names of the files in the folder. The lock is a file of its own, which stays: removing one that somebody else is about
// to lock would let two in.
const (
	fileName = "serve.json"
	lockName = "serve.lock"
)

// patience is how long a second start waits for the first, which may be starting or ending.
const patience = 5 * time.Second

// again is how long it waits between two tries.
const again = 50 * time.Millisecond

// longest is how many bytes the file and an answer may have.
const longest = 4 << 10

// Beacon is what others find this process by. It is safe for concurrent use but for Light and Close.
type Beacon struct {
	folder string
	lock   *flock.Flock
	secret secret.Text
	lit    bool
}

// Running is another process that serves the same.
type Running struct {
	// Address is a whole address with a ticket, for a browser.
	Address string
	PID     int
}

// SilentError says that another process holds the place and gives no ticket.
type SilentError struct {
	// PID is that of the process, 0 if it has not said.
	PID int
	// Err is what became of the last try.
	Err error
}

func (e *SilentError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s serves the page already, and does not answer: %v", who, e.Err)
}

// Unwrap returns what became of the last try.
func (e *SilentError) Unwrap() error { return e.Err }

// file is what the first one leaves for the others.
type file struct {
	Address string `json:"address"`
	Secret  string `json:"secret"`
	PID     int    `json:"pid"`
}

// Find returns a beacon if no other process serves for the folder, and otherwise a ticket of the one that does. The folder
// is made where it is not there. A [*SilentError] says that there is another one, which gives no ticket within five seconds.
func Find(ctx context.Context, folder string) (*Beacon, Running, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, Running{}, err
	}
	lock := flock.New(filepath.Join(folder, lockName), flock.SetFlag(os.O_CREATE|os.O_RDONLY), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		first, err := lock.TryLock()
		if err != nil {
			return nil, Running{}, err
		}
		if first {
			return &Beacon{folder: folder, lock: lock, secret: secret.New(rand.Text())}, Running{}, nil
		}
		other, err := read(folder)
		if err == nil {
			var ticket string
			if ticket, err = ask(ctx, other); err == nil {
				return nil, Running{Address: ticket, PID: other.PID}, lock.Close()
			}
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return nil, Running{}, errors.Join(&SilentError{PID: other.PID, Err: err}, lock.Close())
		}
	}
}

// Light tells others the host and port that this process listens on.
func (b *Beacon) Light(listening string) error {
	text, err := json.Marshal(file{Address: listening, Secret: b.secret.Reveal(), PID: os.Getpid()})
	if err != nil {
		return err
	}
	b.lit = true
	return atomicfile.Write(filepath.Join(b.folder, fileName), 0o600, append(text, '\n'))
}

// Close makes room for the next one, and leaves nothing that would mislead it.
func (b *Beacon) Close() error {
	var err error
	if b.lit {
		if err = os.Remove(filepath.Join(b.folder, fileName)); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return errors.Join(err, b.lock.Close())
}

// read returns what the first one has left.
func read(folder string) (file, error) {
	var f file
	text, err := bounded.File(filepath.Join(folder, fileName), longest)
	if err != nil {
		return file{}, err
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return file{}, err
	}
	at, err := netip.ParseAddrPort(f.Address)
	if err != nil || !at.Addr().IsLoopback() || len(f.Secret) < secret.Shortest {
		return file{}, errors.New("its file makes no sense")
	}
	return f, nil
}

// scheme is that of the Authorization header by which a ticket is asked for: NONCE and the proof of it follow.
const scheme = "Beacon "

// Neighbour returns what answers others, at POST /ticket: a new path of ticket for whoever proves to know the secret, with a
// proof of its own.
func (b *Beacon) Neighbour(ticket func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce, proof, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), scheme), " ")
		if !hmac.Equal([]byte(proof), []byte(prove(b.secret, "ask", nonce))) {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		path := ticket()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		// Whoever asked asks again if it cannot be written.
		_, _ = io.WriteString(w, path+" "+prove(b.secret, "answer", nonce+" "+path))
	})
}

// ask asks the first one for a ticket.
func ask(ctx context.Context, other file) (string, error) {
	key, nonce := secret.New(other.Secret), rand.Text()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+other.Address+"/ticket", http.NoBody)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", scheme+nonce+" "+prove(key, "ask", nonce))
	// It goes past every proxy, and nowhere else.
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := bounded.Read(response.Body, longest)
	if err != nil {
		return "", err
	}
	path, proof, _ := strings.Cut(string(body), " ")
	if response.StatusCode != http.StatusOK || !hmac.Equal([]byte(proof), []byte(prove(key, "answer", nonce+" "+path))) {
		return "", fmt.Errorf("status %d, and not the answer of rollcall", response.StatusCode)
	}
	return "http://" + other.Address + path, nil
}

// prove returns what only those can make who know the key: for one purpose, and one text.
func prove(key secret.Text, purpose, text string) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(purpose + " " + text))
	return hex.EncodeToString(mac.Sum(nil))
}
