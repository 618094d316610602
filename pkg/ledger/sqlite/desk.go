package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

const (
	insertPage = `INSERT INTO page (run, first, last, open, acted, invited, cancelled, sighted, resumable, mailed_at,
		expires_at, entries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`
	// selectPage finds the page that has a row if the run has it.
	selectPage = `SELECT key, last, entries, claims FROM page LEFT JOIN page_claims ON page_claims.page = page.key
		WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1`
	// selectNext finds the pages that come after a row: rows are claimed in their order, and most of the time of a reading goes
	// by before it yields anything.
	selectNext = `SELECT key, last, entries, claims FROM page LEFT JOIN page_claims ON page_claims.page = page.key
		WHERE run = ? AND first > ? ORDER BY first LIMIT 4`
	selectKey = `SELECT run, entries, claims FROM page LEFT JOIN page_claims ON page_claims.page = page.key WHERE key = ?`
	// updatePage changes no column that an index has. SQLite writes the indexes of all columns that a statement names, whether
	// or not they change.
	updatePage   = `UPDATE page SET ` + unindexed + ` WHERE key = ?1`
	updateAll    = `UPDATE page SET ` + unindexed + `, open = ?8, acted = ?9, expires_at = ?10 WHERE key = ?1`
	unindexed    = `invited = ?2, cancelled = ?3, sighted = ?4, resumable = ?5, mailed_at = ?6, entries = ?7`
	updateClaims = `INSERT OR REPLACE INTO page_claims (page, claims) VALUES (?, ?)`
	deleteClaims = `DELETE FROM page_claims WHERE page = ?`
	updateTally  = `UPDATE run SET outcomes = ? WHERE key = ?`
	selectTally  = `SELECT outcomes FROM run WHERE key = ?`
)

// Bounds of a desk: what was not used last leaves it when a transaction ends.
const (
	keptPages   = 32
	keptTallies = 16
)

// desk is what the writer has in hand of the file, as it will be when the transaction ends: it is a [commit.Draft]. It
// belongs to whoever is inside a transaction of the writer.
type desk struct {
	prepared *statements
	pages    []*held // the one that was used last at the end
	spare    []*held // memory for others
	tallies  map[int64]*tally
	// read is the last row of the page that was read last, and its run.
	read struct {
		run int64
		row int
	}
	// claims are those that stand, by scope and person; a scope is there once somebody has asked for it.
	claims map[int64]map[string]standing
	trail  trail
}

