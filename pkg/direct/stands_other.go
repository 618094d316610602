//go:build !unix

package direct

import "time"

// surely is for how long a connection is taken to stand where the system does not tell. Services that close connections after a
// time do so after seconds.
const surely = 500 * time.Millisecond

// stands reports whether the other side has probably not closed the connection.
func (c *conn) stands() bool { return time.Since(c.since) < surely }
