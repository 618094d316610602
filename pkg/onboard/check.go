package onboard

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/guard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Checked is what there is to say about a roster, offline and without credentials. Close it.
type Checked struct {
	// Name is that of the document.
	Name string
	// Roster is what was read, nil if the document was refused; Refused says why.
	Roster  *roster.Roster
	Refused *roster.RefusedError
	// Fixed is what was done to the roster first, nil if nothing was to be. Then Roster is the fixed one, and Origin the name
	// of what was fixed.
	Fixed  *fix.Fix
	Origin string
	// Trips are the guards that have something against inviting everybody.
	Trips []guard.Trip

	strict    bool
	together  *Together
	number    int // of the roster among those
	elsewhere int // how many of its people an earlier one has
	close     func() error
}

// Close gives up what was opened.
func (c *Checked) Close() error { return c.close() }

// Fixing says where a roster goes once all is done to it that needs no person. The zero value fixes nothing.
type Fixing struct {
	File string
	// Force replaces a file that is there already and differs.
	Force bool
}

// Check reads a roster as [Open] does, and the fixed one if it is to be fixed.
func Check(ctx context.Context, d Document, checking Checking, observer Observer) (*Checked, error) {
	c, source, reading, err := d.check(ctx, observer)
	if err != nil {
		return nil, err
	}
	c.strict = checking.Strict
	if err = c.read(ctx, source, reading, checking.Fixing); err == nil {
		err = c.inspect(ctx, checking)
	}
	return c.orClosed(err)
}

// Fix writes the fixed roster, and says what was done.
func Fix(ctx context.Context, d Document, f Fixing, observer Observer) (*Checked, error) {
	c, source, reading, err := d.check(ctx, observer)
	if err != nil {
		return nil, err
	}
	c.Fixed, err = f.apply(ctx, source, reading)
	return c.orClosed(err)
}

// check opens a document to be checked.
func (d Document) check(ctx context.Context, observer Observer) (*Checked, document.Source, roster.Options, error) {
	reading, err := d.Settings.Parse()
	if err != nil {
		return nil, document.Source{}, reading, err
	}
	source, done, err := d.open(ctx, observer)
	return &Checked{Name: source.Name, Origin: source.Name, close: done}, source, reading, err
}

// orClosed returns what was checked, or closes it with the error.
func (c *Checked) orClosed(err error) (*Checked, error) {
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// read reads the roster, after it was fixed if it is to be.
func (c *Checked) read(ctx context.Context, source document.Source, reading roster.Options, f Fixing) (err error) {
	if f.File != "" {
		c.Fixed, err = f.apply(ctx, source, reading)
		if _, isRefused := errors.AsType[*roster.RefusedError](err); err != nil && !isRefused {
			return err
		}
	}
	if c.Fixed != nil {
		source = document.File(f.File)
		c.Name = source.Name
	}
	c.Roster, err = roster.Read(ctx, source, reading)
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		c.Refused, err = refused, nil
	}
	return err
}

// apply writes the fixed roster. A file that is there already and has the same content is left as it is.
func (f Fixing) apply(ctx context.Context, source document.Source, o roster.Options) (*fix.Fix, error) {
	const option = "fix"
	fixed, err := fix.Read(ctx, source, o)
	if errors.Is(err, fix.ErrEncoding) {
		return nil, remedy.Aboutf(option, "%s: %w", source.Name, err).With(remedy.Words("save it as CSV UTF-8, and fix that"))
	}
	if err != nil {
		return nil, err
	}
	if format := roster.FormatOf(f.File); format != roster.Auto && format != fixed.Format() {
		return nil, remedy.Aboutf(option, "%s is %s, not %s", source.Name, fixed.Format(), format).
			With(remedy.Words("a fixed roster is of the same kind: name it so"))
	}
	content, err := fixed.Content(ctx, f.File)
	if err != nil {
		return nil, err
	}
	if earlier, err := bounded.File(f.File, int64(len(content))); err == nil && bytes.Equal(earlier, content) {
		return fixed, nil
	}
	if err := MayReplace(option, f.File, f.Force); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(f.File, 0o600, content); err != nil {
		return nil, remedy.Aboutf(option, "%s: %w", f.File, err).With(remedy.Words("name another file"))
	}
	return fixed, nil
}

// MayReplace returns an error if something is at the path that an option names, and is not to be replaced.
func MayReplace(option, path string, force bool) error {
	_, err := os.Lstat(path)
	if force || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	problem := &remedy.OptionError{What: remedy.Words(path + " is there already")}
	if option != "" {
		problem = remedy.Aboutf(option, "%s is there already", path)
	}
	return problem.With(remedy.Words("name another file, or say ").Use("force", ""))
}

// Findings yields the findings about a roster as a whole, then those of all rows in their order. A roster whose rows are clean is not read
// again for it. What is said of many rows alike is one finding.
func Findings(ctx context.Context, r *roster.Roster) iter.Seq2[roster.Finding, error] {
	return findings(ctx, r, nil)
}

// FirstFindings returns the first findings, a line each with remedies as the renderer shows them, and of the rest how many
// there are.
func FirstFindings(findings iter.Seq2[roster.Finding, error], render remedy.Renderer) (lines []string, err error) {
	first, more, err := FirstOf(findings)
	for _, finding := range first {
		lines = append(lines, finding.In(render).String())
	}
	if more != "" {
		lines = append(lines, more)
	}
	return lines, err
}

// FirstOf returns the first [Shown] findings, and says in a line how many more there are, "" if there are none.
func FirstOf(findings iter.Seq2[roster.Finding, error]) (first []roster.Finding, more string, err error) {
	rest := map[string]int{}
	for finding, err := range findings {
		switch {
		case err != nil:
			return first, "", err
		case len(first) < Shown:
			first = append(first, finding)
		default:
			rest[cmp.Or(finding.Field, "row")]++
		}
	}
	if len(rest) == 0 {
		return first, "", nil
	}
	var counts []string
	for _, field := range slices.Sorted(maps.Keys(rest)) {
		counts = append(counts, fmt.Sprintf("%d about %s", rest[field], field))
	}
	return first, "and more findings: " + strings.Join(counts, ", "), nil
}