// held is a page in hand, with the claims for its rows.
type held struct {
	claimedPage
	key, run int64
	// last is the number of the last row, written what the columns of the page say in the file.
	last    int
	written page.Summary
	// changed says that rows differ from the file, reclaimed that claims do.
	changed, reclaimed bool
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
		if err := d.write(ctx, w, h); err != nil {
			return err
		}
	}
	if more := len(d.pages) - keptPages; more > 0 {
		d.spare = append(d.spare[:0], d.pages[:more]...)
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

// write writes what has changed of a page.
func (d *desk) write(ctx context.Context, w *commit.Writer, h *held) error {
	if h.changed {
		if err := d.writeRows(ctx, w, h); err != nil {
			return err
		}
	}
	if !h.reclaimed {
		return nil
	}
	h.reclaimed = false
	if len(h.claims) == 0 {
		_, err := w.Exec(ctx, d.prepared.unclaim, h.key)
		return err
	}
	_, err := w.Exec(ctx, d.prepared.claims, h.key, h.claims.Text())
	return err
}

// writeRows writes the rows of a page.
func (d *desk) writeRows(ctx context.Context, w *commit.Writer, h *held) error {
	is, was := h.Summary(), h.written
	values := []driver.Value{
		h.key, is.Invited, is.Cancelled, is.Sighted, is.Resumable, page.Micros(is.MailedAt), h.Text(),
		is.Open, is.Acted, page.Micros(is.ExpiresAt),
	}
	statement := d.prepared.updateAll
	if is.Open == was.Open && is.Acted == was.Acted && page.Micros(is.ExpiresAt) == page.Micros(was.ExpiresAt) {
		statement, values = d.prepared.update, values[:7]
	}
	if _, err := w.Exec(ctx, statement, values...); err != nil {
		return err
	}
	h.written, h.changed = is, false
	return nil
}

// insertPage writes a page of a run that begins.
func (d *desk) insertPage(ctx context.Context, w *commit.Writer, run int64, s page.Summary, text string) error {
	_, err := w.Exec(ctx, d.prepared.insert, run, int64(s.First), int64(s.Last), s.Open, s.Acted, s.Invited,
		s.Cancelled, s.Sighted, s.Resumable, page.Micros(s.MailedAt), page.Micros(s.ExpiresAt), text)
	return err
}

// find returns the page that has a row of a run, and the index of the row in it; the page is nil if there is no such row.
func (d *desk) find(ctx context.Context, w *commit.Writer, run int64, row int) (*held, int, error) {
	if h := d.inHand(run, row); h != nil {
		return h.with(row)
	}
	if d.read.run == run && d.read.row < row && row <= d.read.row+page.Size {
		if err := d.fetch(ctx, w, d.prepared.next, run, d.read.row); err != nil {
			return nil, -1, err
		}
	}
	h := d.inHand(run, row)
	if h == nil {
		if err := d.fetch(ctx, w, d.prepared.page, run, row); err != nil {
			return nil, -1, err
		}
		h = d.inHand(run, row)
	}
	if h == nil {
		return nil, -1, nil
	}
	return h.with(row)
}

// inHand returns the page that has a row of a run, or would have it, if it is on the desk.
func (d *desk) inHand(run int64, row int) *held {
	for i, h := range slices.Backward(d.pages) {
		if h.run == run && h.Entries[0].Row <= row && row <= h.last {
			d.pages = append(slices.Delete(d.pages, i, i+1), h)
			return h
		}
	}
	return nil
}

// fetch puts the pages on the desk that a query for some of a run finds.
func (d *desk) fetch(ctx context.Context, w *commit.Writer, query commit.Statement, run int64, row int) error {
	return w.EachOf(ctx, query, func(found []driver.Value) error {
		key, _ := found[0].(int64)
		last, _ := found[1].(int64)
		d.read.run, d.read.row = run, int(last)
		if slices.ContainsFunc(d.pages, func(h *held) bool { return h.key == key }) {
			return nil
		}
		_, err := d.hold(key, run, found[2], found[3])
		return err
	}, run, int64(row))
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
	return d.hold(key, run, found[1], found[2])
}

// hold puts a page on the desk, of its texts in the file: those of the rows and of the claims, which may be nil.
func (d *desk) hold(key, run int64, rows, claims driver.Value) (*held, error) {
	h := &held{}
	if last := len(d.spare) - 1; last >= 0 {
		h, d.spare = d.spare[last], d.spare[:last]
	}
	h.key, h.run = key, run
	text, _ := rows.(string)
	claimed, _ := claims.(string)
	if err := h.parse(text, claimed); err != nil {
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
	if err := d.claimsOfRows(ctx, w, scope, func(c record.Claim, run int64, _ *page.Entry) {
		all[email.Fold(c.Email)] = standing{claim: c, run: run}
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

// claimedPages are the pages for whose rows claims of a scope stand: a few of however many.
const claimedPages = ` FROM page_claims CROSS JOIN page ON page.key = page_claims.page CROSS JOIN run ON run.key = page.run WHERE run.scope = `

// claimsOfRows calls do with each claim that stands for a row of the scope, the key of its run, and the row.
func (d *desk) claimsOfRows(ctx context.Context, w *commit.Writer, scope int64, do func(record.Claim, int64, *page.Entry)) error {
	if err := d.Write(ctx, w); err != nil {
		return err
	}
	var p claimedPage
	return w.Each(ctx, `SELECT run.id, run.key, page.entries, claims`+claimedPages+`?`, func(found []driver.Value) error {
		run, _ := found[0].(string)
		key, _ := found[1].(int64)
		rows, _ := found[2].(string)
		claims, _ := found[3].(string)
		return p.each(run, rows, claims, func(c record.Claim, e *page.Entry) { do(c, key, e) })
	}, scope)
}

// claimedPage is a page with the claims for its rows.
type claimedPage struct {
	page.Page
	claims page.Claims
}

// parse makes the page the one with the texts of its rows and of its claims.
func (p *claimedPage) parse(rows, claims string) error {
	return errors.Join(p.Parse(rows), p.claims.Parse(claims))
}

// each calls do with each claim for a row of the page with the texts, which is of the run, and with the row.
func (p *claimedPage) each(run, rows, claims string, do func(record.Claim, *page.Entry)) error {
	if err := p.parse(rows, claims); err != nil {
		return err
	}
	for i := range p.claims {
		c := p.claims[i].Claim
		c.Run = run
		at := p.Find(c.Row)
		if at < 0 {
			return fmt.Errorf("%w: a claim for row %d of run %s, which there is not", ledger.ErrDamaged, c.Row, run)
		}
		do(c, &p.Entries[at])
	}
	return nil
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
