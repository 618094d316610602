package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"rollcall/pkg/document"
	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// Reading is what there is to say about a roster as it is now.
type Reading struct {
	// Refused says why nothing can be done with the document as it is read, nil if it can be used. Otherwise nothing but Survey is
	// known.
	Refused *roster.RefusedError
	// Rows counts all rows: each is wrong, repeats an earlier one, is left out by a rule, or is ready. Doubtful are those of the
	// ready ones that are worth a look, Corrected those in which a cell was corrected.
	Rows, Wrong, Repeated, LeftOut, Ready, Doubtful, Corrected int
	// Format, Encoding, Delimiter and Sheet say what the document is read as, as far as it has them.
	Format    roster.Format
	Encoding  document.Encoding
	Delimiter rune
	Sheet     string
	// Fields say which columns the fields are read from.
	Fields []roster.FieldSource
	// Survey has what can be chosen, nil if nothing is known of that.
	Survey *roster.Survey
	// Findings are about the document as a whole; Gathered are each about many rows.
	Findings, Gathered []roster.Finding
	// Words are those that stand for no role, the most frequent first.
	Words []Word
	// Lost is how many corrections do not hold for the roster as it is read now.
	Lost int

	rows rows
}

// Word is a text in the place of a role.
type Word struct {
	// Field is [roster.FieldRole] or [roster.FieldTeamRole].
	Field, Text string
	// Rows is how many rows have it, Likely the role that is probably meant, empty if none is.
	Rows   int
	Likely string
}

const (
	// mostWords is how many words a person maps at once: a column with more is none of roles.
	mostWords = 30
	// mostGathered is how many things that are said of many rows are worth saying before the rows.
	mostGathered = 8
)

// read reads a version of the sheet: once to find out what it is, and once more for the rows.
func (s *Sheet) read(ctx context.Context, v version) (*Reading, error) {
	options, err := v.Settings.Parse()
	if err != nil {
		return nil, err
	}
	source := s.source(v.Content)
	r, err := roster.Read(ctx, source, options)
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		survey, _ := roster.Look(ctx, source, options) // which is of use where it can be had
		return &Reading{Refused: refused, Survey: survey}, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	reading := &Reading{
		Rows: r.Rows, Format: r.Format, Encoding: r.Encoding(), Delimiter: r.Dialect().Delimiter, Sheet: r.Dialect().Sheet,
		Fields: r.Fields, Findings: r.Findings,
	}
	if reading.Survey, err = roster.Look(ctx, source, options); err != nil {
		return nil, err
	}
	if err := reading.rows.create(s.folder); err != nil {
		return nil, err
	}
	if err := reading.take(ctx, r, s.state.Corrections); err != nil {
		return nil, errors.Join(err, reading.rows.close())
	}
	reading.Ready = reading.Rows - reading.Wrong - reading.Repeated - reading.LeftOut
	return reading, nil
}

// take goes through the rows.
func (g *Reading) take(ctx context.Context, r *roster.Roster, c Corrections) error {
	words := map[Word]*Word{}
	corrected := c.byRow()
	for raw, err := range r.RawRows(ctx) {
		if err != nil {
			return err
		}
		row := rowOf(raw, r.Fields)
		kind := markOf(raw)
		g.count(kind)
		if mine, ok := corrected[row.Number]; ok {
			kind |= CorrectedRow
			g.Corrected++
			for _, one := range mine {
				row.corrected(one)
			}
		}
		for _, finding := range raw.Findings {
			g.gather(r, finding)
			noteWord(words, finding)
		}
		if err := g.rows.add(row, kind); err != nil {
			return err
		}
	}
	g.Words = slices.SortedFunc(wordsOf(words), func(a, b Word) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), -cmp.Compare(a.Rows, b.Rows), cmp.Compare(a.Text, b.Text))
	})
	g.Words = g.Words[:min(len(g.Words), mostWords)]
	return g.rows.flush()
}

// markOf returns what is to be said of a row.
func markOf(raw roster.RawRow) Marks {
	switch {
	case raw.Skipped():
		return LeftOutRow
	case raw.Invalid():
		return WrongRow
	case raw.DuplicateOf > 0:
		return RepeatedRow
	case len(raw.Findings) > 0:
		return DoubtfulRow
	}
	return 0
}

func (g *Reading) count(kind Marks) {
	switch kind {
	case LeftOutRow:
		g.LeftOut++
	case WrongRow:
		g.Wrong++
	case RepeatedRow:
		g.Repeated++
	case DoubtfulRow:
		g.Doubtful++
	default: // it is ready, which is what is left
	}
}

// gather keeps a finding that stands for many rows.
func (g *Reading) gather(r *roster.Roster, finding roster.Finding) {
	if one, first := r.Gather(finding); first && one.Rows > 0 && len(g.Gathered) < mostGathered {
		g.Gathered = append(g.Gathered, one)
	}
}

// Slice is some rows, and how many there are of that kind.
type Slice struct {
	Rows []Row
	All  int
}

// Rows returns rows of a kind, from the first on, which counts from 0. With a text, they are those that have it in their address
// or stand on the line of that number.
func (s *Sheet) Rows(ctx context.Context, kind Marks, text string, first, most int) (part Slice, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(ctx); err != nil || s.reading.Refused != nil {
		return part, err
	}
	if text != "" {
		part.Rows, part.All, err = s.reading.rows.find(text, first, most)
	} else {
		part.Rows, part.All, err = s.reading.rows.of(kind, first, most)
	}
	for i := range part.Rows {
		for f, source := range s.reading.Fields {
			part.Rows[i].Cells[f].Fixed = source.At < 0
		}
	}
	return part, err
}

// row returns a row by its number.
func (s *Sheet) row(ctx context.Context, number int) (Row, error) {
	if err := s.refresh(ctx); err != nil {
		return Row{}, err
	}
	if s.reading.Refused != nil || number < 1 || number > len(s.reading.rows.marks) {
		return Row{}, overlay.ErrNoRow
	}
	return s.reading.rows.row(number - 1)
}

// refresh reads the roster unless it is read.
func (s *Sheet) refresh(ctx context.Context) (err error) {
	s.touch()
	if s.gone {
		return errGone
	}
	if s.reading == nil {
		s.reading, err = s.read(ctx, s.state.version)
	}
	return err
}
