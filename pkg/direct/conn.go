package direct

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// conn is a connection, which serves one request at a time.
type conn struct {
	host *host
	// net is what is written to and read from, plain what is below the encryption, the same if there is none.
	net, plain net.Conn
	reader     *bufio.Reader
	writer     *bufio.Writer
	// most is how long a header may be, left what may still be read of the present one, negative while there is no bound.
	most, left int64
	// since is when the last request was done with.
	since time.Time
	// unarm takes the end of the request's context from the connection.
	unarm func() bool
}

// Read implements [io.Reader] for the reader: a header is bounded.
func (c *conn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, fmt.Errorf("the header of the answer is longer than %d bytes", c.most)
	}
	if c.left > 0 && int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.net.Read(p)
	if c.left > 0 {
		c.left -= int64(n)
	}
	return n, err
}

// past is an instant that ends all reading and writing.
var past = time.Unix(1, 0)

// begin has the connection end with the context.
func (c *conn) begin(ctx context.Context) {
	c.unarm = context.AfterFunc(ctx, func() {
		_ = c.net.SetDeadline(past) // fails if it has ended already
	})
}

// exchange writes a request and reads the header of its answer. The connection serves others once the body was read or closed.
func (c *conn) exchange(request *http.Request) (*http.Response, error) {
	err := request.Write(c.writer)
	if err == nil {
		err = c.writer.Flush()
	}
	if err != nil {
		return nil, err
	}
	response, err := c.answer(request)
	if err != nil {
		return nil, err
	}
	keep := !response.Close && !request.Close && response.StatusCode != http.StatusSwitchingProtocols
	body := &body{ReadCloser: response.Body, ended: request.Context().Err, conn: c, keep: keep}
	if response.Body == http.NoBody {
		body.end(keep)
		return response, nil
	}
	response.Body = body
	return response, nil
}

// answer reads headers up to that of the answer that counts.
func (c *conn) answer(request *http.Request) (*http.Response, error) {
	c.left = c.most
	for range mostInterim + 1 {
		if _, err := c.reader.Peek(1); err != nil { // an end before any answer is EOF, later it is an unexpected one
			return nil, err
		}
		response, err := http.ReadResponse(c.reader, request)
		switch {
		case err != nil:
			return nil, err
		case response.StatusCode >= http.StatusOK || response.StatusCode == http.StatusSwitchingProtocols:
			c.left = -1
			return response, nil
		}
	}
	return nil, errors.New("too many interim answers")
}

// drop ends the use of a connection that serves nobody any more.
func (c *conn) drop() {
	c.unarm()
	c.close()
	<-c.host.slots
}

// release ends the use of a connection that may serve others.
func (c *conn) release() {
	// An end of the context that has come meanwhile may be about to end the connection, and would hit the next request.
	if !c.unarm() || c.reader.Buffered() > 0 {
		c.close()
	} else {
		c.since = time.Now()
		c.host.mu.Lock()
		c.host.idle = append(c.host.idle, c)
		c.host.mu.Unlock()
	}
	<-c.host.slots
}

func (c *conn) close() { _ = c.net.Close() } // what was written and read is known by now

// body is that of an answer. Reading it to its end, or closing it, ends the use of the connection.
type body struct {
	io.ReadCloser
	ended func() error // the end of the request's context
	conn  *conn
	keep  bool
	once  sync.Once
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil {
		return n, nil
	}
	whole := errors.Is(err, io.EOF)
	b.end(b.keep && whole)
	if ended := b.ended(); ended != nil && !whole {
		err = errors.Join(ended, err)
	}
	return n, err
}

// Close implements [io.Closer]. A body that was not read to its end costs the connection.
func (b *body) Close() error {
	b.end(false)
	return nil
}

// end ends the use of the connection, and keeps it if it may serve others.
func (b *body) end(keep bool) {
	b.once.Do(func() {
		if keep {
			b.conn.release()
		} else {
			b.conn.drop()
		}
	})
}
