package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// vendorNames are the vendor's own variables for flags that its command line has, too. Those that the settings of the
// vendor's config file join in (region, addresses, credentials) are read by package config.
var vendorNames = map[string]string{"organization-id": "CYBEDEFEND_ORGANIZATION_ID"}

// bindEnvironment gives every flag that the command line does not set the value of its environment variable.
func (a *app) bindEnvironment(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failed != nil {
			return
		}
		for _, name := range []string{environmentName(flag.Name), vendorNames[flag.Name]} {
			value, ok := a.Lookup(name)
			if !ok || value == "" {
				continue
			}
			if err := cmd.Flags().Set(flag.Name, value); err != nil {
				failed = usageError("", "%s: %w", name, err)
			}
			return
		}
	})
	return failed
}

// environmentName returns the variable that stands for a flag: ROLLCALL_MAX_WAIT for --max-wait.
func environmentName(flag string) string {
	return "ROLLCALL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
