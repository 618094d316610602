-- The tables of a fleet. An @ stands for the schema.

-- A limit that several organizations share. One row is booked for each request, so it is updated in place.
CREATE TABLE @limit_group (
  name       text PRIMARY KEY,
  rate       double precision NOT NULL CHECK (rate > 0), -- requests a second, of all together
  booked     timestamptz NOT NULL DEFAULT '-infinity',   -- up to when slots are taken
  hold_until timestamptz NOT NULL DEFAULT '-infinity',   -- nobody sends before
  hold_why   text NOT NULL DEFAULT '',
  learned    double precision NOT NULL DEFAULT 0,        -- the rate that was found out, 0 if none was
  learned_at timestamptz NOT NULL DEFAULT '-infinity',
  paused     text NOT NULL DEFAULT '',                   -- who has stopped it, empty: nobody
  set_by     text NOT NULL DEFAULT ''                    -- the set of jobs that wants it
) WITH (fillfactor = 50);

-- What is in rosters, once each.
CREATE TABLE @roster (
  digest    bytea PRIMARY KEY,
  size      bigint NOT NULL,
  content   bytea,                                       -- erased some time after its last job
  stored_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE @schedule (
  set_name         text NOT NULL,                        -- of the file it comes from
  name             text NOT NULL,
  organization     text NOT NULL,
  command          text NOT NULL CHECK (command IN ('invite', 'sync')),
  options          text NOT NULL,                        -- YAML, as in the file
  source           text NOT NULL,                        -- the roster: an address, or a path on the workers
  credential       text NOT NULL DEFAULT '',
  limit_group      text REFERENCES @limit_group,
  timing           jsonb NOT NULL,                       -- when it is due, see package schedule
  pause_on_failure boolean NOT NULL DEFAULT false,
  paused           text NOT NULL DEFAULT '',             -- why, empty: it is not
  slot             timestamptz NOT NULL,                 -- the next one
  due_at           timestamptz NOT NULL,                 -- when that is begun: with its jitter, and later where it has to wait
  PRIMARY KEY (set_name, name)
);
CREATE INDEX schedule_due ON @schedule (due_at) WHERE paused = '';

-- What was asked for and what came of it. When and where it is worked on is the engine's.
CREATE TABLE @job (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization text NOT NULL,
  command      text NOT NULL CHECK (command IN ('invite', 'sync')),
  options      text NOT NULL,
  source       text NOT NULL,
  roster       bytea REFERENCES @roster,
  credential   text NOT NULL DEFAULT '',
  limit_group  text REFERENCES @limit_group,
  run          text NOT NULL DEFAULT '',                 -- of the ledger, once it has begun
  ticket       integer NOT NULL DEFAULT 0,               -- of the slice that comes next, or is at work
  working      boolean NOT NULL DEFAULT false,           -- whether it is at work
  slices       integer NOT NULL DEFAULT 0,               -- how often a worker began to work on it
  worker       text NOT NULL DEFAULT '',                 -- the last one
  sliced_at    timestamptz,                              -- when that was
  spent        jsonb,                                    -- what its slices have counted so far
  cancelled_by text NOT NULL DEFAULT '',                 -- who wants it to end, empty: nobody
  exit_code    integer,
  summary      jsonb,
  error        text NOT NULL DEFAULT '',
  submitted_by text NOT NULL DEFAULT '',
  submitted_at timestamptz NOT NULL DEFAULT now(),
  due_at       timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz,
  set_name     text,
  schedule     text,
  slot         timestamptz,
  missed       integer NOT NULL DEFAULT 0,               -- slots that this job stands for besides its own
  UNIQUE (set_name, schedule, slot)
) WITH (fillfactor = 70);
-- At most one job of an organization is open.
CREATE UNIQUE INDEX job_open ON @job (organization) WHERE ended_at IS NULL;
CREATE INDEX job_ended ON @job (ended_at);
CREATE INDEX job_working ON @job (worker) WHERE working;
CREATE INDEX job_run ON @job (run) WHERE run <> '';

-- Organizations that nobody is to work for at present.
CREATE TABLE @paused_organization (
  organization text PRIMARY KEY,
  paused_by    text NOT NULL,
  paused_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE @worker (
  name       text PRIMARY KEY,
  version    text NOT NULL,
  slots      integer NOT NULL,
  running    integer NOT NULL DEFAULT 0,
  draining   boolean NOT NULL DEFAULT false,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now()
);
