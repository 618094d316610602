package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/web/desk"
)

// postedTo returns the roster and the form that are posted.
func (s *Server) postedTo(r *http.Request) (*desk.Sheet, url.Values, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, nil, err
	}
	return sheet, r.PostForm, nil
}

// after is the page to see once corrections were made: the same part of the roster, with what there is to say.
func after(sheet *desk.Sheet, form url.Values, answer desk.Said) seeOther {
	at := whereOf(form)
	at.edit, at.said = 0, answer.ID
	return at.address(sheet)
}

// correctCells takes what was typed into cells. Each comes with the text that it was shown with, so that nobody writes over what
// was corrected in the meantime.
func (s *Server) correctCells(r *http.Request) (answer, error) {
	sheet, form, err := s.postedTo(r)
	if err != nil {
		return nil, err
	}
	var edits []desk.Edit
	for key := range form {
		spot, isCell := spotOf(key)
		if !isCell {
			continue
		}
		edits = append(edits, desk.Edit{Spot: spot, Shown: form.Get("s" + strings.TrimPrefix(key, "c")), Text: form.Get(key)})
	}
	if cell, meant, found := strings.Cut(form.Get("take"), " "); found {
		if i := slices.IndexFunc(edits, func(e desk.Edit) bool { return nameOf(e.Spot) == cell }); i >= 0 {
			edits[i].Text = meant
		}
	}
	slices.SortFunc(edits, func(a, b desk.Edit) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Field, b.Field)) })
	answer, err := sheet.Correct(r.Context(), edits)
	if err != nil {
		return nil, err
	}
	if form.Get("then") == "plan" && answer.Well() {
		return planAddress(sheet.ID, desk.Invite), nil
	}
	return after(sheet, form, answer), nil
}

// nameOf is what forms call a cell: c.12.email.
func nameOf(spot desk.Spot) string { return fmt.Sprintf("c.%d.%s", spot.Row, spot.Field) }

// spotOf reads the name of a cell in a form.
func spotOf(key string) (desk.Spot, bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 || parts[0] != "c" {
		return desk.Spot{}, false
	}
	row, err := strconv.Atoi(parts[1])
	return desk.Spot{Row: row, Field: parts[2]}, err == nil && desk.IsField(parts[2])
}

// meanWords has words stand for roles.
func (s *Server) meanWords(r *http.Request) (answer, error) {
	sheet, form, err := s.postedTo(r)
	if err != nil {
		return nil, err
	}
	var meanings []desk.Meaning
	for i, word := range form["word"] {
		n := strconv.Itoa(i)
		if role := form.Get("role-" + n); role != "" && i < len(form["field"]) {
			meanings = append(meanings, desk.Meaning{Field: form["field"][i], Word: word, Role: role})
		}
	}
	if len(meanings) == 0 {
		at := whereOf(form)
		at.unchosen = true
		return at.address(sheet), nil
	}
	answer, err := sheet.Mean(r.Context(), meanings)
	if err != nil {
		return nil, err
	}
	return after(sheet, form, answer), nil
}

// undo takes corrections back: of a cell, of a word, or all.
func (s *Server) undo(r *http.Request) (answer, error) {
	sheet, form, err := s.postedTo(r)
	if err != nil {
		return nil, err
	}
	var answer desk.Said
	spot, isCell := spotOf(form.Get("cell"))
	switch {
	case isCell:
		answer, err = sheet.Undo(r.Context(), spot)
	case form.Has("word"):
		answer, err = sheet.Mean(r.Context(), []desk.Meaning{{Field: form.Get("field"), Word: form.Get("word")}})
	default:
		answer, err = sheet.UndoAll(r.Context())
	}
	if err != nil {
		return nil, err
	}
	return after(sheet, form, answer), nil
}
