package roster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/remedy"
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
	// Detected says in one line how it was read: `CSV, Windows-1252, ";" between cells, CRLF line ends`.
	Detected string
	// Digest is the SHA-256 of the document's bytes.
	Digest [sha256.Size]byte
	// Rows counts the rows that are not blank: at least one.
	Rows int
	// Invalid counts the rows with an [Error], Duplicates those that repeat an earlier one, Warnings the findings
	// that are a [Warning]. All are 0 for a clean roster.
	Invalid, Duplicates, Warnings int
	// Skipped counts the rows that a filter or a column leaves out, Inactive those of them whose person is not active.
	Skipped, Inactive int
	// Findings are each a [Warning] about the document as a whole.
	Findings []Finding
	// NamesTeams says whether any row names a team.
	NamesTeams bool
	// LacksRoles says whether any row names no role.
	LacksRoles bool
	// IDColumn is the name of the column in which everybody has a number of their own, empty if there is none, or none that could
	// be one: its cells are mostly empty, or many say the same.
	IDColumn string
	// Extra are the names of the columns that mean nothing to us, exactly as they are, in the order of the document.
	Extra []string
	// Columns are the names of all columns of a table, exactly as they are; of any other document, the three fields and Extra.
	Columns []string
	// Fields say which column each field is read from: e-mail, role, teams, in this order.
	Fields []FieldSource

	dialect     Dialect
	source      document.Source
	encoding    document.Encoding // that was found
	confidence  int               // in percent, 0 where nothing had to be identified
	rules       *rules
	number      numbering
	wrapped     int // rows with an address that could be taken out of what surrounds it
	duplicates  duplicates
	names       names
	rareDomains rareDomains
	repeats     repeats
}

// Clean reports whether there is no finding.
func (r *Roster) Clean() bool { return r.Invalid == 0 && r.Warnings == 0 }

// CleanRows reports whether there is no finding about a row.
func (r *Roster) CleanRows() bool { return r.Invalid == 0 && r.Warnings == len(r.Findings) }

// Mendable counts the rows that are wrong, or there once too often, and that can be mended without a person: an address in
// what mail programs put around it, a row that repeats an earlier one.
func (r *Roster) Mendable() int { return r.wrapped + r.duplicates.equal }

// Defaults are the teams that an option gives to rows which name none.
func (r *Roster) Defaults() []Team { return r.rules.teams }

// Read goes through the whole document. A document that cannot be used is a [*RefusedError]; other errors are about
// the options or the context.
func Read(ctx context.Context, source document.Source, options Options) (*Roster, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	r := &Roster{Name: source.Name, source: source, encoding: rules.encoding, rules: rules}
	refusal := &RefusedError{}
	err = r.survey(ctx, refusal)
	if errors.Is(err, document.ErrNotUTF8) && (r.Format == CSV || r.Format == Auto) {
		err = r.surveyIdentified(ctx, refusal)
	}
	if err != nil {
		return nil, r.refuse(err, refusal)
	}
	return r, nil
}

// survey goes through the document and counts what is in it. The refusal gets the findings, in case there will be one.
func (r *Roster) survey(ctx context.Context, refusal *RefusedError) error {
	judge, index, domains, numbers := newJudge(r.Name, r.rules), newDuplicateIndex(), tally{}, numberTally{}
	var entry Entry
	var samples fieldSamples
	err := r.pass(ctx, wantFields, func(row *row, number int) error {
		judge.judge(row, number, &entry)
		samples.take(row)
		r.Rows = number
		numbers.add(&entry, judge.key)
		r.LacksRoles = r.LacksRoles || entry.RoleDefaulted
		if entry.Skipped() {
			r.skip(&entry)
			return nil
		}
		r.NamesTeams = r.NamesTeams || len(entry.Teams) > 0
		if len(entry.Findings) > 0 {
			r.note(&entry, refusal)
		}
		if !entry.Invalid() {
			index.add(judge.key)
			domains.add(judge.key)
		}
		return nil
	})
	switch {
	case err != nil:
	case r.Rows == 0:
		err = structureError{{reason: say("roster-empty", "there are no people in the document")}}
	default:
		err = judge.missing()
	}
	if err != nil {
		return err
	}
	samples.fill(r.Fields)
	unsettled := index.unsettled()
	r.names = index.names
	if unsettled {
		if err := r.settle(ctx, index); err != nil {
			return err
		}
	}
	r.rareDomains = domains.rare()
	r.Duplicates = r.duplicates.equal
	r.believe(&numbers, r.number)
	r.Warnings, r.Invalid = r.Warnings+r.duplicates.equal+r.rareDomains.rows, r.Invalid+r.duplicates.conflicting
	return nil
}

