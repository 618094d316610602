package paint_test

import (
	"fmt"
	"os"

	"rollcall/pkg/paint"
)

// What does not fit goes on below its own column.
func Example() {
	paper := paint.Paper{Out: os.Stdout, Width: func() int { return 40 }}
	err := paper.Print(paint.Words("  warnings  ").In(paint.Warn, "3 rows that a person should look at, which check lists").Hanging(12))
	fmt.Println(err)
	// Output:
	//   warnings  3 rows that a person should
	//             look at, which check lists
	// <nil>
}
