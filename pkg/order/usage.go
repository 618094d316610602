package order

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/shell"
	"rollcall/pkg/status"
)

// AsFlag shows a remedy as a person types it: the flag, or the command.
func AsFlag(r remedy.Remedy) string {
	switch {
	case r.Command != "" && r.Value != "":
		return "rollcall " + r.Command + " " + Quoted(r.Value)
	case r.Command != "":
		return "rollcall " + r.Command
	}
	if r.Value == "false" { // or it would be taken for a roster
		return "--" + r.Option + "=false"
	}
	if strings.ContainsAny(r.Value, " \t;|&") && !strings.ContainsAny(r.Value, `"'`) {
		return "--" + r.Option + " " + Quoted(r.Value)
	}
	return "--" + r.String()
}

// Quoted returns a word as this system's shell takes it.
func Quoted(word string) string { return shell.Quote(runtime.GOOS, word) }

// Refuse returns an error that ends a command in a way of its own, with what a person can do about it.
func Refuse(kind status.Status, err error, hint string) error {
	return &onboard.Error{Kind: kind, OptionError: &remedy.OptionError{What: remedy.Words(remedy.Text(err, AsFlag)), Err: err, Remedy: remedy.Words(hint)}}
}

// UsageError says that what was told is wrong.
func UsageError(hint, format string, args ...any) error {
	return Refuse(status.Settings, fmt.Errorf(format, args...), hint)
}

// Rosters checks how many rosters a command is given.
func Rosters(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return UsageError("see "+cmd.CommandPath()+" --help", "%s needs a roster: a file, or - for standard input", cmd.CommandPath())
		case len(args) > most:
			return UsageError("run it once for each roster", "%s takes one roster, not %d", cmd.CommandPath(), len(args))
		}
		return nil
	}
}
