// Package desk is what a person works at in the page, without the page: the rosters that lie on it, the plan for one, the run
// that is under way, and what was done before.
//
// Everything that decides something is onboard's. The desk keeps what is between two requests of a browser: a roster and its
// corrections, the preview that was shown, the run that goes on while nobody looks. What has to outlast the process, so that a
// run goes on after a crash, is in files that only their owner can read.
//
// It has no example: what it keeps is between the requests of a browser.
package desk

import (
	"context"
	"errors"
	"sync"

	"rollcall/pkg/onboard"
	"rollcall/pkg/secret"
)

// ErrBusy says that a run is under way that has the ledger, so that nothing else can look at it.
var ErrBusy = errors.New("a run is under way")

// Place is the service that is worked with, and the organization in it.
type Place struct {
	// Sandbox is a service inside the process, which mails nobody. The other fields do not matter then.
	Sandbox bool
	// Region, or APIURL and AuthEndpoint together, say where the service is, as on the command line; empty for what that finds.
	Region, APIURL, AuthEndpoint string
	// Organization is the id or the exact name of the organization, empty for the caller's only one.
	Organization string
	// Token was typed in, and is kept in memory alone. Empty: the credentials that the command line finds.
	Token secret.Text
	// Remember says that the token is to be remembered once it has opened the service.
	Remember bool
}

// Options are what a desk works with.
type Options struct {
	// Order is what inviting begins with, Sync what following a roster begins with: the ordinary options, without those that the
	// desk sets itself.
	Order, Sync onboard.Options
	// Place is where it is worked at first.
	Place Place
	// Dial finds a place and what to call it with.
	Dial func(context.Context, Place) (onboard.Endpoint, error)
	// Remember keeps the token of a place where the system keeps passwords, or forgets it if the place has none. Nil: there is no
	// such thing.
	Remember func(context.Context, Place) error
	// LedgerOf names the ledger of an organization, Ledgers lists those that are there. A sandbox has its own.
	LedgerOf func(sandbox bool, organizationID string) (string, error)
	Ledgers  func(sandbox bool) ([]string, error)
	// Folder is where rosters are kept as long as they are worked on. It need not be there.
	Folder string
}

// Desk is one person's. It is safe for concurrent use.
type Desk struct {
	o       Options
	gates   gates
	told    told
	choices choices
	work    work

	mu       sync.Mutex
	place    Place
	standing Standing
	looking  context.CancelFunc // ends the look at the place that is under way, nil if none is
	looked   chan struct{}      // closed once that has ended, nil before the first look
	sandbox  *onboard.Endpoint  // nil before there is one
	ended    sync.WaitGroup
	ctx      context.Context //nolint:containedctx // what goes on while nobody looks outlasts the request that has begun it
	end      context.CancelFunc

	sheets  map[string]*Sheet // by ID
	fetched sync.Once
	taking  sync.Mutex // one at a time, so that nothing is taken twice
}

// New returns a desk with nothing on it.
func New(o Options) *Desk {
	ctx, end := context.WithCancel(context.Background())
	d := &Desk{o: o, place: o.Place, ctx: ctx, end: end, sheets: map[string]*Sheet{}}
	d.ended.Go(d.tidy)
	return d
}

// Close ends whatever goes on, and waits for it.
func (d *Desk) Close() error {
	d.end()
	d.ended.Wait()
	d.sweepSheets(0)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sandbox == nil || d.sandbox.Close == nil {
		return nil
	}
	return d.sandbox.Close()
}
