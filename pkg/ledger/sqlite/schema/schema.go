// Package schema makes the database of a ledger, and brings those of earlier versions up to date.
//
// It has no example: it is a part of package sqlite, and nobody else's.
package schema

import (
	"context"
	_ "embed" // newest.sql
	"fmt"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/disk"
)

// migration makes a ledger of one version into one of the next: by a script, and by what SQL can't do. If that ends with a
// script, as last it is told to [Scripts].
type migration struct {
	script string
	then   func(context.Context, *commit.Writer) error
	last   string
}

// migrations make a ledger of version n into one of version n+1. Append, never change.
//
// Absent text is empty and an absent time is 0, neither of which takes room. Times are microseconds since 1970 in
// UTC, outcomes the numbers of package record.
var migrations = []migration{
	{script: `
CREATE TABLE run (
	key          INTEGER PRIMARY KEY,
	id           TEXT    NOT NULL UNIQUE,
	organization TEXT    NOT NULL,
	service      TEXT    NOT NULL,
	roster       TEXT    NOT NULL,
	digest       BLOB    NOT NULL,
	extra        TEXT    NOT NULL, -- JSON array
	entries      INTEGER NOT NULL,
	started_at   INTEGER NOT NULL,
	ended_at     INTEGER NOT NULL,
	exit_code    INTEGER NOT NULL,
	resumed      INTEGER NOT NULL
) STRICT;
CREATE INDEX run_of_roster ON run (organization, digest);

CREATE TABLE entry (
	run               INTEGER NOT NULL,
	row               INTEGER NOT NULL,
	line              INTEGER NOT NULL,
	email             TEXT    NOT NULL,
	role              TEXT    NOT NULL,
	teams             TEXT    NOT NULL,
	extra             TEXT    NOT NULL, -- JSON array
	outcome           INTEGER NOT NULL,
	invitation_id     TEXT    NOT NULL,
	token             TEXT    NOT NULL,
	status            TEXT    NOT NULL,
	organization_id   TEXT    NOT NULL,
	organization_name TEXT    NOT NULL,
	organization_role TEXT    NOT NULL,
	expires_at        INTEGER NOT NULL,
	attempts          INTEGER NOT NULL,
	http_status       INTEGER NOT NULL,
	error             TEXT    NOT NULL,
	hint              TEXT    NOT NULL,
	updated_at        INTEGER NOT NULL,
	PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

-- What stands here is in doubt.
CREATE TABLE claim (
	run     INTEGER NOT NULL,
	row     INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
`},
	{script: `
-- The invitation that the request was to replace, empty if none.
ALTER TABLE claim ADD COLUMN replaces TEXT NOT NULL DEFAULT '';

-- Who was invited, among many rows for whom nothing was to be done.
CREATE INDEX invited ON entry (run, row) WHERE outcome = 1;

-- Invitations whose rows were opened again: they were sent all the same.
CREATE TABLE reopened (
	run           INTEGER NOT NULL,
	email         TEXT    NOT NULL,
	invitation_id TEXT    NOT NULL,
	expires_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL
) STRICT;

-- The last roster that was let through for an organization.
CREATE TABLE accepted_roster (
	organization TEXT    PRIMARY KEY,
	entries      INTEGER NOT NULL,
	digest       BLOB    NOT NULL,
	accepted_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`},
	{script: `
-- The rate, in requests a second, at which an organization was last found to take them.
CREATE TABLE pace (
	organization TEXT PRIMARY KEY,
	rate         REAL    NOT NULL,
	learned_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`},
	{script: `
-- Whether the roster named everybody that the organization is to have.
ALTER TABLE run ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
`},
	{script: scopeSchema, then: fillScopes},
	{script: mailingSchema},
	{script: followingSchema, then: fillFollowing},
	{script: auditSchema},
	{script: roleSchema},
	{script: teamSchema},
	{script: fileSchema},
	{script: numberSchema},
	{script: timelineSchema},
	{script: pageSchema, then: fillPages, last: pageViews},
	{script: pruneSchema},
	{script: claimsSchema},
	{script: askedSchema},
}

// newest makes an empty file a ledger of the newest version: what is left when all migrations have made it one, which takes
// several times as long.
//
//go:embed newest.sql
var newest string

// IsOld reports whether a database of the version has to be brought up to date. It returns [ledger.ErrNewer] for one that
// this program does not know.
func IsOld(version int) (bool, error) {
	if version > Newest() {
		return false, fmt.Errorf("%w: it has version %d, this program knows up to %d", ledger.ErrNewer, version, Newest())
	}
	return version < Newest(), nil
}

// Newest is the version that [Migrate] makes.
func Newest() int { return len(migrations) }

// Scripts returns what makes an empty file a ledger of an earlier version, for tests.
func Scripts(version int) []string {
	var scripts []string
	for _, m := range migrations[:version] {
		scripts = append(scripts, m.script+m.last)
	}
	return append(scripts, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", disk.ApplicationID, version))
}

// Migrate brings the database up to the newest version, in one transaction.
func Migrate(ctx context.Context, w *commit.Writer) error {
	version, _, err := w.Number(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	if old, err := IsOld(int(version)); err != nil || !old {
		return err
	}
	return w.Transact(ctx, func() (err error) {
		if version == 0 {
			_, err = w.Run(ctx, newest)
		} else {
			err = migrate(ctx, w, int(version))
		}
		if err != nil {
			return err
		}
		_, err = w.Run(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", disk.ApplicationID, Newest()))
		return err
	})
}

// migrate runs the migrations of a ledger of the version.
func migrate(ctx context.Context, w *commit.Writer, version int) error {
	for _, m := range migrations[version:] {
		if _, err := w.Run(ctx, m.script); err != nil {
			return err
		}
		if m.then == nil {
			continue
		}
		if err := m.then(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
