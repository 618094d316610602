package desk

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// Corrections are what a person has corrected in a roster.
type Corrections struct {
	Cells []Correction `json:"cells,omitempty"`
	Words []Meaning    `json:"words,omitempty"`
}

// Correction is what a cell says instead.
type Correction struct {
	Row   int    `json:"row"`
	Field string `json:"field"`
	// Was is what stood there, Text what stands there now.
	Was  string `json:"was"`
	Text string `json:"text"`
}

// Meaning is a role in the place of a word, in all rows. Field is [roster.FieldRole] or [roster.FieldTeamRole].
type Meaning struct {
	Field string `json:"field"`
	Word  string `json:"word"`
	Role  string `json:"role"`
}

// IsZero reports whether nothing is corrected.
func (c Corrections) IsZero() bool { return len(c.Cells)+len(c.Words) == 0 }

func (c Corrections) clone() Corrections {
	return Corrections{slices.Clone(c.Cells), slices.Clone(c.Words)}
}

func (c Corrections) byRow() map[int][]Correction {
	rows := map[int][]Correction{}
	for _, one := range c.Cells {
		rows[one.Row] = append(rows[one.Row], one)
	}
	return rows
}

// set has a cell say a text that said another one.
func (c *Corrections) set(row int, field, was, text string) {
	i := slices.IndexFunc(c.Cells, func(one Correction) bool { return one.Row == row && one.Field == field })
	switch {
	case i < 0:
		c.Cells = append(c.Cells, Correction{row, field, was, text})
	case c.Cells[i].Was == text:
		c.Cells = slices.Delete(c.Cells, i, i+1)
	default:
		c.Cells[i].Text = text
	}
}

// unset gives a cell back what stood in it, and reports whether it was corrected. An empty field stands for the whole row.
func (c *Corrections) unset(row int, field string) bool {
	before := len(c.Cells)
	c.Cells = slices.DeleteFunc(c.Cells, func(one Correction) bool {
		return one.Row == row && (field == "" || one.Field == field)
	})
	return len(c.Cells) < before
}

// overlaid returns the corrections as they are laid over a document.
func (c Corrections) overlaid() overlay.Corrections {
	o := overlay.Corrections{Cells: map[int]map[string]string{}, Words: map[string]map[string]string{}}
	for _, one := range c.Cells {
		if o.Cells[one.Row] == nil {
			o.Cells[one.Row] = map[string]string{}
		}
		o.Cells[one.Row][one.Field] = one.Text
	}
	for _, one := range c.Words {
		if o.Words[one.Field] == nil {
			o.Words[one.Field] = map[string]string{}
		}
		o.Words[one.Field][one.Word] = one.Role
	}
	return o
}

// Corrections returns what is corrected, in the order of the rows.
func (s *Sheet) Corrections() Corrections {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.Corrections.clone()
	slices.SortFunc(c.Cells, func(a, b Correction) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(fieldIndex(a.Field), fieldIndex(b.Field)))
	})
	return c
}

// Edit is a text that a person has typed into a cell which was shown with another one.
type Edit struct {
	Spot
	Shown, Text string
}

// Spot is a cell: its row and its field.
type Spot struct {
	Row   int
	Field string
}

// mostSaid is how many answers to corrections are remembered, each until its page is shown.
const mostSaid = 8

// Said is what there is to say about corrections that were made together.
type Said struct {
	// ID is what the answer is called, from 1.
	ID int
	// Done counts the cells that were corrected and are right now. Wrong has those that are still wrong.
	Done  int
	Wrong map[Spot]bool
	// Overtaken are texts that were not taken, since somebody has corrected the cell in the meantime. Refused are texts that the
	// cell cannot have, and why.
	Overtaken map[Spot]string
	Refused   map[Spot]Refusal
	// Lost is how many corrections were given up, since they do not hold for the roster as it is read now.
	Lost int
	// Err is why nothing was corrected, nil if something may have been.
	Err error
}

// Well reports whether all that was typed was taken, and is right now.
func (s Said) Well() bool {
	return s.Err == nil && len(s.Wrong)+len(s.Overtaken)+len(s.Refused) == 0
}

// posted returns a text as a field of a page gives it back: without line breaks and without what no page can show.
func posted(text string) string {
	return strings.NewReplacer("\r", "", "\n", "", "\x00", "\ufffd").Replace(text)
}

// Refusal is a text that a cell cannot have.
type Refusal struct {
	Text string
	Err  error
}

// Said returns the answer of that name, if it is remembered.
func (s *Sheet) Said(id int) (Said, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || s.said[id%mostSaid].ID != id {
		return Said{}, false
	}
	return s.said[id%mostSaid], true
}

// remember gives an answer a name, and keeps it for a while.
func (s *Sheet) remember(said Said) Said {
	s.saids++
	said.ID = s.saids
	s.said[said.ID%mostSaid] = said
	return said
}

