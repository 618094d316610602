package panics_test

import (
	"fmt"

	"rollcall/pkg/panics"
)

func Example() {
	var broken any
	done := make(chan struct{})
	go func() {
		defer close(done)
		panics.Catch(&broken, func() { panic("a row that nobody has thought of") })
	}()
	<-done
	defer func() { fmt.Println("here, where it is waited for:", recover()) }()
	panics.Rethrow(broken)
	// Output: here, where it is waited for: a row that nobody has thought of
}
