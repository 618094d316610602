package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// screenful is how many findings a person is shown before the rest is counted.
const screenful = 20

// rosterFlags say how a roster is read. Commands that read one share them.
type rosterFlags struct {
	maps      []string
	role      string
	teams     []string
	encoding  string
	delimiter string
	sheet     string
	// headerFile holds what is sent along where the roster is an address.
	headerFile string
}

func (f *rosterFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.maps, "map", nil, "use the roster's column for a meaning, as in `email=\"Work Email\"` (repeatable)")
	flags.StringVar(&f.role, "role", "", "`ROLE` of rows that name none")
	flags.StringArrayVar(&f.teams, "team", nil, "`TEAM[:ROLE]` of rows that name none (repeatable)")
	flags.StringVar(&f.encoding, "encoding", encodingAuto, "how the roster's characters are written: auto, utf-8, utf-16le, utf-16be or windows-1252")
	flags.StringVar(&f.delimiter, "delimiter", "", "what stands between the cells of a table: `,|;|tab|'|'`, or comma, semicolon, pipe (default: found by the header)")
	flags.StringVar(&f.sheet, "sheet", "", "read the sheet `NAME` of a workbook (default: the only one with a header for e-mail addresses)")
	flags.StringVar(&f.headerFile, "header-file", "", "where the roster is an https address: send the header fields in `FILE` along, one \"Name: value\" a line")
}

func (f *rosterFlags) options() (roster.Options, error) {
	o := roster.Options{Map: map[string]string{}, Sheet: f.sheet}
	for _, pair := range f.maps {
		meaning, column, err := parseMapping(pair)
		if err != nil {
			return o, usageError("write it as --map email=\"Work Email\"", "--map: %w", err)
		}
		if _, twice := o.Map[meaning]; twice {
			return o, usageError("", "--map: %s is mapped twice", meaning)
		}
		o.Map[meaning] = column
	}
	if f.role != "" {
		role, err := roster.ParseRole(f.role)
		if err != nil {
			return o, usageError("", "--role: %w", err)
		}
		o.Role = role
	}
	for _, text := range f.teams {
		teams, err := roster.ParseTeams(text)
		if err != nil {
			return o, usageError("", "--team: %w", err)
		}
		o.Teams = append(o.Teams, teams...)
	}
	err := f.dialect(&o)
	return o, err
}

// encodingAuto is the encoding that is found out.
const encodingAuto = "auto"

// dialect adds what the flags say about the text itself.
func (f *rosterFlags) dialect(o *roster.Options) (err error) {
	if o.Encoding, err = document.ParseEncoding(f.encoding); err != nil {
		return usageError("", "--encoding: %w", err)
	}
	if f.delimiter == "" {
		return nil
	}
	if o.Delimiter, err = roster.ParseDelimiter(f.delimiter); err != nil {
		return usageError("", "--delimiter: %w", err)
	}
	return nil
}

// parseMapping reads email="Work Email", with or without the quotes.
func parseMapping(pair string) (meaning, column string, err error) {
	meaning, column, found := strings.Cut(pair, "=")
	meaning = strings.ToLower(strings.TrimSpace(meaning))
	column = strings.Trim(strings.TrimSpace(column), `"`)
	switch {
	case !found || column == "":
		return "", "", fmt.Errorf("%q names no column", pair)
	case !slices.Contains([]string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams}, meaning):
		return "", "", fmt.Errorf("%q is none of email, role and teams", meaning)
	}
	return meaning, column, nil
}

func (a *app) checkCommand() *cobra.Command {
	var reading rosterFlags
	var fixing fixFlags
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
			o, err := reading.options()
			if err != nil {
				return err
			}
			worst := status.Well
			if fixing.file != "" && len(paths) > 1 {
				return usageError("run it once for each roster", "--fix takes one roster, not %d", len(paths))
			}
			if err := fixing.finish(); err != nil {
				return err
			}
			for _, path := range paths {
				code, err := a.check(cmd.Context(), path, reading, o, fixing)
				if err != nil {
					return err
				}
				worst = worst.Worse(code)
			}
			return exitWith(worst)
		},
	}
	reading.add(cmd)
	fixing.add(cmd, "check that one")
	fixing.addForce(cmd, "")
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

