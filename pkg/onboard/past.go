package onboard

import (
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// past is what is known before anything is sent, on which all verdicts rest: the organization as it is, what earlier
// processes have done, and what they have left in doubt.
type past struct {
	inputs plan.Inputs
	policy journey.Policy
	// doubtful are the people about whom a request of an earlier run could not be looked up yet.
	doubtful journey.Doubtful
	// gone are the rows of the run that is to be resumed whose people are in the organization no more, although it has noted
	// that they are: all of them once there are verdicts on its rows.
	gone map[int]bool
	// continues says that the run goes on where it stands: whoever has an outcome keeps it.
	continues bool
	// held is when the ledger was taken hold of.
	held time.Time
	// recovered is what a run needs, nil where nothing was settled, as in a dry run, so that nothing can be sent.
	recovered *batch.Recovered
	// now tells the service's time.
	now func() time.Time
}

// inDoubt reports whether a request of an earlier run for the same person may still take effect.
func (p *past) inDoubt(address string) bool { return len(p.doubtful) > 0 && p.doubtful.Has(address) }

// lagPerGrace is how late a list may be where nothing shows how late it is, in graces: by default half a minute.
const lagPerGrace = int(journey.UnknownLag / journey.DefaultGrace)

// policyOf returns what decides about single entries at a connection.
func policyOf(o *Options, c *Connection) (journey.Policy, error) {
	return journey.Policy{
		Retry: retry.Policy{Attempts: o.Attempts}, Grace: o.Grace, Timeout: o.Timeout,
		UserTimeout: fence.UserTimeoutFor(c.host()), Lag: time.Duration(lagPerGrace) * o.Grace,
	}.WithDefaults()
}

// resolve says what the reading means for a row of the roster or of the run, which wants what is desired.
func (p *past) resolve(rec record.Record, desired plan.Desired) journey.Step {
	w := journey.Work{Record: rec, Desired: desired}
	var seen journey.Sighting
	if p.inputs.Directory != nil {
		seen = journey.See(p.inputs.Directory, w, p.inputs, journey.UnknownLag)
	}
	return journey.Resolve(w, seen, p.inputs, journey.Policy{})
}
