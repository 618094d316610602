package quantity_test

import (
	"fmt"

	"rollcall/pkg/quantity"
)

// A limit is a number, or a share of what is known later.
func Example() {
	for _, text := range []string{"20", "5%", "many"} {
		var limit quantity.Quantity
		if err := limit.Set(text); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(limit.String(), "of 130 people are", limit.Of(130))
	}
	// Output:
	// 20 of 130 people are 20
	// 5% of 130 people are 7
	// neither a number such as 20 nor a share such as 5%
}
