package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/fence"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
)

const (
	// frozenPeople are invited by each process that is frozen.
	frozenPeople = 120
	// frozenFor is longer than a claim is good for.
	frozenFor = fence.Good + time.Second
	// arrivesWithin is what a request may take from the last look at its claim to the service, on a busy machine.
	arrivesWithin = 500 * time.Millisecond
)

// TestFreeze freezes the program at random instants between its claims and its requests, for longer than a claim is good
// for. What was claimed before is not sent afterwards without another claim, everybody is mailed once, and nobody is lost.
func TestFreeze(t *testing.T) {
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	bin := build(t)
	for n := range 3 {
		t.Run(strconv.Itoa(n+1), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, uint64(n)))
			freeze(t, bin, 20+random.IntN(frozenPeople/2), time.Duration(random.IntN(10_000))*time.Microsecond)
		})
	}
}

// freeze carries out one run, which is frozen some time after so many mails.
func freeze(t *testing.T, bin string, mails int, after time.Duration) {
	t.Helper()
	service, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	w := &watcher{service: service, ledger: filepath.Join(folder, "ledger.db")}
	server := httptest.NewServer(w)
	defer server.Close()
	w.scope = record.Scope{Service: server.URL, OrganizationID: sandbox.DefaultOrganizationID}
	roster := filepath.Join(folder, "people.csv")
	var people strings.Builder
	people.WriteString("email,role\n")
	for i := range frozenPeople {
		fmt.Fprintf(&people, "person%d@x.example,member\n", i)
	}
	if err := os.WriteFile(roster, []byte(people.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), bin, "invite", roster, "--rate", "300/s", "--ledger", w.ledger, "--yes", "--quiet")
	command.Env = append(os.Environ(), service.Environment(server.URL)...)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, &log, func() bool { return service.Counts().Emails >= mails })
	<-time.After(after)
	for _, signal := range []os.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
		if err := command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		if signal == syscall.SIGSTOP {
			<-time.After(frozenFor)
		}
	}
	if err := command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if counts := service.Counts(); counts.Emails != frozenPeople || counts.MailedTwice != 0 {
		t.Errorf("%d e-mails to %d people, twice to %v", counts.Emails, frozenPeople, counts.Twice)
	}
	for _, fault := range w.faults {
		t.Error(fault)
	}
}

// watcher holds each invite that arrives at the service to its claim.
type watcher struct {
	service *sandbox.Sandbox
	ledger  string
	scope   record.Scope

	mu     sync.Mutex
	faults []error
}

// ServeHTTP looks for the claim before the service does anything.
func (w *watcher) ServeHTTP(reply http.ResponseWriter, request *http.Request) {
	if strings.HasSuffix(request.URL.Path, "/invite") {
		if err := w.check(request); err != nil {
			w.mu.Lock()
			w.faults = append(w.faults, err)
			w.mu.Unlock()
		}
	}
	w.service.ServeHTTP(reply, request)
}

// check returns an error unless the ledger has a claim for the invite that was good when it left.
func (w *watcher) check(request *http.Request) (err error) {
	arrived := time.Now()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	var invite struct{ Email string }
	if err := json.Unmarshal(body, &invite); err != nil {
		return err
	}
	memory, err := sqlite.View(w.ledger) //nolint:contextcheck // opening and closing take no context
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memory.Close()) }() //nolint:contextcheck // see above
	doubts, err := memory.Doubts(request.Context(), w.scope)
	if err != nil {
		return err
	}
	for _, doubt := range doubts {
		if email.Fold(doubt.Email) != email.Fold(invite.Email) {
			continue
		}
		if age := arrived.Sub(doubt.At); age > fence.Good+arrivesWithin {
			return fmt.Errorf("%s: sent with a claim of %s ago", invite.Email, age)
		}
		return nil
	}
	return fmt.Errorf("%s: sent without a claim", invite.Email)
}
