package connection_test

import (
	"errors"
	"fmt"
	"net/http"

	"rollcall/pkg/connection"
)

func Example() {
	err := connection.Explain(http.ErrSchemeMismatch)
	fmt.Println(err)
	fmt.Println("another try is of no use:", errors.Is(err, connection.ErrLasting))
	// Output:
	// http is answered where https was asked
	// another try is of no use: true
}
