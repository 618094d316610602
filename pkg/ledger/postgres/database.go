package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/pkg/ledger"
)

// Database is a database that is connected. Ledgers of several organizations, and whatever else works on it, may share one.
// It is safe for concurrent use. Close it.
type Database struct {
	pool                     *pgxpool.Pool
	public, schema, password string
	names                    *strings.Replacer
	writes                   bool
}

// Connect connects to the database at an address, of several servers to one that can be written to. Whether that can be done
// is tried at once. An error never says the password.
func Connect(ctx context.Context, address string) (*Database, error) {
	return connect(ctx, address, true)
}

// connect lets one connection in, to see whether that can be done at all.
func connect(ctx context.Context, address string, writes bool) (*Database, error) {
	config, public, schema, err := configure(address, writes)
	if err != nil {
		return nil, err
	}
	d := &Database{
		public: public, schema: schema, password: config.ConnConfig.Password, writes: writes,
		names: strings.NewReplacer("@", pgx.Identifier{schema}.Sanitize()+"."),
	}
	if d.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		return nil, &ledger.Error{Path: public, Err: d.redact(err)}
	}
	// Whoever has just typed an address does not wait for half a minute to see that it is wrong.
	if err := d.pool.Ping(ctx); err != nil {
		if passes(err) {
			err = errors.Join(ledger.ErrUnreachable, err)
		}
		d.pool.Close()
		return nil, d.Explain(err)
	}
	return d, nil
}

// Pool returns the connections. Statements name their tables with the schema, since none has a search path.
func (d *Database) Pool() *pgxpool.Pool { return d.pool }

// Schema returns the name of the schema of the ledger.
func (d *Database) Schema() string { return d.schema }

// Path returns the address without the password.
func (d *Database) Path() string { return d.public }

// Close ends the connections.
func (d *Database) Close() { d.pool.Close() }

// sql returns a statement with the name of the schema in place of each @.
func (d *Database) sql(statement string) string { return d.names.Replace(statement) }
