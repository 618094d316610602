package usage_test

import (
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/usage"
)

func TestNearFlag(t *testing.T) {
	cmd := &cobra.Command{}
	for _, name := range []string{"organization-id", "max-wait", "max-seats", "rate"} {
		cmd.Flags().String(name, "", "")
	}
	for give, want := range map[string]string{
		"ratee": "did you mean --rate? ", "organization": "did you mean --organization-id? ", "max": "", "colour": "", "or": "",
	} {
		if got := usage.NearFlag(cmd, give); got != want {
			t.Errorf("%s: %q, want %q", give, got, want)
		}
	}
}
