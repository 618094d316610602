package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/pkg/ledger/postgres/postgrestest"
)

// database makes a database, or has those who hold something in one be silent for too long.
func database(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg || len(args) == 0:
	case len(args) == 1:
		address, drop, err := postgrestest.New()
		ts.Check(err)
		ts.Defer(func() { ts.Check(drop()) })
		ts.Setenv(args[0], address)
		return
	case args[0] == "expire" && len(args) == 2:
		ts.Check(postgrestest.Silence(context.Background(), ts.Getenv(args[1])))
		return
	}
	ts.Fatalf("usage: database [expire] NAME")
}
