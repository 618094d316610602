package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/paint"
	"rollcall/pkg/roster"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// choosers are the ways in which a roster can be read otherwise.
type choosers struct {
	Columns []columnChooser
	// Role and Team are for rows that name none.
	Role, Team string
	Roles      []string
	// Sheets, Encodings and Delimiters are empty where there is nothing to choose.
	Sheets, Encodings, Delimiters []choice
	IncludeInactive, HasInactive  bool
}

// columnChooser says which column a field is read from.
type columnChooser struct {
	Field, Label, Sample string
	Choices              []choice
}

// choice is one of several.
type choice struct {
	Value, Text string
	On          bool
}

// The values of choices that are no name of a column.
const (
	chooseFound = ""
	chooseNone  = "none"
	chooseThis  = "column:"
)

func choosersOf(l *words.Language, settings roster.Settings, reading *desk.Reading) *choosers {
	c := &choosers{
		Role: settings.Role, Team: strings.Join(settings.Teams, "; "), Roles: roster.Roles(),
		IncludeInactive: settings.IncludeInactive, HasInactive: reading.LeftOut > 0 || settings.IncludeInactive,
	}
	survey := reading.Survey
	if survey == nil {
		survey = &roster.Survey{}
	}
	isTable := reading.Refused != nil || reading.Format == roster.CSV || reading.Format == roster.XLSX
	for _, field := range mappedFields() {
		if isTable {
			c.Columns = append(c.Columns, columnsFor(l, field, settings, survey))
		}
	}
	if len(survey.Sheets) > 0 {
		c.Sheets = []choice{leftOpen(l, paint.Visible(survey.Sheet), settings.Sheet)}
		for _, sheet := range survey.Sheets {
			c.Sheets = append(c.Sheets, choice{sheet.Name, paint.Visible(sheet.Name), sheet.Name == settings.Sheet})
		}
		return c
	}
	if reading.Refused == nil && reading.Format != roster.CSV {
		return c
	}
	c.Delimiters = []choice{leftOpen(l, delimiterText(l, survey.Delimiter), settings.Delimiter)}
	for _, name := range roster.Delimiters() {
		c.Delimiters = append(c.Delimiters, choice{name, l.Say("delimiter." + name), name == settings.Delimiter})
	}
	c.Encodings = []choice{leftOpen(l, string(survey.Encoding), settings.Encoding)}
	for _, one := range survey.Encodings {
		text := string(one.Encoding)
		if one.Word != "" {
			text = l.Say("choose.encoding", text, paint.Visible(one.Word))
		}
		c.Encodings = append(c.Encodings, choice{string(one.Encoding), text, strings.EqualFold(string(one.Encoding), settings.Encoding)})
	}
	for _, name := range document.Encodings() {
		isThere := slices.ContainsFunc(c.Encodings, func(one choice) bool { return strings.EqualFold(one.Value, name) })
		if name != roster.EncodingAuto && !isThere {
			c.Encodings = append(c.Encodings, choice{name, name, strings.EqualFold(name, settings.Encoding)})
		}
	}
	return c
}

// mappedFields are those for which a column can be chosen.
func mappedFields() []string { return append(slices.Clone(desk.Fields()), roster.FieldActive) }

// columnsFor returns the columns that a field can be read from.
func columnsFor(l *words.Language, field string, settings roster.Settings, survey *roster.Survey) columnChooser {
	one := columnChooser{Field: field, Label: l.Say("field." + field + ".in")}
	given, isGiven := desk.ColumnOf(settings, field)
	first := choice{chooseFound, l.Say("choose.found"), !isGiven}
	for _, source := range survey.Fields {
		if source.Field != field || source.At < 0 {
			continue
		}
		if len(source.Sample) > 0 {
			one.Sample = paint.Visible(source.Sample[0])
		}
		if !isGiven {
			first.Text = l.Say("choose.found.as", paint.Visible(source.Column))
		}
	}
	one.Choices = append(one.Choices, first)
	if field != roster.FieldEmail {
		one.Choices = append(one.Choices, choice{chooseNone, l.Say("choose.none"), isGiven && given == ""})
	}
	for _, column := range survey.Columns {
		if strings.TrimSpace(column.Name) != "" && !column.Secret {
			one.Choices = append(one.Choices, choice{chooseThis + column.Name, paint.Visible(column.Name), isGiven && given == column.Name})
		}
	}
	return one
}

