package cli

import "rollcall/pkg/remedy"

// asFlag shows a remedy as the flag that a person types.
func asFlag(r remedy.Remedy) string { return "--" + r.String() }

// withFlags shows the remedies of a roster that was refused as flags. It returns any other error as it is.
func withFlags(err error) error {
	if refused, ok := findingsOf(err); ok {
		return refused.In(asFlag)
	}
	return err
}
