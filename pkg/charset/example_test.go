package charset_test

import (
	"fmt"

	"rollcall/pkg/charset"
)

// An encoding is known by its usual names, and told by words that make sense in it.
func Example() {
	name, _, err := charset.Find("cp1250")
	fmt.Println(name, err)
	guess := charset.Identify([][]byte{[]byte("Grie\xdfhaber"), []byte("J\xf6rg M\xfcller"), []byte("Bj\xf6rn Kr\xe4mer")})
	fmt.Println(guess.Name)
	// Output:
	// Windows-1250 <nil>
	// Windows-1252
}
