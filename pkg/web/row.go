package web

import (
	"rollcall/pkg/paint"
	"rollcall/pkg/roster"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// rowView is a row of a roster as the page shows it.
type rowView struct {
	Number, Line int
	// Class is how the row is marked: wrong, look, repeated or left.
	Class string
	Cells []cellView
	// Findings are about the row as a whole.
	Findings []remark
	// Editing tells that all cells of the row are fields.
	Editing bool
}

// cellView is a cell of a row.
type cellView struct {
	// ID is what forms call the cell.
	ID, Field, Label string
	// Text is what stands in the cell, Shows what it is shown as.
	Text, Shows string
	// Typed is what a field holds: the text, or what was typed and not taken.
	Typed string
	Teams []desk.Team
	// Choices are the roles to choose from, none if anything can be typed.
	Choices []string
	// IsField tells that the cell can be corrected where it is, Bad that it has to be.
	IsField, Bad, Default, Focus bool
	Findings                     []remark
	// IsCorrected tells that the cell was corrected, Was what stood there before.
	IsCorrected bool
	Was         string
	// Meant is what is probably meant, and how that is shown, empty if nothing is or it would not be all of the cell.
	Meant, MeantShows string
	// StillWrong, Overtaken and Refused say what came of what was typed.
	StillWrong, Overtaken bool
	Refused               string
}

// shownCell is a cell with the line that it is on.
type shownCell struct {
	Line int
	Cell cellView
}

// Notes reports whether there is something to say about the cell.
func (c cellView) Notes() bool {
	return len(c.Findings) > 0 || c.Overtaken || c.Refused != "" || c.IsCorrected
}

func rowOf(l *words.Language, row desk.Row, editing bool, answer desk.Said) rowView {
	v := rowView{Number: row.Number, Line: row.Line, Class: classOf(row.Marks), Editing: editing}
	for _, finding := range row.Findings {
		v.Findings = append(v.Findings, sayFinding(l, finding.Said()))
	}
	if len(row.Rule) > 0 {
		v.Findings = append(v.Findings, sayRule(l, row))
	}
	for _, cell := range row.Cells {
		v.Cells = append(v.Cells, cellOf(l, row, cell, editing, answer))
	}
	return v
}

// tellOnce leaves out what to do about the cells where it is told before the rows.
func (v *rowView) tellOnce(told map[string]bool) {
	for _, cell := range v.Cells {
		for i := range cell.Findings {
			if told[cell.Findings[i].Text] {
				cell.Findings[i].Hint = ""
			}
		}
	}
}

func cellOf(l *words.Language, row desk.Row, cell desk.Cell, editing bool, answer desk.Said) cellView {
	spot := desk.Spot{Row: row.Number, Field: cell.Field}
	v := cellView{
		ID: nameOf(spot), Field: cell.Field, Label: l.Say("field." + cell.Field),
		Text: cell.Text, Shows: paint.Visible(cell.Text), Typed: cell.Text, Bad: cell.Wrong(), IsCorrected: cell.Was != nil,
		StillWrong: answer.Wrong[spot],
	}
	if v.IsCorrected {
		v.Was = paint.Visible(*cell.Was)
	}
	isLeftOut := row.Marks&desk.LeftOutRow != 0
	typed, isOvertaken := answer.Overtaken[spot]
	if refusal, ok := answer.Refused[spot]; ok {
		v.Refused, typed = sayRefusal(l, refusal), refusal.Text
	}
	if v.Overtaken = isOvertaken; isOvertaken || v.Refused != "" {
		v.Typed = typed
	}
	for _, finding := range cell.Findings {
		v.Findings = append(v.Findings, sayFinding(l, finding.Said()))
	}
	v.IsField = !cell.Fixed && !isLeftOut && (editing || len(cell.Findings) > 0 && row.Of == 0 || isOvertaken || v.Refused != "")
	if v.IsField && len(v.Findings) > 0 && cell.Field != roster.FieldTeams {
		if v.Meant = v.Findings[0].Meant; v.Meant != "" {
			v.Findings[0].Hint = ""
			v.MeantShows = sayMeant(l, cell.Findings[0].Said())
		}
	}
	switch cell.Field {
	case roster.FieldRole:
		v.Choices = roster.Roles()
		v.Default = row.Defaulted
		v.Shows = named(l, "role.", paint.Visible(row.Role))
	case roster.FieldTeams:
		v.Teams = row.Teams
	}
	return v
}

func classOf(marks desk.Marks) string {
	switch {
	case marks&desk.WrongRow != 0:
		return "wrong"
	case marks&desk.DoubtfulRow != 0:
		return "look"
	case marks&desk.RepeatedRow != 0:
		return "repeated"
	case marks&desk.LeftOutRow != 0:
		return "left"
	}
	return ""
}
