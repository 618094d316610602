package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/pkg/schedule"
	"rollcall/pkg/status"
)

// Command is what is done with a roster.
type Command string

// The commands.
const (
	Invite Command = "invite"
	Sync   Command = "sync"
)

// Order is what a job does, and what each job of a schedule does.
type Order struct {
	// Organization is its id, or its name.
	Organization string
	Command      Command
	// Options are those of the command, as YAML.
	Options string
	// Source is the roster: what it is called where Digest says what is in it, otherwise an address, or a path on the workers.
	Source string
	// Credential names what the service is called with, and Limit the limit that is shared; empty: none.
	Credential, Limit string
}

// Job is what was asked for, and what came of it.
type Job struct {
	ID int64
	Order
	// Digest is that of the roster's content, nil before that is known.
	Digest []byte
	// Run is its run in the ledger, empty before there is one.
	Run string
	// Ticket is that of the slice that is at work, if Working is set, and otherwise of the one that comes next. Who has another
	// one has nothing to say about the job any more.
	Ticket  int
	Working bool
	// Slices is how often a worker began to work on it, Worker the last one that did, and SlicedAt when that was.
	Slices   int
	Worker   string
	SlicedAt time.Time
	// Spent is what its slices have counted so far, in a form of their own.
	Spent json.RawMessage
	// CancelledBy is who wants it to end, empty if nobody does.
	CancelledBy string
	// Exit is how it has ended, and Summary what came of it, if anything did. Error is why it ended otherwise than well.
	Exit    int
	Summary json.RawMessage
	Error   string
	// EndedAt is zero while it is open.
	SubmittedBy                 string
	SubmittedAt, DueAt, EndedAt time.Time
	// Set and Schedule are where it comes from, and Slot for when it was planned; empty if a person has submitted it. Missed is
	// how many slots it stands for besides that.
	Set, Schedule string
	Slot          time.Time
	Missed        int
}

// Open reports whether the job has not ended.
func (j Job) Open() bool { return j.EndedAt.IsZero() }

const jobColumns = `id, organization, command, options, source, roster, credential, coalesce(limit_group, ''),
run, ticket, working, slices, worker, sliced_at, spent, cancelled_by, coalesce(exit_code, 0), summary, error, submitted_by, submitted_at, due_at, ended_at,
coalesce(set_name, ''), coalesce(schedule, ''), slot, missed`