// check prints the findings of one roster, of the fixed one if it is to be written to a file, and returns its exit code.
func (a *app) check(ctx context.Context, path string, reading rosterFlags, o roster.Options, fixing fixFlags) (code status.Status, err error) {
	source, done, err := a.source(ctx, path, reading)
	if err != nil {
		return exitCodeOf(err), err
	}
	defer func() { err = errors.Join(err, done()) }()

	var fixed *fix.Fix
	if fixing.file != "" {
		fixed, err = a.fixRoster(ctx, source, o, fixing)
		if _, isRefused := findingsOf(err); err != nil && !isRefused {
			return status.Unexpected, err
		}
	}
	if fixed != nil {
		if err := a.reportFix(ctx, fixed, source.Name, fixing.file); err != nil {
			return status.Unexpected, err
		}
		source = document.File(fixing.file)
	}
	report := checkReport{Roster: source.Name}
	var findings iter.Seq2[roster.Finding, error]
	r, err := roster.Read(ctx, source, o)
	err = withFlags(err)
	refused, isRefused := findingsOf(err)
	switch {
	case isRefused:
		report.Refused, report.ExitCode, findings = true, status.Roster, refusedFindings(refused)
	case err != nil:
		return status.Unexpected, err
	default:
		report.Rows, report.Invalid, report.Duplicates = r.Rows, r.Invalid, r.Duplicates
		report.Detected = r.Detected
		if r.Invalid > 0 {
			report.ExitCode = status.Roster
		}
		findings = rosterFindings(ctx, r)
	}
	if a.common.json {
		return report.ExitCode, writeReport(ctx, a.Out, report, fixed, findings)
	}
	most := math.MaxInt
	if terminal, _ := terminalOf(a.Out); terminal {
		most = screenful
	}
	if err := writeFindings(a.Out, findings, most); err != nil {
		return status.Unexpected, err
	}
	if !report.Refused && !a.common.quiet {
		a.console.Printf("%s: read as %s", source.Name, report.Detected)
		a.console.Printf("%s: %s, %d invalid, %s", source.Name, plural(report.Rows, "row"), report.Invalid, plural(report.Duplicates, "duplicate"))
	}
	return report.ExitCode, nil
}

// rosterFindings yields the findings about the roster as a whole, then those of all rows in their order, with remedies
// as flags. A clean roster is not read again for it.
func rosterFindings(ctx context.Context, r *roster.Roster) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		if r.Clean() {
			return
		}
		for _, finding := range r.Findings {
			if !yield(finding.In(asFlag), nil) {
				return
			}
		}
		for entry, err := range r.Entries(ctx) {
			if err != nil {
				yield(roster.Finding{}, err)
				return
			}
			for _, finding := range entry.Findings {
				if !yield(finding.In(asFlag), nil) {
					return
				}
			}
		}
	}
}

// refusedFindings yields the findings of a roster that was refused.
func refusedFindings(refused *roster.RefusedError) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		for _, finding := range refused.Findings {
			if !yield(finding, nil) {
				return
			}
		}
	}
}

// writeFindings prints findings a line each: the first ones in full, and of the rest how many there are.
func writeFindings(w io.Writer, findings iter.Seq2[roster.Finding, error], most int) error {
	out := bufio.NewWriter(w)
	shown, rest := 0, map[string]int{}
	for finding, err := range findings {
		switch {
		case err != nil:
			return errors.Join(err, out.Flush())
		case shown < most:
			shown++
			out.WriteString(console.Clean(finding.String()) + "\n")
		default:
			rest[cmp.Or(finding.Field, "row")]++
		}
	}
	if len(rest) > 0 {
		var counts []string
		for _, field := range slices.Sorted(maps.Keys(rest)) {
			counts = append(counts, fmt.Sprintf("%d about %s", rest[field], field))
		}
		fmt.Fprintf(out, "and more findings: %s\n", strings.Join(counts, ", "))
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
