package cli

import (
	"errors"

	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

func asFlag(r remedy.Remedy) string { return order.AsFlag(r) }

// unconfirmed says that a person has not said yes.
func unconfirmed(done string) error {
	return order.Refuse(status.Stopped, errors.New("not confirmed; nothing was "+done), "--yes goes on without a question")
}

func usageError(hint, format string, args ...any) error {
	return order.UsageError(hint, format, args...)
}
