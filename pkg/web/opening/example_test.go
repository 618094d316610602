package opening_test

import (
	"fmt"

	"rollcall/pkg/web/opening"
)

func Example() {
	way := opening.Decide(opening.Surroundings{
		System: "linux",
		Lookup: environment(map[string]string{"SSH_CONNECTION": "192.0.2.7 50123 198.51.100.3 22", "USER": "ann"}),
	})
	for _, line := range way.Lead("127.0.0.1:4321") {
		fmt.Println(line)
	}
	// Output:
	// You are here by ssh. On your own computer, run
	//   ssh -L 4321:127.0.0.1:4321 ann@198.51.100.3
	// and then open this address there:
}
