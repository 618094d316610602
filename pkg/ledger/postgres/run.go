package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// entryNames are the columns of an entry in the order of [entryValues].
var entryNames = []string{
	"run", "number", "line", "email", "role", "teams", "extra", "outcome", "invitation_id", "token", "status", "organization_id", "organization_name",
	"organization_role", "expires_at", "attempts", "http_status", "error", "hint", "updated_at", "verdict", "tries", "throttled", "lost", "confirmed",
	"cancelled", "ended_at", "silent_for", "due_at",
}

func entryValues(run int64, r *record.Record) []any {
	t := &r.Trail
	return []any{
		run, r.Row, r.Line, cleaned(r.Email), cleaned(r.Role), cleaned(r.Teams), cleanedAll(r.Extra), int16(r.Outcome), cleaned(r.InvitationID),
		cleaned(r.Token.Reveal()), cleaned(r.Status), cleaned(r.OrganizationID), cleaned(r.OrganizationName), cleaned(r.OrganizationRole),
		moment(r.ExpiresAt), r.Attempts, r.HTTPStatus, cleaned(r.Error), cleaned(r.Hint), moment(r.UpdatedAt), int16(t.Verdict), t.Tries,
		t.Throttled, t.Lost, t.Confirmed, cleaned(t.Cancelled), moment(t.EndedAt), t.SilentFor.Microseconds(), moment(t.DueAt),
	}
}

// begun is how many rows are written at a time when a run begins.
const begun = 5000

// Begin implements [ledger.Ledger]. Where the connection breaks in the middle, it is an error: entries are read once.
func (l *Ledger) Begin(ctx context.Context, run ledger.Run, entries iter.Seq2[record.Record, error]) (ledger.Run, error) {
	run = run.Start(l.now())
	w, err := l.writer(run.Scope())
	if err != nil {
		return ledger.Run{}, err
	}
	var given error // by entries or ctx, so not about the database
	var key int64
	tried := false
	err = w.alone(context.WithoutCancel(ctx), func(endless context.Context, tx pgx.Tx, organization int64) error {
		if tried {
			return errors.New("the connection broke while a run began: nothing of it was kept")
		}
		tried = true
		if err := tx.QueryRow(endless, l.sql(`INSERT INTO @run (id, organization, roster, digest, extra, started_at, sync, whole)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING key`), run.ID, organization, cleaned(run.Roster), run.Digest[:],
			append([]string{}, cleanedAll(run.Extra)...), moment(run.StartedAt), run.Sync, run.Whole).Scan(&key); err != nil {
			return err
		}
		b := &beginning{l: l, tx: tx, run: key, naming: newNaming(l, tx, organization, run)}
		for entry, err := range entries {
			if given = errors.Join(err, ctx.Err()); given != nil {
				return given
			}
			if err := b.add(endless, entry); err != nil {
				return fmt.Errorf("row %d: %w", entry.Row, err)
			}
		}
		run.Rows = b.count
		return b.end(endless)
	})
	if given != nil {
		return ledger.Run{}, given
	}
	if err != nil {
		return ledger.Run{}, l.explain(err)
	}
	l.runs.Store(run.ID, runKey{key, run.Scope()})
	return run, nil
}

// beginning is a run whose rows are being written.
type beginning struct {
	l       *Ledger
	tx      pgx.Tx
	run     int64
	naming  *naming
	rows    []record.Record
	count   int
	last    int
	acted   bool
	expires time.Time
}

// add adds a row.
func (b *beginning) add(ctx context.Context, r record.Record) error {
	switch {
	case r.Row < 1:
		return errors.New("rows are numbered from 1")
	case r.Row <= b.last:
		return fmt.Errorf("rows come in their order, and row %d was there already", b.last)
	}
	b.last = r.Row
	b.count++
	b.acted = b.acted || acts(&r)
	if !r.Token.Empty() && !r.ExpiresAt.IsZero() && (b.expires.IsZero() || r.ExpiresAt.Before(b.expires)) {
		b.expires = r.ExpiresAt
	}
	b.naming.keep(&r)
	if b.rows = append(b.rows, r); len(b.rows) < begun {
		return nil
	}
	return b.flush(ctx)
}

