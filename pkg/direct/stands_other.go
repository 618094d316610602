//go:build !unix

package direct

import (
	"net"
	"time"
)

// surely is for how long a connection is taken to stand where the system does not tell. Services that close connections after a
// time do so after seconds.
const surely = 500 * time.Millisecond

// peek looks at nothing here.
type peek struct{}

func newPeek(net.Conn) peek { return peek{} }

// stands reports whether the other side has probably not closed the connection.
func (c *conn) stands() bool { return time.Since(c.since) < surely }
