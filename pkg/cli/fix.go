package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/spf13/cobra"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/console"
	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/roster"
)

// fixFlags say where a roster goes once it is fixed. Commands that read one share them.
type fixFlags struct {
	file string
	// force replaces a file that is there already; it is that of --plan, too.
	force bool
}

func (f *fixFlags) add(cmd *cobra.Command, then string) {
	cmd.Flags().StringVar(&f.file, "fix", "", "write the roster to `FILE` with all done to it that needs no person, and "+then+":\n"+
		"cells without blanks around them, the bare address instead of Ann <ann@x.test>, roles as the\n"+
		"service spells them, no row twice; everything else stays as it is")
}

// addForce adds the flag to replace what is there; others names further flags that it is for.
func (f *fixFlags) addForce(cmd *cobra.Command, others string) {
	cmd.Flags().BoolVar(&f.force, "force", false, "replace the FILE of --fix"+others+" if it is there already and differs")
}

// finish checks the flag.
func (f *fixFlags) finish() error {
	if f.file == "-" {
		return usageError("name a file", "--fix: standard output is no file")
	}
	return nil
}

// roster returns the path of the roster that is worked on: of the fixed one, if there is one.
func (f *fixFlags) roster(path string) string { return cmp.Or(f.file, path) }

// fixRoster writes the fixed roster. A file that is there already and has the same content is left as it is.
func (a *app) fixRoster(ctx context.Context, source document.Source, o roster.Options, f fixFlags) (*fix.Fix, error) {
	file := f.file
	fixed, err := fix.Read(ctx, source, o)
	if err != nil {
		return nil, withFlags(err)
	}
	if format := roster.FormatOf(file); format != roster.Auto && format != fixed.Format() {
		return nil, usageError("a fixed roster is of the same kind: name it so", "--fix: %s is %s, not %s", source.Name, fixed.Format(), format)
	}
	content, err := fixed.Content(ctx, file)
	if err != nil {
		return nil, err
	}
	if earlier, err := os.ReadFile(file); err == nil && bytes.Equal(earlier, content) {
		return fixed, nil
	}
	if err := refuseToReplace("--fix", file, f.force); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(file, 0o600, content); err != nil {
		return nil, usageError("name another file", "--fix: %s: %w", file, err)
	}
	return fixed, nil
}

// fixFirst writes the fixed roster of invite, and says on standard error what was done.
func (a *app) fixFirst(ctx context.Context, path string, f inviteFlags) (err error) {
	o, err := f.options()
	if err != nil {
		return err
	}
	source, done, err := a.source(ctx, path, f.rosterFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	fixed, err := a.fixRoster(ctx, source, o, f.fix)
	if err != nil || a.common.quiet {
		return err
	}
	if err := writeChanges(ctx, fixed, a.Err, func(line string) { a.console.Printf("%s", line) }); err != nil {
		return err
	}
	a.countChanges(fixed, source.Name, f.fix.file)
	return nil
}

// writeChanges prints a line for each change; if that is a terminal, the first ones, and of the rest how many there are.
func writeChanges(ctx context.Context, fixed *fix.Fix, stream any, show func(string)) error {
	most := math.MaxInt
	if terminal, _ := terminalOf(stream); terminal {
		most = screenful
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
	a.console.Printf("%s: %s changed, %s dropped; written to %s", name, plural(fixed.Cells, "cell"), plural(fixed.Rows, "row"), file)
}

// reportFix says what was done to a roster that is checked next.
func (a *app) reportFix(ctx context.Context, fixed *fix.Fix, name, file string) error {
	if a.common.json {
		return nil // which has it beside the findings
	}
	out := bufio.NewWriter(a.Out)
	err := writeChanges(ctx, fixed, a.Out, func(line string) { out.WriteString(line + "\n") })
	if err = errors.Join(err, out.Flush()); err == nil && !a.common.quiet {
		a.countChanges(fixed, name, file)
	}
	return err
}
