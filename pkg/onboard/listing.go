package onboard

import (
	"fmt"
	"sync"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plural"
)

// listing returns what tells how far the reading of a list is: "members: 4,200 of 10,000, page 210 of 500, about 8s left".
func (c *Connection) listing() func(directory.Listing) {
	var mu sync.Mutex
	var of string
	var began time.Time
	var from int
	return func(l directory.Listing) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); l.Of != of {
			of, began, from = l.Of, now, l.Found
		}
		c.observer.working("reading the organization: " + describeListing(l, l.Found-from, time.Since(began)))
	}
}

// describeListing says how far a list is, of which so many were shown in a time that was measured.
func describeListing(l directory.Listing, measured int, in time.Duration) string {
	text := l.Of + ": " + plural.Grouped(l.Found)
	if l.Total <= 0 || l.Found > l.Total {
		return text
	}
	pages := func(n int) string { return plural.Grouped((n + cybedefend.PageSize - 1) / cybedefend.PageSize) }
	text += fmt.Sprintf(" of %s, page %s of %s", plural.Grouped(l.Total), pages(l.Found), pages(l.Total))
	if left := l.Total - l.Found; measured > 0 && left > 0 {
		if takes := time.Duration(float64(in) / float64(measured) * float64(left)); takes >= time.Second {
			text += ", about " + takes.Round(time.Second).String() + " left"
		}
	}
	return text
}
