package postgres

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

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
	return connect(ctx, address, true, 0)
}

// ConnectFor is [Connect] for who has so many ledgers on the database at a time, see [On]: none of them waits for a connection
// that another one has. Connections that nobody needs any more end soon.
func ConnectFor(ctx context.Context, address string, ledgers int) (*Database, error) {
	return connect(ctx, address, true, ledgers)
}

// unused is how long connections for several ledgers stay that nobody needs: there are far fewer than there might be.
const unused = time.Minute

// connect lets one connection in, to see whether that can be done at all. There may be as many as so many ledgers need besides.
func connect(ctx context.Context, address string, writes bool, ledgers int) (*Database, error) {
	config, public, schema, err := configure(address, writes)
	if err != nil {
		return nil, err
	}
	if ledgers > 0 {
		config.MaxConns = int32(min(int64(config.MaxConns)*int64(1+ledgers), math.MaxInt32))
		config.MaxConnIdleTime = unused
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