// acts reports whether a row has invited somebody, or cancelled an invitation.
func acts(r *record.Record) bool {
	return r.Outcome == record.Invited || r.Trail.Confirmed || r.Trail.Cancelled != ""
}

// flush writes the rows that are not written yet, and whom they name.
func (b *beginning) flush(ctx context.Context) error {
	if len(b.rows) > 0 {
		if _, err := b.tx.CopyFrom(ctx, pgx.Identifier{b.l.schema, "entry"}, entryNames, pgx.CopyFromSlice(len(b.rows), func(i int) ([]any, error) {
			return entryValues(b.run, &b.rows[i]), nil
		})); err != nil {
			return err
		}
		b.rows = b.rows[:0]
	}
	return b.naming.flush(ctx)
}

// end writes what is left to write.
func (b *beginning) end(ctx context.Context) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	_, err := b.tx.Exec(ctx, b.l.sql("UPDATE @run SET entries = $2, acted = $3, expires_at = $4 WHERE key = $1"), b.run, b.count, b.acted, moment(b.expires))
	return err
}

// selectRun reads the columns of [scanRun].
const selectRun = `SELECT r.key, r.id, o.service, o.organization, r.roster, r.digest, r.extra, r.entries, r.started_at, r.ended_at, r.exit_code,
	r.resumed, r.sync, r.whole, r.outcomes, r.gone, r.pruned, r.pruned_at, coalesce(a.digest, '') FROM @run r JOIN @organization o ON o.key = r.organization LEFT JOIN @approval a ON a.run = r.key `

// found is a run as it is kept; its outcomes are nil where they have to be counted.
type found struct {
	ledger.Run
	key            int64
	outcomes, gone []int32
	approved       string
}

func scanRun(rows pgx.Rows) (f found, err error) {
	var digest []byte
	err = rows.Scan(&f.key, &f.ID, &f.Service, &f.OrganizationID, &f.Roster, &digest, &f.Extra, &f.Rows, (*instant)(&f.StartedAt), (*instant)(&f.EndedAt),
		&f.ExitCode, &f.Resumed, &f.Sync, &f.Whole, &f.outcomes, &f.gone, &f.Pruned,
		(*instant)(&f.PrunedAt), &f.approved)
	if copy(f.Digest[:], digest); len(f.Extra) == 0 {
		f.Extra = nil
	}
	return f, err
}

// Unfinished implements [ledger.Ledger].
func (l *Ledger) Unfinished(ctx context.Context, scope record.Scope, digest [32]byte) (ledger.Run, bool, error) {
	all, err := ledger.All(eachOfScope(ctx, l, scope, scanRun,
		selectRun+"WHERE r.organization = "+ofScope+" AND r.digest = $3 ORDER BY r.key DESC LIMIT 1", digest[:]))
	if err != nil || len(all) == 0 || !all[0].EndedAt.IsZero() {
		return ledger.Run{}, false, err
	}
	return all[0].Run, true, nil
}

