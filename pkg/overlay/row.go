package overlay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
)

// overlay is a document and what is to be laid over it.
type overlay struct {
	roster   *roster.Roster
	document *rewrite.Document
	cells    map[int]map[string]string
	words    map[string]map[string]string

	// rows are hashes of what stands in each row, touched are those that may change, as they were, by their numbers.
	seed    maphash.Seed
	rows    []uint64
	touched map[int]roster.RawRow
}

// write writes the corrected document and makes sure of what it says.
func (o *overlay) write(ctx context.Context, c *Corrected) error {
	var content bytes.Buffer
	encode := o.document.Encode
	if c.Recoded {
		encode = o.document.Recode
	}
	c.Cells = 0
	if err := encode(&content, func(out io.Writer) error { return o.edit(ctx, out, &c.Cells) }); err != nil {
		return err
	}
	c.Content = content.Bytes()
	return o.verify(ctx, c)
}

// look takes in a row of the roster: what it says, and whether anything is to change in it.
func (o *overlay) look(r *roster.Roster, row roster.RawRow) error {
	if row.Row == 1 {
		o.roster, o.seed, o.rows, o.touched = r, maphash.MakeSeed(), nil, map[int]roster.RawRow{}
	}
	o.rows = append(o.rows, o.hash(row))
	if _, wanted := o.change(row); wanted {
		o.touched[row.Row] = row
	}
	return nil
}

// edit changes what is to be changed.
func (o *overlay) edit(ctx context.Context, out io.Writer, cells *int) (err error) {
	e, err := o.document.Edit(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	for _, number := range slices.Sorted(maps.Keys(o.touched)) {
		row := o.touched[number]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		change, _ := o.change(row)
		if o.isTable() && len(change.Texts) > 0 && o.blank(row) {
			return &Error{Row: row.Row, Line: row.Line, Err: ErrBlank}
		}
		n, err := e.Set(row, change)
		if err != nil {
			return explain(row, err)
		}
		*cells += n
	}
	return e.Finish()
}

// explain says where an editor met an error.
func explain(row roster.RawRow, err error) error {
	e := &Error{Row: row.Row, Line: row.Line, Err: err}
	if of, ok := errors.AsType[*rewrite.FieldError](err); ok {
		e.Field, e.Err = of.Field, of.Err
	}
	return e
}

// change returns what is to change in a row, and whether anything may.
func (o *overlay) change(row roster.RawRow) (rewrite.Change, bool) {
	change := rewrite.Change{Texts: o.cells[row.Row]}
	wanted := len(change.Texts) > 0
	names, teamRoles := o.words[roster.FieldTeams], o.words[roster.FieldTeamRole]
	if len(o.words[roster.FieldRole]) > 0 {
		change.Role = reword(o.words[roster.FieldRole])
		wanted = wanted || change.Role(o.says(row, roster.FieldRole)) != o.says(row, roster.FieldRole)
	}
	if len(names)+len(teamRoles) > 0 {
		change.Teams = func(text string) string { return roster.RewordTeams(text, names, teamRoles) }
		change.Team, change.TeamRole = reword(names), reword(teamRoles)
		wanted = wanted || o.rewords(row, change)
	}
	return change, wanted
}

// rewords reports whether a row may have a team or a role in one for which there is another word.
func (o *overlay) rewords(row roster.RawRow, change rewrite.Change) bool {
	if says := o.says(row, roster.FieldTeams); o.isTable() {
		return change.Teams(says) != says
	}
	return aboutTeams(row) || slices.ContainsFunc(row.Written, func(c roster.Cell) bool {
		return c.Field == roster.FieldTeams && (change.Teams(c.Text) != c.Text || change.Team(c.Text) != c.Text || change.TeamRole(c.Text) != c.Text)
	})
}

func aboutTeams(row roster.RawRow) bool {
	return slices.ContainsFunc(row.Findings, func(f roster.Finding) bool { return f.Field == roster.FieldTeams })
}

func (o *overlay) isTable() bool {
	return o.roster.Format == roster.CSV || o.roster.Format == roster.XLSX
}

// says returns what a row says in a field, as far as that is known.
func (o *overlay) says(row roster.RawRow, field string) string {
	for _, cell := range row.Written {
		if field == roster.FieldRole && cell.Field == field && !o.isTable() {
			return cell.Text // and not what it means
		}
	}
	if at := o.roster.Field(field).At; at >= 0 && at < len(row.All) {
		return row.All[at]
	}
	return ""
}

// reword returns what puts words in the place of others.
func reword(words map[string]string) func(string) string {
	return func(text string) string {
		if word, known := words[roster.WordKey(text)]; known && email.Trim(text) != "" {
			return word
		}
		return text
	}
}

// hash returns a hash of the line of a row and of its cells, without empty ones at the end.
func (o *overlay) hash(row roster.RawRow) uint64 {
	last := len(row.All)
	for last > 0 && row.All[last-1] == "" {
		last--
	}
	var h maphash.Hash
	h.SetSeed(o.seed)
	maphash.WriteComparable(&h, row.Line)
	for _, cell := range row.All[:last] {
		maphash.WriteComparable(&h, cell)
	}
	return h.Sum64()
}

// verify makes sure that the document has the same rows on the same lines, and says in them what it should.
func (o *overlay) verify(ctx context.Context, c *Corrected) error {
	options := plain(c.Options)
	if encoding := o.roster.Encoding(); !c.Recoded && !encoding.Unicode() {
		if options.Encoding == document.Auto { // which is found out again
			found, err := document.Identify(ctx, c.Source())
			if err != nil || found.Encoding != "" && found.Encoding != encoding {
				return fmt.Errorf("%w: %s would not be known again", errOtherwise, encoding)
			}
		}
		options.Encoding = encoding
	}
	count := 0
	again, err := roster.Scan(ctx, c.Source(), options, func(_ *roster.Roster, row roster.RawRow) error {
		count++
		before, touched := o.touched[row.Row]
		switch {
		case count > len(o.rows), touched && (before.Line != row.Line || !o.same(before, row)), !touched && o.hash(row) != o.rows[count-1]:
			return fmt.Errorf("%w (line %d)", errOtherwise, row.Line)
		}
		return nil
	})
	switch {
	case errors.As(err, new(*roster.RefusedError)):
		return fmt.Errorf("%w: %w", errOtherwise, err)
	case err != nil:
		return err
	case count != len(o.rows) || !slices.Equal(again.Columns, o.roster.Columns):
		return errOtherwise
	}
	return nil
}

// blank reports whether the corrections leave nothing in a row.
func (o *overlay) blank(row roster.RawRow) bool {
	for _, text := range o.want(row) {
		if email.Trim(text) != "" {
			return false
		}
	}
	return true
}

// want returns what the cells of a row are to say.
func (o *overlay) want(row roster.RawRow) []string {
	all := slices.Clone(row.All)
	change, _ := o.change(row)
	for _, field := range []string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams} {
		at := o.roster.Field(field).At
		if at < 0 {
			continue
		}
		text, given := change.Texts[field]
		if !given && at >= len(all) {
			continue
		}
		all = append(all, make([]string, max(0, at+1-len(all)))...)
		switch {
		case given:
			all[at] = text
		case field == roster.FieldRole && change.Role != nil:
			if says := o.says(row, field); change.Role(says) != says {
				all[at] = change.Role(says)
			}
		case field == roster.FieldTeams && change.Teams != nil:
			all[at] = change.Teams(all[at])
		}
	}
	return all
}

