package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/fix"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

func (a *app) checkCommand() *cobra.Command {
	var d onboard.Document
	var fixing onboard.Fixing
	headerFile := ""
	cmd := &cobra.Command{
		Use:   "check ROSTER...",
		Short: "Say what is wrong with a roster, offline and without credentials",
		Long: `check reads rosters as invite would and prints every finding as

  file:line:column: column: reason (suggestion)

on standard output, and how each roster was read on standard error. It does not call the service and needs no
credentials. Exit code 0: nothing in the way of an invite (warnings may remain); 5: a roster was refused or has invalid rows.`,
		Example: `  rollcall check team.csv
  rollcall check --role member *.csv
  rollcall check team.csv --fix fixed.csv
  rollcall check --json team.csv | jq .findings`,
		Args: rosters(1, math.MaxInt),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if fixing.File != "" && len(paths) > 1 {
				return usageError("run it once for each roster", "--fix takes one roster, not %d", len(paths))
			}
			if fixing.File == "-" {
				return remedy.Aboutf("fix", "standard output is no file").With(remedy.Words("name a file"))
			}
			if d.Encoding == "" {
				return emptyEncoding()
			}
			worst := status.Well
			for _, path := range paths {
				one := d
				one.Roster, one.Input = path, a.In
				var err error
				if one.Header, err = a.readHeader(headerFile, path); err != nil {
					return err
				}
				how, err := a.check(cmd.Context(), one, fixing)
				if err != nil {
					return err
				}
				worst = worst.Worse(how)
			}
			return exitWith(worst)
		},
	}
	a.files[cmd] = func(paths []string) fileNames {
		names := fileNames{
			{Path: headerFile, Role: fileset.Header, Option: "header-file"}, {Path: fixing.File, Role: fileset.Fixed, Option: "fix"},
		}
		for _, path := range paths {
			if !fetch.Is(path) {
				names = append(names, fileset.File{Path: path, Role: fileset.Roster})
			}
		}
		return names
	}
	rosterFlags(cmd, &d, &headerFile)
	fixFlags(cmd, &fixing, "check that one")
	forceFlag(cmd, &fixing, "")
	return cmd
}

// checkReport is what check --json prints about each roster, with its findings as the last field.
type checkReport struct {
	Roster     string        `json:"roster"`
	Rows       int           `json:"rows"`
	Invalid    int           `json:"invalid"`
	Duplicates int           `json:"duplicates"`
	Detected   string        `json:"detected,omitempty"`
	Refused    bool          `json:"refused"`
	ExitCode   status.Status `json:"exit_code"`
}

// check prints the findings of one roster, of the fixed one if it is to be written to a file, and returns how that ended.
func (a *app) check(ctx context.Context, d onboard.Document, fixing onboard.Fixing) (how status.Status, err error) {
	checked, err := onboard.Check(ctx, d, fixing, a.observer())
	if err != nil {
		return onboard.StatusOf(err), withFlags(err)
	}
	defer func() { err = errors.Join(err, checked.Close()) }()
	report := checkReport{Roster: checked.Name, Refused: checked.Refused != nil, ExitCode: checked.Status()}
	if r := checked.Roster; r != nil {
		report.Rows, report.Invalid, report.Duplicates, report.Detected = r.Rows, r.Invalid, r.Duplicates, r.Detected
	}
	findings := inFlags(checked.Findings(ctx))
	if a.common.json {
		return report.ExitCode, writeReport(ctx, a.Out, report, checked.Fixed, findings)
	}
	if checked.Fixed != nil {
		if err := a.reportFix(ctx, checked, fixing.File); err != nil {
			return status.Unexpected, err
		}
	}
	if err := a.showFindings(findings); err != nil {
		return status.Unexpected, err
	}
	if !report.Refused && !a.common.quiet {
		a.console.Printf("%s: read as %s", report.Roster, report.Detected)
		a.console.Printf("%s: %s, %d invalid, %s", report.Roster, plural.Of(report.Rows, "row"), report.Invalid, plural.Of(report.Duplicates, "duplicate"))
	}
	return report.ExitCode, nil
}

// inFlags yields findings with remedies as flags.
func inFlags(findings iter.Seq2[roster.Finding, error]) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		for finding, err := range findings {
			if !yield(finding.In(asFlag), err) {
				return
			}
		}
	}
}

// showFindings prints findings a line each; on a terminal, the first ones, and of the rest how many there are.
func (a *app) showFindings(findings iter.Seq2[roster.Finding, error]) error {
	out := bufio.NewWriter(a.Out)
	if terminal, _ := terminalOf(a.Out); terminal {
		first, err := onboard.FirstFindings(findings, asFlag)
		for _, line := range first {
			out.WriteString(console.Clean(line) + "\n")
		}
		return errors.Join(err, out.Flush())
	}
	for finding, err := range findings {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		out.WriteString(console.Clean(finding.String()) + "\n")
	}
	return out.Flush()
}

// writeReport prints a report as one JSON object on one line, however many findings there are. It has what was fixed if
// something was to be.
func writeReport(ctx context.Context, w io.Writer, report checkReport, fixed *fix.Fix, findings iter.Seq2[roster.Finding, error]) error {
	head, err := json.Marshal(report)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.WriteString(string(head[:len(head)-1]))
	if fixed != nil {
		if err := writeList(out, "fixed", fixed.Changes(ctx)); err != nil {
			return err
		}
	}
	if err := writeList(out, "findings", findings); err != nil {
		return err
	}
	out.WriteString("}\n")
	return out.Flush()
}

// writeList prints a field of an object that is a list of whatever is yielded.
func writeList[T any](out *bufio.Writer, name string, all iter.Seq2[T, error]) error {
	fmt.Fprintf(out, ",%q:[", name)
	separator := ""
	for one, err := range all {
		if err != nil {
			return err
		}
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%s", separator, text)
		separator = ","
	}
	out.WriteString("]")
	return nil
}
