package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/connection"
	"rollcall/pkg/fetch"
	"rollcall/pkg/pager"
	"rollcall/pkg/remedy"
)

// vendorNames are the vendor's own variables for flags that its command line has, too. Those that the settings of the
// vendor's config file join in (region, addresses, credentials) are read by package config.
var vendorNames = map[string]string{"organization-id": "CYBEDEFEND_ORGANIZATION_ID"}

// origins are the variables of the environment that have set flags of one command, by flag.
type origins map[string]string

// of returns what stands before the text of an error about an option: the variable that has set it.
func (o origins) of(err error) string {
	if p := remedy.Of(err); p != nil && o[p.Option] != "" {
		return o[p.Option] + ": "
	}
	return ""
}

// bindEnvironment gives every flag that is not set, and not among those that are told otherwise, the value of its
// environment variable.
func (a *app) bindEnvironment(cmd *cobra.Command, told ...string) error {
	set := origins{}
	var failed error
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failed != nil || slices.Contains(told, flag.Name) {
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
			set[flag.Name] = name
			return
		}
	})
	a.origins[cmd] = set
	return failed
}

// conflict is a flag that was given, and others that make no sense beside it.
type conflict struct {
	given  bool
	flag   string
	others []string
}

// conflicts are those of an order, in the order in which they are told.
func (o *order) conflicts() []conflict {
	return []conflict{
		{o.fromPlan != "", "--from-plan", []string{
			"organization-id", "role", "team", "map", "where", "only", "include-inactive", "encoding", "delimiter", "sheet", "invalid",
			"reinvite", "reinvite-after", "reinvite-max", "no-preflight", "trust-lists", "plan", "fix", "offline",
			"apply-teams", "create-team", "create-teams", "cancel-leavers", "remove-leavers", "leaver-grace", "remove-at-once", "apply-roles",
			"prune-teams", "id-column", "accept-renames", "min-admins",
		}},
		{o.Place.Sandbox, "--sandbox", besideSandbox},
		{o.Offline, "--offline", []string{"sandbox", "no-preflight", "trust-lists", "notify", "notify-file"}},
	}
}

// refuseConflicts refuses flags that contradict each other.
func (a *app) refuseConflicts(cmd *cobra.Command, conflicts []conflict) error {
	for _, c := range conflicts {
		if !c.given {
			continue
		}
		if err := a.refuseBeside(cmd, c.flag, c.others...); err != nil {
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

// plainFlagError says what is wrong with the value of a flag without the name of the function that found it.
func plainFlagError(err error) error {
	var invalid *pflag.InvalidValueError
	var number *strconv.NumError
	switch {
	case errors.As(err, &number) && number.Func == "ParseBool":
		return fmt.Errorf("%q is neither true nor false", number.Num)
	case errors.As(err, &number):
		return fmt.Errorf("%q is not a number that fits here", number.Num)
	case errors.As(err, &invalid) && strings.HasPrefix(errors.Unwrap(invalid).Error(), "time: "):
		return fmt.Errorf("%q is not a duration: write numbers with units, as in 30s, 5m or 48h", invalid.GetValue())
	case invalid != nil:
		cause := errors.Unwrap(invalid)
		if quoted := strconv.Quote(invalid.GetValue()); !strings.HasPrefix(cause.Error(), quoted) {
			return fmt.Errorf("%s: %w", quoted, cause)
		}
		return cause
	}
	return err
}

// checkVariables warns of variables that no flag has. Where people would be invited without a question they are an error: one
// may be meant as a guard.
func (a *app) checkVariables(cmd *cobra.Command) error {
	if a.Environ == nil {
		return nil
	}
	unknown := unknownVariables(cmd.Root(), a.Environ())
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

// unknownVariables says of each variable that has rollcall's prefix, a value, and no flag, which one may be meant.
func unknownVariables(root *cobra.Command, environ []string) (unknown []string) {
	known := &cobra.Command{SuggestionsMinimumDistance: 2} // it knows what is near
	names := map[string]bool{pager.Variable: true}
	add := func(flag *pflag.Flag) {
		if name := environmentName(flag.Name); !names[name] {
			names[name] = true
			known.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
		}
	}
	root.PersistentFlags().VisitAll(add)
	for _, command := range root.Commands() {
		for _, one := range append(command.Commands(), command) {
			one.Flags().VisitAll(add)
		}
	}
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" || names[name] || !strings.HasPrefix(name, environmentName("")) {
			continue
		}
		text := name + " is no variable of rollcall"
		if near := known.SuggestionsFor(name); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		unknown = append(unknown, text)
	}
	return unknown
}

// environmentName returns the variable that stands for a flag: ROLLCALL_MAX_WAIT for --max-wait.
func environmentName(flag string) string {
	return "ROLLCALL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
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
