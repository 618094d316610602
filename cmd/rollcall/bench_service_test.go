package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bareService answers as the service does and costs next to nothing, so that it is the client that is measured: a loop over
// HTTP/1.1 by hand. It refuses nobody, and lists whom it has invited. What it knows of an organization is its members and its
// invitations; both are in the lists from the beginning, as many as are wanted.
type bareService struct {
	latency time.Duration
	members int

	all []bareMember

	mu      sync.Mutex
	pending int            // invitations that nobody was mailed for
	emails  []string       // all invitations, in order
	times   map[string]int // how often each of them was made
	counts  bareCounts
}

type bareMember struct{ id, email, role string }

// bareCounts are what the service tells about itself.
type bareCounts struct {
	// Invited is how many people were mailed, and Twice how many e-mails were too many.
	Invited, Twice int
	// Lists and Lookups are how many pages of the two lists were read, and how many single members were asked for.
	Lists, Lookups int
	// First is when the first invite came since the last mark, Listed and Read when the first and the last page of a list were
	// shown, by the clock of the service, in nanoseconds since 1970.
	First, Listed, Read int64
}

// list counts a page of a list.
func (c *bareCounts) list() {
	c.Lists++
	c.Read = time.Now().UnixNano()
	c.Listed = cmp.Or(c.Listed, c.Read)
}

const (
	bareOrganization = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
	bareTeamID       = "00000001-0000-4000-8000-000000000001"
)

func memberEmail(i int) string  { return fmt.Sprintf("member%d@acme.example", i) }
func pendingEmail(i int) string { return fmt.Sprintf("pending%d@acme.example", i) }

// serve answers on a port of its own until the input ends. First it writes the environment to use.
func (s *bareService) serve(in io.Reader, out io.Writer) error {
	for i := range s.members {
		s.all = append(s.all, bareMember{memberID(i), memberEmail(i), map[bool]string{true: "administrator", false: "member"}[i == 0]})
	}
	s.reset()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the process ends with its input
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "CYBEDEFEND_API_URL=http://%s\nCYBEDEFEND_ACCESS_TOKEN=bench-token-bench-token\nCYBEDEFEND_ORGANIZATION_ID=%s\n",
		listener.Addr(), bareOrganization); err != nil {
		return err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.converse(conn)
		}
	}()
	_, err = io.Copy(io.Discard, in)
	return errors.Join(err, listener.Close())
}

// reset forgets everybody who was mailed, and all counts.
func (s *bareService) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emails, s.times, s.counts = nil, map[string]int{}, bareCounts{}
	for i := range s.pending {
		s.emails = append(s.emails, pendingEmail(i))
		s.times[pendingEmail(i)] = 1
	}
}

// converse answers one request of a connection after the other.
func (s *bareService) converse(conn net.Conn) {
	defer func() { _ = conn.Close() }() // whoever asked is gone, or has what was asked for
	in := bufio.NewReader(conn)
	var body, reply, out []byte
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return // the client has left
		}
		method, rest, _ := strings.Cut(string(line), " ")
		target, _, _ := strings.Cut(rest, " ")
		length := 0
		for {
			header, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			name, value, found := bytes.Cut(header, []byte(":"))
			if !found {
				break // an empty line
			}
			if bytes.EqualFold(name, []byte("Content-Length")) {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return
				}
			}
		}
		body = append(body[:0], make([]byte, length)...)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		if s.latency > 0 && strings.HasPrefix(target, "/organization/") {
			<-time.After(s.latency)
		}
		var status string
		status, reply = s.answer(reply[:0], method, target, body)
		out = fmt.Appendf(out[:0], "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", status, len(reply))
		if _, err := conn.Write(append(out, reply...)); err != nil {
			return
		}
	}
}

