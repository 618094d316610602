package plan

import (
	"fmt"
	"strings"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/roster"
)

// refusal returns why the caller may not grant a role, nil if he may or if that is not known.
func refusal(caller directory.Caller, role cybedefend.Role) *Problem {
	if caller.MayGrant(role) {
		return nil
	}
	roles, _ := directory.Grantable(caller.Role)
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	may := "nobody"
	if len(names) > 0 {
		may = strings.Join(names, ", ")
	}
	return &Problem{
		roster.FieldRole, fmt.Sprintf("your own role %s may not grant %s", caller.Role, role),
		fmt.Sprintf("you may invite %s: ask somebody with more rights, or write another role", may),
	}
}
