package main_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rollcall/pkg/sandbox"
)

const (
	// outagePeople are invited while the network goes away.
	outagePeople = 100
	// outageLasts is longer than a killed process is remembered by anybody, and shorter than the kernel would go on trying
	// to deliver what the process has written, if it were let.
	outageLasts = 41 * time.Second
)

// TestOutageAfterKill takes the network away in the middle of a run, kills the program, gives the network back and runs the
// same command again. The kernel goes on delivering what a process has written after its death, unless it is told not to:
// then the request of the dead process would arrive after the new one has looked, and people would be mailed twice.
//
// It takes a minute, root and network namespaces of its own, so it is part of make torture only: OUTAGE=1.
func TestOutageAfterKill(t *testing.T) {
	if os.Getenv("OUTAGE") == "" {
		t.Skip("OUTAGE is not set: make torture runs it")
	}
	if os.Getuid() != 0 {
		t.Skip("it makes network namespaces, which takes root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("it needs the command ip: apt-get install iproute2")
	}
	bin := build(t)
	lab := newLab(t)
	service, err := sandbox.New(sandbox.Options{Resource: "https://api.example", Duplicates: sandbox.AcceptSecond})
	if err != nil {
		t.Fatal(err)
	}
	url, certificate := lab.serve(t, slow(service))
	folder := t.TempDir()
	roster := filepath.Join(folder, "people.csv")
	var people strings.Builder
	people.WriteString("email,role\n")
	for i := range outagePeople {
		fmt.Fprintf(&people, "person%d@x.example,member\n", i)
	}
	if err := os.WriteFile(roster, []byte(people.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() (*exec.Cmd, *bytes.Buffer) {
		command := exec.CommandContext(t.Context(), "ip", "netns", "exec", lab.client, bin, "invite", roster, "--yes",
			"--rate", "25/s", "--ledger", filepath.Join(folder, "ledger.db"))
		command.Env = append(os.Environ(), service.Environment(url)...)
		command.Env = append(command.Env, "SSL_CERT_FILE="+certificate)
		var log bytes.Buffer
		command.Stdout, command.Stderr = &log, &log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		return command, &log
	}

	first, log := start()
	await(t, log, func() bool { return service.Counts().Emails >= 40 })
	lab.forward(t, false)
	time.Sleep(time.Second) //nolint:forbidigo // real time is what this is about
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()        // it was killed
	time.Sleep(outageLasts) //nolint:forbidigo // see above
	lab.forward(t, true)
	second, log := start()
	if err := second.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log)
	}
	t.Logf("%d e-mails when it ended\n%s", service.Counts().Emails, log)
	time.Sleep(20 * time.Second) //nolint:forbidigo // whatever the kernel still has to deliver arrives now
	counts := service.Counts()
	t.Logf("%d people, %d e-mails, %d mailed twice", outagePeople, counts.Emails, counts.MailedTwice)
	if counts.MailedTwice != 0 || counts.Emails != outagePeople {
		t.Errorf("%d e-mails to %d people, twice to %v", counts.Emails, outagePeople, counts.Twice)
	}
}

func await(t *testing.T, log fmt.Stringer, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("nothing happens\n%s", log)
		}
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // another process is at work
	}
}

// slow takes its time for each call, so that several connections are in use, and answers to the end those whose client has
// gone.
func slow(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(rand.N(800 * time.Millisecond)) //nolint:forbidigo // see above
		service.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	})
}

// lab is three network namespaces in a row: the client's, a router's that can drop everything in silence, and the
// server's.
type lab struct{ client, router, server string }

const serverAddress = "10.77.2.2"

func newLab(t *testing.T) *lab {
	t.Helper()
	name := func(part string) string { return fmt.Sprintf("rollcall-%d-%s", os.Getpid(), part) }
	l := &lab{name("client"), name("router"), name("server")}
	for _, namespace := range []string{l.client, l.router, l.server} {
		ip(t, "netns", "add", namespace)
		t.Cleanup(func() {
			_ = exec.CommandContext(context.WithoutCancel(t.Context()), "ip", "netns", "del", namespace).Run()
		})
	}
	for _, link := range [][4]string{{l.client, "10.77.1.2/24", "10.77.1.1/24", "near"}, {l.server, serverAddress + "/24", "10.77.2.1/24", "far"}} {
		ip(t, "link", "add", "wire", "netns", link[0], "type", "veth", "peer", "name", link[3], "netns", l.router)
		ip(t, "-n", link[0], "addr", "add", link[1], "dev", "wire")
		ip(t, "-n", l.router, "addr", "add", link[2], "dev", link[3])
		ip(t, "-n", link[0], "link", "set", "wire", "up")
		ip(t, "-n", link[0], "link", "set", "lo", "up")
		ip(t, "-n", l.router, "link", "set", link[3], "up")
		gateway, _, _ := strings.Cut(link[2], "/")
		ip(t, "-n", link[0], "route", "add", "default", "via", gateway)
	}
	l.forward(t, true)
	return l
}

// ip runs the command that makes networks.
func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// forward has the router pass packets on, or drop them without a word.
func (l *lab) forward(t *testing.T, on bool) {
	t.Helper()
	value := "0"
	if on {
		value = "1"
	}
	ip(t, "netns", "exec", l.router, "sh", "-c", "echo "+value+" > /proc/sys/net/ipv4/ip_forward")
}

// serve serves the handler over TLS in the server's namespace until the test ends, and returns its address and the file of
// the certificate to trust.
func (l *lab) serve(t *testing.T, handler http.Handler) (url, certificate string) {
	t.Helper()
	pair, file := selfSigned(t)
	var listener net.Listener
	inNamespace(t, l.server, func() error {
		var err error
		listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(serverAddress, "0"))
		return err
	})
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return "https://" + listener.Addr().String(), file
}

// inNamespace runs work on a thread that is in a network namespace for as long. A socket stays in the one that it was made
// in.
func inNamespace(t *testing.T, namespace string, work func() error) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		file, err := os.Open("/var/run/netns/" + namespace)
		if err == nil {
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = work()
		}
		done <- errors.Join(err, file.Close())
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// selfSigned makes a certificate for the server's address, and a file that makes it trusted.
func selfSigned(t *testing.T) (pair tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rollcall test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.ParseIP(serverAddress)},
	}
	der, err := x509.CreateCertificate(cryptorand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
