package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// ages are the columns of a ledger that say when something happened. When an invitation expires is for the service to say.
const ages = `SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'
	AND c.name IN ('at', 'since', 'started_at', 'ended_at', 'due_at', 'updated_at', 'accepted_at', 'learned_at', 'mailed_at')`

// agesOfRows find them in the rows of a run and in the claims for them, of which some stand in a text together.
var agesOfRows = regexp.MustCompile(`"(?:at|ended_at|due_at|updated_at|mailed_at)":(?:[0-9]+|\[[0-9,]*\])`)

// age makes everything that a ledger remembers so much older.
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: age FILE DURATION")
	}
	by, err := time.ParseDuration(args[1])
	ts.Check(err)
	ts.Check(makeOlder(ts.MkAbs(args[0]), by))
}

func makeOlder(path string, by time.Duration) (err error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, ages)
	if err != nil {
		return err
	}
	var statements []string
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return errors.Join(err, rows.Close())
		}
		statements = append(statements, fmt.Sprintf("UPDATE %s SET %s = %[2]s - ? WHERE %[2]s > 0", table, column))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if len(statements) == 0 {
		return fmt.Errorf("%s is no ledger", path)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement, by.Microseconds()); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return errors.Join(
		makeTextsOlder(ctx, db, by, "SELECT key, entries FROM page", "UPDATE page SET entries = ? WHERE key = ?"),
		makeTextsOlder(ctx, db, by, "SELECT page, claims FROM page_claims", "UPDATE page_claims SET claims = ? WHERE page = ?"))
}

// makeTextsOlder makes the texts older that query yields, each with its key, and writes them with update.
func makeTextsOlder(ctx context.Context, db *sql.DB, by time.Duration, query, update string) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	texts := map[int64]string{}
	for rows.Next() {
		var key int64
		var text string
		if err := rows.Scan(&key, &text); err != nil {
			return errors.Join(err, rows.Close())
		}
		texts[key] = agesOfRows.ReplaceAllStringFunc(text, func(field string) string {
			return micros.ReplaceAllStringFunc(field, func(at string) string {
				n, _ := strconv.ParseInt(at, 10, 64)
				return strconv.FormatInt(n-by.Microseconds(), 10)
			})
		})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for key, text := range texts {
		if _, err := db.ExecContext(ctx, update, text, key); err != nil {
			return err
		}
	}
	return nil
}

var micros = regexp.MustCompile(`[0-9]+`)
