package contract_test

import (
	"fmt"

	"rollcall/pkg/cybedefend/contract"
)

// Whoever makes or serves the calls of the service finds all of them in one table.
func Example() {
	for _, call := range contract.Calls() {
		if call.Operation != "invite" {
			continue
		}
		fmt.Println(call.Method, call.Path, call.Success, call.Refusals)
		for _, field := range call.Request {
			fmt.Println(field.Name, field.Kind, field.OneOf)
		}
	}
	// Output:
	// POST /organization/{organizationId}/invite 201 [400 401 403]
	// email email []
	// role text [administrator manager billing_manager member]
	// teamAssignments objects []
}
