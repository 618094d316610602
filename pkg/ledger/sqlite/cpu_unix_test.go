//go:build unix

package sqlite_test

import (
	"syscall"
	"testing"
	"time"
)

// spent is the time that processors have worked for this process, which others on the machine change less than the time of
// the clock.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
