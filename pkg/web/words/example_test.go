package words_test

import (
	"fmt"

	"rollcall/pkg/web/words"
)

// A sentence has a form for one and a form for others, and numbers are written as its readers do.
func Example() {
	for _, accept := range []string{"en", "de-AT"} {
		language := words.Match(accept)
		fmt.Println(language.Say("frame.range", 1, 50, 50000))
		fmt.Println(language.Say("time.hours", 1))
	}
	// Output:
	// 1 to 50 of 50,000
	// 1 hour
	// 1 bis 50 von 50.000
	// 1 Stunde
}
