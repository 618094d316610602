package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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
				failed = usageError("", "%s: %w", name, plainFlagError(err))
			}
			a.variables = append(a.variables, variable{flag: "--" + flag.Name, name: name})
			return
		}
	})
	return failed
}

// variable is an environment variable that has set a flag.
type variable struct{ flag, name string }

// optionSource puts the environment variable that set a flag before an error about the value of that flag.
func (a *app) optionSource(text string) string {
	for _, v := range a.variables {
		if strings.HasPrefix(text, v.flag+" ") || strings.HasPrefix(text, v.flag+":") {
			return v.name + ": " + text
		}
	}
	return text
}

// refuseBeside refuses flags that make no sense beside one that was given. Environment variables are set for other
// runs, too, and do not count.
func (a *app) refuseBeside(cmd *cobra.Command, given string, others ...string) error {
	for _, other := range others {
		if a.typed(cmd, other) {
			return usageError("leave one of them out", "--%s makes no sense beside %s", other, given)
		}
	}
	return nil
}

// typed reports whether a flag is on the command line; a variable may have set it, too.
func (a *app) typed(cmd *cobra.Command, flag string) bool {
	fromVariable := slices.ContainsFunc(a.variables, func(v variable) bool { return v.flag == "--"+flag })
	return cmd.Flags().Changed(flag) && !fromVariable
}

// plainFlagError says what is wrong with the value of a flag without the name of the function that found it.
func plainFlagError(err error) error {
	var invalid *pflag.InvalidValueError
	var number *strconv.NumError
	switch {
	case errors.As(err, &number):
		return fmt.Errorf("%q is not a number that fits here", number.Num)
	case errors.As(err, &invalid):
		return fmt.Errorf("%q: %w", invalid.GetValue(), errors.Unwrap(invalid))
	}
	return err
}

// environmentName returns the variable that stands for a flag: ROLLCALL_MAX_WAIT for --max-wait.
func environmentName(flag string) string {
	return "ROLLCALL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
