// Package panics hands a panic from the goroutine in which it happens to the one that waits for what that was to do. There
// somebody may be prepared for it, as a worker is that has other work as well; in the first goroutine it ends the process.
//
//	var broken any
//	done := make(chan struct{})
//	go func() {
//		defer close(done)
//		panics.Catch(&broken, work)
//	}()
//	<-done
//	panics.Rethrow(broken)
package panics

import "errors"

// ErrCutShort stands for the panic where the goroutine was ended otherwise, see [runtime.Goexit].
var ErrCutShort = errors.New("panics: a goroutine has ended without a word")

// Catch does something, and says with what it has panicked if it has.
func Catch(broken *any, do func()) {
	ended := false
	defer func() {
		if ended {
			return
		}
		if *broken = recover(); *broken == nil {
			*broken = ErrCutShort
		}
	}()
	do()
	ended = true
}

// Rethrow panics with what was caught, unless that is nil.
func Rethrow(broken any) {
	if broken != nil {
		panic(broken)
	}
}
