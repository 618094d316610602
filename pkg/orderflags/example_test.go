package orderflags_test

import (
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/onboard"
	"rollcall/pkg/orderflags"
)

func Example() {
	var o onboard.Options
	cmd := &cobra.Command{Use: "invite"}
	orderflags.Who(cmd, &o)
	orderflags.Guards(cmd, &o)
	err := cmd.ParseFlags([]string{"--reinvite", "ended", "--max-seats", "40"})
	fmt.Println(o.Reinvite, *o.MaxSeats, err)
	// Output: ended 40 <nil>
}
