package direct

import (
	"bufio"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainAnswers are headers of the form that most have, others those that [http.ReadResponse] reads.
var (
	plainAnswers = []string{
		"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 201\r\ncontent-length:2\r\n\r\n",
		"HTTP/1.1 500 \r\nX: \t a\tb \t\r\nCONTENT-LENGTH: 002\r\nX: c\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n\r\n",
		"HTTP/1.1 200 OK\r\nEmpty:\r\nContent-Length: 0\r\n\r\n",
	}
	otherAnswers = []string{
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n",
		"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 20x OK\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, close\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n b\r\n\r\n",
		"HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\nY: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \xc3\xa4\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n: a\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX\r\n\r\n",
		"\r\n\r\n", "SSH-2.0\r\n\r\n", "HTTP/1.1 200 \xc3\xa4\r\nContent-Length: 2\r\n\r\n",
	}
)

func TestWhichAnswersArePlain(t *testing.T) {
	for _, text := range plainAnswers {
		if _, ok := readPlain([]byte(text)); !ok {
			t.Errorf("%q is not plain", text)
		}
	}
	for _, text := range otherAnswers {
		if p, ok := readPlain([]byte(text)); ok {
			t.Errorf("%q is plain: %+v", text, p)
		}
	}
}

// FuzzPlainAnswers holds what is read of plain answers against what net/http reads of them.
func FuzzPlainAnswers(f *testing.F) {
	for _, text := range slices.Concat(plainAnswers, otherAnswers) {
		for _, body := range []string{"", "o", "ok", "ok?"} {
			f.Add(text + body)
		}
	}
	const most = 10
	f.Fuzz(func(t *testing.T, text string) {
		reader := bufio.NewReader(strings.NewReader(text))
		head := headOf(reader)
		if head == nil {
			return
		}
		p, ok := readPlain(head)
		if !ok {
			return
		}
		_, _ = reader.Discard(len(head))
		got, keep, err := p.body(reader, most)
		rest, _ := io.ReadAll(reader)

		reader = bufio.NewReader(strings.NewReader(text))
		response, failed := http.ReadResponse(reader, &http.Request{Method: http.MethodPost})
		if failed != nil {
			t.Fatalf("%q: net/http says %v", text, failed)
		}
		want, wantKeep, wantErr := readResponse(response, most)
		wantRest, _ := io.ReadAll(reader)
		if keep != wantKeep || keep && string(rest) != string(wantRest) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Errorf("%q: keep %v, %v; want %v, %v", text, keep, err, wantKeep, wantErr)
		}
		if diff := cmp.Diff(headerOf(want.Header), headerOf(got.Header)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", text, diff)
		}
		if got.Status != want.Status || string(got.Body) != string(want.Body) || got.More != want.More {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	})
}

// headerOf returns a header as net/http has it, but for what it makes up for old answers (RFC 9111, section 5.4).
func headerOf(header Header) http.Header {
	all := http.Header{}
	for _, field := range header {
		all.Add(field.Name, field.Value)
	}
	all.Del("Pragma")
	all.Del("Cache-Control")
	return all
}