// surveyIdentified starts over with a document that is not UTF-8, in the encoding that it makes sense in.
func (r *Roster) surveyIdentified(ctx context.Context, refusal *RefusedError) error {
	found, err := document.Identify(ctx, r.source)
	if err != nil {
		return err
	}
	*refusal = RefusedError{}
	*r = Roster{Name: r.Name, source: r.source, encoding: found.Encoding, confidence: found.Confidence, rules: r.rules, Warnings: 1, Findings: []Finding{{
		File: r.Name, Line: found.Line, Column: found.Column, Severity: Warning, Code: "encoding-guess", Args: []string{string(found.Encoding)},
		Reason:     "not valid UTF-8: the document is read as " + string(found.Encoding),
		Suggestion: remedy.Words("look at the names; to be sure, save it as CSV UTF-8 or say ").Use("encoding", strings.ToLower(string(found.Encoding))),
	}}}
	return r.survey(ctx, refusal)
}

// skip counts an entry that is left out.
func (r *Roster) skip(entry *Entry) {
	r.Skipped++
	if entry.Inactive {
		r.Inactive++
	}
}

// note counts the findings of an entry, and keeps them in case the document is refused.
func (r *Roster) note(entry *Entry, refusal *RefusedError) {
	if entry.Invalid() {
		r.Invalid++
	}
	if entry.wrapped {
		r.wrapped++
	}
	for _, finding := range entry.Findings {
		if finding.Severity == Warning {
			r.Warnings++
		}
		r.repeats.add(finding)
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
		err := r.reread(ctx, wantExtra, func(entry *Entry, _ *row) bool { return yield(*entry, nil) })
		if err != nil {
			yield(Entry{}, err)
		}
	}
}

