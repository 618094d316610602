package cli

import (
	"fmt"

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
