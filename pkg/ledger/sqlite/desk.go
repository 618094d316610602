package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

const (
	insertPage = `INSERT INTO page (run, first, last, open, claimed, acted, invited, cancelled, sighted, resumable, mailed_at,
		expires_at, entries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`
	// selectPage finds the page that has a row if the run has it.
	selectPage = `SELECT key, last, entries FROM page WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1`
	selectKey  = `SELECT run, entries FROM page WHERE key = ?`
	// updatePage changes no column that an index has, updateClaimed only one. SQLite writes the indexes of all columns that a
	// statement names, whether or not they change.
	updatePage    = `UPDATE page SET ` + unindexed + ` WHERE key = ?1`
	updateClaimed = `UPDATE page SET ` + unindexed + `, claimed = ?8 WHERE key = ?1`
	updateAll     = `UPDATE page SET ` + unindexed + `, claimed = ?8, open = ?9, acted = ?10, expires_at = ?11 WHERE key = ?1`
	unindexed     = `invited = ?2, cancelled = ?3, sighted = ?4, resumable = ?5, mailed_at = ?6, entries = ?7`
	updateTally   = `UPDATE run SET outcomes = ? WHERE key = ?`
	selectTally   = `SELECT outcomes FROM run WHERE key = ?`
)

// Bounds of a desk: what was not used last leaves it when a transaction ends.
const (
	keptPages   = 64
	keptTallies = 16
)

// desk is what the writer has in hand of the file, as it will be when the transaction ends: it is a [commit.Draft]. It
// belongs to whoever is inside a transaction of the writer.
type desk struct {
	prepared *statements
	pages    []*held // the one that was used last at the end
	tallies  map[int64]*tally
	// claims are those that stand, by scope and person; a scope is there once somebody has asked for it.
	claims map[int64]map[string]standing
	trail  trail
}

// held is a page in hand.
type held struct {
	page.Page
	key, run int64
	// last is the number of the last row, written what the columns of the page say in the file.
	last    int
	written page.Summary
	changed bool
}

// standing is a claim that stands, and where.
type standing struct {
	claim record.Claim
	run   int64
}

var _ commit.Draft = (*desk)(nil)

// Discard implements [commit.Draft].
func (d *desk) Discard() { *d = desk{prepared: d.prepared} }

// Write implements [commit.Draft].
func (d *desk) Write(ctx context.Context, w *commit.Writer) error {
	for _, h := range d.pages {
		if !h.changed {
			continue
		}
		if err := d.write(ctx, w, h); err != nil {
			return err
		}
	}
	if more := len(d.pages) - keptPages; more > 0 {
		d.pages = slices.Delete(d.pages, 0, more)
	}
	for run, t := range d.tallies {
		if t.changed {
			if _, err := w.Exec(ctx, d.prepared.tally, t.text(), run); err != nil {
				return err
			}
			t.changed = false
		}
	}
	if len(d.tallies) > keptTallies {
		clear(d.tallies)
	}
	return d.trail.write(ctx, w, d.prepared)
}

// write writes a page that has changed.
func (d *desk) write(ctx context.Context, w *commit.Writer, h *held) error {
	is, was := h.Summary(), h.written
	values := []driver.Value{
		h.key, is.Invited, is.Cancelled, is.Sighted, is.Resumable, page.Micros(is.MailedAt), h.Text(),
		is.Claimed, is.Open, is.Acted, page.Micros(is.ExpiresAt),
	}
	statement := d.prepared.update
	switch {
	case is.Open != was.Open || is.Acted != was.Acted || page.Micros(is.ExpiresAt) != page.Micros(was.ExpiresAt):
		statement = d.prepared.updateAll
	case is.Claimed != was.Claimed:
		statement, values = d.prepared.updateClaimed, values[:8]
	default:
		values = values[:7]
	}
	if _, err := w.Exec(ctx, statement, values...); err != nil {
		return err
	}
	h.written, h.changed = is, false
	return nil
}

