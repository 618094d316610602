package complete

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/document"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// Runs returns the runs that ledgers remember, the latest first, with their roster, date and outcomes.
func Runs(ctx context.Context, ledgers []string) []Choice {
	runs, _ := onboard.History{Ledgers: ledgers, Untouched: true}.Runs(ctx)
	choices := make([]Choice, len(runs))
	for i, run := range runs {
		choices[i] = Choice{run.ID, strings.Join([]string{run.StartedAt.Local().Format("2 Jan 15:04"), filepath.Base(run.Roster), ending(run)}, ", ")}
	}
	return choices
}

// ending says what became of the rows of a run.
func ending(run ledger.Summary) string {
	var words []string
	for _, outcome := range record.Outcomes() {
		if n := run.Outcomes[outcome]; n > 0 {
			words = append(words, plural.Of(n, "row")+" "+outcome.String())
		}
	}
	switch {
	case run.EndedAt.IsZero():
		words = append(words, "not ended")
	case len(words) == 0:
		words = append(words, plural.Of(run.Rows, "row"))
	}
	return strings.Join(words, ", ")
}

// Ledgers returns the organizations that have a ledger among these files.
func Ledgers(paths []string) []Choice {
	choices := make([]Choice, len(paths))
	for i, path := range paths {
		name := filepath.Base(path)
		choices[i] = Choice{strings.TrimSuffix(name, filepath.Ext(name)), ""}
		if info, err := os.Stat(path); err == nil {
			choices[i].About = "last written " + info.ModTime().Format(time.DateOnly)
		}
	}
	return choices
}

// Columns returns the columns of a roster. An address or a pipe is not read.
func Columns(ctx context.Context, path string, settings roster.Settings) []string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	options, err := roster.Settings{Encoding: settings.Encoding, Delimiter: settings.Delimiter, Sheet: settings.Sheet}.Parse()
	if err != nil {
		return nil
	}
	columns, err := roster.Columns(ctx, document.File(path), options)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(columns, func(name string) bool { return strings.TrimSpace(name) == "" })
}

// Maps returns what a map of a roster with these columns can be, given what of it is there already.
func Maps(columns []string, begun string) []Choice {
	field, _, named := strings.Cut(begun, "=")
	if !named {
		return []Choice{
			{roster.FieldEmail + "=", "the column with the addresses"},
			{roster.FieldRole + "=", "the column with the roles"},
			{roster.FieldTeams + "=", "the column with the teams"},
			{roster.FieldActive + "=", "the column that says who is active"},
			{roster.FieldRole + ":", "what a word for a role means"},
			{"team_role:", "what a word for a role in a team means"},
			{roster.FieldTeams + ":", "what a word for teams means"},
			{roster.FieldActive + ":", "what a word for active means"},
		}
	}
	var words []string
	switch of, _, isCell := strings.Cut(field, ":"); {
	case !isCell:
		words = columns
	case of == roster.FieldRole:
		words = roster.Roles()
	case of == "team_role":
		words = roster.TeamRoles()
	case of == roster.FieldActive:
		words = []string{"yes", "no"}
	}
	choices := make([]Choice, len(words))
	for i, word := range words {
		choices[i].Word = field + "=" + word
	}
	return choices
}

// Sheets returns the sheets of a workbook.
func Sheets(path string) []Choice {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > workbook.MaxSize {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	book, err := workbook.Open(content)
	if err != nil {
		return nil
	}
	choices := make([]Choice, len(book.Sheets))
	for i, sheet := range book.Sheets {
		choices[i].Word = sheet.Name
		if sheet.Hidden {
			choices[i].About = "hidden"
		}
	}
	return choices
}

// patience is how long somebody who has pressed a key waits for the service.
const patience = 2 * time.Second

// Teams returns the teams of the organization that the service options mean.
func Teams(ctx context.Context, s onboard.Service) []Choice {
	return ask(ctx, func(ctx context.Context) (choices []Choice) {
		c, err := onboard.Connect(ctx, hasty(s), onboard.Observer{})
		if err != nil {
			return nil
		}
		defer c.Close() //nolint:errcheck // it has nothing to say here
		teams, err := directory.Teams(ctx, c.Reading())
		if err != nil {
			return nil
		}
		for _, team := range teams {
			choices = append(choices, Choice{team.Name, team.Description})
		}
		return choices
	})
}

// Organizations returns those that the credentials open.
func Organizations(ctx context.Context, s onboard.Service) []Choice {
	return ask(ctx, func(ctx context.Context) (choices []Choice) {
		found, err := onboard.Organizations(ctx, hasty(s), onboard.Observer{})
		if err != nil {
			return nil
		}
		for _, one := range found {
			choices = append(choices, Choice{one.Name, one.ID})
		}
		return choices
	})
}

// hasty returns the service as it is asked by somebody who does not wait.
func hasty(s onboard.Service) onboard.Service {
	s.Attempts, s.Timeout, s.MaxWait, s.Unreached = 1, patience, patience, patience
	return s
}

// ask returns what is found in time, and nothing otherwise.
func ask(ctx context.Context, find func(context.Context) []Choice) []Choice {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	found := make(chan []Choice, 1)
	go func() { found <- find(ctx) }()
	select {
	case choices := <-found:
		return choices
	case <-ctx.Done(): // the process is about to end, and the asking with it
		return nil
	}
}