// leftOpen is the choice to leave something to be found out.
func leftOpen(l *words.Language, what, given string) choice {
	if what == "" || given != "" {
		return choice{chooseFound, l.Say("choose.found"), given == ""}
	}
	return choice{chooseFound, l.Say("choose.found.as", what), true}
}

func delimiterText(l *words.Language, delimiter rune) string {
	if name := delimiterName(delimiter); name != "" {
		return l.Say("delimiter." + name)
	}
	return ""
}

// delimiterName returns the name of a delimiter, "" if it has none.
func delimiterName(delimiter rune) string {
	for _, name := range roster.Delimiters() {
		if known, err := roster.ParseDelimiter(name); err == nil && known == delimiter {
			return name
		}
	}
	return ""
}

// readAsWords says what a roster was read as.
func readAsWords(l *words.Language, reading *desk.Reading) []string {
	parts := []string{l.Say("format." + reading.Format.String())}
	if reading.Sheet != "" {
		parts = append(parts, l.Say("check.sheet", paint.Visible(reading.Sheet)))
	}
	if reading.Encoding != document.Auto {
		parts = append(parts, string(reading.Encoding))
	}
	if name := delimiterName(reading.Delimiter); name != "" && reading.Format == roster.CSV {
		parts = append(parts, l.Say("check.delimiter."+name))
	}
	return parts
}

// mappingView asks what words mean.
type mappingView struct {
	desk.Word
	// N is its number in the form.
	N     int
	Roles []choice
}

func mappingsOf(l *words.Language, reading *desk.Reading) (views []mappingView) {
	for n, word := range reading.Words {
		v := mappingView{Word: word, N: n}
		roles, prefix := roster.Roles(), "role."
		if word.Field == roster.FieldTeamRole {
			roles, prefix = roster.TeamRoles(), "teamrole."
		}
		for _, role := range roles {
			one := choice{role, named(l, prefix, role), role == word.Likely}
			if one.On {
				one.Text = l.Say("words.likely", one.Text)
			}
			v.Roles = append(v.Roles, one)
		}
		views = append(views, v)
	}
	return views
}

// readAs has a roster read in another way.
func (s *Server) readAs(r *http.Request) (answer, error) {
	sheet, form, err := s.postedTo(r)
	if err != nil {
		return nil, err
	}
	answer, err := sheet.Read(r.Context(), chosen(sheet.Settings(), form))
	if err != nil {
		return nil, err
	}
	return after(sheet, url.Values{}, answer), nil
}

// chosen returns settings with what a form says.
func chosen(settings roster.Settings, form url.Values) roster.Settings {
	for _, field := range mappedFields() {
		if !form.Has("column-" + field) {
			continue
		}
		value := form.Get("column-" + field)
		column, isColumn := strings.CutPrefix(value, chooseThis)
		if !isColumn {
			column = ""
		}
		settings = desk.WithColumn(settings, field, column, isColumn || value == chooseNone)
	}
	for name, setting := range map[string]*string{
		"role": &settings.Role, "sheet": &settings.Sheet, "encoding": &settings.Encoding, "delimiter": &settings.Delimiter,
	} {
		if form.Has(name) {
			*setting = form.Get(name)
		}
	}
	if option := form.Get("option"); option != "" {
		settings = remedied(settings, option, form.Get("value"))
	}
	if form.Has("team") {
		settings.Teams = nil
		if team := strings.TrimSpace(form.Get("team")); team != "" {
			settings.Teams = []string{team}
		}
	}
	if form.Has("activity") {
		settings.IncludeInactive = form.Get("inactive") != ""
	}
	return settings
}

// remedied returns settings with one that solves a problem.
func remedied(settings roster.Settings, option, value string) roster.Settings {
	switch option {
	case roster.OptionEncoding:
		settings.Encoding = value
	case roster.OptionDelimiter:
		settings.Delimiter = value
	case roster.OptionSheet:
		settings.Sheet = value
	case roster.OptionMap:
		if field, column, found := strings.Cut(value, "="); found && slices.Contains(mappedFields(), field) {
			return desk.WithColumn(settings, field, strings.Trim(column, `"`), true)
		}
		settings.Maps = append(slices.Clone(settings.Maps), value)
	}
	return settings
}
