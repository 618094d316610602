package workbook

import (
	"strconv"
	"strings"
)

// refers revises what a part says about places in a sheet from which rows are taken away.
type refers struct {
	*reviser
	gone  gone
	sheet string
	// own tells that the part is about that sheet.
	own bool
	// anchored tells that what stands at cells moves with them.
	anchored bool
}

// How attributes refer to cells: an element is left out with the last of them, or stays.
var (
	leftOut = map[string]string{
		"mergeCell": "ref", "hyperlink": "ref", "conditionalFormatting": "sqref", "dataValidation": "sqref", "protectedRange": "sqref",
		"ignoredError": "sqref", "comment": "ref", "threadedComment": "ref",
	}
	staying = map[string][]string{
		"dimension": {"ref"}, "autoFilter": {"ref"}, "sortState": {"ref"}, "sortCondition": {"ref"}, "table": {"ref"}, "location": {"ref"},
		"selection": {"activeCell", "sqref"}, "pane": {"topLeftCell"}, "sheetView": {"topLeftCell"},
	}
	// formulas are elements whose text is one.
	formulas = map[string]bool{
		"f": true, "formula": true, "formula1": true, "formula2": true, "definedName": true, "calculatedColumnFormula": true,
		"totalsRowFormula": true,
	}
)

// start revises a start tag.
func (r *refers) start(e element, tag []byte) []byte {
	if len(r.gone) == 0 {
		return tag
	}
	name := e.local
	if name == "hyperlink" && e.get("location") != "" {
		tag = e.with(tag, "location", r.gone.formula(e.get("location"), r.sheet, r.own))
	}
	if name == "worksheetSource" && strings.EqualFold(e.get("sheet"), r.sheet) {
		return e.with(tag, "ref", r.gone.places(e.get("ref")))
	}
	if !r.own {
		return tag
	}
	if attribute := leftOut[name]; attribute != "" {
		left, some := r.gone.areas(e.get(attribute))
		if from, to, ok := parseArea(left); !some || name == "mergeCell" && ok && from == to {
			r.top(0).isGone = true
			return tag
		}
		return e.with(tag, attribute, left)
	}
	for _, attribute := range staying[name] {
		tag = e.with(tag, attribute, r.gone.places(e.get(attribute)))
	}
	if row, err := strconv.Atoi(e.get("id")); err == nil && name == "brk" && r.top(1).name == "rowBreaks" {
		if r.gone.has(row) {
			r.top(0).isGone = true
		}
		return e.with(tag, "id", strconv.Itoa(r.gone.move(row)))
	}
	if name == "twoCellAnchor" || name == "oneCellAnchor" {
		r.anchored = e.get("editAs") != "absolute"
	}
	return tag
}

// text revises the text in an element.
func (r *refers) text(text string) string {
	if len(r.gone) == 0 {
		return text
	}
	switch name := r.top(0).name; {
	case formulas[name]:
		return r.gone.formula(text, r.sheet, r.own)
	case !r.own:
	case name == "sqref":
		left, some := r.gone.areas(text)
		if !some {
			r.drop("conditionalFormatting", "dataValidation")
			return text
		}
		return left
	case name == "row" && (r.top(1).name == "from" || r.top(1).name == "to") && r.anchored: // of a drawing, from 0
		return r.fromZero(text)
	case name == "Row": // of a comment's shape
		if row, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && r.gone.has(row+1) {
			r.drop("shape")
		}
		return r.fromZero(text)
	case name == "Anchor":
		corners := strings.Split(text, ",")
		for _, i := range []int{2, 6} {
			if len(corners) > i {
				corners[i] = r.fromZero(corners[i])
			}
		}
		return strings.Join(corners, ",")
	}
	return text
}

func (r *refers) fromZero(text string) string {
	row, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || row < 0 {
		return text
	}
	return strconv.Itoa(r.gone.move(row+1) - 1)
}
