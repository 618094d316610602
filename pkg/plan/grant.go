package plan

import (
	"fmt"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

// grantHint warns that the caller may perhaps not grant a role. Who may grant what is not documented, so it is a warning
// and never a refusal: the service decides.
func grantHint(caller directory.Caller, role cybedefend.Role) string {
	if caller.MayGrant(role) {
		return ""
	}
	return fmt.Sprintf("your own role %s may perhaps not grant %s: the service decides", caller.Role, role)
}
