package direct

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Answer is what came back.
type Answer struct {
	// Taken is set once a connection was handed the request. What happened to it since can't be told for sure.
	Taken bool
	// Status is 0 if nothing came.
	Status int
	Header Header
	// Body is what could be read of it.
	Body []byte
	// More is set if the body goes on, but is longer than [Transport.Body] lets it be.
	More bool
}

// read reads the answer that counts. keep is set if the connection may serve others after it.
func (c *conn) read(method string, most func(status int) int64) (answer Answer, keep bool, err error) {
	c.left = c.most
	for range mostInterim + 1 {
		if _, err := c.reader.Peek(1); err != nil { // an end before any answer is EOF, later it is an unexpected one
			return Answer{}, false, err
		}
		if head := headOf(c.reader); head != nil && method != http.MethodHead {
			if plain, ok := readPlain(head); ok {
				c.left = -1
				_, _ = c.reader.Discard(len(head)) // it is all there
				answer, keep, err = plain.body(c.reader, most(plain.status))
				return answer, keep, err
			}
		}
		response, err := http.ReadResponse(c.reader, &http.Request{Method: method})
		if err != nil {
			return Answer{}, false, err
		}
		if response.StatusCode >= http.StatusOK || response.StatusCode == http.StatusSwitchingProtocols {
			c.left = -1
			return readResponse(response, most(response.StatusCode))
		}
	}
	return Answer{}, false, errors.New("too many interim answers")
}

// readResponse reads the rest of an answer of any form.
func readResponse(response *http.Response, most int64) (answer Answer, keep bool, err error) {
	defer response.Body.Close()
	answer.Status = response.StatusCode
	for name, values := range response.Header {
		for _, value := range values {
			answer.Header = append(answer.Header, Field{name, value})
		}
	}
	answer.Body, err = io.ReadAll(io.LimitReader(response.Body, most+1))
	if int64(len(answer.Body)) > most {
		answer.Body, answer.More = answer.Body[:most], true
	}
	return answer, err == nil && !answer.More && !response.Close && response.StatusCode != http.StatusSwitchingProtocols, err
}

// headOf returns the header that is about to be read, with the empty line at its end, if it is as short as most are. What
// ends before its header does is told by who reads it.
func headOf(reader *bufio.Reader) []byte {
	for {
		head, err := reader.Peek(reader.Buffered())
		if end := bytes.Index(head, []byte("\r\n\r\n")); end >= 0 {
			return head[:end+len("\r\n\r\n")]
		}
		if err != nil || len(head) == reader.Size() {
			return nil
		}
		if _, err = reader.Peek(len(head) + 1); err != nil {
			return nil
		}
	}
}

// plain is an answer in the form that most have: of HTTP/1.1, with a body of a length that is told, on a connection that goes on.
type plain struct {
	status int
	header Header
	length int64
}

// readPlain reads the header of an answer, and reports whether it is plain. Whatever is odd about a header makes it another
// than that, which [http.ReadResponse] judges.
func readPlain(head []byte) (p plain, ok bool) {
	const version, digits = "HTTP/1.1 ", 3
	text := string(head)
	line, text, _ := strings.Cut(text, "\r\n")
	code, found := strings.CutPrefix(line, version)
	if !found || len(code) < digits || len(code) > digits && code[digits] != ' ' || !isPlain(code) {
		return plain{}, false
	}
	if p.status, ok = number(code[:digits]); !ok || p.status < http.StatusOK || p.status == http.StatusNoContent || p.status == http.StatusNotModified {
		return plain{}, false
	}
	p.header, p.length = make(Header, 0, strings.Count(text, "\r\n")-1), -1
	for {
		line, text, _ = strings.Cut(text, "\r\n")
		if line == "" {
			return p, p.length >= 0
		}
		name, value, found := strings.Cut(line, ":")
		if !found || !isName(name) || !isPlain(value) {
			return plain{}, false
		}
		field := Field{name, strings.Trim(value, " \t")}
		if !p.heed(field) {
			return plain{}, false
		}
		p.header = append(p.header, field)
	}
}

// heed takes in what a field says about the form of the answer, and reports whether the form may still be plain.
func (p *plain) heed(field Field) bool {
	switch len(field.Name) {
	case len("Content-Length"):
		if strings.EqualFold(field.Name, "Content-Length") {
			length, ok := number(field.Value)
			if !ok || p.length >= 0 {
				return false
			}
			p.length = int64(length)
		}
	case len("Transfer-Encoding"):
		return !strings.EqualFold(field.Name, "Transfer-Encoding")
	case len("Connection"):
		return !strings.EqualFold(field.Name, "Connection") || strings.EqualFold(field.Value, "keep-alive")
	case len("Trailer"):
		return !strings.EqualFold(field.Name, "Trailer")
	}
	return true
}

// body reads the body.
func (p *plain) body(reader io.Reader, most int64) (answer Answer, keep bool, err error) {
	answer = Answer{Status: p.status, Header: p.header, More: p.length > most}
	answer.Body = make([]byte, min(p.length, most))
	n, err := io.ReadFull(reader, answer.Body)
	if err != nil {
		answer.Body, answer.More = answer.Body[:n], false
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
	}
	return answer, err == nil && !answer.More, err
}

// number reads digits.
func number(text string) (n int, ok bool) {
	const most = 9
	if len(text) == 0 || len(text) > most || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// isName reports whether a text is the name of a field as most are.
func isName(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
		default:
			return false
		}
	}
	return text != ""
}

// isPlain reports whether a text is of printable ASCII and blanks alone.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c > '~') && c != '\t' {
			return false
		}
	}
	return true
}
