package roster_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

var update = flag.Bool("update", false, "write the golden files")

// rosters is where the ugly documents are. Beside each is what is to be found in it.
const rosters = "../../testdata/rosters"

// options of the documents that need some.
var options = map[string]roster.Options{
	"default-role.csv":       {Role: "Member"},
	"no-role.csv":            {Role: "member", Teams: []roster.Team{{Name: "Platform"}, {Name: "Ops", Role: "Read Only"}}},
	"mapped.csv":             {Map: map[string]string{"email": "Login", "role": "access"}},
	"mapped-windows.csv":     {Map: map[string]string{"email": "Zugangskürzel", "role": "Zugriff"}},
	"blank-rows.csv":         {Map: map[string]string{}},
	"windows-pinned.csv":     {Encoding: document.Windows1252},
	"mixed-pinned.csv":       {Encoding: document.Windows1252},
	"utf8-pinned.csv":        {Encoding: document.UTF8},
	"utf16le-pinned.csv":     {Encoding: document.UTF16LE},
	"utf16be-pinned.csv":     {Encoding: document.UTF16BE},
	"utf16-contradicted.csv": {Encoding: document.UTF16BE},
	"sep-pinned.csv":         {Delimiter: ','},
	"pinned-semicolon.csv":   {Delimiter: ';'},
	"pinned-pipe.csv":        {Delimiter: '|', Map: map[string]string{"email": "email,x"}},
	"pinned-windows.yaml":    {Encoding: document.Windows1252},
	"pinned-delimiter.yaml":  {Delimiter: ','},

	// Exports of directories and of HR systems, which have no roles.
	"bamboohr.csv": {Role: "member"}, "entra-create.csv": {Role: "member"}, "entra-invite.csv": {Role: "member"},
	"entra-members.csv": {Role: "member"}, "entra-template.csv": {Role: "member"}, "entra-users.csv": {Role: "member"}, "exchange.csv": {Role: "member"},
	"microsoft-365.csv": {Role: "member"}, "okta-logins.csv": {Role: "member"}, "okta.csv": {Role: "member"},
	"oracle-identity.csv": {Role: "member"}, "personio-de.csv": {Role: "member"}, "personio-en.csv": {Role: "member"},
	"two-logins.csv": {Role: "member"}, "workday-work-or-home.csv": {Role: "member"}, "workday.csv": {Role: "member"},
	"workspace.csv": {Role: "member"},
}

func TestRosters(t *testing.T) {
	files, err := filepath.Glob(rosters + "/*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in %s: %v", rosters, err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".golden" {
			continue
		}
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			source := document.File(file)
			source.Name = name
			got := describe(t.Context(), source, options[name])
			golden := file + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for finding := range allFindings(t.Context(), source, options[name]) {
				if wrong := uncoded(finding); wrong != "" {
					t.Error(wrong)
				}
			}
		})
	}
}

// allFindings yields all that is said about a document, whether it is refused or not.
func allFindings(ctx context.Context, source document.Source, options roster.Options) iter.Seq[roster.Finding] {
	return func(yield func(roster.Finding) bool) {
		r, err := roster.Read(ctx, source, options)
		var whole []roster.Finding
		if refused := (*roster.RefusedError)(nil); errors.As(err, &refused) {
			whole = refused.Findings
		} else if err == nil {
			whole = r.Findings
		}
		for _, finding := range whole {
			if !yield(finding) {
				return
			}
		}
		if err != nil {
			return
		}
		for entry, err := range r.Entries(ctx) {
			for _, finding := range entry.Findings {
				if err != nil || !yield(finding) {
					return
				}
			}
		}
	}
}

// asFlag shows a remedy as the command line does, for which the golden files were written.
func asFlag(r remedy.Remedy) string { return "--" + r.String() }

// untagged returns the text of a finding without its severity, which stands before it here.
func untagged(f roster.Finding) string {
	f.Severity = roster.Error
	return f.String()
}

// describe writes down all that the package says about a document.
func describe(ctx context.Context, source document.Source, options roster.Options) string {
	var b strings.Builder
	r, err := roster.Read(ctx, source, options)
	if err != nil {
		if refused := (*roster.RefusedError)(nil); errors.As(err, &refused) {
			b.WriteString("refused:\n")
			err = refused.In(asFlag)
		}
		fmt.Fprintln(&b, err)
		return b.String()
	}
	fmt.Fprintf(&b, "%s: %d rows, %d invalid, %d duplicates, %d warnings, clean %t, extra %q\n",
		r.Detected, r.Rows, r.Invalid, r.Duplicates, r.Warnings, r.Clean(), r.Extra)
	for _, finding := range r.Findings {
		fmt.Fprintf(&b, "  %s %s\n", finding.Severity, untagged(finding.In(asFlag)))
	}
	for entry, err := range r.Entries(ctx) {
		if err != nil {
			fmt.Fprintln(&b, "error:", err)
			break
		}
		fmt.Fprintf(&b, "row %d, line %d: %q %q %q", entry.Row, entry.Line, entry.Email, entry.Role, roster.FormatTeams(entry.Teams))
		if len(entry.Extra) > 0 {
			fmt.Fprintf(&b, " %q", entry.Extra)
		}
		if entry.Invalid() {
			b.WriteString(" invalid")
		}
		if entry.DuplicateOf > 0 {
			fmt.Fprintf(&b, " duplicate of %d", entry.DuplicateOf)
		}
		b.WriteByte('\n')
		for _, finding := range entry.Findings {
			fmt.Fprintf(&b, "  %s %s\n", finding.Severity, untagged(finding.In(asFlag)))
		}
	}
	return b.String()
}
