package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
)

// steps are what brings a schema from each version to the next: what stands here stays as it is, and a change is a step more.
// A step only adds, so that a program that was started before it goes on. An @ stands for the name of the schema, here and in
// every statement: a search path would be a state of the session, which a pool of connections in between may lose.
//
// There are no foreign keys to runs, which would cost a look for each row. A claim, a mailing and a row always have one.
var steps = []string{`
CREATE TABLE @organization ( -- one scope each; epoch and holder are its fence
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, service text NOT NULL, organization text NOT NULL,
	epoch bigint NOT NULL DEFAULT 0, holder uuid, host text, process int, since timestamptz, held_until timestamptz NOT NULL DEFAULT '-infinity',
	clean boolean NOT NULL DEFAULT true, change bigint NOT NULL DEFAULT 0, -- change is the last one that was written whole
	rate float8 NOT NULL DEFAULT 0, learned_at timestamptz, whole_run bigint NOT NULL DEFAULT 0,
	UNIQUE (service, organization)) WITH (fillfactor = 50);
CREATE TABLE @run (
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, organization bigint NOT NULL REFERENCES @organization,
	roster text NOT NULL, digest bytea NOT NULL, extra text[] NOT NULL, entries int NOT NULL DEFAULT 0,
	started_at timestamptz NOT NULL, ended_at timestamptz, exit_code int NOT NULL DEFAULT 0, resumed int NOT NULL DEFAULT 0,
	sync boolean NOT NULL, whole boolean NOT NULL,
	acted boolean NOT NULL DEFAULT false, -- some row has invited or cancelled
	expires_at timestamptz, -- no token of a row expires before
	outcomes int[], -- how many rows have each, once the run has ended and none has changed since
	pruned int NOT NULL DEFAULT 0, pruned_at timestamptz, gone int[] -- how many rows were forgotten, and of them how many have each
	) WITH (fillfactor = 70);
CREATE INDEX run_of_organization ON @run (organization, key);
CREATE TABLE @entry ( -- one row of a roster and its last word
	run bigint NOT NULL, number int NOT NULL, line int NOT NULL, email text NOT NULL, role text NOT NULL, teams text NOT NULL, extra text[],
	outcome smallint NOT NULL, invitation_id text NOT NULL, token text NOT NULL, status text NOT NULL, organization_id text NOT NULL,
	organization_name text NOT NULL, organization_role text NOT NULL, expires_at timestamptz, attempts int NOT NULL, http_status int NOT NULL,
	error text NOT NULL, hint text NOT NULL, updated_at timestamptz, verdict smallint NOT NULL, tries int NOT NULL, throttled int NOT NULL,
	lost boolean NOT NULL, confirmed boolean NOT NULL, cancelled text NOT NULL, ended_at timestamptz, silent_for bigint NOT NULL, due_at timestamptz,
	PRIMARY KEY (run, number)) WITH (fillfactor = 60); -- no column that changes is in an index, so that rows change in place
CREATE TABLE @claim (
	organization bigint NOT NULL, person text COLLATE "C" NOT NULL, run bigint NOT NULL, number int NOT NULL, email text NOT NULL,
	change smallint NOT NULL, attempt int NOT NULL, at timestamptz NOT NULL, replaces text NOT NULL, before text NOT NULL, epoch bigint NOT NULL,
	nonce bigint NOT NULL, attempts int NOT NULL DEFAULT 0, lost boolean NOT NULL DEFAULT false, ended_at timestamptz, silent_for bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (organization, person)) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX claim_of_row ON @claim (run, number);
CREATE TABLE @mailing (
	organization bigint NOT NULL, at timestamptz NOT NULL, run bigint NOT NULL, person text COLLATE "C" NOT NULL, number int NOT NULL,
	PRIMARY KEY (organization, at, run, person));
CREATE INDEX mailing_of_run ON @mailing (run);
CREATE TABLE @reopened (
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL, email text NOT NULL, invitation_id text NOT NULL,
	expires_at timestamptz, updated_at timestamptz);
CREATE INDEX reopened_of_run ON @reopened (run);
CREATE TABLE @name (
	organization bigint NOT NULL, person text COLLATE "C" NOT NULL, mailbox text COLLATE "C" NOT NULL, last_run bigint NOT NULL DEFAULT 0,
	since timestamptz, rejoins boolean NOT NULL DEFAULT true, number bytea, PRIMARY KEY (organization, person));
CREATE INDEX name_of_mailbox ON @name (organization, mailbox);
CREATE TABLE @asked (
	organization bigint NOT NULL, mailbox text COLLATE "C" NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (organization, mailbox));
CREATE TABLE @accepted (
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, organization bigint NOT NULL, series text NOT NULL, content bytea NOT NULL, shape text NOT NULL,
	roster text NOT NULL, entries int NOT NULL, digest bytea NOT NULL, whole boolean NOT NULL, run bigint NOT NULL, since timestamptz, at timestamptz);
CREATE INDEX accepted_of_organization ON @accepted (organization, key);
CREATE TABLE @changed (
	key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL, kind text NOT NULL, action text NOT NULL, email text NOT NULL,
	team text NOT NULL, team_name text NOT NULL, has_role text NOT NULL, wanted_role text NOT NULL, user_id text NOT NULL,
	invitation_id text NOT NULL, expires_at timestamptz, at timestamptz);
CREATE INDEX changed_of_run ON @changed (run, key);
CREATE TABLE @approval (run bigint PRIMARY KEY, digest text NOT NULL, guards text[], work bytea, at timestamptz);
CREATE TABLE @tripped (
	organization bigint NOT NULL, series text COLLATE "C" NOT NULL, roster text NOT NULL, digest text NOT NULL, guards text[], since timestamptz,
	at timestamptz, PRIMARY KEY (organization, series));
CREATE TABLE @role_change (
	organization bigint NOT NULL, person text COLLATE "C" NOT NULL, team text COLLATE "C" NOT NULL, user_id text NOT NULL, from_role text NOT NULL,
	to_role text NOT NULL, at timestamptz, told boolean NOT NULL, PRIMARY KEY (organization, person, team));
CREATE TABLE @file (
	organization bigint NOT NULL, path text COLLATE "C" NOT NULL, roster bytea NOT NULL, digest bytea NOT NULL, PRIMARY KEY (organization, path));
CREATE TABLE @timeline (run bigint NOT NULL, process int NOT NULL, timeline bytea NOT NULL, PRIMARY KEY (run, process));
CREATE TABLE @audit (number bigint PRIMARY KEY, line text NOT NULL, change bigint NOT NULL);
CREATE TABLE @audit_end ( -- where the chain ends: the one row is locked before a line is added
	alone boolean PRIMARY KEY DEFAULT true CHECK (alone), chain text NOT NULL, number bigint NOT NULL DEFAULT 0, hash text NOT NULL DEFAULT '') WITH (fillfactor = 50);

-- fence fails unless the holder of that epoch still has the organization, and keeps it so until the transaction ends
CREATE FUNCTION @fence(o bigint, e bigint, h uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 FROM @organization WHERE key = o AND epoch = e AND holder = h FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'epoch % of organization % is over', e, o USING ERRCODE = 'RC001';
	END IF;
END $$;

-- tell adds lines to the audit trail, each without its place in the chain, and returns the number of the last one. What one
-- change has told after that line is not told again.
CREATE FUNCTION @tell(lines text[], of_change bigint, after bigint, again boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	tail @audit_end;
	body text;
	added text[] := '{}';
BEGIN
	SELECT * INTO STRICT tail FROM @audit_end FOR UPDATE;
	IF again AND EXISTS (SELECT 1 FROM @audit WHERE number > after AND change = of_change) THEN
		RETURN tail.number;
	END IF;
	FOR i IN 1 .. coalesce(cardinality(lines), 0) LOOP
		body := '{"chain":"' || tail.chain || '","seq":' || tail.number + i || ',' || lines[i] || ',"prev":"' || tail.hash || '"';
		added[i] := body || ',"sum":"' || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 16) || '"}';
		tail.hash := encode(sha256(convert_to(added[i], 'UTF8')), 'hex');
	END LOOP;
	INSERT INTO @audit (number, line, change) SELECT tail.number + n, line, of_change FROM unnest(added) WITH ORDINALITY AS a (line, n);
	UPDATE @audit_end SET number = number + coalesce(cardinality(lines), 0), hash = tail.hash;
	RETURN tail.number + coalesce(cardinality(lines), 0);
END $$;
`, `
CREATE INDEX run_with_tokens ON @run (expires_at) WHERE expires_at IS NOT NULL; -- every run looks whose tokens have expired
`, `
CREATE TABLE @home ( -- the database as it was when it was last looked at
	alone boolean PRIMARY KEY DEFAULT true CHECK (alone),
	system bigint, timeline bigint, -- of its servers, NULL where they don't say
	database bigint NOT NULL, written bigint NOT NULL, -- by which transaction this row was written: another one has loaded it from a dump
	lapsed_at timestamptz); -- when it was found to be another one for the last time

-- servers says what tells the servers of this database from others, as far as they say so to whoever asks
CREATE FUNCTION @servers(OUT system bigint, OUT timeline bigint) LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		SELECT system_identifier INTO system FROM pg_control_system();
	EXCEPTION WHEN OTHERS THEN
		system := NULL;
	END;
	BEGIN -- pg_control_checkpoint() has the one before until the first checkpoint after a promotion
		timeline := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint;
	EXCEPTION WHEN OTHERS THEN
		timeline := NULL;
	END;
END $$;

INSERT INTO @home (system, timeline, database, written)
	SELECT system, timeline, d.oid::bigint, pg_current_xact_id()::text::bigint FROM @servers(), pg_database d WHERE datname = current_database();

-- recognize compares the database with what it was. If it is another one, whoever holds an organization holds it no more, and no
-- epoch comes for the second time. Partly says that not all could be compared.
CREATE FUNCTION @recognize(OUT lapsed boolean, OUT partly boolean) LANGUAGE plpgsql AS $$
DECLARE
	here record;
	same boolean;
	news boolean;
BEGIN
	SELECT s.system, s.timeline, d.oid::bigint AS database INTO STRICT here FROM @servers() s, pg_database d WHERE datname = current_database();
	lapsed := false;
	partly := here.system IS NULL OR here.timeline IS NULL;
	FOR attempt IN 1 .. 2 LOOP -- the second time alone
		SELECT coalesce(system = here.system, true) AND coalesce(timeline = here.timeline, true)
				AND database = here.database AND written % 4294967296 = h.xmin::text::bigint,
			system IS NULL AND here.system IS NOT NULL OR timeline IS NULL AND here.timeline IS NOT NULL
			INTO same, news FROM @home h;
		IF same AND NOT news THEN
			RETURN;
		END IF;
		LOCK TABLE @home IN SHARE ROW EXCLUSIVE MODE;
	END LOOP;
	lapsed := same IS NOT TRUE;
	IF lapsed THEN
		UPDATE @organization SET epoch = epoch + 4294967296, clean = false, held_until = '-infinity';
	END IF;
	INSERT INTO @home AS h (system, timeline, database, written, lapsed_at)
		VALUES (here.system, here.timeline, here.database, pg_current_xact_id()::text::bigint, CASE WHEN lapsed THEN clock_timestamp() END)
		ON CONFLICT (alone) DO UPDATE SET system = coalesce(excluded.system, h.system), timeline = coalesce(excluded.timeline, h.timeline),
			database = excluded.database, written = excluded.written, lapsed_at = coalesce(excluded.lapsed_at, h.lapsed_at);
END $$;
`}