// Correct takes what was typed into cells, and checks the roster anew. A cell that does not say any more what it was shown with
// keeps what it says.
func (s *Sheet) Correct(ctx context.Context, edits []Edit) (Said, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := Said{Wrong: map[Spot]bool{}, Overtaken: map[Spot]string{}, Refused: map[Spot]Refusal{}}
	next := s.state.Corrections.clone()
	taken := map[Spot]Edit{}
	for _, edit := range edits {
		row, err := s.row(ctx, edit.Row)
		if err != nil {
			return said, err
		}
		i := fieldIndex(edit.Field)
		switch now := row.Cells[i].Text; {
		case posted(edit.Text) == posted(now), posted(edit.Text) == posted(edit.Shown):
		case posted(edit.Shown) != posted(now):
			said.Overtaken[edit.Spot] = edit.Text
		default:
			taken[edit.Spot] = edit
			next.set(edit.Row, edit.Field, now, edit.Text)
		}
	}
	if len(taken) == 0 {
		return s.remember(said), nil
	}
	err := s.lay(ctx, &next, taken, &said)
	if ctx.Err() != nil {
		return said, ctx.Err()
	}
	if said.Err = err; err != nil {
		return s.remember(said), nil
	}
	for spot := range taken {
		row, err := s.row(ctx, spot.Row)
		if err != nil {
			return said, err
		}
		if row.Cells[fieldIndex(spot.Field)].Wrong() {
			said.Wrong[spot] = true
		} else {
			said.Done++
		}
	}
	return s.remember(said), nil
}

// lay lays corrections over the upload. Those of the edits that a cell cannot have are taken out of both.
func (s *Sheet) lay(ctx context.Context, next *Corrections, taken map[Spot]Edit, said *Said) error {
	for {
		err := s.change(ctx, s.state.Settings, *next)
		wrong, ok := errors.AsType[*overlay.Error](err)
		if !ok {
			return err
		}
		spots := slices.DeleteFunc(slices.Collect(maps.Keys(taken)), func(spot Spot) bool {
			return spot.Row != wrong.Row || wrong.Field != "" && spot.Field != wrong.Field
		})
		if len(spots) == 0 {
			return err
		}
		for _, spot := range spots {
			said.Refused[spot] = Refusal{taken[spot].Text, wrong.Err}
			delete(taken, spot)
			next.unset(spot.Row, spot.Field)
			if earlier := s.state.Corrections.at(spot); earlier != nil {
				next.Cells = append(next.Cells, *earlier)
			}
		}
	}
}

// at returns the correction of a cell, nil if there is none.
func (c Corrections) at(spot Spot) *Correction {
	for i, one := range c.Cells {
		if one.Row == spot.Row && one.Field == spot.Field {
			return &c.Cells[i]
		}
	}
	return nil
}

// Mean has words stand for roles in all rows. A meaning without a role takes back what was said of the word.
func (s *Sheet) Mean(ctx context.Context, meanings []Meaning) (Said, error) {
	return s.recorrect(ctx, func(c *Corrections) {
		for _, one := range meanings {
			c.Words = slices.DeleteFunc(c.Words, func(other Meaning) bool {
				return other.Field == one.Field && roster.WordKey(other.Word) == roster.WordKey(one.Word)
			})
			if one.Role != "" {
				c.Words = append(c.Words, one)
			}
		}
	})
}

// Undo gives a cell back what stood in it.
func (s *Sheet) Undo(ctx context.Context, spot Spot) (Said, error) {
	return s.recorrect(ctx, func(c *Corrections) { c.unset(spot.Row, spot.Field) })
}

// UndoAll takes all corrections back.
func (s *Sheet) UndoAll(ctx context.Context) (Said, error) {
	return s.recorrect(ctx, func(c *Corrections) { *c = Corrections{} })
}

// recorrect changes the corrections and checks the roster anew.
func (s *Sheet) recorrect(ctx context.Context, change func(*Corrections)) (Said, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.state.Corrections.clone()
	change(&next)
	err := s.change(ctx, s.state.Settings, next)
	if ctx.Err() != nil {
		return Said{}, ctx.Err()
	}
	return s.remember(Said{Err: err}), nil
}

// Read has the roster read in another way. Corrections that were made in cells which are no cells of that field any more are given
// up.
func (s *Sheet) Read(ctx context.Context, settings roster.Settings) (Said, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := settings.Parse(); err != nil {
		return s.remember(Said{Err: err}), nil
	}
	next := s.state.Corrections.clone()
	before := len(next.Cells)
	next.hold(s.state.Settings, settings)
	said := Said{Lost: before - len(next.Cells)}
	for {
		err := s.change(ctx, settings, next)
		if wrong, ok := errors.AsType[*overlay.Error](err); ok && next.unset(wrong.Row, wrong.Field) {
			said.Lost++
			continue
		}
		if ctx.Err() != nil {
			return said, ctx.Err()
		}
		said.Err = err
		return s.remember(said), nil
	}
}

// hold gives up the corrections that do not hold once the roster is read in another way.
func (c *Corrections) hold(before, now roster.Settings) {
	if before.Sheet != now.Sheet || before.Delimiter != now.Delimiter || before.Encoding != now.Encoding {
		c.Cells = nil
		return
	}
	for _, field := range fieldNames {
		if columnOf(before, field) != columnOf(now, field) {
			c.Cells = slices.DeleteFunc(c.Cells, func(one Correction) bool { return one.Field == field })
		}
	}
}
