package operator_test

import (
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/operator"
	"rollcall/pkg/order"
)

// TestNothingIsSubmittedThatIsForOneMachine holds the flags of a job to what a file of jobs may say: among them is the address
// of a webhook, which is a secret, and the database keeps none.
func TestNothingIsSubmittedThatIsForOneMachine(t *testing.T) {
	host := &operator.Host{NoArguments: cobra.NoArgs, Files: map[*cobra.Command]func([]string) []fileset.File{}}
	submit, _, err := host.Command().Find([]string{"submit"})
	if err != nil {
		t.Fatal(err)
	}
	if rota.Elsewhere("notify") == "" || submit.Flags().Lookup("rate") == nil {
		t.Fatal("these are not the flags of jobs")
	}
	for _, sync := range []bool{true, false} {
		_, cmd := order.New(sync)
		for _, name := range []string{"notify", "pat-file", "api-url", "auth-endpoint", "region", "results", "audit", "sandbox"} {
			if cmd.Flags().Lookup(name) == nil {
				t.Errorf("--%s is no flag any more", name)
			}
			if submit.Flags().Lookup(name) != nil {
				t.Errorf("--%s can be submitted: %s", name, rota.Elsewhere(name))
			}
		}
	}
}