func scanJob(row pgx.Row) (j Job, err error) {
	var sliced, ended, slot *time.Time
	err = row.Scan(&j.ID, &j.Organization, &j.Command, &j.Options, &j.Source, &j.Digest, &j.Credential, &j.Limit,
		&j.Run, &j.Ticket, &j.Working, &j.Slices, &j.Worker, &sliced, &j.Spent, &j.CancelledBy, &j.Exit, &j.Summary, &j.Error, &j.SubmittedBy, &j.SubmittedAt, &j.DueAt, &ended,
		&j.Set, &j.Schedule, &slot, &j.Missed)
	for _, at := range []struct {
		from *time.Time
		to   *time.Time
	}{{sliced, &j.SlicedAt}, {ended, &j.EndedAt}, {slot, &j.Slot}} {
		if at.from != nil {
			*at.to = *at.from
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNone
	}
	return j, err
}

// Submit keeps a new job. It is [ErrBusy] if the organization has one that has not ended, and [ErrNone] if there is no such
// limit. Digest may be nil. By is who has asked for it.
func (s *Store) Submit(ctx context.Context, o Order, digest []byte, by string) (Job, error) {
	return s.add(ctx, Job{Order: o, Digest: digest, SubmittedBy: by})
}

// add keeps a new job of a person or a schedule.
func (s *Store) add(ctx context.Context, j Job) (Job, error) {
	job, err := scanJob(s.q.QueryRow(ctx, `INSERT INTO @job (organization, command, options, source, roster, credential, limit_group, submitted_by,
	set_name, schedule, slot, missed) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, nullif($9, ''), nullif($10, ''), $11, $12)
	ON CONFLICT DO NOTHING RETURNING `+jobColumns,
		j.Organization, j.Command, j.Options, j.Source, j.Digest, j.Credential, j.Limit, j.SubmittedBy,
		j.Set, j.Schedule, orNull(j.Slot), j.Missed))
	if errors.Is(err, ErrNone) {
		return Job{}, ErrBusy
	}
	return job, missing(err)
}

// orNull returns the instant, or nothing for the zero one.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// missing turns the refusal of a reference to what is not there into [ErrNone].
func missing(err error) error {
	const foreignKey = "23503"
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == foreignKey {
		return ErrNone
	}
	return err
}

// Engage returns the ticket of the slice that comes next, which is due at an instant, now if that is zero. Who asks for it has
// the ticket from: it is [ErrStale] if that does not hold any more, or the job has ended.
func (s *Store) Engage(ctx context.Context, id int64, from int, due time.Time) (ticket int, err error) {
	err = s.q.QueryRow(ctx, `UPDATE @job SET ticket = ticket + 1, working = false, due_at = coalesce($3, now())
	WHERE id = $1 AND ticket = $2 AND ended_at IS NULL RETURNING ticket`, id, from, orNull(due)).Scan(&ticket)
	return ticket, stale(err)
}

// stale is the error of who has a ticket that does not hold any more.
func stale(err error) error {
	if errors.Is(err, pgx.ErrNoRows) || errors.Is(err, ErrNone) {
		return ErrStale
	}
	return err
}

// Job returns a job.
func (s *Store) Job(ctx context.Context, id int64) (Job, error) {
	return scanJob(s.q.QueryRow(ctx, "SELECT "+jobColumns+" FROM @job WHERE id = $1", id))
}

// Filter says which jobs are meant; what is empty does not matter.
type Filter struct {
	Organization, Limit, Set, Schedule, Credential string
	// Open says: only those that have not ended.
	Open bool
	// Most is how many at most, the newest ones. 0: all.
	Most int
}

// where returns the condition of the filter, and its values.
func (f Filter) where() (sql string, arguments []any) {
	conditions := []string{"true"}
	for _, c := range []struct{ column, value string }{
		{"organization", f.Organization}, {"limit_group", f.Limit}, {"set_name", f.Set}, {"schedule", f.Schedule}, {"credential", f.Credential},
	} {
		if c.value != "" {
			arguments = append(arguments, c.value)
			conditions = append(conditions, c.column+" = $"+string(rune('0'+len(arguments))))
		}
	}
	if f.Open {
		conditions = append(conditions, "ended_at IS NULL")
	}
	return strings.Join(conditions, " AND "), arguments
}

// Jobs returns the jobs that are meant, newest first.
func (s *Store) Jobs(ctx context.Context, f Filter) ([]Job, error) {
	where, arguments := f.where()
	sql := "SELECT " + jobColumns + " FROM @job WHERE " + where + " ORDER BY id DESC"
	if f.Most > 0 {
		arguments = append(arguments, f.Most)
		sql += " LIMIT $" + string(rune('0'+len(arguments)))
	}
	return collect(ctx, s.q, scanJob, sql, arguments...)
}

// Slice notes that a worker begins to work on a job, and returns the job. It is [ErrStale] if the ticket does not hold any
// more, or the job has ended.
func (s *Store) Slice(ctx context.Context, id int64, ticket int, worker string) (Job, error) {
	job, err := scanJob(s.q.QueryRow(ctx, `UPDATE @job SET slices = slices + 1, working = true, worker = $3, sliced_at = now()
	WHERE id = $1 AND ticket = $2 AND ended_at IS NULL RETURNING `+jobColumns, id, ticket, worker))
	return job, stale(err)
}

// Orphans returns the jobs at which workers are that were not seen for a while, and those at which one has been for as long
// that knows of others alone.
func (s *Store) Orphans(ctx context.Context, unseen time.Duration, worker string, knows ...int64) ([]Job, error) {
	return collect(ctx, s.q, scanJob, "SELECT "+jobColumns+` FROM @job WHERE working AND ended_at IS NULL AND CASE worker
	WHEN $2 THEN id <> ALL($3) AND sliced_at < now() - $1::interval
	ELSE NOT EXISTS (SELECT FROM @worker w WHERE w.name = job.worker AND w.seen_at > now() - $1::interval) END`, unseen, worker, knows)
}

// Spend notes what the slices of a job have counted so far. It is [ErrStale] if the ticket does not hold any more.
func (s *Store) Spend(ctx context.Context, id int64, ticket int, spent json.RawMessage) error {
	return s.one(ctx, ErrStale, "UPDATE @job SET spent = $3 WHERE id = $1 AND ticket = $2", id, ticket, spent)
}

// Named notes the run of a job, if it has none yet.
func (s *Store) Named(ctx context.Context, id int64, run string) error {
	_, err := s.q.Exec(ctx, "UPDATE @job SET run = $2 WHERE id = $1 AND run = ''", id, run)
	return err
}

// Reads notes what is in the roster of a job, if that is not known yet.
func (s *Store) Reads(ctx context.Context, id int64, digest []byte) error {
	_, err := s.q.Exec(ctx, "UPDATE @job SET roster = $2 WHERE id = $1 AND roster IS NULL", id, digest)
	return err
}

// Ended is how a job has ended, or a slice of it.
type Ended struct {
	Exit    int
	Summary json.RawMessage
	Error   string
	// Spent is what the slices have counted so far, for the next one, in a form of their own.
	Spent json.RawMessage
}

// End notes how a job has ended. It is [ErrStale] if the ticket does not hold any more, or the job has ended already. The
// schedule of a job that has failed, see [schedule.Failed], is paused then if it is to pause after that.
func (s *Store) End(ctx context.Context, id int64, ticket int, e Ended) error {
	job, err := scanJob(s.q.QueryRow(ctx, `UPDATE @job SET exit_code = $3, summary = $4, error = $5, ended_at = now(), working = false
	WHERE id = $1 AND ticket = $2 AND ended_at IS NULL RETURNING `+jobColumns, id, ticket, e.Exit, e.Summary, e.Error))
	if err != nil || job.Schedule == "" || !schedule.Failed(status.Status(job.Exit)) {
		return stale(err)
	}
	_, err = s.q.Exec(ctx, `UPDATE @schedule SET paused = 'job ' || $3::bigint || ' has ended with exit code ' || $4::integer
	WHERE set_name = $1 AND name = $2 AND pause_on_failure AND paused = ''`, job.Set, job.Schedule, job.ID, job.Exit)
	return err
}

// Cancel notes that a job is to end. It is [ErrEnded] if it has, and [ErrNone] if there is no such job.
func (s *Store) Cancel(ctx context.Context, id int64, by string) (Job, error) {
	job, err := scanJob(s.q.QueryRow(ctx, `UPDATE @job SET cancelled_by = CASE cancelled_by WHEN '' THEN $2 ELSE cancelled_by END
	WHERE id = $1 AND ended_at IS NULL RETURNING `+jobColumns, id, by))
	if !errors.Is(err, ErrNone) {
		return job, err
	}
	if _, err := s.Job(ctx, id); err != nil {
		return Job{}, err
	}
	return Job{}, ErrEnded
}

// Halted is why a job must not be worked on at present.
type Halted struct {
	// CancelledBy is who wants it to end. Otherwise it only has to wait: PausedBy is who wants that.
	CancelledBy, PausedBy string
}

// Halted returns those of the jobs that must not be worked on, and why.
func (s *Store) Halted(ctx context.Context, ids ...int64) (map[int64]Halted, error) {
	rows, err := s.q.Query(ctx, `SELECT j.id, j.cancelled_by, coalesce(p.paused_by, nullif(l.paused, ''), '') FROM @job j
	LEFT JOIN @paused_organization p ON p.organization = j.organization LEFT JOIN @limit_group l ON l.name = j.limit_group
	WHERE j.id = ANY($1) AND (j.cancelled_by <> '' OR p.paused_by IS NOT NULL OR l.paused <> '')`, ids)
	if err != nil {
		return nil, err
	}
	halted := map[int64]Halted{}
	var id int64
	var h Halted
	_, err = pgx.ForEachRow(rows, []any{&id, &h.CancelledBy, &h.PausedBy}, func() error {
		halted[id] = h
		return nil
	})
	return halted, err
}

// Forget forgets the jobs that ended before an instant, and then what is in rosters that no job has any more. It returns how
// many jobs it forgot.
func (s *Store) Forget(ctx context.Context, before time.Time) (jobs int, err error) {
	tag, err := s.q.Exec(ctx, "DELETE FROM @job WHERE ended_at < $1", before)
	if err != nil {
		return 0, err
	}
	_, err = s.q.Exec(ctx, "DELETE FROM @roster r WHERE stored_at < $1 AND NOT EXISTS (SELECT FROM @job WHERE roster = r.digest)", before)
	return int(tag.RowsAffected()), err
}
