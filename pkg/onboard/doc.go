// Package onboard has the uses of the program as values: check a roster, open a session, preview what would happen, apply
// it, have an organization follow a roster, and look at what was done.
//
//	session, err := onboard.Open(ctx, onboard.Options{…})     // read, connect, lock, recover
//	preview, err := session.Preview(ctx)                      // verdicts, guards, seats, pace
//	err = preview.Apply(ctx, stop)                            // send, and write the results
//	report, err := session.End(ctx, err)                      // how it ended, and what came of it
//
// The order cannot be got wrong: nothing is sent without a preview, a preview needs a session, and a session has found out
// what became of the requests that earlier processes left in doubt. [Run] does all four. The same work, done again, goes on
// where it was: after a crash, a cut cable or a kill -9, nobody is invited twice and no row is lost.
//
// The package is for every face: it knows no flag, no terminal, no logger and no exit code. What a person can do about an
// [Error] is data, see package remedy, and how the work went on is told to an [Observer].
package onboard
