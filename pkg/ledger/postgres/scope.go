package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// How long an organization is held after its holder last said so, and how often it does. They only decide when somebody
// else may take it over, so nothing depends on them but how long the next process waits for one that has died.
const (
	holding = 30 * time.Second
	beat    = 5 * time.Second
)

// tenure is what a handle has of an organization. The zero value has never entered.
type tenure struct {
	key, epoch int64
	// entered says that this handle has entered, and left that it has noted a clean end since.
	entered, left bool
	// over is why it may write nothing any more, nil as long as it may.
	over error
}

// Enter implements [ledger.Ledger].
func (l *Ledger) Enter(ctx context.Context, scope record.Scope) (bool, error) {
	w, err := l.writer(scope)
	if err != nil {
		return false, err
	}
	if err := w.flush(ctx); err != nil {
		return false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	clean, err := w.enter(ctx, true)
	return clean, l.explain(err)
}

// enter takes a new epoch of the organization. It marks its end as unclean, unless mark is false.
func (w *writer) enter(ctx context.Context, mark bool) (clean bool, err error) {
	change := nonce()
	t := tenure{entered: true}
	err = w.l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			found, err := w.lock(ctx, tx)
			if err != nil {
				return err
			}
			if t.key = found.key; found.change == change { // it was written, and only the answer was lost
				t.epoch = found.epoch
				return nil
			}
			if found.lives && found.holder != w.l.holder {
				return &ledger.LockedError{Path: w.l.public, Host: found.host, PID: found.process, Since: found.since}
			}
			if clean = found.clean; clean {
				clean, err = w.claimsEnded(ctx, tx, t.key)
			}
			if err != nil {
				return err
			}
			return tx.QueryRow(ctx, w.l.sql(`UPDATE @organization SET epoch = epoch + 1, holder = $2, host = $3, process = $4, since = clock_timestamp(),
				held_until = clock_timestamp() + $5, clean = clean AND NOT $6, change = $7 WHERE key = $1 RETURNING epoch`),
				t.key, w.l.holder, cleaned(w.l.host), os.Getpid(), holding, mark, change).Scan(&t.epoch)
		})
	})
	if err != nil {
		return false, err
	}
	w.state.Lock()
	w.tenure = t
	w.state.Unlock()
	w.l.startBeating()
	return clean, nil
}

// held is an organization as it is found.
type held struct {
	key, epoch, change int64
	holder             [16]byte
	host               string
	process            int
	since              time.Time
	lives, clean       bool
}

// lock makes the row of the organization if there is none, and locks it. Groups of a holder that are on their way are waited for.
func (w *writer) lock(ctx context.Context, tx pgx.Tx) (found held, err error) {
	service, organization := cleaned(w.scope.Service), cleaned(w.scope.OrganizationID)
	const query = `SELECT key, epoch, change, coalesce(holder, '00000000-0000-0000-0000-000000000000'), coalesce(host, ''), coalesce(process, 0), since,
		held_until > clock_timestamp(), clean FROM @organization WHERE service = $1 AND organization = $2 FOR UPDATE`
	for range 2 {
		err = tx.QueryRow(ctx, w.l.sql(query), service, organization).Scan(&found.key, &found.epoch, &found.change, &found.holder,
			&found.host, &found.process, (*instant)(&found.since), &found.lives, &found.clean)
		if !errors.Is(err, pgx.ErrNoRows) {
			return found, err
		}
		if _, err = tx.Exec(ctx, w.l.sql("INSERT INTO @organization (service, organization) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
			service, organization); err != nil {
			return found, err
		}
	}
	return found, err
}

// claimsEnded reports whether the attempt behind each claim of an organization is known to have ended, as
// [record.Doubt.Ended] does.
func (w *writer) claimsEnded(ctx context.Context, tx pgx.Tx, organization int64) (ended bool, err error) {
	err = tx.QueryRow(ctx, w.l.sql(`SELECT NOT EXISTS (SELECT FROM @claim c LEFT JOIN @entry e ON e.run = c.run AND e.number = c.number
		WHERE c.organization = $1 AND NOT CASE WHEN c.number = 0 THEN c.attempts >= c.attempt AND c.ended_at IS NOT NULL
			ELSE coalesce(e.attempts >= c.attempt AND e.ended_at IS NOT NULL, false) END)`), organization).Scan(&ended)
	return ended, err
}

// Leave implements [ledger.Ledger]. Others may enter at once.
func (l *Ledger) Leave(ctx context.Context, scope record.Scope) error {
	w, err := l.writer(scope)
	if err != nil {
		return err
	}
	err = w.alone(ctx, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		_, err := tx.Exec(ctx, l.sql("UPDATE @organization SET clean = true, held_until = '-infinity' WHERE key = $1"), organization)
		return err
	})
	if err == nil {
		w.state.Lock()
		w.tenure.left = true
		w.state.Unlock()
	}
	return l.explain(err)
}

