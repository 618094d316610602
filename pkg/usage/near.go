package usage

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/nearest"
)

// NearFlag asks whether a flag of the command is meant by one that it does not have, in words that the hint follows.
func NearFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	begun := func(flag string) bool { return len(name) > 2 && strings.HasPrefix(flag, name) }
	meant := nearest.Word(name, names)
	if at := slices.IndexFunc(names, begun); meant == "" && at >= 0 && !slices.ContainsFunc(names[at+1:], begun) {
		meant = names[at] // the one that begins so
	}
	if meant != "" {
		return "did you mean --" + meant + "? "
	}
	return ""
}
