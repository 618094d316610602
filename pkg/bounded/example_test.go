package bounded_test

import (
	"fmt"
	"strings"

	"rollcall/pkg/bounded"
)

func Example() {
	_, err := bounded.Read(strings.NewReader("a whole disk"), 4)
	fmt.Println(err)
	// Output: too long: more than 4 bytes
}
