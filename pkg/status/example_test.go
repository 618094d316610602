package status_test

import (
	"fmt"

	"rollcall/pkg/status"
)

// What ends in more than one way ends in the worst of them.
func Example() {
	ended := status.Well
	for _, one := range []status.Status{status.Rows, status.Well, status.Stopped} {
		ended = ended.Worse(one)
	}
	fmt.Println(int(ended), ended.Meaning(nil))
	// Output:
	// 7 stopped on purpose before the end (deadline, wait budget, too many failures, limit reached, "n", lists that contradict themselves); the same command resumes
}