// Resume implements [ledger.Ledger].
func (l *Ledger) Resume(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	// What a row is then is said by [ledger.Resumed].
	const reopen = `UPDATE @entry SET outcome = 0, tries = 0, throttled = 0, due_at = NULL,
		http_status = CASE outcome WHEN 0 THEN http_status ELSE 0 END, error = CASE outcome WHEN 0 THEN error ELSE '' END,
		hint = CASE outcome WHEN 0 THEN hint ELSE '' END, updated_at = CASE outcome WHEN 0 THEN updated_at END
		WHERE run = $1 AND (outcome = 0 AND (tries <> 0 OR throttled <> 0 OR due_at IS NOT NULL) OR outcome = ANY($2))`
	again := []int16{int16(record.Rejected), int16(record.Failed), int16(record.Unknown), int16(record.NotSent)}
	return l.carryOn(ctx, run, func(ctx context.Context, tx pgx.Tx, organization, key int64) error {
		if _, err := tx.Exec(ctx, l.sql("UPDATE @run SET ended_at = NULL, exit_code = 0, outcomes = NULL WHERE key = $1"), key); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, l.sql(reopen), key, again); err != nil || !run.Whole {
			return err
		}
		return l.makeWhole(ctx, tx, organization, key)
	})
}

// Continue implements [ledger.Ledger].
func (l *Ledger) Continue(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	return l.carryOn(ctx, run, func(context.Context, pgx.Tx, int64, int64) error { return nil })
}

// carryOn counts a run as resumed, does the rest, and returns the run as it is then.
func (l *Ledger) carryOn(ctx context.Context, run ledger.Run, rest func(ctx context.Context, tx pgx.Tx, organization, run int64) error) (ledger.Run, error) {
	key, err := l.key(ctx, run.ID)
	if err != nil {
		return ledger.Run{}, err
	}
	if err := l.onRun(ctx, run.ID, func(ctx context.Context, tx pgx.Tx, organization, key int64) error {
		if _, err := tx.Exec(ctx, l.sql("UPDATE @run SET resumed = resumed + 1 WHERE key = $1"), key); err != nil {
			return err
		}
		return rest(ctx, tx, organization, key)
	}); err != nil {
		return ledger.Run{}, err
	}
	all, err := collect(ctx, l, scanRun, selectRun+"WHERE r.key = $1", key.key)
	if err != nil || len(all) == 0 {
		return ledger.Run{}, err
	}
	return all[0].Run, nil
}

// Reopen implements [ledger.Ledger].
func (l *Ledger) Reopen(ctx context.Context, run string, rows ...int) error {
	// What was sent is remembered for [Ledger.Invited], and what a row is then is said by [ledger.Reopened].
	const remember = `INSERT INTO @reopened (run, email, invitation_id, expires_at, updated_at)
		SELECT run, e.email, invitation_id, e.expires_at, coalesce(updated_at, e.ended_at, r.started_at) FROM @entry e JOIN @run r ON r.key = e.run
		WHERE run = $1 AND number = ANY($2) AND (outcome = 1 OR confirmed) ORDER BY number`
	const reopen = `UPDATE @entry SET outcome = 0, invitation_id = '', token = '', status = '', organization_id = '', organization_name = '',
		organization_role = '', expires_at = NULL, http_status = 0, error = '', hint = '', updated_at = NULL, verdict = 0, tries = 0, throttled = 0,
		lost = false, confirmed = false, cancelled = '', ended_at = NULL, silent_for = 0, due_at = NULL WHERE run = $1 AND number = ANY($2)`
	return l.onRun(ctx, run, func(ctx context.Context, tx pgx.Tx, _, key int64) error {
		for _, statement := range []string{remember, reopen} {
			if _, err := tx.Exec(ctx, l.sql(statement), key, rows); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, l.sql("UPDATE @run SET outcomes = NULL WHERE key = $1"), key)
		return err
	})
}

// End implements [ledger.Ledger]. What has become of the rows is counted once.
func (l *Ledger) End(ctx context.Context, run string, exitCode int) error {
	at := moment(l.now())
	return l.onRun(ctx, run, func(ctx context.Context, tx pgx.Tx, _, key int64) error {
		counts, err := collectOn(ctx, tx, scanCount, l.sql(countOutcomes), key)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, l.sql("UPDATE @run SET ended_at = $2, exit_code = $3, outcomes = $4 WHERE key = $1"), key, at, exitCode, tally(counts))
		return err
	})
}

