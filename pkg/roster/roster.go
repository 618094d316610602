package roster

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
)

// ErrChanged says that a document is not the one that was checked.
var ErrChanged = errors.New("the document has changed since it was checked")

// shown is how many findings about rows a refusal repeats.
const shown = 100

// Roster is a document that was read once and can be used.
type Roster struct {
	// Name is that of the source.
	Name string
	// Format is what the document was read as.
	Format Format
	// Digest is the SHA-256 of the document's bytes.
	Digest [sha256.Size]byte
	// Rows counts the rows that are not blank: at least one.
	Rows int
	// Invalid counts the rows with an [Error], Duplicates those that repeat an earlier one, Warnings the findings
	// that are a [Warning]. All are 0 for a clean roster.
	Invalid, Duplicates, Warnings int
	// Findings are each a [Warning] about the document as a whole.
	Findings []Finding
	// NamesTeams says whether any row wishes for a team.
	NamesTeams bool
	// Extra are the names of the columns that mean nothing to us, exactly as they are, in the order of the document.
	Extra []string

	source Source
	rules  *rules
	twins  twins
	strays strays
}

// Clean reports whether there is no finding.
func (r *Roster) Clean() bool { return r.Invalid == 0 && r.Warnings == 0 }

// Read goes through the whole document. A document that cannot be used is a [*RefusedError]; other errors are about
// the options or the context.
func Read(ctx context.Context, source Source, options Options) (*Roster, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	r := &Roster{Name: source.Name, source: source, rules: rules}
	judge, census, domains := newJudge(source.Name, rules), newCensus(), tally{}
	var entry Entry
	refusal := &RefusedError{}
	err = r.pass(ctx, false, func(row *row, number int) error {
		wish := judge.judge(row, number, &entry)
		r.Rows, r.NamesTeams = number, r.NamesTeams || len(entry.Teams) > 0
		if len(entry.Findings) > 0 {
			r.note(&entry, refusal)
		}
		if !entry.Invalid() {
			key := entry.Key()
			census.add(key, wish, number, entry.Line)
			domains.add(key)
		}
		return nil
	})
	if err == nil && r.Rows == 0 {
		err = structureError{{reason: "there are no people in the document"}}
	}
	if err != nil {
		return nil, r.refuse(err, refusal)
	}
	r.twins, r.strays = census.settle(), domains.settle()
	duplicates, conflicts := r.twins.count()
	r.Duplicates, r.Warnings, r.Invalid = duplicates, r.Warnings+duplicates+r.strays.rows, r.Invalid+conflicts
	return r, nil
}

// note counts the findings of an entry, and keeps them in case the document is refused.
func (r *Roster) note(entry *Entry, refusal *RefusedError) {
	if entry.Invalid() {
		r.Invalid++
	}
	for _, finding := range entry.Findings {
		if finding.Severity == Warning {
			r.Warnings++
		}
		if len(refusal.Findings) < shown {
			refusal.Findings = append(refusal.Findings, finding)
		} else {
			refusal.More++
		}
	}
}

// Entries reads the document again and yields every row, the invalid ones and the duplicates included. An error comes
// alone and last: a [*RefusedError] with [ErrChanged] if the document is not the one that [Read] has seen, which is
// certain only at its end. Act on nothing before the loop is over, or let what was done be undone. Loops may run at the
// same time.
func (r *Roster) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		errEnough := errors.New("no more entries wanted")
		judge := newJudge(r.Name, r.rules)
		next := 0
		again := &Roster{Name: r.Name, source: r.source, rules: r.rules}
		err := again.pass(ctx, true, func(row *row, number int) error {
			var entry Entry
			judge.judge(row, number, &entry)
			r.strays.mark(&entry)
			r.twins.mark(&entry, &next)
			if !yield(entry, nil) {
				return errEnough
			}
			return nil
		})
		switch {
		case errors.Is(err, errEnough):
			return
		case err == nil && again.Digest != r.Digest, errors.As(err, new(structureError)):
			err = ErrChanged
		}
		if err != nil {
			yield(Entry{}, r.refuse(err, &RefusedError{}))
		}
	}
}

// pass reads the document once. It hands every row to take and fills Format, Extra and Digest.
func (r *Roster) pass(ctx context.Context, wantExtra bool, take func(row *row, number int) error) (err error) {
	document, err := openDocument(ctx, r.source)
	if err != nil {
		return err
	}
	defer func() {
		digest, closing := document.close()
		r.Digest, err = digest, errors.Join(err, closing)
	}()
	number := 0
	return r.read(ctx, &reading{document: document, rules: r.rules, wantExtra: wantExtra}, func(row *row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		number++
		return take(row, number)
	})
}

// read hands the rows of an open document to emit, and reads it to its end.
func (r *Roster) read(ctx context.Context, reading *reading, emit func(*row) error) error {
	r.Format = r.rules.format
	if r.Format == Auto {
		head, err := peek(reading.Reader)
		if err != nil {
			return err
		}
		r.Format = detect(r.Name, head)
	}
	if err := readers[r.Format](ctx, reading, emit); err != nil {
		return err
	}
	r.Extra = reading.extra
	for _, doubt := range reading.doubts {
		r.Findings = append(r.Findings, doubt.warning(r.Name))
	}
	r.Warnings += len(reading.doubts)
	return reading.finish()
}

// refuse makes the error of a pass one that callers can tell by its type. The refusal has the findings so far.
func (r *Roster) refuse(err error, refusal *RefusedError) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("read roster %s: %w", r.Name, err)
	}
	var structure structureError
	switch {
	case errors.As(err, &structure):
		for _, problem := range structure {
			refusal.Findings = append(refusal.Findings, problem.finding(r.Name))
		}
	case errors.Is(err, ErrChanged):
		refusal.Err = err
		refusal.Findings = append(refusal.Findings, Finding{File: r.Name, Reason: err.Error(), Suggestion: "run the command again"})
	default:
		refusal.Err = err
		refusal.Findings = append(refusal.Findings, Finding{File: r.Name, Reason: systemReason(err)})
	}
	return refusal
}
