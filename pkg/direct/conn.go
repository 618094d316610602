package direct

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"time"
)

// conn is a connection, which serves one request at a time.
type conn struct {
	host *host
	// net is what is written to and read from, plain what is below the encryption, the same if there is none.
	net, plain net.Conn
	reader     *bufio.Reader
	// out is where requests are written before they leave.
	out []byte
	// most is how long a header may be, left what may still be read of the present one, negative while there is no bound.
	most, left int64
	// since is when the last request was done with.
	since time.Time
	// done is what ends the connection with the context of the last request, nil if nothing does. unarm takes it away again, or
	// tells that it is too late for that; then cut is closed when the end has come.
	done, cut <-chan struct{}
	unarm     func() bool
	peek      peek
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

// begin has the connection end at a deadline, and with the context: requests under contexts that end together, as those of one
// run do, are armed once. It reports whether the connection serves the context; if it doesn't, it is of no use any more.
func (c *conn) begin(ctx context.Context, deadline time.Time) bool {
	done := ctx.Done()
	if done == c.done {
		// Whoever cuts the connection now has ended the context before, and may have done so before the deadline was set.
		return c.net.SetDeadline(deadline) == nil && (done == nil || ctx.Err() == nil)
	}
	c.disarm()
	if c.net.SetDeadline(deadline) != nil {
		return false
	}
	if done != nil {
		cut := make(chan struct{})
		c.done, c.cut, c.unarm = done, cut, context.AfterFunc(ctx, func() {
			_ = c.net.SetDeadline(past) // fails if it has ended already
			close(cut)
		})
	}
	return true
}

// disarm takes the end of the context from the connection. If the context has ended since it was used last, the connection is as
// good as before with another deadline.
func (c *conn) disarm() {
	if c.unarm != nil && !c.unarm() {
		<-c.cut
	}
	c.done, c.cut, c.unarm = nil, nil, nil
}

// mostWritten is how much is written at once: a connection may look before each writing whether it still should.
const mostWritten = 4 << 10

// write sends a request.
func (c *conn) write(s *Service, r *Request) error {
	out := r.append(c.out[:0], s)
	if cap(out) <= mostWritten { // a long one is rare
		c.out = out
	}
	for part := range slices.Chunk(out, mostWritten) {
		if _, err := c.net.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// drop ends the use of a connection that serves nobody any more.
func (c *conn) drop() {
	c.close()
	<-c.host.slots
}

// release ends the use of a connection that may serve others.
func (c *conn) release() {
	c.since = time.Now()
	c.host.mu.Lock()
	c.host.idle = append(c.host.idle, c)
	c.host.mu.Unlock()
	<-c.host.slots
}

func (c *conn) close() {
	c.disarm()
	_ = c.net.Close() // what was written and read is known by now
}