// insertPage writes a page of a run that begins.
func (d *desk) insertPage(ctx context.Context, w *commit.Writer, run int64, p *page.Page) error {
	s := p.Summary()
	_, err := w.Exec(ctx, d.prepared.insert, run, int64(s.First), int64(s.Last), s.Open, s.Claimed, s.Acted, s.Invited,
		s.Cancelled, s.Sighted, s.Resumable, page.Micros(s.MailedAt), page.Micros(s.ExpiresAt), p.Text())
	return err
}

// find returns the page that has a row of a run, and the index of the row in it; the page is nil if there is no such row.
func (d *desk) find(ctx context.Context, w *commit.Writer, run int64, row int) (*held, int, error) {
	for i, h := range slices.Backward(d.pages) {
		if h.run == run && h.Entries[0].Row <= row && row <= h.last {
			d.pages = append(slices.Delete(d.pages, i, i+1), h)
			return h.with(row)
		}
	}
	found, err := w.Find(ctx, d.prepared.page, run, int64(row))
	if err != nil || found == nil {
		return nil, -1, err
	}
	key, _ := found[0].(int64)
	if last, _ := found[1].(int64); int64(row) > last {
		return nil, -1, nil
	}
	text, _ := found[2].(string)
	h, err := d.hold(key, run, text)
	if err != nil {
		return nil, -1, err
	}
	return h.with(row)
}

func (h *held) with(row int) (*held, int, error) {
	if i := h.Find(row); i >= 0 {
		return h, i, nil
	}
	return nil, -1, nil
}

// take returns the page with a key.
func (d *desk) take(ctx context.Context, w *commit.Writer, key int64) (*held, error) {
	for _, h := range d.pages {
		if h.key == key {
			return h, nil
		}
	}
	found, err := w.Find(ctx, d.prepared.pageOf, key)
	if err != nil || found == nil {
		return nil, err
	}
	run, _ := found[0].(int64)
	text, _ := found[1].(string)
	return d.hold(key, run, text)
}

// hold puts a page on the desk.
func (d *desk) hold(key, run int64, text string) (*held, error) {
	h := &held{key: key, run: run}
	if err := h.Parse(text); err != nil {
		return nil, err
	}
	if len(h.Entries) == 0 {
		return nil, fmt.Errorf("%w: rows of a run: there are none", ledger.ErrDamaged)
	}
	h.written = h.Summary()
	h.last = h.written.Last
	d.pages = append(d.pages, h)
	return h, nil
}

// change has the entry with the index be another one.
func (d *desk) change(ctx context.Context, w *commit.Writer, h *held, i int, to func(*page.Entry)) error {
	e := &h.Entries[i]
	was := e.Outcome
	to(e)
	h.Touch(i)
	h.changed = true
	if e.Outcome == was {
		return nil
	}
	t, err := d.tally(ctx, w, h.run)
	if err != nil {
		return err
	}
	t.move(was, e.Outcome)
	return nil
}

