package cli

import (
	"errors"

	"rollcall/pkg/roster"
)

// withFlags shows the remedies of a roster that was refused as flags. It returns any other error as it is.
func withFlags(err error) error {
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		return refused.In(asFlag)
	}
	return err
}
