package address_test

import (
	"fmt"

	"rollcall/pkg/address"
)

// Addresses that would carry a secret in the clear are refused.
func Example() {
	for _, text := range []string{"https://api.example.com/v1/", "http://localhost:8080", "http://api.example.com"} {
		base, err := address.ParseBase(text)
		fmt.Println(base, err)
	}
	// Output:
	// https://api.example.com/v1 <nil>
	// http://localhost:8080 <nil>
	// <nil> http://api.example.com must be https: credentials would travel in the clear
}
