package readahead_test

import (
	"fmt"

	"rollcall/pkg/readahead"
)

func Example() {
	words := func(yield func(string, error) bool) {
		_ = yield("ada", nil) && yield("ben", nil)
	}
	for word, err := range readahead.Of(words) {
		fmt.Println(word, err)
	}
	// Output:
	// ada <nil>
	// ben <nil>
}