// reread reads the document again and hands every row to take, until it returns false.
func (r *Roster) reread(ctx context.Context, want detail, take func(*Entry, *row) bool) error {
	errEnough := errors.New("no more entries wanted")
	judge := newJudge(r.Name, r.rules)
	next := 0
	var entry Entry
	err := r.again(ctx, want, func(row *row, number int) error {
		entry.Findings = nil // the last entry may be kept
		judge.judge(row, number, &entry)
		if r.IDColumn == "" {
			entry.Number = ""
		}
		if !entry.Skipped() {
			r.rareDomains.mark(&entry)
			r.duplicates.mark(&entry, &next)
		}
		if !take(&entry, row) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return r.refuse(err, &RefusedError{})
	}
	return nil
}

// again reads the document once more. It returns [ErrChanged] if that is not the one that was read first, and else the error of
// take.
func (r *Roster) again(ctx context.Context, want detail, take func(row *row, number int) error) error {
	second := &Roster{Name: r.Name, Extra: r.Extra, source: r.source, encoding: r.encoding, rules: r.rules}
	err := second.pass(ctx, want, take)
	if err == nil && second.Digest != r.Digest || errors.As(err, new(structureError)) || errors.As(err, new(*document.Error)) {
		return ErrChanged
	}
	return err
}

// pass reads the document once. It hands every row to take and fills what is known of the document only then.
func (r *Roster) pass(ctx context.Context, want detail, take func(row *row, number int) error) (err error) {
	d, err := document.Open(ctx, r.source)
	if err != nil {
		return err
	}
	defer func() {
		digest, closing := d.Close()
		if r.Digest = digest; closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	number := 0
	reading := &reading{bytes: d, rules: r.rules, wantExtra: want >= wantExtra, wantAll: want == wantAll, known: r.Extra}
	err = r.read(ctx, d, reading, func(row *row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		number++
		return take(row, number)
	})
	if err != nil {
		return err
	}
	return d.Finish()
}

// read hands the rows of an open document to emit.
func (r *Roster) read(ctx context.Context, d *document.Document, reading *reading, emit func(*row) error) error {
	if err := r.recognize(d, reading); err != nil {
		return err
	}
	if err := readers[r.Format](ctx, reading, func(row *row) error {
		if r.Fields == nil {
			r.Columns, r.Fields = reading.columns, reading.fields
			if r.Columns == nil {
				r.Fields = keyFields()
			}
		}
		return emit(row)
	}); err != nil {
		return err
	}
	r.Extra, r.Columns, r.Detected = reading.extra, reading.columns, strings.Join(reading.detected, ", ")
	r.dialect, r.number = reading.dialect, reading.number
	if r.Fields = reading.fields; r.Columns == nil {
		r.Columns = append([]string{FieldEmail, FieldRole, FieldTeams}, r.Extra...)
		r.Fields = keyFields()
	}
	if unbound := reading.unbound(); len(unbound) > 0 && reading.known == nil {
		return structureError(unbound)
	}
	reading.doubts = append(reading.doubts, reading.selection.doubts()...)
	for _, doubt := range reading.doubts {
		r.Findings = append(r.Findings, doubt.warning(r.Name).inBook(r.Format == XLSX))
	}
	r.Warnings += len(reading.doubts)
	return nil
}

// recognize finds out the format and encoding: by the content where it is no text, else by the name of the document, and
// by its beginning if that says nothing.
func (r *Roster) recognize(d *document.Document, reading *reading) error {
	if d.Workbook {
		if r.rules.format != Auto && r.rules.format != XLSX {
			return broken(place{1, 1}, say("document-workbook", "this is an Excel workbook, not "+strings.ToUpper(r.rules.format.String()), strings.ToUpper(r.rules.format.String())), "")
		}
		r.Format = XLSX
		reading.detected = []string{"Excel workbook"}
		return nil
	}
	switch {
	case r.rules.format == XLSX:
		return broken(place{1, 1}, say("document-no-workbook", "this is not an Excel workbook"), "")
	case r.rules.sheet != "":
		return unfit(place{1, 1}, say("sheet-no-workbook", "a sheet is named, and this is not an Excel workbook"), remedy.Words("leave out ").Use("sheet", ""))
	}
	if err := reading.openText(d, r.encoding); err != nil {
		return err
	}
	if r.Format = r.rules.format; r.Format == Auto {
		head, err := reading.peek()
		if err != nil {
			return err
		}
		r.Format = detect(cmp.Or(r.source.Extension, r.Name), head)
	}
	name := strings.ToUpper(r.Format.String())
	r.encoding = reading.text.Encoding
	reading.detected = []string{name, string(r.encoding)}
	if r.confidence > 0 {
		reading.detected[1] += fmt.Sprintf(" (identified, %d%% sure)", r.confidence)
	}
	if !r.encoding.Unicode() && r.Format != CSV {
		return unfit(place{1, 1}, say("encoding-not-unicode", name+" cannot be "+string(r.encoding), name, string(r.encoding)), remedy.Words("save it as UTF-8, and leave out ").Use("encoding", ""))
	}
	return nil
}

// advice returns what to do about a document that cannot be read: YAML and JSON are nothing but Unicode.
func (r *Roster) advice(e *document.Error) remedy.Hint {
	format := cmp.Or(r.Format, r.rules.format, FormatOf(cmp.Or(r.source.Extension, r.Name)))
	if e.Damaged && format != CSV && format != XLSX && format != Auto {
		return remedy.Words("save it as UTF-8")
	}
	return e.Suggestion
}

// refuse makes the error of a pass one that callers can tell by its type. The refusal has the findings about rows so far.
func (r *Roster) refuse(err error, refusal *RefusedError) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("read roster %s: %w", r.Name, err)
	}
	var structure structureError
	var unreadable *document.Error
	switch {
	case errors.As(err, &unreadable):
		refusal.Findings = append(refusal.Findings, problem{
			place{unreadable.Line, unreadable.Column}, "", say(unreadable.Code, unreadable.Reason, unreadable.Args...), r.advice(unreadable),
		}.finding(r.Name))
	case errors.As(err, &structure):
		for _, problem := range structure {
			refusal.Findings = append(refusal.Findings, problem.finding(r.Name).inBook(r.Format == XLSX))
		}
	case errors.Is(err, ErrChanged):
		refusal.Err = err
		refusal.Findings = append(refusal.Findings, Finding{File: r.Name, Code: "document-changed", Reason: err.Error(), Suggestion: remedy.Words("run the command again")})
	default:
		refusal.Err = err
		refusal.Findings = append(refusal.Findings, problem{reason: systemReason(err)}.finding(r.Name))
	}
	return refusal
}
