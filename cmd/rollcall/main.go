// Command rollcall invites everybody in a roster to a CybeDefend organization, once each.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"rollcall/pkg/cli"
)

func main() {
	// Room for both signals that count: the first stops the feeding, the second leaves at once.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(int(cli.Run(context.Background(), cli.Process{
		Args:    os.Args[1:],
		In:      os.Stdin,
		Out:     os.Stdout,
		Err:     os.Stderr,
		Lookup:  os.LookupEnv,
		Signals: signals,
	})))
}
