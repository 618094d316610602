package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
)

// errCounted takes back what was only to be counted.
var errCounted = errors.New("counted")

// Prune implements [ledger.Ledger]. What is deleted is overwritten in the file, which stays as large as it is: what is written
// next takes its place.
func (l *Ledger) Prune(ctx context.Context, p ledger.Pruning) (ledger.Pruned, error) {
	// What was concluded before counts.
	if err := l.submit(ctx, func(context.Context, *commit.Writer) error { return nil }); err != nil {
		return ledger.Pruned{}, err
	}
	var done pruning
	endless := context.WithoutCancel(ctx)
	err := l.writer.Write(endless, func(ctx context.Context, w *commit.Writer) error {
		done = pruning{Pruning: p, desk: l.desk, now: l.now()}
		if err := done.all(ctx, w); err != nil {
			return err
		}
		l.desk.Discard() // the pages that it has in hand may be others, or gone
		if p.DryRun {
			return errCounted
		}
		return nil
	})
	switch {
	case p.DryRun && errors.Is(err, errCounted):
		return done.counted, nil
	case err != nil:
		return ledger.Pruned{}, err
	}
	for _, run := range done.gone {
		l.runs.Delete(run)
	}
	l.writer.Checkpoint(endless) // so that the log does not have it any more either
	return done.counted, nil
}

// pruning is the work of [Ledger.Prune].
type pruning struct {
	ledger.Pruning
	desk    *desk
	now     time.Time
	counted ledger.Pruned
	gone    []string // the runs of which nothing is left
}

// aged is a run that is looked at.
type aged struct {
	key, prunedAt int64
	id            string
	hasExtra      bool
}

// all prunes the runs of each scope.
func (p *pruning) all(ctx context.Context, w *commit.Writer) error {
	if err := p.desk.Write(ctx, w); err != nil {
		return err
	}
	query, values := "SELECT key FROM scope", []driver.Value(nil)
	if of := p.Scope; of != nil {
		query, values = ofScope[1:len(ofScope)-1], []driver.Value{of.Service, of.OrganizationID}
	}
	scopes, err := keys(ctx, w, query, values...)
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		if err := p.scope(ctx, w, scope); err != nil {
			return err
		}
	}
	return nil
}

func (p *pruning) scope(ctx context.Context, w *commit.Writer, scope int64) error {
	runs, pasts, err := p.runs(ctx, w, scope)
	if err != nil {
		return err
	}
	accepted, whole, err := followed(ctx, w, scope)
	if err != nil {
		return err
	}
	kept := p.Keep(pasts, accepted, whole)
	stay := map[string]bool{}
	for i, k := range kept {
		stay[runs[i].id] = k.Whole
	}
	lasting, err := p.partial(ctx, w, runs, accepted, stay)
	if err != nil {
		return err
	}
	var bare []aged // that have no row any more
	for i, run := range runs {
		rows, partial := lasting[run.id]
		if kept[i].Whole {
			continue
		}
		lost := 0
		if partial || run.prunedAt == 0 {
			if lost, err = p.sweep(ctx, w, run, rows); err != nil {
				return err
			}
		}
		left, _, err := w.Number(ctx, "SELECT EXISTS (SELECT 1 FROM page WHERE run = ?)", run.key)
		if err != nil {
			return err
		}
		p.counted.Rows += lost
		if left == 0 && !kept[i].Head {
			run.hasExtra = run.hasExtra || lost > 0
			bare = append(bare, run)
		} else if lost > 0 || run.hasExtra {
			p.counted.Parts++
		}
	}
	for _, statement := range []string{foldAsked, deleteAsked} {
		if _, err := w.Run(ctx, statement, scope, page.Micros(p.Before)); err != nil {
			return err
		}
	}
	return p.remove(ctx, w, scope, bare)
}

// runs returns the runs of a scope, oldest first.
func (p *pruning) runs(ctx context.Context, w *commit.Writer, scope int64) (runs []aged, pasts []ledger.Past, err error) {
	claimed := map[int64]bool{}
	standing, err := keys(ctx, w, "SELECT run FROM claim")
	for _, run := range standing {
		claimed[run] = true
	}
	if err != nil {
		return nil, nil, err
	}
	err = w.Each(ctx, "SELECT key, pruned_at, id, roster, digest, ended_at, whole, extra FROM run WHERE scope = ? ORDER BY key", func(found []driver.Value) error {
		var run aged
		run.key, _ = found[0].(int64)
		run.prunedAt, _ = found[1].(int64)
		run.id, _ = found[2].(string)
		extra, _ := found[7].(string)
		run.hasExtra = extra != encodeList(nil)
		past := ledger.Past{Claimed: claimed[run.key], Run: ledger.Run{ID: run.id}}
		past.Roster, _ = found[3].(string)
		digest, _ := found[4].([]byte)
		copy(past.Digest[:], digest)
		ended, _ := found[5].(int64)
		past.EndedAt = page.Time(ended)
		past.Whole = found[6] != int64(0)
		runs, pasts = append(runs, run), append(pasts, past)
		return nil
	}, scope)
	return runs, pasts, err
}

