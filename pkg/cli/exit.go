package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// refuse returns an error that ends a command in a way of its own, with what a person can do about it.
func refuse(kind status.Status, err error, hint string) error {
	return &onboard.Error{Kind: kind, OptionError: &remedy.OptionError{What: remedy.Words(remedy.Text(err, asFlag)), Err: err, Remedy: remedy.Words(hint)}}
}

func usageError(hint, format string, args ...any) error {
	return refuse(status.Settings, fmt.Errorf(format, args...), hint)
}

// writeExitCodes prints the table for help.
func writeExitCodes(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, one := range status.All() {
		if _, err := fmt.Fprintf(table, "  %d\t%s\n", one, one.Meaning(asFlag)); err != nil {
			return err
		}
	}
	return table.Flush()
}

func exitCodeTable() string {
	var b strings.Builder
	// A strings.Builder never fails.
	_ = writeExitCodes(&b)
	return b.String()
}
