package schema

import (
	"context"
	"database/sql/driver"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

// followingSchema is the script of version 7: a roster names people once it was let through, and what is remembered of
// rosters that an organization follows outlives the next one.
const followingSchema = `
-- Whether the organization is to follow the roster.
ALTER TABLE run ADD COLUMN sync INTEGER NOT NULL DEFAULT 0;
UPDATE run SET sync = whole;

-- last_run is the last run that named the person and whose roster was let through, whole_run of a scope the last such run;
-- rejoins says that a run names the person whose roster has not been let through yet.
ALTER TABLE name ADD COLUMN rejoins INTEGER NOT NULL DEFAULT 0;
-- The mailbox, which several spellings have in common, where it differs from the folded address.
ALTER TABLE name ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
CREATE INDEX name_of_mailbox ON name (scope, mailbox) WHERE mailbox <> '';

-- Rosters that were let through, by key in the order in which they were last; those of a series follow each other and differ.
CREATE TABLE accepted (
	key       INTEGER PRIMARY KEY,
	scope     INTEGER NOT NULL,
	series    TEXT    NOT NULL, -- the name without what changes from day to day
	roster    TEXT    NOT NULL,
	row_count INTEGER NOT NULL,
	digest    BLOB    NOT NULL,
	content   BLOB    NOT NULL,
	shape     TEXT    NOT NULL,
	whole     INTEGER NOT NULL,
	run       INTEGER NOT NULL,
	since     INTEGER NOT NULL, -- first seen
	at        INTEGER NOT NULL  -- last seen
) STRICT;
CREATE INDEX accepted_of_series ON accepted (scope, series);
CREATE INDEX accepted_of_run ON accepted (run);

-- Whom runs have asked for that follow no roster.
CREATE TABLE asked (
	scope   INTEGER NOT NULL,
	mailbox TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (scope, mailbox)
) STRICT, WITHOUT ROWID;

-- What runs have changed beside their invitations.
CREATE TABLE changed (
	key           INTEGER PRIMARY KEY,
	run           INTEGER NOT NULL,
	kind          TEXT    NOT NULL,
	action        TEXT    NOT NULL,
	email         TEXT    NOT NULL,
	has_role      TEXT    NOT NULL,
	wanted_role   TEXT    NOT NULL,
	user_id       TEXT    NOT NULL,
	invitation_id TEXT    NOT NULL,
	expires_at    INTEGER NOT NULL,
	at            INTEGER NOT NULL
) STRICT;
CREATE INDEX changed_of_run ON changed (run);

-- Runs that somebody has approved of although guards had something against them.
CREATE TABLE approval (
	run    INTEGER PRIMARY KEY,
	digest TEXT    NOT NULL,
	guards TEXT    NOT NULL, -- JSON array
	work   BLOB    NOT NULL,
	at     INTEGER NOT NULL
) STRICT;

-- Series of rosters that guards keep back.
CREATE TABLE tripped (
	scope  INTEGER NOT NULL,
	series TEXT    NOT NULL,
	roster TEXT    NOT NULL,
	digest TEXT    NOT NULL,
	guards TEXT    NOT NULL, -- JSON array
	since  INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (scope, series)
) STRICT, WITHOUT ROWID;
`

// fillFollowing fills the tables of version 7 where only this program can: the series of a name, and a mailbox.
func fillFollowing(ctx context.Context, w *commit.Writer) error {
	if err := w.Each(ctx, `SELECT scope.key, accepted_rows, accepted_digest, accepted_at, coalesce(run.roster, ''), coalesce(run.whole, 0),
		coalesce(run.key, 0) FROM scope LEFT JOIN run ON run.key = (SELECT max(r.key) FROM run AS r
			WHERE r.scope = scope.key AND r.digest = accepted_digest) WHERE accepted_at <> 0`, func(found []driver.Value) error {
		roster, _ := found[4].(string)
		_, err := w.Run(ctx, `INSERT INTO accepted (scope, series, roster, row_count, digest, content, shape, whole, run, since, at)
			VALUES (?1, ?8, ?5, ?2, ?3, x'', '', ?6, ?7, ?4, ?4)`, append(found, ledger.Series(roster))...)
		return err
	}); err != nil {
		return err
	}
	if err := fillMailboxes(ctx, w); err != nil {
		return err
	}
	asked, err := w.Prepare(ctx, "INSERT INTO asked (scope, mailbox, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = max(at, ?3)")
	if err != nil {
		return err
	}
	if err := w.Each(ctx, `SELECT scope, email, started_at FROM entry JOIN run ON run.key = entry.run WHERE sync = 0 AND outcome <> ?`,
		func(found []driver.Value) error {
			address, _ := found[1].(string)
			mailbox := email.Mailbox(address)
			if mailbox == "" {
				return nil
			}
			_, err := w.Exec(ctx, asked, found[0], mailbox, found[2])
			return err
		}, int64(record.Invalid)); err != nil {
		return err
	}
	_, err = w.Run(ctx, `ALTER TABLE scope DROP COLUMN accepted_rows; ALTER TABLE scope DROP COLUMN accepted_digest;
		ALTER TABLE scope DROP COLUMN accepted_at`)
	return err
}

// fillMailboxes fills in the mailboxes of those who have been named.
func fillMailboxes(ctx context.Context, w *commit.Writer) error {
	type spelling struct {
		scope  driver.Value
		person string
	}
	var others []spelling // read before the table is touched
	if err := w.Each(ctx, "SELECT scope, person FROM name", func(found []driver.Value) error {
		if person, _ := found[1].(string); email.Mailbox(person) != person {
			others = append(others, spelling{found[0], person})
		}
		return nil
	}); err != nil {
		return err
	}
	for _, other := range others {
		if _, err := w.Run(ctx, "UPDATE name SET mailbox = ? WHERE scope = ? AND person = ?", email.Mailbox(other.person), other.scope, other.person); err != nil {
			return err
		}
	}
	return nil
}
