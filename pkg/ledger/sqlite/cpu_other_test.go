//go:build !unix

package sqlite_test

import (
	"testing"
	"time"
)

// spent is not known here.
func spent(*testing.B) time.Duration { return 0 }
