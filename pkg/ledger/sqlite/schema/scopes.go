package schema

import (
	"context"
	"database/sql/driver"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

// scopeSchema is the script of version 5: whatever is remembered belongs to an organization of a service, a claim
// belongs to a person, and a row keeps its trail.
const scopeSchema = `
-- One organization of one service, and what is remembered of it as a whole.
CREATE TABLE scope (
	key             INTEGER PRIMARY KEY,
	service         TEXT    NOT NULL,
	organization    TEXT    NOT NULL,
	clean           INTEGER NOT NULL DEFAULT 1,   -- the last process has ended clean
	whole_run       INTEGER NOT NULL DEFAULT 0,   -- the last run whose roster named everybody
	rate            REAL    NOT NULL DEFAULT 0,   -- requests a second that were last found to be taken
	learned_at      INTEGER NOT NULL DEFAULT 0,
	accepted_rows   INTEGER NOT NULL DEFAULT 0,   -- the last roster that was let through
	accepted_digest BLOB    NOT NULL DEFAULT x'',
	accepted_at     INTEGER NOT NULL DEFAULT 0,
	UNIQUE (service, organization)
) STRICT;
INSERT INTO scope (service, organization) SELECT service, organization FROM run GROUP BY service, organization ORDER BY min(key);

-- What was known of an organization belongs to the service of its latest run.
UPDATE scope SET rate = pace.rate, learned_at = pace.learned_at FROM pace
	WHERE pace.organization = scope.organization
	AND scope.service = (SELECT service FROM run WHERE run.organization = pace.organization ORDER BY key DESC LIMIT 1);
UPDATE scope SET accepted_rows = entries, accepted_digest = digest, accepted_at = a.accepted_at FROM accepted_roster AS a
	WHERE a.organization = scope.organization
	AND scope.service = (SELECT service FROM run WHERE run.organization = a.organization ORDER BY key DESC LIMIT 1);
DROP TABLE pace;
DROP TABLE accepted_roster;

ALTER TABLE run ADD COLUMN scope INTEGER NOT NULL DEFAULT 0;
UPDATE run SET scope = (SELECT key FROM scope WHERE scope.service = run.service AND scope.organization = run.organization);
DROP INDEX run_of_roster;
ALTER TABLE run DROP COLUMN service;
ALTER TABLE run DROP COLUMN organization;
CREATE INDEX run_of_roster ON run (scope, digest);

-- The trail of a row; durations are microseconds, too.
ALTER TABLE entry ADD COLUMN verdict    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN tries      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN throttled  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN lost       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN confirmed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN cancelled  TEXT    NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN ended_at   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN silent_for INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN due_at     INTEGER NOT NULL DEFAULT 0;
DROP INDEX invited;
CREATE INDEX invited ON entry (run, row) WHERE (outcome = 1 OR confirmed = 1);
CREATE INDEX cancelled ON entry (run, cancelled) WHERE cancelled <> '';
CREATE INDEX reopened_of_run ON reopened (run);

-- What stands here is in doubt: one claim a person. Row 0 is a change that has no row; what is known of its attempt is
-- kept here.
ALTER TABLE claim RENAME TO old_claim;
CREATE TABLE claim (
	scope      INTEGER NOT NULL,
	person     TEXT    NOT NULL, -- the folded address
	email      TEXT    NOT NULL DEFAULT '', -- of a change that has no row
	change     INTEGER NOT NULL,
	run        INTEGER NOT NULL,
	row        INTEGER NOT NULL,
	attempt    INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	replaces   TEXT    NOT NULL,
	before     TEXT    NOT NULL DEFAULT '', -- the latest invitation that was known of
	attempts   INTEGER NOT NULL DEFAULT 0,
	lost       INTEGER NOT NULL DEFAULT 0,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	silent_for INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;

-- Whom the whole rosters of a scope have named: which of its runs did last, and since when, 0 meaning from the first.
CREATE TABLE name (
	scope    INTEGER NOT NULL,
	person   TEXT    NOT NULL,
	last_run INTEGER NOT NULL,
	since    INTEGER NOT NULL,
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;
`

// fillScopes fills the tables of version 5 that are about persons: only this program can fold an address.
func fillScopes(ctx context.Context, w *commit.Writer) error {
	if err := moveClaims(ctx, w); err != nil {
		return err
	}
	if err := nameAll(ctx, w); err != nil {
		return err
	}
	_, err := w.Run(ctx, "DROP TABLE old_claim")
	return err
}

// moveClaims gives the claims their persons, the oldest first. A second claim for a person can't stand: its row stays in
// doubt by its trail.
func moveClaims(ctx context.Context, w *commit.Writer) error {
	type claimed struct{ run, row, scope, email driver.Value }
	var claims []claimed // read before the entries are touched
	if err := w.Each(ctx, `SELECT old_claim.run, old_claim.row, scope, email FROM old_claim
		JOIN run ON run.key = old_claim.run JOIN entry ON entry.run = old_claim.run AND entry.row = old_claim.row
		ORDER BY at, old_claim.run, old_claim.row`, func(found []driver.Value) error {
		claims = append(claims, claimed{found[0], found[1], found[2], found[3]})
		return nil
	}); err != nil {
		return err
	}
	for _, c := range claims {
		address, _ := c.email.(string)
		moved, err := w.Run(ctx, `INSERT INTO claim (scope, person, change, run, row, attempt, at, replaces)
			SELECT ?, ?, 1, run, row, attempt, at, replaces FROM old_claim WHERE run = ? AND row = ?
			ON CONFLICT DO NOTHING`, c.scope, email.Fold(address), c.run, c.row) // record.ChangeInvite
		if err == nil && moved == 0 {
			_, err = w.Run(ctx, `UPDATE entry SET lost = 1, attempts = max(attempts, old_claim.attempt) FROM old_claim
				WHERE entry.run = old_claim.run AND entry.row = old_claim.row AND entry.run = ? AND entry.row = ?`, c.run, c.row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nameAll notes whom the whole runs have named, as if the names had been kept from the first. A row that is invalid does
// not make anybody known, but who is known has not left by it.
func nameAll(ctx context.Context, w *commit.Writer) error {
	const since = `since = CASE WHEN last_run IN (?3, ?4) THEN since ELSE ?5 END, last_run = ?3`
	insert, err := w.Prepare(ctx, `INSERT INTO name (scope, person, last_run, since) VALUES (?1, ?2, ?3, 0)
		ON CONFLICT DO UPDATE SET `+since)
	if err != nil {
		return err
	}
	update, err := w.Prepare(ctx, `UPDATE name SET `+since+` WHERE scope = ?1 AND person = ?2`)
	if err != nil {
		return err
	}
	last := map[int64]int64{} // by scope: the whole run that is read, and then the one before the next
	var run, before int64
	return w.Each(ctx, `SELECT scope, run.key, started_at, email, outcome FROM run LEFT JOIN entry ON entry.run = run.key
		WHERE whole = 1 ORDER BY run.key, entry.row`, func(found []driver.Value) error {
		scope, _ := found[0].(int64)
		if key, _ := found[1].(int64); key != run {
			run, before, last[scope] = key, last[scope], key
			if _, err := w.Run(ctx, "UPDATE scope SET whole_run = ? WHERE key = ?", run, scope); err != nil {
				return err
			}
		}
		address, _ := found[3].(string)
		person := email.Fold(address)
		if person == "" {
			return nil
		}
		statement := insert
		if found[4] == int64(record.Invalid) {
			statement = update
		}
		_, err := w.Exec(ctx, statement, scope, person, run, before, found[2])
		return err
	})
}
