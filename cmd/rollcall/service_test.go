package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// runService starts the script's service with the flags of rollcall sandbox, stops it, or has it do something.
func runService(ts *testscript.TestScript, neg bool, args []string) {
	s := stageOf(ts)
	if neg {
		ts.Fatalf("usage: service [flags of rollcall sandbox] | stop | ORDER [JSON]")
	}
	switch {
	case len(args) == 1 && args[0] == "stop":
		rest, err := s.stop()
		ts.Check(err)
		_, err = io.WriteString(ts.Stdout(), rest)
		ts.Check(err)
	case len(args) > 0 && !strings.HasPrefix(args[0], "-"):
		ts.Check(order(ts.Getenv("CYBEDEFEND_API_URL"), args[0], strings.Join(args[1:], " ")))
	default:
		environment, err := s.start(args)
		ts.Check(err)
		ts.Defer(func() {
			if _, err := s.stop(); err != nil {
				ts.Logf("stop the service: %v", err)
			}
		})
		for name, value := range environment {
			ts.Setenv(name, value)
		}
	}
}

// start runs rollcall sandbox and returns the environment that it prints.
func (s *stage) start(flags []string) (map[string]string, error) {
	if s.process != nil {
		return nil, errors.New("service: one is running already")
	}
	// It outlives the command of the script, and stop ends it.
	process := exec.CommandContext(context.Background(), "rollcall", append([]string{"sandbox"}, flags...)...)
	process.Env = []string{"GORACE=halt_on_error=1 atexit_sleep_ms=0"}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	s.process, s.out = process, bufio.NewReader(out)
	environment := map[string]string{}
	for range 4 {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("service: no environment: %w", err)
		}
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		environment[name] = value
	}
	return environment, nil
}

// stop interrupts the service, and returns what it said after the environment. Stopping again does nothing.
func (s *stage) stop() (rest string, err error) {
	if s.process == nil {
		return "", nil
	}
	process := s.process
	s.process = nil
	if err := process.Process.Signal(os.Interrupt); err != nil {
		return "", err
	}
	text, err := io.ReadAll(s.out)
	if err != nil {
		return "", err
	}
	return string(text), process.Wait()
}

// mails checks that the sandbox has mailed so many people, each of them once.
func mails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mails N")
	}
	want, url := number(ts, args[0]), ts.Getenv("CYBEDEFEND_API_URL")
	var people map[string]int
	ts.Check(ask(url+"/sandbox/mails", &people))
	for person, n := range people {
		if n != 1 {
			ts.Fatalf("%s got %d mails", person, n)
		}
	}
	if len(people) != want {
		ts.Fatalf("%d people got a mail, want %d", len(people), want)
	}
}

// calls checks how often the sandbox was called for something.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: calls N operation")
	}
	counts, err := statsOf(ts.Getenv("CYBEDEFEND_API_URL"))
	ts.Check(err)
	if got, want := counts.Requests[args[1]], number(ts, args[0]); got != want {
		ts.Fatalf("%d calls of %s, want %d", got, args[1], want)
	}
}

// stats are the counts of the sandbox that tests look at.
type stats struct {
	Emails   int            `json:"emails"`
	Requests map[string]int `json:"requests"`
}

func statsOf(url string) (counts stats, err error) {
	return counts, ask(url+"/sandbox/stats", &counts)
}

// patience is how long anything that scripts wait for may take on a busy machine.
const patience = 30 * time.Second

// ask decodes the sandbox's answer to a question of its own.
func ask(url string, into any) error {
	return call(http.MethodGet, url, "", func(body io.Reader) error { return json.NewDecoder(body).Decode(into) })
}

// order has the sandbox do something, as POST /sandbox/what with the body does. An outage without a body lasts until
// the recovery.
func order(url, what, body string) error {
	switch {
	case what == "outage" && body == "":
		body = `{"for": "1h"}`
	case what == "recovery":
		what, body = "outage", `{"for": "0s"}`
	}
	return call(http.MethodPost, url+"/sandbox/"+what, body, func(io.Reader) error { return nil })
}

func call(method, url, body string, understand func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s", method, url, reply.Status)
	}
	return understand(reply.Body)
}
