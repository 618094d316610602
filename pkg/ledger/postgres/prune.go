package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// errCounted takes back what was only to be counted.
var errCounted = errors.New("counted")

// Prune implements [ledger.Ledger]. It prunes a scope at a time: an error keeps what was forgotten of those before. The
// scope is locked meanwhile, so that whoever works in it waits, and nobody has to have entered it. What is deleted is vacuumed;
// the server may have it in its log and in copies for longer.
func (l *Ledger) Prune(ctx context.Context, p ledger.Pruning) (counted ledger.Pruned, err error) {
	if err := l.alive(); err != nil {
		return counted, err
	}
	if err := l.flushAll(ctx); err != nil { // what was concluded before counts
		return counted, err
	}
	// Who has no run that is old enough is left in peace: of many organizations, most have none most of the time.
	query, values := "SELECT key FROM @organization o WHERE EXISTS (SELECT FROM @run WHERE organization = o.key AND ended_at < $1)", []any{moment(p.Before)}
	if of := p.Scope; of != nil {
		query, values = query+" AND service = $2 AND o.organization = $3", append(values, cleaned(of.Service), cleaned(of.OrganizationID))
	}
	organizations, err := collect(ctx, l, scanKey, query+" ORDER BY key", values...)
	for _, organization := range organizations {
		var done pruning
		if err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
			return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
				done = pruning{Pruning: p, l: l, tx: tx, organization: organization}
				err := done.all(ctx)
				if err == nil && p.DryRun {
					return errCounted
				}
				return err
			})
		}); err != nil && !errors.Is(err, errCounted) {
			return ledger.Pruned{}, l.explain(err)
		}
		n := done.counted
		counted.Rows, counted.Runs, counted.Parts = counted.Rows+n.Rows, counted.Runs+n.Runs, counted.Parts+n.Parts
		for _, run := range done.gone {
			if !p.DryRun {
				l.runs.Delete(run)
			}
		}
	}
	if err == nil || errors.Is(err, errCounted) {
		err = nil
		if counted != (ledger.Pruned{}) && !p.DryRun {
			_ = l.once(ctx, func(ctx context.Context, c *pgx.Conn) error { // the server does so by itself some day
				_, err := c.Exec(ctx, l.sql("VACUUM @entry"))
				return err
			})
		}
	}
	return counted, l.explain(err)
}

func scanKey(rows pgx.Rows) (key int64, err error) {
	err = rows.Scan(&key)
	return key, err
}

