// Package twin gives flags their twins in the environment: ROLLCALL_MAX_WAIT sets --max-wait where the command line does not.
//
//	set, err := twin.Bind(cmd.Flags(), os.LookupEnv, nil)
//	…
//	fmt.Println(set.Of(err) + err.Error()) // ROLLCALL_MAX_WAIT: …
//
// It reads no environment that it was not given, and knows neither what flags are for nor what is done about a wrong one.
package twin

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/remedy"
)

// Name returns the variable that stands for a flag: ROLLCALL_MAX_WAIT for max-wait.
func Name(flag string) string {
	return "ROLLCALL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Set are the variables of the environment that have set flags of one command, by flag.
type Set map[string]string

// Of returns what stands before the text of an error about an option: the variable that has set it.
func (s Set) Of(err error) string {
	if p := remedy.Of(err); p != nil && s[p.Option] != "" {
		return s[p.Option] + ": "
	}
	return ""
}

// Bind gives every flag that is not set, and not among those that are told otherwise, the value of its variable, or else of
// the one that others have for it. A variable that is empty counts as none.
func Bind(flags *pflag.FlagSet, lookup func(string) (string, bool), others map[string]string, told ...string) (Set, error) {
	set := Set{}
	var failed error
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failed != nil || slices.Contains(told, flag.Name) {
			return
		}
		for _, name := range []string{Name(flag.Name), others[flag.Name]} {
			value, ok := lookup(name)
			if !ok || value == "" {
				continue
			}
			if err := flags.Set(flag.Name, value); err != nil {
				failed = fmt.Errorf("%s: %w", name, Plain(err))
			}
			set[flag.Name] = name
			return
		}
	})
	return set, failed
}

// Plain returns what is wrong with the value of a flag without the name of the function that found it.
func Plain(err error) error {
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

// Unknown says of each variable that begins as the twins do, has a value, and is the twin of no flag of a command or one
// below it, which one may be meant. Some others are known as well.
func Unknown(root *cobra.Command, environ []string, others ...string) (unknown []string) {
	begun := func(pair string) bool { return strings.HasPrefix(pair, Name("")) }
	if !slices.ContainsFunc(environ, begun) {
		return nil
	}
	known := &cobra.Command{SuggestionsMinimumDistance: 2} // it knows what is near
	names := map[string]bool{}
	for _, name := range others {
		names[name] = true
	}
	add := func(flag *pflag.Flag) {
		if name := Name(flag.Name); !names[name] {
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
		if value == "" || names[name] || !begun(name) {
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
