package follow_test

import (
	"fmt"

	"rollcall/pkg/follow"
)

// Of a share, a few are always allowed: in a small roster one person is a large share.
func Example() {
	usual := follow.Defaults()
	fmt.Println(usual.Leavers(10), usual.Leavers(500), usual.RoleChanges(20), usual.RoleChanges(500))
	// Output: 3 100 3 50
}
