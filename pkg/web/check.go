package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rollcall/pkg/roster"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// checkView is the page of a roster: what is wrong with it, and where.
type checkView struct {
	ID, Name string
	*desk.Reading
	// As says how it was read; Edited counts the cells and words that were corrected.
	As       []string
	Edited   int
	Meanings []desk.Meaning
	// Show is the part of the rows that is shown, Query what is looked for in them.
	Show, Query string
	Tabs        []tab
	Slice       slice
	Shown       []rowView
	// Editable tells that cells can be corrected: some are shown as fields.
	Editable bool
	// Notes are about the roster as a whole.
	Notes    []remark
	Mappings []mappingView
	Choosers *choosers
	// Unchosen tells that words were to be corrected, and nothing was chosen for any of them.
	Unchosen bool
	Said     desk.Said
	HasSaid  bool
	Trouble  *trouble
	// Unseen counts the cells that were corrected by somebody else meanwhile, and whose rows are not shown.
	Unseen int
	// Focus tells that the focus is on the page, since no cell is wrong.
	Focus bool
}

// tab is a part of the rows that can be shown.
type tab struct {
	Key, Class string
	Count, Of  int
	On         bool
}

// shows are the parts of the rows by what addresses call them.
var shows = map[string]desk.Marks{
	"wrong": desk.WrongRow, "look": desk.DoubtfulRow, "repeated": desk.RepeatedRow, "left": desk.LeftOutRow, "corrected": desk.CorrectedRow, "all": desk.AnyRow,
}

// where is what of a roster a page shows.
type where struct {
	show, query string
	page, edit  int
	said        int
	unchosen    bool
}

func whereOf(values url.Values) where {
	number := func(key string) int {
		n, _ := strconv.Atoi(values.Get(key)) // whatever is no number is none
		return n
	}
	return where{show: values.Get("show"), query: values.Get("q"), page: pageOf(values), edit: number("edit"), said: number("said"), unchosen: values.Has("unchosen")}
}

// address returns where the part is shown, with what else there is to say.
func (w where) address(sheet *desk.Sheet) seeOther {
	values := valuesOf("show", w.show, "q", w.query)
	if w.page > 1 {
		values.Set("page", strconv.Itoa(w.page))
	}
	for key, n := range map[string]int{"edit": w.edit, "said": w.said} {
		if n > 0 {
			values.Set(key, strconv.Itoa(n))
		}
	}
	if w.unchosen {
		values.Set("unchosen", "1")
	}
	if len(values) == 0 {
		return sheetPage(sheet)
	}
	return sheetPage(sheet) + seeOther("?"+values.Encode())
}

// check shows a roster.
func (s *Server) check(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	reading, err := sheet.Reading(r.Context())
	if err != nil {
		return nil, err
	}
	l, at := s.languageOf(r), whereOf(r.URL.Query())
	corrections := sheet.Corrections()
	v := &checkView{
		ID: sheet.ID, Name: sheet.Name, Reading: reading, Meanings: corrections.Words, Edited: len(corrections.Cells) + len(corrections.Words),
	}
	settings := sheet.Settings()
	if reading.Survey != nil || settings.Shape() != (roster.Settings{}).Shape() { // otherwise it is nothing that could be read in another way
		v.Choosers = choosersOf(l, settings, reading)
	}
	if v.Said, v.HasSaid = sheet.Said(at.said); v.HasSaid {
		v.Trouble = troubleOf(l, v.Said.Err)
	}
	if reading.Refused != nil {
		return s.unreadable(r, v)
	}
	if err := v.fill(r, sheet, l, at); err != nil {
		return nil, err
	}
	return s.render(r, "check.html", page{Title: v.title(l), Mark: "check-" + strconv.Itoa(reading.Wrong), Step: 2, Data: v, Focus: v.Focus})
}

// unreadable shows a roster that cannot be used as it is read: why, and what can be chosen otherwise.
func (s *Server) unreadable(r *http.Request, v *checkView) (answer, error) {
	l := s.languageOf(r)
	for _, finding := range v.Refused.Findings {
		v.Notes = append(v.Notes, withSheets(l, sayDocument(l, finding), finding, v.Survey))
		if finding.Code == "document-empty" { // which reads the same in every way
			v.Choosers = nil
		}
	}
	return s.render(r, "unreadable.html", page{Title: l.Say("unreadable.title"), Mark: "refused", Step: 2, Data: v, Focus: v.HasSaid})
}