// holds reports whether the organization is this handle's, as far as it knows.
func (w *writer) holds() bool {
	w.state.Lock()
	defer w.state.Unlock()
	return w.tenure.entered && !w.tenure.left && w.tenure.over == nil
}

// now returns what this handle has of the organization.
func (w *writer) now() tenure {
	w.state.Lock()
	defer w.state.Unlock()
	return w.tenure
}

// lose notes that another process has taken the organization over.
func (w *writer) lose() {
	w.state.Lock()
	defer w.state.Unlock()
	w.tenure.over = ledger.ErrFenced
}

// release lets others enter at once. It says nothing of how it ended.
func (w *writer) release(ctx context.Context, c *pgx.Conn) error {
	t := w.now()
	_, err := c.Exec(ctx, w.l.sql("UPDATE @organization SET held_until = '-infinity' WHERE key = $1 AND epoch = $2 AND holder = $3"),
		t.key, t.epoch, w.l.holder)
	return err
}

// renew says that the holder lives, and notes if it is the holder no more.
func (w *writer) renew(ctx context.Context, c *pgx.Conn) error {
	t := w.now()
	tag, err := c.Exec(ctx, w.l.sql("UPDATE @organization SET held_until = clock_timestamp() + $4 WHERE key = $1 AND epoch = $2 AND holder = $3"),
		t.key, t.epoch, w.l.holder, holding)
	if err == nil && tag.RowsAffected() == 0 && w.now() == t {
		w.lose()
	}
	return err
}

// startBeating starts the renewals of what this handle holds, once.
func (l *Ledger) startBeating() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.beating != nil || l.writers == nil {
		return
	}
	var ctx context.Context
	ctx, l.beating = context.WithCancel(context.Background())
	l.beats = make(chan struct{})
	go l.keepBeating(ctx)
}

// keepBeating renews what this handle holds until ctx ends.
func (l *Ledger) keepBeating(ctx context.Context) {
	defer close(l.beats)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.mu.Lock()
		var all []*writer
		for _, w := range l.writers {
			all = append(all, w)
		}
		l.mu.Unlock()
		for _, w := range all {
			if w.holds() {
				once, cancel := context.WithTimeout(ctx, beat)
				_ = l.once(once, w.renew) // the next one may go better
				cancel()
			}
		}
	}
}

// LearnPace implements [ledger.Ledger].
func (l *Ledger) LearnPace(ctx context.Context, scope record.Scope, rate float64) error {
	at := moment(l.now())
	return l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		_, err := tx.Exec(ctx, l.sql("UPDATE @organization SET rate = $2, learned_at = $3 WHERE key = $1"), organization, rate, at)
		return err
	})
}

// Pace implements [ledger.Ledger].
func (l *Ledger) Pace(ctx context.Context, scope record.Scope) (rate float64, learned time.Time, err error) {
	type pace struct {
		rate    float64
		learned instant
	}
	found, err := collect(ctx, l, func(rows pgx.Rows) (p pace, err error) {
		err = rows.Scan(&p.rate, &p.learned)
		return p, err
	}, "SELECT rate, learned_at FROM @organization WHERE service = $1 AND organization = $2", cleaned(scope.Service), cleaned(scope.OrganizationID))
	for _, p := range found {
		rate, learned = p.rate, time.Time(p.learned)
	}
	return rate, learned, err
}

// onScope has work done in a transaction of its own that the fence of the scope lets through.
func (l *Ledger) onScope(ctx context.Context, scope record.Scope, work func(context.Context, pgx.Tx, int64) error) error {
	w, err := l.writer(scope)
	if err != nil {
		return err
	}
	return l.explain(w.alone(ctx, work))
}

// runKey is what stands for a run and its organization inside the database.
type runKey struct {
	key   int64
	scope record.Scope
}

// key returns what stands for a run.
func (l *Ledger) key(ctx context.Context, run string) (runKey, error) {
	if found, ok := l.runs.Load(run); ok && !l.closed.Load() {
		return found.(runKey), nil //nolint:errcheck,forcetypeassert // the map holds nothing else
	}
	found, err := collect(ctx, l, func(rows pgx.Rows) (k runKey, err error) {
		err = rows.Scan(&k.key, &k.scope.Service, &k.scope.OrganizationID)
		return k, err
	}, `SELECT r.key, service, o.organization FROM @run r JOIN @organization o ON o.key = r.organization WHERE id = $1`, cleaned(run))
	if err == nil && len(found) == 0 {
		err = l.explain(fmt.Errorf("%w: %q", ledger.ErrNoRun, run))
	}
	if err != nil {
		return runKey{}, err
	}
	l.runs.Store(run, found[0])
	return found[0], nil
}

// onRun has work done for a run, as [Ledger.onScope] has.
func (l *Ledger) onRun(ctx context.Context, run string, work func(ctx context.Context, tx pgx.Tx, organization, run int64) error) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.onScope(ctx, key.scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		return work(ctx, tx, organization, key.key)
	})
}