// followed returns the rosters that were let through for a scope, the one that was seen last first, and the last whole run.
func followed(ctx context.Context, w *commit.Writer, scope int64) (accepted []ledger.Accepted, whole string, err error) {
	if err := w.Each(ctx, `SELECT accepted.roster, accepted.whole, coalesce(run.id, '') FROM accepted LEFT JOIN run ON run.key = accepted.run
		WHERE accepted.scope = ? ORDER BY accepted.key DESC`, func(found []driver.Value) error {
		a := ledger.Accepted{Whole: found[1] != int64(0)}
		a.Roster, _ = found[0].(string)
		a.Run, _ = found[2].(string)
		accepted = append(accepted, a)
		return nil
	}, scope); err != nil {
		return nil, "", err
	}
	found, err := w.First(ctx, "SELECT id FROM scope JOIN run ON run.key = whole_run WHERE scope.key = ?", scope)
	if err == nil && found != nil {
		whole, _ = found[0].(string)
	}
	return accepted, whole, err
}

// partial returns, of runs that do not stay whole, the rows that [ledger.PartialRuns] speaks of, by run.
func (p *pruning) partial(
	ctx context.Context, w *commit.Writer, runs []aged, accepted []ledger.Accepted, stay map[string]bool,
) (map[string]map[int]bool, error) {
	key := map[string]int64{}
	for _, run := range runs {
		key[run.id] = run.key
	}
	lasting := map[string]map[int]bool{}
	for _, ids := range ledger.PartialRuns(accepted) {
		for len(ids) > 0 && stay[ids[len(ids)-1]] {
			ids = ids[:len(ids)-1] // nothing older is looked at
		}
		named := map[string]bool{}
		for _, id := range ids {
			if lasting[id] == nil {
				lasting[id] = map[int]bool{}
			}
			var here []string
			if err := p.desk.eachEntry(ctx, w, key[id], func(e *page.Entry) error {
				if mailbox := email.Mailbox(e.Email); mailbox != "" && !named[mailbox] {
					lasting[id][e.Row] = true
					here = append(here, mailbox)
				}
				return nil
			}); err != nil {
				return nil, err
			}
			for _, mailbox := range here {
				named[mailbox] = true
			}
		}
	}
	return lasting, nil
}

// sweep forgets the rows of a run but for those that last, and the roster's own columns of these. It returns how many it forgot.
func (p *pruning) sweep(ctx context.Context, w *commit.Writer, run aged, lasting map[int]bool) (lost int, err error) {
	pages, err := keys(ctx, w, "SELECT key FROM page WHERE run = ? ORDER BY first", run.key)
	if err != nil {
		return 0, err
	}
	var before, after page.Page
	for _, key := range pages {
		text, err := w.Find(ctx, p.desk.prepared.pageOf, key)
		if err != nil {
			return lost, err
		}
		entries, _ := text[1].(string)
		if err := before.Parse(entries); err != nil {
			return lost, err
		}
		after.Reset()
		changed := false
		for _, e := range before.Entries {
			if !ledger.Lasts(&e.Record, len(e.MailedAt) > 0) && !lasting[e.Row] {
				lost++
				changed = true
				continue
			}
			changed = changed || len(e.Extra) > 0
			e.Extra = nil
			after.Add(e)
		}
		if changed {
			if err := p.replace(ctx, w, run, key, &after); err != nil {
				return lost, err
			}
		}
	}
	_, err = w.Run(ctx, `UPDATE run SET extra = ?2, pruned = pruned + ?3, pruned_at = CASE WHEN pruned_at = 0 OR ?3 > 0 THEN ?4 ELSE pruned_at END
		WHERE key = ?1`, run.key, encodeList(nil), int64(lost), page.Micros(p.now))
	return lost, err
}

// replace has a page be another one, or go if there is nothing in that.
func (p *pruning) replace(ctx context.Context, w *commit.Writer, run aged, key int64, is *page.Page) error {
	_, err := w.Run(ctx, "DELETE FROM page WHERE key = ?", key)
	if err != nil || len(is.Entries) == 0 {
		return err
	}
	return p.desk.insertPage(ctx, w, run.key, is.Summary(), is.Text())
}

// remove removes the runs of a scope that have no rows, unless something speaks of them.
func (p *pruning) remove(ctx context.Context, w *commit.Writer, scope int64, bare []aged) error {
	if len(bare) == 0 {
		return nil
	}
	told := map[int64]bool{}
	for _, query := range []string{
		"SELECT DISTINCT last_run FROM name WHERE scope = ?", "SELECT run FROM rowless_mailing WHERE scope = ?",
		"SELECT run FROM changed JOIN run ON run.key = changed.run WHERE run.scope = ?",
		"SELECT run FROM approval JOIN run ON run.key = approval.run WHERE run.scope = ?",
		"SELECT run FROM reopened JOIN run ON run.key = reopened.run WHERE run.scope = ?",
	} {
		found, err := keys(ctx, w, query, scope)
		if err != nil {
			return err
		}
		for _, key := range found {
			told[key] = true
		}
	}
	for _, run := range bare {
		if told[run.key] {
			if run.hasExtra {
				p.counted.Parts++
			}
			continue
		}
		for _, statement := range []string{"DELETE FROM timeline WHERE run = ?", "DELETE FROM run WHERE key = ?"} {
			if _, err := w.Run(ctx, statement, run.key); err != nil {
				return err
			}
		}
		p.counted.Runs++
		p.gone = append(p.gone, run.id)
	}
	return nil
}
