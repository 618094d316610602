package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// served is `rollcall serve` on its way, and a browser that visits it.
type served struct {
	process *exec.Cmd
	printed *bufio.Reader // standard error from behind the first address
	before  strings.Builder
	browser *http.Client
}

// ticketAddress matches the address that lets in a browser.
var ticketAddress = regexp.MustCompile(`^(http://[^/]+)(/open/[A-Z2-7]+)$`)

// passedOn are the variables of a script that the page depends on.
var passedOn = []string{
	"PATH", "HOME", "XDG_STATE_HOME", "GORACE", "CYBEDEFEND_API_URL", "CYBEDEFEND_AUTH_ENDPOINT", "CYBEDEFEND_ORGANIZATION_ID", "CYBEDEFEND_PAT",
	"ROLLCALL_RATE", "ROLLCALL_LEDGER", "ROLLCALL_GRACE", "ROLLCALL_TIMEOUT", "BROWSER", "SSH_CONNECTION", "USER", "CI",
}

// serveWord runs `rollcall serve` until the script ends, waits for what it says, or ends what it has run last:
//
//	serve [flags]
//	serve says EXPRESSION
//	serve stop [CODE]
//	serve wait
//	serve kill
func serveWord(ts *testscript.TestScript, neg bool, args []string) {
	s := stageOf(ts)
	if neg {
		ts.Fatalf("usage: serve [flags] | says EXPRESSION | stop | wait | kill")
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		page, first, err := startPage(ts, args)
		ts.Check(err)
		ts.Defer(func() {
			if page.process.ProcessState == nil {
				_ = page.process.Process.Kill()
				_ = page.process.Wait()
			}
		})
		s.pages = append(s.pages, page)
		found := ticketAddress.FindStringSubmatch(first)
		ts.Setenv("PAGE", found[1])
		ts.Setenv("PORT", found[1][strings.LastIndex(found[1], ":")+1:])
		ts.Setenv("TICKET", found[2])
		return
	}
	if len(s.pages) == 0 {
		ts.Fatalf("serve %s: none is running", args[0])
	}
	page := s.pages[len(s.pages)-1]
	if args[0] == "says" {
		_, err := page.until(regexp.MustCompile(strings.Join(args[1:], " ")))
		ts.Check(err)
		return
	}
	s.pages = s.pages[:len(s.pages)-1]
	switch args[0] {
	case "stop":
		ts.Check(page.process.Process.Signal(os.Interrupt))
	case "kill":
		ts.Check(page.process.Process.Kill())
	case "wait":
	default:
		ts.Fatalf("serve %s: there is no such word", args[0])
	}
	rest, err := io.ReadAll(page.printed)
	ts.Check(err)
	_, err = io.WriteString(ts.Stdout(), page.before.String()+string(rest))
	ts.Check(err)
	err = page.process.Wait()
	if _, left := errors.AsType[*exec.ExitError](err); !left {
		ts.Check(err)
	}
	want := strings.Join(append(args[1:], "0")[:1], "")
	if code := page.process.ProcessState.ExitCode(); args[0] != "kill" && strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s: %s", code, want, page.before.String()+string(rest))
	}
}

// startPage runs the page, and returns the line that has its first address.
func startPage(ts *testscript.TestScript, flags []string) (*served, string, error) {
	// It outlives the command of the script, and serve or the end of the script ends it.
	process := exec.CommandContext(context.Background(), "rollcall", append([]string{"serve"}, flags...)...)
	for _, name := range passedOn {
		if value := ts.Getenv(name); value != "" {
			process.Env = append(process.Env, name+"="+value)
		}
	}
	process.Dir = ts.MkAbs(".")
	out, err := process.StderrPipe()
	if err != nil {
		return nil, "", err
	}
	if err := process.Start(); err != nil {
		return nil, "", err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, "", err
	}
	page := &served{process: process, printed: bufio.NewReader(out), browser: &http.Client{
		Jar: jar, Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	line, err := page.until(ticketAddress)
	if err != nil {
		return nil, "", errors.Join(err, process.Wait())
	}
	return page, line, nil
}

// until reads what is printed up to a line that matches, and returns that.
func (s *served) until(expression *regexp.Regexp) (string, error) {
	for {
		line, err := s.printed.ReadString('\n')
		s.before.WriteString(line)
		if line = strings.TrimSpace(line); expression.MatchString(line) {
			return line, nil
		}
		if err != nil {
			return "", fmt.Errorf("serve: no line matches %s: %w: %s", expression, err, s.before.String())
		}
	}
}

// visit asks the page that was started last, as a browser that keeps its cookies, and has the answer on standard output:
//
//	visit STATUS METHOD PATH [Header:value | name=value | file=@FILE]... [until EXPRESSION]
//
// A path may be a whole address. It is asked for again until the answer matches the expression.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	s := stageOf(ts)
	if neg || len(args) < 3 || len(s.pages) == 0 {
		ts.Fatalf("usage: visit STATUS METHOD PATH [Header:value | name=value]..., after serve")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	address := args[2]
	if strings.HasPrefix(address, "/") {
		address = ts.Getenv("PAGE") + address
	}
	until := regexp.MustCompile("")
	if n := len(args); args[n-2] == "until" {
		until, args = regexp.MustCompile(args[n-1]), args[:n-2]
	}
	form, header := url.Values{}, http.Header{}
	var files bytes.Buffer
	parts := multipart.NewWriter(&files)
	for _, arg := range args[3:] {
		name, value, isValue := strings.Cut(arg, "=")
		file, isFile := strings.CutPrefix(value, "@")
		switch {
		case isFile:
			part, err := parts.CreateFormFile(name, file)
			ts.Check(err)
			_, err = io.WriteString(part, ts.ReadFile(file))
			ts.Check(err)
		case isValue:
			form.Add(name, value)
		default:
			name, value, _ = strings.Cut(arg, ":")
			header.Set(name, value)
		}
	}
	body := []byte(form.Encode())
	if args[1] == http.MethodPost {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if files.Len() > 0 {
		ts.Check(parts.Close())
		body = files.Bytes()
		header.Set("Content-Type", parts.FormDataContentType())
	}
	browser := s.pages[len(s.pages)-1].browser
	for deadline := time.Now().Add(longest / 2); ; {
		status, answer, err := askPage(browser, args[1], address, header, body)
		ts.Check(err)
		if !until.MatchString(answer) && time.Now().Before(deadline) {
			<-time.After(20 * time.Millisecond)
			continue
		}
		_, err = io.WriteString(ts.Stdout(), answer)
		ts.Check(err)
		if status != want || !until.MatchString(answer) {
			ts.Fatalf("%s %s: %d, want %d", args[1], args[2], status, want)
		}
		return
	}
}

// askPage sends a request, and returns the answer to it with its status and where it leads.
func askPage(browser *http.Client, method, address string, header http.Header, body []byte) (status int, answer string, err error) {
	request, err := http.NewRequestWithContext(context.Background(), method, address, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header = header.Clone()
	response, err := browser.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, fmt.Sprintf("%s\nLocation: %s\n\n%s\n", response.Status, response.Header.Get("Location"), text), err
}
