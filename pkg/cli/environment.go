package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/connection"
	"rollcall/pkg/fetch"
	ledgerplace "rollcall/pkg/ledger/place"
	"rollcall/pkg/order"
	"rollcall/pkg/pager"
	"rollcall/pkg/twin"
)

// vendorNames are the vendor's own variables for flags that its command line has, too. Those that the settings of the
// vendor's config file join in (region, addresses, credentials) are read by package config.
var vendorNames = map[string]string{"organization-id": "CYBEDEFEND_ORGANIZATION_ID"}

// bindEnvironment gives every flag that is not set, and not among those that are told otherwise, the value of its
// environment variable.
func (a *app) bindEnvironment(cmd *cobra.Command, told ...string) error {
	if flag := cmd.Flags().Lookup("ledger"); flag != nil && flag.Changed {
		if err := ledgerplace.CheckOption(flag.Name, flag.Value.String()); err != nil {
			return err
		}
	}
	set, err := twin.Bind(cmd.Flags(), a.Lookup, vendorNames, told...)
	if a.origins[cmd] = set; err != nil {
		return usageError("", "%w", err)
	}
	return nil
}

// refuseConflicts refuses flags that contradict each other.
func (a *app) refuseConflicts(cmd *cobra.Command, conflicts []order.Conflict) error {
	for _, c := range conflicts {
		if !c.Given {
			continue
		}
		if err := a.refuseBeside(cmd, c.Flag, c.Others...); err != nil {
			return err
		}
	}
	return nil
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
	return cmd.Flags().Changed(flag) && a.origins[cmd][flag] == ""
}

// checkVariables warns of variables that no flag has. Where people would be invited without a question they are an error: one
// may be meant as a guard.
func (a *app) checkVariables(cmd *cobra.Command) error {
	if a.Environ == nil {
		return nil
	}
	unknown := twin.Unknown(cmd.Root(), a.Environ(), pager.Variable)
	given := func(name string) bool {
		flag := cmd.Flag(name)
		return flag != nil && flag.Value.String() != "" && flag.Value.String() != "false"
	}
	if len(unknown) > 0 && (cmd.Flag("jobs") != nil || given("yes") || given("from-plan")) {
		return usageError("correct the variable or unset it: it may be meant as a guard", "%s", strings.Join(unknown, "\n"))
	}
	for _, text := range unknown {
		a.console.Printf("warning: %s", text)
	}
	return nil
}

// refuseProxy returns an error if a command would go beyond this machine and the environment names a proxy that cannot be
// one: a direct connection instead is what nobody has asked for.
func refuseProxy(cmd *cobra.Command, args []string) error {
	given := func(name string) bool {
		flag := cmd.Flag(name)
		return flag != nil && flag.Value.String() == "true"
	}
	calls := cmd.Flag("pat-file") != nil && !given("sandbox") && !given("offline")
	if !calls && !slices.ContainsFunc(args, fetch.Is) {
		return nil
	}
	if err := connection.CheckProxy(); err != nil {
		return usageError("correct the variable or unset it", "%w", err)
	}
	return nil
}
