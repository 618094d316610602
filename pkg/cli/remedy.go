package cli

import (
	"errors"
	"strings"

	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// asFlag shows a remedy as a person types it: the flag, or the command.
func asFlag(r remedy.Remedy) string {
	switch {
	case r.Command != "" && r.Value != "":
		return "rollcall " + r.Command + " " + quoted(r.Value)
	case r.Command != "":
		return "rollcall " + r.Command
	}
	if r.Value == "false" { // or it would be taken for a roster
		return "--" + r.Option + "=false"
	}
	if strings.ContainsAny(r.Value, " \t;|&") && !strings.ContainsAny(r.Value, `"'`) {
		return "--" + r.Option + " " + quoted(r.Value)
	}
	return "--" + r.String()
}

// withFlags shows the remedies of a roster that was refused as flags. It returns any other error as it is.
func withFlags(err error) error {
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		return refused.In(asFlag)
	}
	return err
}
