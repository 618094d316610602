package cybedefend

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// serverTime returns when the service sent the reply by its own clock, zero if it does not say.
func serverTime(header http.Header) time.Time {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// requestID returns the service's name for a request.
func requestID(header http.Header) string {
	id := clean(cmp.Or(header.Get("X-Request-Id"), header.Get("X-Correlation-Id"),
		header.Get("X-Trace-Id"), header.Get("Cf-Ray")))
	const longest = 64
	return strings.ToValidUTF8(id[:min(len(id), longest)], "")
}
