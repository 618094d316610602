package order_test

import (
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/order"
)

func Example() {
	o, cmd := order.NewSync(), &cobra.Command{Use: "sync"}
	o.SyncFlags(cmd)
	err := cmd.ParseFlags([]string{"--rate", "5/s", "--min-admins", "2"})
	fmt.Println(o.RateText, o.Follow.MinAdmins, o.Asks(), err)
	// Output: 5/s 2 false <nil>
}
