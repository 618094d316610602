package web

import (
	"errors"
	"strings"

	"rollcall/pkg/overlay"
	"rollcall/pkg/paint"
	"rollcall/pkg/pattern"
	"rollcall/pkg/remedy"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// remark is something in words: of the catalog, or in English where Foreign is set.
type remark struct {
	Text, Hint  string
	IsForeign   bool
	HintForeign bool
	// IsWrong tells an error from what is only worth a look. Line is where it is, 0 if that is nowhere.
	IsWrong    bool
	Line, Rows int
	// Meant is the value that is probably meant.
	Meant string
	// Remedies are settings that solve it, each at a click.
	Remedies []remedyView
}

// remedyView is a setting at a click.
type remedyView struct{ Option, Value, Text string }

// solving are settings that solve something about a roster.
type solving struct {
	ID       string
	Remedies []remedyView
}

// sayFinding says a finding: in the language, if there is a sentence for it.
func sayFinding(l *words.Language, f roster.Finding) remark {
	said := remark{IsWrong: f.Severity == roster.Error, Line: f.Line, Rows: f.Rows, Meant: f.Meant}
	if strings.HasPrefix(f.Code, "document-") {
		said.Line = 0 // it is about all of the file
	}
	key := "finding." + f.Code
	if f.Code == "" || !words.Has(key) {
		said.Text, said.Hint, said.IsForeign, said.HintForeign = paint.Visible(f.Reason), paint.Visible(f.Suggestion.Render(asOption(l))), true, true
		return said
	}
	args := make([]any, len(f.Args))
	for i, arg := range f.Args {
		args[i] = paint.Visible(arg)
	}
	said.Text = l.Say(key, args...)
	switch advice := "advice." + f.Code; {
	case f.Meant != "":
		said.Hint = l.Say("cell.meant", sayMeant(l, f))
	case words.Has(advice):
		said.Hint = l.Say(advice, args...)
	}
	return said
}

// sayMeant says the value that is probably meant.
func sayMeant(l *words.Language, f roster.Finding) string {
	switch f.Field {
	case roster.FieldRole:
		return named(l, "role.", f.Meant)
	case roster.FieldTeams:
		return named(l, "teamrole.", f.Meant)
	}
	return paint.Visible(f.Meant)
}

// sayDocument says a finding about the document as a whole, with settings that solve it.
func sayDocument(l *words.Language, f roster.Finding) remark {
	said := sayFinding(l, f)
	for _, r := range f.Suggestion.Remedies() {
		if text := sayRemedy(l, r); text != "" {
			said.Remedies = append(said.Remedies, remedyView{r.Option, r.Value, text})
		}
	}
	if len(said.Remedies) > 0 && len(said.Remedies) == len(f.Suggestion.Remedies()) {
		said.Hint = "" // which says the same
	}
	return said
}

// withSheets adds the sheets of a workbook that a finding asks to choose from, each at a click.
func withSheets(l *words.Language, said remark, f roster.Finding, survey *roster.Survey) remark {
	if survey == nil || f.Code != "sheets-several" && f.Code != "sheets-hidden" {
		return said
	}
	for _, sheet := range survey.Sheets {
		if sheet.Addresses {
			said.Remedies = append(said.Remedies, remedyView{roster.OptionSheet, sheet.Name, l.Say("remedy.sheet", paint.Clean(sheet.Name))})
		}
	}
	return said
}

// placeholders stand in remedies for what a person has to say.
var placeholders = pattern.Of(`=(COLUMN|ROLE)$`)

// sayRemedy says what a setting would do, "" if it is none that a click can make.
func sayRemedy(l *words.Language, r remedy.Remedy) string {
	value := paint.Visible(r.Value)
	switch r.Option {
	case roster.OptionEncoding, roster.OptionDelimiter, roster.OptionSheet:
		if value != "" {
			return l.Say("remedy."+r.Option, value)
		}
	case roster.OptionMap:
		return sayMap(l, value)
	}
	return ""
}

// sayMap says what a column or a word would be taken for.
func sayMap(l *words.Language, value string) string {
	field, to, isMap := strings.Cut(value, "=")
	field, word, isWord := strings.Cut(field, ":")
	to = strings.Trim(to, `"`)
	key := "remedy.map." + field
	if to == "" {
		key += ".none"
	}
	switch {
	case !isMap || placeholders().MatchString(value):
		return ""
	case isWord:
		return l.Say("remedy.word", word, named(l, "role.", named(l, "teamrole.", to)))
	case words.Has(key) && to == "":
		return l.Say(key)
	case words.Has(key):
		return l.Say(key, to)
	}
	return ""
}

// sayRule says why a row is left out.
func sayRule(l *words.Language, row desk.Row) remark {
	return remark{Text: paint.Visible(row.Rule.Hint().Render(asOption(l))), IsForeign: true}
}

// untaken are why a cell cannot have a text.
var untaken = map[string]error{
	"column": rewrite.ErrNoColumn, "unclear": rewrite.ErrUnclear, "manner": rewrite.ErrManner, "row": overlay.ErrNoRow, "text": overlay.ErrText,
	"blank": overlay.ErrBlank,
}

// sayRefusal says why a text was not taken.
func sayRefusal(l *words.Language, refusal desk.Refusal) string {
	for key, err := range untaken {
		if errors.Is(refusal.Err, err) {
			return l.Say("refusal." + key)
		}
	}
	return l.Say("refusal.other", paint.Visible(refusal.Err.Error()))
}
