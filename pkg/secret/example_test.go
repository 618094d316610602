package secret_test

import (
	"encoding/json"
	"fmt"

	"rollcall/pkg/secret"
)

// A secret shows itself only where it is asked to.
func Example() {
	settings := struct {
		User  string
		Token secret.Text
	}{"ada", secret.New("pat_0123456789")}

	fmt.Printf("%+v\n", settings)
	encoded, err := json.Marshal(settings)
	fmt.Println(string(encoded), err)
	fmt.Println("Authorization: Bearer " + settings.Token.Reveal())
	// Output:
	// {User:ada Token:[redacted]}
	// {"User":"ada","Token":"[redacted]"} <nil>
	// Authorization: Bearer pat_0123456789
}