// answer appends what is answered to a request.
func (s *bareService) answer(reply []byte, method, target string, body []byte) (status string, _ []byte) {
	path, text, _ := strings.Cut(target, "?")
	query := func() url.Values {
		values, _ := url.ParseQuery(text) // what is wrong is missing
		return values
	}
	what := strings.TrimPrefix(path, "/organization/"+bareOrganization+"/")
	switch {
	case method == "POST" && what == "invite":
		return "201 Created", s.invite(reply, body)
	case method == "GET" && what == "members":
		return "200 OK", s.listMembers(reply, query())
	case method == "GET" && what == "invitations":
		return "200 OK", s.listInvitations(reply, query())
	case method == "GET" && what == "teams":
		return "200 OK", append(reply, `{"teams":[{"id":"`+bareTeamID+`","name":"Platform"}]}`...)
	case method == "GET" && what == "/user/profile":
		return "200 OK", append(reply, `{"id":"`+memberID(0)+`","email":"`+memberEmail(0)+`","myOrganizations":[{"id":"`+bareOrganization+
			`","name":"Acme","isActive":true,"myRole":"creator","myTeams":[]}]}`...)
	case method == "GET" && what == "/counts":
		s.mu.Lock()
		defer s.mu.Unlock()
		c := s.counts
		return "200 OK", fmt.Appendf(reply, `{"Invited":%d,"Twice":%d,"Lists":%d,"Lookups":%d,"First":%d,"Listed":%d,"Read":%d}`, c.Invited, c.Twice, c.Lists, c.Lookups, c.First, c.Listed, c.Read)
	case method == "POST" && what == "/mark":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.counts = bareCounts{Invited: s.counts.Invited, Twice: s.counts.Twice}
		return "200 OK", append(reply, "{}"...)
	case method == "POST" && what == "/reset":
		s.reset()
		return "200 OK", append(reply, "{}"...)
	}
	return "404 Not Found", append(reply, `{"message":"no such call","statusCode":404}`...)
}

func (s *bareService) invite(reply, body []byte) []byte {
	_, rest, _ := bytes.Cut(body, []byte(`"email":"`))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	email, now := string(text), time.Now().UnixNano()
	s.mu.Lock()
	n := len(s.emails)
	s.emails = append(s.emails, email)
	if s.times[email]++; s.times[email] == 1 {
		s.counts.Invited++
	} else {
		s.counts.Twice++
	}
	if s.counts.First == 0 {
		s.counts.First = now
	}
	s.mu.Unlock()
	return appendInvitation(reply, n, email)
}

func appendInvitation(reply []byte, n int, email string) []byte {
	reply = append(reply, `{"id":"`...)
	reply = appendID(reply, 'c', n)
	reply = append(reply, `","token":"`...)
	reply = appendID(reply, 'd', n)
	reply = appendID(reply, 'e', n)
	reply = append(reply, `","email":"`...)
	reply = append(reply, email...)
	return append(reply, `","status":"pending","organizationId":"`+bareOrganization+
		`","organizationName":"Acme","organizationRole":"member","expiresAt":"2099-01-01T00:00:00Z"}`...)
}

// appendID appends the identifier of the n-th of a kind.
func appendID(reply []byte, kind byte, n int) []byte {
	const zeros = "000000000000"
	digits := strconv.Itoa(n)
	reply = append(reply, "0000000"...)
	reply = append(reply, kind)
	reply = append(reply, "-0000-4000-8000-"...)
	return append(append(reply, zeros[len(digits):]...), digits...)
}

func memberID(i int) string { return string(appendID(nil, 'a', i)) }

// pageOf returns which of so many stand on the page that is asked for, whose size comes with it.
func pageOf(query url.Values, all int) (from, to, size int) {
	number, _ := strconv.Atoi(query.Get("page")) // what is no number is no page
	size, _ = strconv.Atoi(query.Get("pageSize"))
	from = min(max(number-1, 0)*size, all)
	return from, min(from+size, all), size
}

// listMembers lists all members, or those whose address has what is searched in it, in any letter case.
func (s *bareService) listMembers(reply []byte, query url.Values) []byte {
	search, listed := strings.ToLower(query.Get("search")), s.all
	s.mu.Lock()
	if search != "" {
		s.counts.Lookups++
	} else {
		s.counts.list()
	}
	s.mu.Unlock()
	if search != "" {
		listed = nil
		for _, m := range s.all {
			if strings.Contains(m.email, search) {
				listed = append(listed, m)
			}
		}
	}
	from, to, size := pageOf(query, len(listed))
	reply = append(reply, `{"users":[`...)
	for i, m := range listed[from:to] {
		if i > 0 {
			reply = append(reply, ',')
		}
		reply = fmt.Appendf(reply, `{"id":"%s","email":"%s","role":"%s"}`, m.id, m.email, m.role)
	}
	return fmt.Appendf(reply, `],"totalUsers":%d,"totalPages":%d}`, len(listed), (len(listed)+size-1)/max(size, 1))
}

func (s *bareService) listInvitations(reply []byte, query url.Values) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.list()
	reply = append(reply, `{"organizationId":"`+bareOrganization+`","invitations":[`...)
	from, to, _ := pageOf(query, len(s.emails))
	for i := from; i < to; i++ {
		if i > from {
			reply = append(reply, ',')
		}
		reply = appendInvitation(reply, i, s.emails[i])
	}
	return append(reply, `]}`...)
}