// flushAll waits until what was queued in any scope is written.
func (l *Ledger) flushAll(ctx context.Context) error {
	l.mu.Lock()
	var all []*writer
	for _, w := range l.writers {
		all = append(all, w)
	}
	l.mu.Unlock()
	for _, w := range all {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pruning is the work of [Ledger.Prune] in a scope.
type pruning struct {
	ledger.Pruning
	l            *Ledger
	tx           pgx.Tx
	organization int64
	counted      ledger.Pruned
	gone         []string // the runs of which nothing is left
}

// aged is a run that is looked at.
type aged struct {
	key int64
	ledger.Past
	// told says that something speaks of it.
	told bool
}

// exec runs a statement of the transaction.
func (p *pruning) exec(ctx context.Context, statement string, args ...any) error {
	_, err := p.tx.Exec(ctx, p.l.sql(statement), args...)
	return err
}

// all prunes the runs of the scope.
func (p *pruning) all(ctx context.Context) error {
	if err := p.exec(ctx, "SELECT FROM @organization WHERE key = $1 FOR UPDATE", p.organization); err != nil {
		return err
	}
	runs, err := collectOn(ctx, p.tx, func(rows pgx.Rows) (r aged, err error) {
		var digest []byte
		err = rows.Scan(&r.key, &r.ID, (*instant)(&r.PrunedAt), &r.Roster, &digest, (*instant)(&r.EndedAt), &r.Whole, &r.Extra, &r.Claimed, &r.told)
		copy(r.Digest[:], digest)
		return r, err
	}, p.l.sql(`SELECT key, id, pruned_at, roster, digest, ended_at, whole, extra, EXISTS (SELECT FROM @claim c WHERE c.run = r.key),
			EXISTS (SELECT FROM @name n WHERE n.organization = $1 AND n.last_run = r.key)
			OR EXISTS (SELECT FROM @mailing m WHERE m.run = r.key AND m.number = 0) OR EXISTS (SELECT FROM @changed c WHERE c.run = r.key)
			OR EXISTS (SELECT FROM @approval a WHERE a.run = r.key) OR EXISTS (SELECT FROM @reopened o WHERE o.run = r.key)
		FROM @run r WHERE organization = $1 ORDER BY key`), p.organization)
	if err != nil {
		return err
	}
	accepted, err := collectOn(ctx, p.tx, func(rows pgx.Rows) (a ledger.Accepted, err error) {
		err = rows.Scan(&a.Roster, &a.Whole, &a.Run)
		return a, err
	}, p.l.sql(`SELECT a.roster, a.whole, coalesce(r.id, '') FROM @accepted a LEFT JOIN @run r ON r.key = a.run
		WHERE a.organization = $1 ORDER BY a.key DESC`), p.organization)
	if err != nil {
		return err
	}
	var whole string
	if err := p.tx.QueryRow(ctx, p.l.sql("SELECT id FROM @organization o JOIN @run r ON r.key = whole_run WHERE o.key = $1"), p.organization).
		Scan(&whole); ignoreNone(err) != nil {
		return err
	}
	pasts := make([]ledger.Past, len(runs))
	for i := range runs {
		pasts[i] = runs[i].Past
	}
	kept := p.Keep(pasts, accepted, whole)
	lasting, err := p.partial(ctx, runs, accepted)
	if err != nil {
		return err
	}
	for i := range runs {
		if kept[i].Whole {
			continue
		}
		if err := p.prune(ctx, &runs[i], kept[i].Head || runs[i].told, lasting[runs[i].ID]); err != nil {
			return err
		}
	}
	return nil
}

// partial returns the rows that [ledger.PartialRuns] speaks of, by run.
func (p *pruning) partial(ctx context.Context, runs []aged, accepted []ledger.Accepted) (map[string]map[int]bool, error) {
	keys := map[string]int64{}
	for i := range runs {
		keys[runs[i].ID] = runs[i].key
	}
	lasting := map[string]map[int]bool{}
	for _, ids := range ledger.PartialRuns(accepted) {
		named := map[string]bool{}
		for _, id := range ids {
			if lasting[id] == nil {
				lasting[id] = map[int]bool{}
			}
			var here []string
			if err := p.l.eachEntry(ctx, p.tx, keys[id], func(rows []record.Record) error {
				for i := range rows {
					if mailbox := email.Mailbox(rows[i].Email); mailbox != "" && !named[mailbox] {
						lasting[id][rows[i].Row] = true
						here = append(here, mailbox)
					}
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

// prune forgets the rows of a run but for those that last, and the roster's own columns of these, and the run itself if nothing is left of it
// and nothing speaks of it.
func (p *pruning) prune(ctx context.Context, run *aged, head bool, lasting map[int]bool) error {
	type row struct {
		record.Record
		mailed bool
	}
	rows, err := collectOn(ctx, p.tx, func(rows pgx.Rows) (r row, err error) {
		err = rows.Scan(&r.Row, &r.Outcome, &r.Trail.Verdict, &r.Trail.Confirmed, &r.Trail.Cancelled, &r.mailed)
		return r, err
	}, p.l.sql(`SELECT number, outcome, verdict, confirmed, cancelled, number IN (SELECT m.number FROM @mailing m WHERE m.run = $1)
		FROM @entry WHERE run = $1 ORDER BY number`), run.key)
	if err != nil {
		return err
	}
	var numbers pgtype.FlatArray[int32]
	var counts []count
	for i := range rows {
		if r := &rows[i]; !ledger.Lasts(&r.Record, r.mailed) && !lasting[r.Row] {
			numbers, counts = append(numbers, int32(r.Row)), append(counts, count{r.Outcome, 1})
		}
	}
	p.counted.Rows += len(numbers)
	if len(numbers) == len(rows) && !head {
		p.counted.Runs++
		p.gone = append(p.gone, run.ID)
		for _, statement := range []string{
			"DELETE FROM @entry WHERE run = $1", "DELETE FROM @timeline WHERE run = $1", "DELETE FROM @mailing WHERE run = $1", "DELETE FROM @run WHERE key = $1",
		} {
			if err := p.exec(ctx, statement, run.key); err != nil {
				return err
			}
		}
		return nil
	}
	if len(numbers) > 0 || len(run.Extra) > 0 {
		p.counted.Parts++
	}
	if !run.PrunedAt.IsZero() && len(numbers) == 0 {
		return nil
	}
	before, err := collectOn(ctx, p.tx, scanCount, p.l.sql("SELECT n - 1, rows FROM @run r, unnest(r.gone) WITH ORDINALITY AS g (rows, n) WHERE r.key = $1"), run.key)
	if err != nil {
		return err
	}
	if err := p.exec(ctx, "DELETE FROM @entry WHERE run = $1 AND number = ANY($2)", run.key, numbers); err != nil {
		return err
	}
	if err := p.exec(ctx, "UPDATE @entry SET extra = NULL WHERE run = $1 AND extra IS NOT NULL", run.key); err != nil {
		return err
	}
	return p.exec(ctx, "UPDATE @run SET extra = '{}', pruned = pruned + $2, pruned_at = $3, gone = $4 WHERE key = $1",
		run.key, len(numbers), moment(p.l.now()), tally(append(before, counts...)))
}
