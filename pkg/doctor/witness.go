package doctor

import (
	"context"
	"net/http/httptrace"

	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
)

// Witness takes in what a run finds out by itself, and tells at its start what [Examine] would: it makes no call of its own
// to the service. It is for one run at a time, and another may follow.
type Witness struct {
	// Tell is told each fact. Nil: nothing is looked at.
	Tell func(Fact)
	// Version is that of the program, and LedgerOf names the ledger of an organization where a run names none.
	Version  string
	LedgerOf func(organizationID string) (string, error)
	// Settings are those of the last connection.
	Settings config.Settings

	trace tracer
}

// Watch returns a context under which a connection is looked at while it is made.
func (w *Witness) Watch(ctx context.Context) context.Context {
	if w.Tell == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, w.trace.hooks())
}

// Exchange takes in an answer of the service. It is safe for concurrent use.
func (w *Witness) Exchange(e cybedefend.Exchange) { w.trace.exchange(e) }

// Settle takes in the settings of a connection that is about to be made, and tells what is so by then.
func (w *Witness) Settle(s config.Settings) {
	if w.Settings = s; w.Tell == nil {
		return
	}
	e := newExaminer(Options{Version: w.Version})
	e.version()
	e.settings(s)
	e.proxy(s.APIURL.Text)
	w.tell(e)
}

// Connected tells what is so once there is a connection, before the run opens the ledger, which is at that path unless it is
// empty.
func (w *Witness) Connected(ctx context.Context, ledger string, c *onboard.Connection) {
	if w.Tell == nil {
		return
	}
	e := newExaminer(Options{Ledger: ledger, LedgerOf: w.LedgerOf})
	e.encryption(&w.trace)
	e.connection(&w.trace, c)
	e.clock(c)
	e.organization(c)
	e.ledger(ctx, c.Scope())
	w.tell(e)
}

func (w *Witness) tell(e *examiner) {
	for _, f := range e.found.Facts {
		w.Tell(f)
	}
}