// same reports whether a row says what it should.
func (o *overlay) same(before, after roster.RawRow) bool {
	want, got := o.want(before), after.All
	for i := range max(len(want), len(got)) {
		w, g := cell(want, i), cell(got, i)
		switch {
		case w == g:
		case o.isTable(), i > 2:
			return false
		case i == 0 && w == "" && slices.ContainsFunc(before.Findings, func(f roster.Finding) bool { return f.Field == "" }):
			// The person was an address alone.
		case i == 0 && email.Trim(w) != g, i == 1 && !sameRole(w, g), i == 2 && !o.sameTeams(before, w, g):
			return false
		}
	}
	return true
}

func cell(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

// sameRole reports whether a document that is no table has the role, which it shows in the service's spelling.
func sameRole(want, got string) bool {
	if role, err := roster.ParseRole(email.Trim(want)); err == nil {
		return role == got
	}
	return email.Trim(want) == got || email.Trim(want) == ""
}

// sameTeams reports whether a document that is no table has the teams. What is not known: all teams of a list with mistakes, and
// how a cell was written for whose words there are others.
func (o *overlay) sameTeams(before roster.RawRow, want, got string) bool {
	teams, _ := roster.ParseTeams(email.Trim(want))
	if strings.EqualFold(roster.FormatTeams(teams), got) || len(teams) == 0 {
		return true
	}
	if _, given := o.cells[before.Row][roster.FieldTeams]; given {
		return false
	}
	change, _ := o.change(before)
	return aboutTeams(before) || change.Teams != nil && o.rewords(before, change)
}