// countOutcomes counts the rows of a run by outcome, also those that were forgotten.
const countOutcomes = `SELECT outcome, count(*) FROM @entry WHERE run = $1 GROUP BY outcome
	UNION ALL SELECT n - 1, rows FROM @run r, unnest(r.gone) WITH ORDINALITY AS g (rows, n) WHERE r.key = $1`

// count is how many rows have an outcome.
type count struct {
	outcome record.Outcome
	rows    int
}

func scanCount(rows pgx.Rows) (c count, err error) {
	err = rows.Scan(&c.outcome, &c.rows)
	return c, err
}

// tally returns counts as they are kept: by the number of the outcome.
func tally(counts []count) []int32 {
	kept := []int32{}
	for _, c := range counts {
		for len(kept) <= int(c.outcome) {
			kept = append(kept, 0)
		}
		kept[c.outcome] += int32(c.rows)
	}
	return kept
}

// Outcomes implements [ledger.Ledger].
func (l *Ledger) Outcomes(ctx context.Context, run string) (map[record.Outcome]int, error) {
	key, err := l.key(ctx, run)
	if err != nil {
		return nil, err
	}
	return l.count(ctx, key.key)
}

func (l *Ledger) count(ctx context.Context, run int64) (map[record.Outcome]int, error) {
	counts, err := collect(ctx, l, scanCount, countOutcomes, run)
	if err != nil {
		return nil, err
	}
	return outcomes(tally(counts)), nil
}

// outcomes returns kept counts as they are told.
func outcomes(kept []int32) map[record.Outcome]int {
	told := map[record.Outcome]int{}
	for outcome, rows := range kept {
		if rows > 0 {
			told[record.Outcome(outcome)] = int(rows)
		}
	}
	return told
}

// Runs implements [ledger.Ledger].
func (l *Ledger) Runs(ctx context.Context) iter.Seq2[ledger.Summary, error] {
	runs := inChunks(func(last *found) ([]found, error) {
		before := int64(1<<63 - 1)
		if last != nil {
			before = last.key
		}
		return collect(ctx, l, scanRun, selectRun+"WHERE r.key < $1 ORDER BY r.key DESC LIMIT $2", before, chunk)
	})
	return func(yield func(ledger.Summary, error) bool) {
		for f, err := range runs {
			s := ledger.Summary{Run: f.Run, Outcomes: outcomes(f.outcomes), Approved: f.approved}
			if err == nil && f.outcomes == nil {
				s.Outcomes, err = l.count(ctx, f.key)
			}
			if err != nil {
				yield(ledger.Summary{}, err)
				return
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// EraseExpiredTokens implements [ledger.Ledger]. It needs no fence: whoever erases does what everybody would.
func (l *Ledger) EraseExpiredTokens(ctx context.Context, now time.Time) (erased int, err error) {
	if err := l.alive(); err != nil {
		return 0, err
	}
	const erase = `UPDATE @entry SET token = '' WHERE run = ANY($1) AND token <> '' AND expires_at < $2`
	const next = `UPDATE @run SET expires_at = (SELECT min(e.expires_at) FROM @entry e WHERE e.run = key AND token <> '')
		WHERE key = ANY($1) AND ended_at IS NOT NULL` // before that, whoever works on it may add one
	err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		erased = 0
		runs, err := collectOn(ctx, c, func(rows pgx.Rows) (key int64, err error) {
			err = rows.Scan(&key)
			return key, err
		}, l.sql("SELECT key FROM @run WHERE expires_at < $1 ORDER BY key"), moment(now))
		for some := range slices.Chunk(runs, 20) {
			if err != nil {
				break
			}
			err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
				tag, err := tx.Exec(ctx, l.sql(erase), some, moment(now))
				if err != nil {
					return err
				}
				erased += int(tag.RowsAffected())
				_, err = tx.Exec(ctx, l.sql(next), some)
				return err
			})
		}
		return err
	})
	return erased, l.explain(err)
}
