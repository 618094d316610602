package doctor_test

import (
	"context"
	"fmt"

	"rollcall/pkg/config"
	"rollcall/pkg/doctor"
)

// Where there are no credentials, that is all that can be said.
func Example() {
	found := doctor.Examine(context.Background(), doctor.Options{
		Version: "v1",
		Resolve: func() (config.Settings, error) { return config.Resolve(config.Options{}) },
	})
	last := found.Facts[len(found.Facts)-1]
	fmt.Println(last.State, last.Subject+":", last.Text)
	fmt.Println("a run would end with", int(found.Status))
	// Output:
	// bad settings: no credentials
	// a run would end with 2
}
