package batch_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestPlainRefusalsLeaveNoLongTail has a gateway shed load by 503s that say nothing more, for as long as runs are. What was
// shed last is looked up as soon as a reading can tell: once somebody who was sent again shows how late the list is.
func TestPlainRefusalsLeaveNoLongTail(t *testing.T) {
	for _, tt := range []struct {
		burst, rows   int
		most, refused int // seconds, and requests
	}{
		{10, 400, 25, 15}, {1, 400, 34, 25},
		{10, 900, 52, 25}, {1, 900, 70, 35},
		{10, 2400, 140, 45}, {1, 2400, 150, 50},
	} {
		t.Run(fmt.Sprintf("%d rows, burst %d", tt.rows, tt.burst), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := lab{limit: 20, burst: tt.burst, latency: 20 * ms, plain: true, rows: tt.rows}.run(t)
				t.Logf("%s, %d refused", m.took, m.refused)
				if m.took > time.Duration(tt.most)*time.Second || m.refused > tt.refused || m.failed > 0 {
					t.Errorf("%s, %d refused and %d rows not invited, want %d s, %d and none", m.took, m.refused, m.failed, tt.most, tt.refused)
				}
			})
		})
	}
}
