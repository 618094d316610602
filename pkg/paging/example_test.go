package paging_test

import (
	"context"
	"fmt"

	"rollcall/pkg/paging"
)

// A list is read page by page, and the result says whether anybody may have been missed.
func Example() {
	list := []string{"ada", "bruno", "chiara"}
	var kept []string
	reader := paging.New(paging.Options[string]{
		Name: "members", Size: 2,
		Ask: func(_ context.Context, page paging.Page) (paging.Answer[string], error) {
			from := min((page.Number-1)*page.Size, len(list))
			return paging.Answer[string]{Items: list[from:min(from+page.Size, len(list))], Total: len(list)}, nil
		},
		ID:   func(name string) string { return name },
		Keep: func(name string) { kept = append(kept, name) },
	})
	result, err := reader.Read(context.Background())
	fmt.Println(kept, result.Stable, err)
	// Output:
	// [ada bruno chiara] true <nil>
}