// known is the newest version of the schema that this program knows.
var known = len(steps)

// version returns the version of the schema, and [fs.ErrNotExist] where there is none yet.
func (l *Ledger) version(ctx context.Context, tx interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
},
) (version int, err error) {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", l.sql("@version")).Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		return 0, fs.ErrNotExist
	}
	err = tx.QueryRow(ctx, l.sql("SELECT coalesce(max(version), 0) FROM @version")).Scan(&version)
	if err == nil && version > known {
		err = fmt.Errorf("%w: it has version %d, and this program knows those up to %d", ledger.ErrNewer, version, known)
	}
	return version, err
}

// migrate makes the schema, or brings one of an earlier version up to date. Of several processes that do so at once, the
// others wait.
func (l *Ledger) migrate(ctx context.Context) error {
	return l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		version, err := l.version(ctx, c)
		if err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && version == known {
			return err
		}
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return l.migrateIn(ctx, tx) })
	})
}

func (l *Ledger) migrateIn(ctx context.Context, tx pgx.Tx) error {
	lock := fnv.New64a()
	_, _ = lock.Write([]byte("rollcall " + l.sql("@"))) // never fails
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(lock.Sum64())); err != nil {
		return err
	}
	var encoding string
	if err := tx.QueryRow(ctx, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has the encoding %s, and must have UTF8", encoding)
	}
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", pgx.Identifier{l.schema}.Sanitize()).Scan(&there); err != nil {
		return err
	}
	if !there { // who may not make one can be given one that is empty
		if _, err := tx.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{l.schema}.Sanitize()); err != nil {
			return err
		}
	}
	version, err := l.version(ctx, tx)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = tx.Exec(ctx, l.sql("CREATE TABLE @version (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"))
	}
	if err != nil {
		return err
	}
	for i, step := range steps[version:] {
		if _, err := tx.Exec(ctx, l.sql(step)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, l.sql("INSERT INTO @version (version) VALUES ($1)"), version+i+1); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, l.sql("INSERT INTO @audit_end (chain) VALUES ($1) ON CONFLICT DO NOTHING"), audit.Begin().ID)
	return err
}
