package twin_test

import (
	"fmt"

	"github.com/spf13/pflag"

	"rollcall/pkg/twin"
)

func Example() {
	flags := pflag.NewFlagSet("invite", pflag.ContinueOnError)
	rate := flags.String("rate", "auto", "how fast")
	set, err := twin.Bind(flags, environment(map[string]string{"ROLLCALL_RATE": "5/s"}), nil)
	fmt.Println(*rate, set["rate"], err)
	// Output: 5/s ROLLCALL_RATE <nil>
}
