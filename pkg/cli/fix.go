package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"

	"rollcall/pkg/console"
	"rollcall/pkg/fix"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
)

// writeChanges prints a line for each change; if that is a terminal, the first ones, and of the rest how many there are.
func writeChanges(ctx context.Context, fixed *fix.Fix, stream any, show func(string)) error {
	most := math.MaxInt
	if terminal, _ := terminalOf(stream); terminal {
		most = onboard.Shown
	}
	count := 0
	for change, err := range fixed.Changes(ctx) {
		if err != nil {
			return err
		}
		if count++; count <= most {
			show(console.Clean(change.String()))
		}
	}
	if count > most {
		show(fmt.Sprintf("and %d more changes", count-most))
	}
	return nil
}

func (a *app) countChanges(fixed *fix.Fix, name, file string) {
	a.console.Printf("%s: %s changed, %s dropped; written to %s", name, plural.Of(fixed.Cells, "cell"), plural.Of(fixed.Rows, "row"), file)
}

// reportFix says what was done to a roster that is checked next.
func (a *app) reportFix(ctx context.Context, checked *onboard.Checked, file string) error {
	out := bufio.NewWriter(a.Out)
	err := writeChanges(ctx, checked.Fixed, a.Out, func(line string) { out.WriteString(line + "\n") })
	if err = errors.Join(err, out.Flush()); err == nil && !a.common.quiet {
		a.countChanges(checked.Fixed, checked.Origin, file)
	}
	return err
}
