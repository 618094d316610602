-- Who may do what in the database of a fleet. A superuser runs it in that database, once before the first migration, which
-- needs the role of the workers, and once after each one, since new tables are nobody's at first:
--
--   createdb rollcall
--   psql -d rollcall -f samples/fleet/roles.sql
--   rollcall jobs migrate --ledger postgres://rollcall_worker@db.example.com/rollcall
--   psql -d rollcall -f samples/fleet/roles.sql
--
-- It can be run as often as you like. No role has a password here: give each its own with \password rollcall_worker in psql,
-- which sends only what is kept of it. People who operate the fleet get roles of their own that are members of
-- rollcall_operator (GRANT rollcall_operator TO ada), so that the server's log says who it was.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_worker') THEN
    CREATE ROLE rollcall_worker LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_operator') THEN
    CREATE ROLE rollcall_operator LOGIN;
  END IF;
  -- The workers' role makes the schemas rollcall and rollcall_river, and owns what is in them.
  EXECUTE format('GRANT CREATE ON DATABASE %I TO rollcall_worker', current_database());
END $$;

-- A worker that is frozen within a transaction keeps its organization locked, and nobody could take that over before it
-- thaws. The server ends such a transaction instead.
ALTER ROLE rollcall_worker SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE rollcall_operator SET idle_in_transaction_session_timeout = '30s';
-- It is off only where somebody has turned it off, and then a crash of the server forgets who was invited.
ALTER ROLE rollcall_worker SET synchronous_commit = 'on';

DO $$
DECLARE
  readable text;
BEGIN
  IF to_regclass('rollcall.entry') IS NULL OR to_regclass('rollcall.job') IS NULL OR to_regclass('rollcall_river.river_job') IS NULL THEN
    RAISE NOTICE 'there are no tables yet: run this once more after rollcall jobs migrate';
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA rollcall, rollcall_river TO rollcall_operator;

  -- An operator sees everything but the tokens of invitations, with which anybody could accept one.
  GRANT SELECT ON ALL TABLES IN SCHEMA rollcall, rollcall_river TO rollcall_operator;
  REVOKE SELECT ON rollcall.entry FROM rollcall_operator;
  SELECT string_agg(quote_ident(attname), ', ') INTO readable FROM pg_attribute
    WHERE attrelid = 'rollcall.entry'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'token';
  EXECUTE format('GRANT SELECT (%s) ON rollcall.entry TO rollcall_operator', readable);

  -- An operator submits and cancels jobs, applies files of jobs, and pauses and resumes what they name. Jobs are forgotten by
  -- workers alone.
  GRANT INSERT, UPDATE ON rollcall.job, rollcall.roster TO rollcall_operator;
  GRANT INSERT, UPDATE, DELETE ON rollcall.schedule, rollcall.limit_group, rollcall.paused_organization TO rollcall_operator;
  GRANT INSERT, UPDATE ON rollcall_river.river_job TO rollcall_operator;
  GRANT USAGE ON SEQUENCE rollcall_river.river_job_id_seq TO rollcall_operator;
END $$;
