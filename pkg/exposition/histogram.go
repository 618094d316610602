package exposition

import "sync"

// Histogram counts values by how large they are. It is safe for concurrent use.
type Histogram struct {
	bounds []float64

	mu     sync.Mutex
	counts []uint64 // of the values up to each bound, and above the one before
	sum    float64
	count  uint64
}

// NewHistogram returns an empty histogram with these upper bounds, which rise. What is above the last one is counted, too.
func NewHistogram(bounds ...float64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]uint64, len(bounds))}
}

// Observe counts a value.
func (h *Histogram) Observe(value float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sum += value
	h.count++
	for i, bound := range h.bounds {
		if value <= bound {
			h.counts[i]++
			return
		}
	}
}

// read returns how many values were up to each bound, their sum, and how many there were.
func (h *Histogram) read() (upTo []uint64, sum float64, count uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	upTo = make([]uint64, len(h.counts))
	below := uint64(0)
	for i, n := range h.counts {
		below += n
		upTo[i] = below
	}
	return upTo, h.sum, h.count
}
