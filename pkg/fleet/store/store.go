// Package store keeps what the machines of a fleet share besides the ledger: jobs and what came of them, their rosters,
// schedules, limits, and which workers there are. It keeps it in the database of the ledger.
//
//	s := store.New(pool, schema)
//	err := s.Migrate(ctx)
//	job, err := s.Submit(ctx, store.Order{Organization: id, Command: store.Invite, Source: "team.csv"}, "ada")
//
// The package decides nothing about people and calls no service. When and where a job is worked on is for the engine to say,
// see package fleet.
//
// It has no example: it needs a database.
package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What a caller can match with [errors.Is].
var (
	// ErrNone: there is no such job, schedule, limit or roster.
	ErrNone = errors.New("there is none of that name")
	// ErrBusy: the organization has a job that has not ended.
	ErrBusy = errors.New("the organization has a job that has not ended")
	// ErrStale: somebody else has the job by now, or it has ended.
	ErrStale = errors.New("somebody else has the job by now")
	// ErrEnded: the job has ended already.
	ErrEnded = errors.New("the job has ended already")
)

// querier is a pool or a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
	Begin(ctx context.Context) (pgx.Tx, error)
}

// named puts the name of the schema in place of each @ of a statement: a pooler in front of the database keeps no search path.
type named struct {
	querier
	names *strings.Replacer
}

func (n named) Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error) {
	return n.querier.Exec(ctx, n.names.Replace(sql), arguments...)
}

func (n named) Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error) {
	return n.querier.Query(ctx, n.names.Replace(sql), arguments...)
}

func (n named) QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row {
	return n.querier.QueryRow(ctx, n.names.Replace(sql), arguments...)
}

// Store is what is kept. It is safe for concurrent use, but for one within a transaction.
type Store struct{ q named }

// New returns the store in a schema of a database.
func New(pool *pgxpool.Pool, schema string) *Store {
	return &Store{named{pool, strings.NewReplacer("@", pgx.Identifier{schema}.Sanitize()+".")}}
}

// In does something in one transaction, which is kept if do returns nil. The store that do gets works within it; whatever
// else belongs to it uses tx.
func (s *Store) In(ctx context.Context, do func(tx pgx.Tx, s *Store) error) error {
	return pgx.BeginFunc(ctx, s.q, func(tx pgx.Tx) error { return do(tx, &Store{named{tx, s.q.names}}) })
}

// one changes exactly one row, or returns otherwise.
func (s *Store) one(ctx context.Context, otherwise error, sql string, arguments ...any) error {
	tag, err := s.q.Exec(ctx, sql, arguments...)
	if err == nil && tag.RowsAffected() == 0 {
		return otherwise
	}
	return err
}

// collect returns the rows of a query, each read by scan.
func collect[T any](ctx context.Context, q querier, scan func(pgx.Row) (T, error), sql string, arguments ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (T, error) { return scan(row) })
}
