package batch

import (
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
)

// Heed tells the pace what an answer told about the service's limits. It belongs into Observe of
// [cybedefend.Options]. Token exchanges are answered by somebody else, and tell nothing.
func Heed(p *pace.Pace, e cybedefend.Exchange) {
	if e.Status == 0 || e.Operation == cybedefend.OpExchangeToken {
		return
	}
	limits := make([]pace.Limit, len(e.Limits))
	for i, l := range e.Limits {
		limits[i] = pace.Limit(l)
	}
	p.Told(limits...)
}
