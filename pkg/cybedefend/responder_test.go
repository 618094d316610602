package cybedefend_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// respond starts a responder in a process of its own, whose CPU time is not ours, and returns its address.
func respond(b *testing.B, status int, reply string) string {
	b.Helper()
	answer := fmt.Sprintf("HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nContent-Length: %d\r\n\r\n%s",
		status, len(reply), reply)
	command := exec.CommandContext(b.Context(), os.Args[0])
	command.Env = append(os.Environ(), responding+"=1")
	command.Stderr = os.Stderr
	in, err1 := command.StdinPipe()
	out, err2 := command.StdoutPipe()
	if err := errors.Join(err1, err2, command.Start()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed, and says so
	})
	if _, err := io.WriteString(in, answer); err != nil {
		b.Fatal(err)
	}
	if err := in.Close(); err != nil {
		b.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address)
}

// responding names the variable that makes a test process a responder.
const responding = "CYBEDEFEND_TEST_RESPONDER"

// runResponder does no more than HTTP/1.1 asks for: each request of a connection gets the reply that stands on standard input.
// It tells its address on standard output.
func runResponder() error {
	answer, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(os.Stdout, listener.Addr()); err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = connection.Close() }() // whoever asked is gone
			for reader := bufio.NewReader(connection); skipRequest(reader) == nil; {
				if _, err := connection.Write(answer); err != nil {
					return
				}
			}
		}()
	}
}

// skipRequest reads a request to its end.
func skipRequest(reader *bufio.Reader) error {
	length := 0
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
		if len(line) <= len("\r\n") {
			_, err := reader.Discard(length)
			return err
		}
	}
}
