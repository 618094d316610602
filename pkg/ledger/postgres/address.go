package postgres

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/pkg/ledger"
)

// DefaultSchema is the schema that a ledger has in its database. The parameter search_path of an address names another one.
const DefaultSchema = "rollcall"

// errAddress says nothing about what is wrong: the words of a parser quote what they stumble over, which may be a password.
var errAddress = &ledger.Error{
	Err:  errors.New("this is no address of a database"),
	Hint: "write postgres://USER@HOST:PORT/DATABASE, and signs such as : / ? # @ % in a part of it as %3A %2F %3F %23 %40 %25",
}

// Is reports whether a place is the address of a database, and not a file.
func Is(place string) bool {
	scheme, _, found := strings.Cut(place, "://")
	return found && (strings.EqualFold(scheme, "postgres") || strings.EqualFold(scheme, "postgresql"))
}

// secrets are the parameters of an address that are for nobody's eyes.
var secrets = []string{"password", "sslpassword"}

// Public returns an address without its password, and whether it has one.
func Public(address string) (public string, secret bool) {
	parsed, err := url.Parse(address)
	if err != nil { // it may be anywhere
		scheme, rest, _ := strings.Cut(address, "://")
		return scheme + "://", strings.Contains(rest, "@") || strings.Contains(rest, "password")
	}
	if _, given := parsed.User.Password(); given {
		parsed.User, secret = url.User(parsed.User.Username()), true
	}
	query := parsed.Query()
	for _, name := range secrets {
		if query.Has(name) {
			query.Del(name)
			secret = true
		}
	}
	if secret {
		parsed.RawQuery = query.Encode()
	}
	return parsed.String(), secret
}

// configure returns how to connect to an address, what to show of it, and the schema. What the address leaves open is as libpq
// has it: from PGHOST, PGPASSWORD, PGPASSFILE, PGSERVICE and the like.
func configure(address string, writes bool) (config *pgxpool.Config, public, schema string, err error) {
	public, _ = Public(address)
	if _, err := url.Parse(address); err != nil {
		return nil, public, "", &ledger.Error{Path: public, Err: errAddress.Err, Hint: errAddress.Hint}
	}
	config, err = pgxpool.ParseConfig(address)
	if err != nil {
		return nil, public, "", &ledger.Error{Path: public, Err: withoutValues(err), Hint: errAddress.Hint}
	}
	c := config.ConnConfig
	schema = DefaultSchema
	if path := c.RuntimeParams["search_path"]; path != "" {
		schema = path
	}
	delete(c.RuntimeParams, "search_path") // every name is written with its schema
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "rollcall"
	}
	if c.ConnectTimeout == 0 || c.ConnectTimeout > patience {
		c.ConnectTimeout = connectTimeout
	}
	// A server that is gone without a word is noticed within a patience.
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}
	c.DialFunc = dialer.DialContext
	if writes {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	// Statements that a session has prepared are a state that a pool of connections in between may lose.
	c.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	c.StatementCacheCapacity, c.DescriptionCacheCapacity = 0, 64
	config.MinConns, config.MinIdleConns = 0, 0
	config.MaxConns = max(config.MaxConns, connections)
	return config, public, schema, nil
}

// withoutValues says what is wrong with the settings of a connection, but not with which value.
func withoutValues(err error) error {
	text := err.Error()
	for _, known := range []string{"service", "passfile", "sslmode", "ssl", "TLS", "port", "timeout", "target_session_attrs"} {
		if strings.Contains(text, known) {
			return errors.New("the settings of its connection make no sense: look at " + known)
		}
	}
	return errAddress.Err
}

const (
	// connectTimeout is how long a server may take to let somebody in, where the address does not say.
	connectTimeout = 10 * time.Second
	// connections is how many a ledger has at most, unless its address asks for more with pool_max_conns: those of a batch
	// and of a report that reads meanwhile, and room for readings inside of readings.
	connections = 8
)
