package cybedefend

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"rollcall/pkg/direct"
	"rollcall/pkg/throttle"
)

// serverTime returns when the service sent the reply by its own clock, zero if it does not say.
func serverTime(header direct.Header) time.Time {
	text := header.Get("Date")
	if text == "" {
		return time.Time{}
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// requestID returns the service's name for a request.
func requestID(header direct.Header) string {
	id := clean(cmp.Or(header.Get("X-Request-Id"), header.Get("X-Correlation-Id"),
		header.Get("X-Trace-Id"), header.Get("Cf-Ray")))
	const longest = 64
	return strings.ToValidUTF8(id[:min(len(id), longest)], "")
}

// paceOf returns the fields that speak of pace, nil if there are none, as in most replies.
func paceOf(header direct.Header) (pace http.Header) {
	for _, field := range header {
		if !throttle.Speaks(field.Name) {
			continue
		}
		if pace == nil {
			pace = http.Header{}
		}
		pace.Add(field.Name, field.Value)
	}
	return pace
}
