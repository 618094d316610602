-- Written by the tests of this package, with -update, from what the migrations make of an empty file.

CREATE TABLE run (
	key          INTEGER PRIMARY KEY,
	id           TEXT    NOT NULL UNIQUE,
	roster       TEXT    NOT NULL,
	digest       BLOB    NOT NULL,
	extra        TEXT    NOT NULL, -- JSON array
	entries      INTEGER NOT NULL,
	started_at   INTEGER NOT NULL,
	ended_at     INTEGER NOT NULL,
	exit_code    INTEGER NOT NULL,
	resumed      INTEGER NOT NULL
, whole INTEGER NOT NULL DEFAULT 0, scope INTEGER NOT NULL DEFAULT 0, sync INTEGER NOT NULL DEFAULT 0, outcomes TEXT NOT NULL DEFAULT '{}', pruned    INTEGER NOT NULL DEFAULT 0, pruned_at INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE reopened (
	run           INTEGER NOT NULL,
	email         TEXT    NOT NULL,
	invitation_id TEXT    NOT NULL,
	expires_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE scope (
	key             INTEGER PRIMARY KEY,
	service         TEXT    NOT NULL,
	organization    TEXT    NOT NULL,
	clean           INTEGER NOT NULL DEFAULT 1,   -- the last process has ended clean
	whole_run       INTEGER NOT NULL DEFAULT 0,   -- the last run whose roster named everybody
	rate            REAL    NOT NULL DEFAULT 0,   -- requests a second that were last found to be taken
	learned_at      INTEGER NOT NULL DEFAULT 0,
	UNIQUE (service, organization)
) STRICT;

CREATE INDEX run_of_roster ON run (scope, digest);

CREATE INDEX reopened_of_run ON reopened (run);

CREATE TABLE name (
	scope    INTEGER NOT NULL,
	person   TEXT    NOT NULL,
	last_run INTEGER NOT NULL,
	since    INTEGER NOT NULL, rejoins INTEGER NOT NULL DEFAULT 0, mailbox TEXT NOT NULL DEFAULT '', number BLOB NOT NULL DEFAULT x'',
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX name_of_mailbox ON name (scope, mailbox) WHERE mailbox <> '';

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

CREATE TABLE asked (
	scope   INTEGER NOT NULL,
	mailbox TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (scope, mailbox)
) STRICT, WITHOUT ROWID;

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
, team TEXT NOT NULL DEFAULT '', team_name TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX changed_of_run ON changed (run);

CREATE TABLE approval (
	run    INTEGER PRIMARY KEY,
	digest TEXT    NOT NULL,
	guards TEXT    NOT NULL, -- JSON array
	work   BLOB    NOT NULL,
	at     INTEGER NOT NULL
) STRICT;

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

CREATE TABLE "role_change" (
	scope     INTEGER NOT NULL,
	person    TEXT    NOT NULL,
	team      TEXT    NOT NULL, -- empty for the organization
	user      TEXT    NOT NULL,
	from_role TEXT    NOT NULL,
	to_role   TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	told      INTEGER NOT NULL,
	PRIMARY KEY (scope, person, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
	scope  INTEGER NOT NULL,
	path   TEXT    NOT NULL,
	roster BLOB    NOT NULL,
	digest BLOB    NOT NULL,
	PRIMARY KEY (scope, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
	run      INTEGER NOT NULL,
	process  INTEGER NOT NULL, -- how often the run was resumed when it began
	timeline BLOB    NOT NULL,
	PRIMARY KEY (run, process)
) STRICT;

CREATE TABLE page (
	key        INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL,
	first      INTEGER NOT NULL, -- number of the first row
	last       INTEGER NOT NULL, -- and of the last
	open       INTEGER NOT NULL, -- a row has no outcome
	acted      INTEGER NOT NULL, -- something may have been changed in the service for one
	invited    INTEGER NOT NULL, -- one was invited
	cancelled  INTEGER NOT NULL, -- one has cancelled an invitation
	sighted    INTEGER NOT NULL, -- one was found in the organization, or kept back
	resumable  INTEGER NOT NULL, -- one is another when the run is resumed
	mailed_at  INTEGER NOT NULL, -- the latest mailing
	expires_at INTEGER NOT NULL, -- when the first invitation expires of which there is a token
	entries    TEXT    NOT NULL  -- JSON array
) STRICT;

CREATE UNIQUE INDEX page_of_row ON page (run, first);

CREATE INDEX page_open ON page (run, first) WHERE open = 1;

CREATE INDEX page_acted ON page (run, first) WHERE acted = 1;

CREATE INDEX page_expires ON page (expires_at) WHERE expires_at <> 0;

CREATE TABLE rowless_claim (
	scope      INTEGER NOT NULL,
	person     TEXT    NOT NULL, -- the folded address
	email      TEXT    NOT NULL,
	change     INTEGER NOT NULL,
	run        INTEGER NOT NULL,
	attempt    INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	replaces   TEXT    NOT NULL,
	before     TEXT    NOT NULL,
	attempts   INTEGER NOT NULL DEFAULT 0,
	lost       INTEGER NOT NULL DEFAULT 0,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	silent_for INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE rowless_mailing (
	scope  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- when the claim was made, by the service's clock
	run    INTEGER NOT NULL,
	person TEXT    NOT NULL,
	PRIMARY KEY (scope, at, run, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	number INTEGER PRIMARY KEY,
	lines  TEXT    NOT NULL
) STRICT;

CREATE VIEW entry AS SELECT run, value ->> 'row' AS row, coalesce(value ->> 'line', 0) AS line,
	coalesce(value ->> 'email', '') AS email, coalesce(value ->> 'role', '') AS role, coalesce(value ->> 'teams', '') AS teams,
	coalesce(value -> 'extra', '') AS extra, coalesce(value ->> 'outcome', 0) AS outcome,
	coalesce(value ->> 'invitation_id', '') AS invitation_id, coalesce(value ->> 'token', '') AS token,
	coalesce(value ->> 'status', '') AS status, coalesce(value ->> 'organization_id', '') AS organization_id,
	coalesce(value ->> 'organization_name', '') AS organization_name,
	coalesce(value ->> 'organization_role', '') AS organization_role, coalesce(value ->> 'expires_at', 0) AS expires_at,
	coalesce(value ->> 'attempts', 0) AS attempts, coalesce(value ->> 'http_status', 0) AS http_status,
	coalesce(value ->> 'error', '') AS error, coalesce(value ->> 'hint', '') AS hint,
	coalesce(value ->> 'updated_at', 0) AS updated_at, coalesce(value ->> 'verdict', 0) AS verdict,
	coalesce(value ->> 'tries', 0) AS tries, coalesce(value ->> 'throttled', 0) AS throttled,
	coalesce(value ->> 'lost', 0) AS lost, coalesce(value ->> 'confirmed', 0) AS confirmed,
	coalesce(value ->> 'cancelled', '') AS cancelled, coalesce(value ->> 'ended_at', 0) AS ended_at,
	coalesce(value ->> 'silent_for', 0) AS silent_for, coalesce(value ->> 'due_at', 0) AS due_at
	FROM page, json_each(page.entries);

CREATE TABLE page_claims (
	page   INTEGER PRIMARY KEY,
	claims TEXT    NOT NULL -- JSON array
) STRICT;

CREATE VIEW claim AS SELECT scope, value ->> 'email' AS email, value ->> 'change' AS change, page.run, value ->> 'row' AS row,
	coalesce(value ->> 'attempt', 0) AS attempt, coalesce(value ->> 'at', 0) AS at,
	coalesce(value ->> 'replaces', '') AS replaces, coalesce(value ->> 'before', '') AS before
	FROM page_claims JOIN page ON page.key = page_claims.page JOIN run ON run.key = page.run, json_each(claims)
	UNION ALL SELECT scope, email, change, run, 0, attempt, at, replaces, before FROM rowless_claim;

CREATE VIEW mailing AS SELECT scope, mail.value AS at, page.run, e.value ->> 'row' AS row
	FROM page JOIN run ON run.key = page.run, json_each(page.entries) AS e, json_each(e.value, '$.mailed_at') AS mail WHERE mailed_at <> 0
	UNION ALL SELECT scope, value ->> 'at', page.run, value ->> 'row'
	FROM page_claims JOIN page ON page.key = page_claims.page JOIN run ON run.key = page.run, json_each(claims) WHERE value ->> 'mails'
	UNION ALL SELECT scope, at, run, 0 FROM rowless_mailing;

CREATE TABLE asked_list (
	key       INTEGER PRIMARY KEY,
	scope     INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	mailboxes TEXT    NOT NULL -- JSON array
) STRICT;