// changeAll has the entries of pages be other ones: those that make says it has changed. It takes the keys of the pages.
func (d *desk) changeAll(ctx context.Context, w *commit.Writer, pages []int64, change func(*page.Entry) bool) error {
	for n, key := range pages {
		h, err := d.take(ctx, w, key)
		if err != nil {
			return err
		}
		for i := range h.Entries {
			was := h.Entries[i]
			if !change(&was) {
				continue
			}
			if err := d.change(ctx, w, h, i, func(e *page.Entry) { *e = was }); err != nil {
				return err
			}
		}
		if n%keptPages == keptPages-1 {
			if err := d.Write(ctx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys returns what the query yields, which are keys.
func keys(ctx context.Context, w *commit.Writer, query string, values ...driver.Value) (all []int64, err error) {
	err = w.Each(ctx, query, func(found []driver.Value) error {
		key, _ := found[0].(int64)
		all = append(all, key)
		return nil
	}, values...)
	return all, err
}

// standing returns the claims that stand in a scope, by person.
func (d *desk) standing(ctx context.Context, w *commit.Writer, scope int64) (map[string]standing, error) {
	if found, ok := d.claims[scope]; ok {
		return found, nil
	}
	all := map[string]standing{}
	if err := d.claimsOfRows(ctx, w, scope, func(run string, key int64, e *page.Entry) {
		all[email.Fold(e.Email)] = standing{claim: *e.Stands(run), run: key}
	}); err != nil {
		return nil, err
	}
	if err := w.Each(ctx, `SELECT person, run.id, run.key, rowless_claim.email, change, attempt, at, replaces, before FROM rowless_claim
		JOIN run ON run.key = rowless_claim.run WHERE rowless_claim.scope = ?`, func(found []driver.Value) error {
		text := func(i int) string { text, _ := found[i].(string); return text }
		number := func(i int) int64 { number, _ := found[i].(int64); return number }
		all[text(0)] = standing{run: number(2), claim: record.Claim{
			Run: text(1), Email: text(3), Change: record.Change(number(4)), Attempt: int(number(5)),
			At: page.Time(number(6)), Replaces: text(7), Before: text(8),
		}}
		return nil
	}, scope); err != nil {
		return nil, err
	}
	if d.claims == nil {
		d.claims = map[int64]map[string]standing{}
	}
	d.claims[scope] = all
	return all, nil
}

// claimedPages are the pages in which claims of a scope stand.
const claimedPages = ` FROM page INDEXED BY page_claimed JOIN run ON run.key = page.run WHERE claimed = 1 AND run.scope = `

// claimsOfRows calls do with each row of the scope for which a claim stands, and with the id and the key of its run.
func (d *desk) claimsOfRows(ctx context.Context, w *commit.Writer, scope int64, do func(string, int64, *page.Entry)) error {
	if err := d.Write(ctx, w); err != nil {
		return err
	}
	var p page.Page
	return w.Each(ctx, `SELECT run.id, run.key, page.entries`+claimedPages+`?`, func(found []driver.Value) error {
		run, _ := found[0].(string)
		key, _ := found[1].(int64)
		text, _ := found[2].(string)
		if err := p.Parse(text); err != nil {
			return err
		}
		for i := range p.Entries {
			if p.Entries[i].Claim != nil {
				do(run, key, &p.Entries[i])
			}
		}
		return nil
	}, scope)
}

// eachEntry calls do with each row of a run, in their order, as the file has them.
func (d *desk) eachEntry(ctx context.Context, w *commit.Writer, run int64, do func(*page.Entry) error) error {
	if err := d.Write(ctx, w); err != nil {
		return err
	}
	var p page.Page
	return w.Each(ctx, "SELECT entries FROM page WHERE run = ? ORDER BY first", func(found []driver.Value) error {
		text, _ := found[0].(string)
		if err := p.Parse(text); err != nil {
			return err
		}
		for i := range p.Entries {
			if err := do(&p.Entries[i]); err != nil {
				return err
			}
		}
		return nil
	}, run)
}

// trail is where the audit trail ends.
type trail struct {
	// end is nil as long as nobody has asked.
	end *audit.Chain
	// lines are those that are not in the file yet, each with its end, and first is the number of the first one.
	lines []byte
	first int
}

// add adds an event.
func (t *trail) add(at time.Time, by audit.Author, e audit.Event) {
	text, next := t.end.Next(at, by, e)
	if len(t.lines) == 0 {
		t.first = next.Number
	}
	t.lines = append(append(t.lines, text...), '\n')
	*t.end = next
}

// write writes what was added.
func (t *trail) write(ctx context.Context, w *commit.Writer, prepared *statements) error {
	if len(t.lines) == 0 {
		return nil
	}
	_, err := w.Exec(ctx, prepared.tell, int64(t.first), string(t.lines[:len(t.lines)-1]))
	t.lines = t.lines[:0]
	return err
}
