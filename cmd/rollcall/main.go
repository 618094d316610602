// Command rollcall invites everybody in a roster to a CybeDefend organization, once each.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules have zones, which Windows and small containers do not know

	"rollcall/pkg/cli"
)

func main() {
	boundMemory()
	// Room for both signals that count: the first stops the feeding, the second leaves at once.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	// Whoever reads what is printed may go away in the middle of a run: then printing fails, and the run goes on.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(int(cli.Run(context.Background(), cli.Process{
		Args:    os.Args[1:],
		In:      os.Stdin,
		Out:     os.Stdout,
		Err:     os.Stderr,
		Lookup:  os.LookupEnv,
		Environ: os.Environ,
		Signals: signals,
	})))
}
