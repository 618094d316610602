package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/directory"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/template"
)

// templateFlags are the flags of template.
type templateFlags struct {
	service onboard.Service
	place   order.Place
	format  string
	teams   bool
	force   bool
}

// templateNext is the last line of the page that explains the columns.
const templateNext = "Before anybody is invited, see what rollcall makes of it: rollcall check FILE, then rollcall invite FILE --dry-run"

func (a *app) templateCommand() *cobra.Command {
	var f templateFlags
	cmd := &cobra.Command{
		Use: "template [FILE]",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("run it once for each file", "rollcall template takes one file, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "-"
			if len(args) > 0 {
				path = args[0]
			}
			if err := a.finishTemplate(cmd, &f, path); err != nil {
				return err
			}
			return a.template(cmd, path, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "write `FORMAT`: csv, yaml or xlsx (default: by the name of FILE, else csv)")
	flags.BoolVar(&f.teams, "teams", false, "ask the service for the organization's teams and offer them (xlsx and yaml)")
	flags.BoolVar(&f.force, "force", false, "replace FILE if it is there already")
	order.ServiceFlags(cmd, &f.service, &f.place)
	a.files[cmd] = func([]string) fileNames { return f.place.FileNames() }
	return cmd
}

// finishTemplate checks the flags and finds out the format.
func (a *app) finishTemplate(cmd *cobra.Command, f *templateFlags, path string) error {
	named, isFormat := template.FormatOf(path)
	switch {
	case f.format != "" && !slices.Contains(template.Formats(), f.format):
		return onboard.NoneOf("format", f.format, template.Formats()...)
	case f.format != "" && isFormat && f.format != named:
		return usageError("leave --format out", "--format: %s is not what %s is called", f.format, path)
	case f.format == "" && path != "-" && !isFormat:
		return usageError("or say it with --format", "%s: the name must end in .csv, .yaml, .yml or .xlsx", path)
	case f.format == "" && path == "-":
		f.format = template.CSV
	case f.format == "":
		f.format = named
	}
	switch terminal, _ := terminalOf(a.Out); {
	case a.common.json:
		return usageError("", "template has no --json")
	case f.format == template.XLSX && path == "-" && terminal:
		return usageError("name a file: rollcall template team.xlsx", "a workbook is nothing for a terminal")
	case f.teams && f.format == template.CSV:
		return usageError("use xlsx or yaml", "--teams: there is no place in a CSV file to list them")
	case !f.teams:
		return a.refuseBeside(cmd, "a template without --teams", "organization-id", "region", "api-url", "auth-endpoint", "pat-file", "timeout", "sandbox")
	}
	return nil
}

// template writes the roster to start from.
func (a *app) template(cmd *cobra.Command, path string, f templateFlags) (err error) {
	if path != "-" {
		if err := onboard.MayReplace("", path, f.force); err != nil {
			return err
		}
	}
	var teams []string
	if f.teams {
		if teams, err = a.teamNames(cmd, f); err != nil {
			return err
		}
	}
	var content bytes.Buffer
	if err := template.Write(&content, f.format, template.Options{Teams: teams, Next: templateNext}); err != nil {
		return err
	}
	if path == "-" {
		_, err := content.WriteTo(a.Out)
		return err
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if f.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	// It will hold the addresses of people.
	file, err := os.OpenFile(path, how, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return onboard.MayReplace("", path, false)
	case err != nil:
		return usageError("name another file", "%w", err)
	}
	_, err = content.WriteTo(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if !a.common.quiet {
		a.console.Printf("%s: fill it in, then: rollcall check %[1]s", path)
	}
	return nil
}

// teamNames reads the names of the organization's teams, in their order.
func (a *app) teamNames(cmd *cobra.Command, f templateFlags) (names []string, err error) {
	c, err := a.connect(cmd, f.service, f.place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	teams, err := directory.Teams(cmd.Context(), c.Reading())
	for _, team := range teams {
		names = append(names, team.Name)
	}
	slices.SortFunc(names, func(x, y string) int { return strings.Compare(strings.ToLower(x), strings.ToLower(y)) })
	return names, err
}