// title states what came of the check.
func (v *checkView) title(l *words.Language) string {
	switch {
	case v.Wrong > 0:
		return l.Say("check.title.wrong", v.Wrong)
	case v.Doubtful > 0:
		return l.Say("check.title.look", v.Doubtful)
	case v.Ready == v.Rows:
		return l.Say("check.title.well", v.Ready)
	}
	return l.Say("check.title.ready", v.Ready, v.Rows)
}

// fill reads the rows that are shown.
func (v *checkView) fill(r *http.Request, sheet *desk.Sheet, l *words.Language, at where) error {
	v.Query, v.Unchosen = at.query, at.unchosen
	if _, known := shows[at.show]; !known {
		at.show = v.first()
	}
	v.Show = at.show
	first := (at.page - 1) * perPage
	part, err := sheet.Rows(r.Context(), shows[at.show], at.query, first, perPage)
	if err != nil {
		return err
	}
	v.Slice = sliceOf(at.page, part.All)
	if first >= part.All && part.All > 0 { // the rows of this page are corrected
		part, err = sheet.Rows(r.Context(), shows[at.show], at.query, v.Slice.From-1, perPage)
		if err != nil {
			return err
		}
	}
	v.Slice.Query = queryOf("show", at.show, "q", at.query)
	v.As = readAsWords(l, v.Reading)
	v.Tabs = v.tabs()
	for _, finding := range v.Findings {
		v.Notes = append(v.Notes, sayDocument(l, finding))
	}
	for _, finding := range v.Gathered {
		if !isWord(v.Reading, finding) {
			v.Notes = append(v.Notes, sayDocument(l, finding))
		}
	}
	v.Mappings = mappingsOf(l, v.Reading)
	v.Focus = v.HasSaid
	told := map[string]bool{}
	for _, note := range v.Notes {
		told[note.Text] = note.Rows > 0
	}
	for _, row := range part.Rows {
		view := rowOf(l, row, at.edit == row.Number, v.Said)
		view.tellOnce(told)
		for i := range view.Cells {
			if cell := &view.Cells[i]; cell.Bad && cell.IsField && v.Focus || at.edit == row.Number && i == 0 {
				cell.Focus, v.Focus = true, false
			}
			v.Editable = v.Editable || view.Cells[i].IsField
		}
		v.Shown = append(v.Shown, view)
	}
	v.Unseen = unseen(v.Said.Overtaken, part.Rows)
	return nil
}

// unseen counts the cells of rows that are not shown.
func unseen(cells map[desk.Spot]string, shown []desk.Row) (n int) {
	for spot := range cells {
		if !slices.ContainsFunc(shown, func(row desk.Row) bool { return row.Number == spot.Row }) {
			n++
		}
	}
	return n
}

// first is the part of the rows that is shown first: what there is to do.
func (v *checkView) first() string {
	switch {
	case v.Wrong > 0:
		return "wrong"
	case v.Doubtful > 0 && v.Query == "":
		return "look"
	}
	return "all"
}

// tabs are the parts that have rows, and the one that is shown.
func (v *checkView) tabs() (tabs []tab) {
	for _, one := range []tab{
		{Key: "wrong", Class: "bad", Count: v.Wrong},
		{Key: "look", Class: "warn", Count: v.Doubtful},
		{Key: "repeated", Count: v.Repeated},
		{Key: "left", Count: v.LeftOut},
		{Key: "corrected", Count: v.Corrected},
		{Key: "all", Class: "good", Count: v.Ready, Of: v.Rows},
	} {
		one.On = one.Key == v.Show && v.Query == ""
		if one.Count == 0 {
			one.Class = ""
		}
		if one.Count > 0 || one.On || one.Key == "wrong" || one.Key == "all" {
			tabs = append(tabs, one)
		}
	}
	return tabs
}

// isWord reports whether a finding is about a word that the page asks a meaning for.
func isWord(reading *desk.Reading, finding roster.Finding) bool {
	for _, word := range reading.Words {
		if desk.IsAbout(finding, word) {
			return true
		}
	}
	return false
}
