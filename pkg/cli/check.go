package cli

import (
	"context"
	"errors"
	"math"
	"runtime"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/findings"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/paint"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/shell"
	"rollcall/pkg/status"
	"rollcall/pkg/usage"
	"rollcall/pkg/version"
)

// checking is what check is told to do.
type checking struct {
	onboard.Document
	onboard.Checking
	headerFile, format string
}

func (a *app) checkCommand() *cobra.Command {
	c := &checking{}
	cmd := &cobra.Command{
		Use:  "check ROSTER...",
		Args: order.Rosters(1, math.MaxInt),
		RunE: func(cmd *cobra.Command, paths []string) error {
			return a.checkAll(cmd.Context(), c, shell.Expand(runtime.GOOS, paths))
		},
	}
	a.files[cmd] = func(paths []string) fileNames {
		return append(order.RosterNames(paths, c.headerFile), fileset.File{Path: c.File, Role: fileset.Fixed, Option: "fix"})
	}
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) {
		orderflags.Roster(cmd, &c.Document, &c.headerFile)
		orderflags.Fix(cmd, &c.Fixing, "check that one")
		orderflags.Force(cmd, &c.Fixing, "--fix")
	})
	usage.Group(cmd, "Guards, which end with exit code 8", func(cmd *cobra.Command) { orderflags.CheckGuards(cmd, &c.Guards) })
	usage.Group(cmd, "What is shown, and what counts", func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&c.format, "format", "", "print findings as `FORMAT`: text, json, github (annotations of GitHub Actions) or sarif (2.1.0) (default text)")
		cmd.Flags().BoolVar(&c.Strict, "strict", false, "end with exit code 5 for warnings, too")
	})
	return cmd
}

// checkAll checks one roster after the other. The worst status counts.
func (a *app) checkAll(ctx context.Context, c *checking, paths []string) error {
	format, err := findings.ParseFormat(c.format)
	switch {
	case err != nil:
		return onboard.NoneOf("format", c.format, findings.Formats()...)
	case a.common.json && c.format != "" && format != findings.JSON:
		return usageError("leave one out", "--json and --format %s both say how findings are printed", format)
	case a.common.json:
		format = findings.JSON
	}
	switch {
	case c.File != "" && len(paths) > 1:
		return usageError("run it once for each roster", "--fix takes one roster, not %d", len(paths))
	case c.File == "-":
		return remedy.Aboutf("fix", "standard output is no file").With(remedy.Words("name a file"))
	case c.Encoding == "":
		return order.EmptyEncoding()
	case len(paths) > 1:
		c.Together = &onboard.Together{}
	}
	paper, stream := a.paper(), a.Out
	if format == findings.Text { // which cleans its lines itself, and has colours
		stream = paper.Out
	}
	out := findings.New(stream, findings.Options{Format: format, First: paper.Width != nil, Render: asFlag, Color: paper.Color, Width: paper.Width, Version: version.Get().Version})
	worst := status.Well
	for _, path := range paths {
		one := c.Document
		one.Roster, one.Input = path, a.In
		if one.Header, err = a.readHeader(c.headerFile, path); err != nil {
			return err
		}
		how, err := a.check(ctx, one, c, out, format == findings.Text)
		if err != nil {
			return err
		}
		worst = worst.Worse(how)
	}
	if err := out.Close(); err != nil {
		return err
	}
	return exitWith(worst)
}

// check prints the findings of one roster, of the fixed one if it is to be written to a file, and returns how that ended.
func (a *app) check(ctx context.Context, d onboard.Document, c *checking, out *findings.Writer, text bool) (how status.Status, err error) {
	checked, err := onboard.Check(ctx, d, c.Checking, a.observer())
	if err != nil {
		return onboard.StatusOf(err), withFlags(err)
	}
	defer func() { err = errors.Join(err, checked.Close()) }()
	if checked.Fixed != nil && text {
		if err := a.reportFix(ctx, checked, c.File); err != nil {
			return status.Unexpected, err
		}
	}
	if err := out.Write(ctx, checked); err != nil {
		return status.Unexpected, err
	}
	if r := checked.Roster; r != nil && text && !a.common.quiet {
		a.console.Printf("%s: read as %s", checked.Name, r.Detected)
		a.console.Print(paint.Line{}.Words(checked.Name+": ").In(report.RoleOfStatus(checked.Status()), checked.Counts()))
		if n := r.Mendable(); n > 0 && checked.Fixed == nil {
			a.console.Printf("%s: %s can be mended without a person: --fix FILE", checked.Name, plural.Of(n, "row"))
		}
	}
	return checked.Status(), nil
}
