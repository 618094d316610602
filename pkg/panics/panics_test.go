package panics_test

import (
	"errors"
	"runtime"
	"testing"

	"rollcall/pkg/panics"
)

func TestCatch(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		do   func()
		want any
	}{
		{"ends", func() {}, nil},
		{"panics with an error", func() { panic(broken) }, broken},
		{"panics with a text", func() { panic("broken") }, "broken"},
		{"ends the goroutine", runtime.Goexit, panics.ErrCutShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got any
			done := make(chan struct{})
			go func() {
				defer close(done)
				panics.Catch(&got, tt.do)
			}()
			<-done
			if got != tt.want {
				t.Errorf("caught %v, want %v", got, tt.want)
			}
			defer func() {
				if again := recover(); again != tt.want {
					t.Errorf("thrown again: %v, want %v", again, tt.want)
				}
			}()
			panics.Rethrow(got)
		})
	}
}
