package batch_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/batch"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const organizationID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"

var scope = record.Scope{Service: "https://api.example", OrganizationID: organizationID}

// world is a service, a ledger and a run over some people.
type world struct {
	service *fakeService
	// ledger is for looking at, process the handle of the process that carries the run out.
	ledger, process *ledgertest.Memory
	policy          plan.Policy
	roleDefaulted   func(row int) bool
	rules           journey.Policy
	recovered       *batch.Recovered
	options         batch.Options
	lapsed          time.Time

	settled []record.Record
	retries []batch.Retry
	waiting []string
}

// newWorld has people named a1@x.example, a2@x.example and so on.
func newWorld(t *testing.T, people int, script func(address string, n int) reply) *world {
	t.Helper()
	addresses := make([]string, people)
	for i := range addresses {
		addresses[i] = fmt.Sprintf("a%d@x.example", i+1)
	}
	return newWorldOf(t, addresses, script)
}

func newWorldOf(t *testing.T, addresses []string, script func(address string, n int) reply) *world {
	t.Helper()
	w := &world{ledger: ledgertest.NewMemory(nil)}
	w.process = w.ledger.Restart()
	w.service = newService(t, w.ledger, script)
	w.rules = journey.Policy{Retry: retry.Policy{Attempts: 5}, Timeout: 30 * time.Second, UserTimeout: 8 * time.Second}
	w.options = batch.Options{
		Service: w.service, Workers: 8, Pace: mustPace(t, 100),
		Random: func() float64 { return 0.5 },
		Observe: func(e batch.Event) {
			switch {
			case e.Settled != nil:
				w.settled = append(w.settled, *e.Settled)
			case e.Retry != nil:
				w.retries = append(w.retries, *e.Retry)
			case *e.Waiting != "":
				w.waiting = append(w.waiting, *e.Waiting)
			}
		},
	}
	w.begin(t, "run", addresses)
	return w
}

func mustPace(t *testing.T, perSecond pace.Rate) *pace.Pace {
	t.Helper()
	p, err := pace.New(pace.Options{Rate: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin begins a run over the people, which is carried out from now on.
func (w *world) begin(t *testing.T, run string, addresses []string) {
	t.Helper()
	w.options.Run = run
	entries := func(yield func(record.Record, error) bool) {
		for i, address := range addresses {
			if !yield(record.Record{Row: i + 1, Line: i + 2, Email: address, Role: "member"}, nil) {
				return
			}
		}
	}
	_, err := w.ledger.Begin(t.Context(), ledger.Run{ID: run, Service: scope.Service, OrganizationID: scope.OrganizationID}, entries)
	if err != nil {
		t.Fatal(err)
	}
}

// replacePending gives people an invitation that is pending, and has the run replace it.
func (w *world) replacePending(addresses ...string) {
	for _, address := range addresses {
		w.service.place(pendingInvitation("old-"+address, address))
	}
	time.Sleep(w.service.lag) // virtual time
	w.policy.Reinvite = plan.ReinvitePending
}

// run carries the run out in one process, as the command does: it settles what others have left in doubt, reads the
// organization and sends. stop may be nil.
func (w *world) run(t *testing.T, stop <-chan struct{}) error {
	t.Helper()
	return w.runIn(t.Context(), t, stop)
}

func (w *world) runIn(ctx context.Context, t *testing.T, stop <-chan struct{}) error {
	t.Helper()
	if err := w.recover(ctx, t); err != nil {
		return err
	}
	w.service.locked(func() { w.service.reading = 0 })
	return w.recovered.Run(ctx, stop, w.options)
}

// recover finds out what is known before anything is sent.
func (w *world) recover(ctx context.Context, t *testing.T) error {
	t.Helper()
	var err error
	w.recovered, err = batch.Recovery{
		Ledger: w.process, Scope: scope, Policy: w.rules, Resumed: w.options.Run, Hold: w.options.Pace.Hold,
		Read: w.read, Remember: w.remember, MaxWait: w.options.Limits.MaxWait, Lapsed: w.lapsed,
	}.Recover(ctx)
	return err
}

// read reads the organization, with what is remembered of it.
func (w *world) read(ctx context.Context, doubts []record.Doubt) (in plan.Inputs, err error) {
	if in.Histories, err = w.remember(ctx); err != nil {
		return in, err
	}
	o := directory.Options{Service: w.service, OrganizationID: organizationID}
	for _, history := range in.Histories.All() {
		o.Invitations = append(o.Invitations, history.Invitation.ID)
	}
	for _, doubt := range doubts {
		o.Invitations = append(o.Invitations, doubt.Record.InvitationID, doubt.Replaces)
	}
	in.Directory, err = directory.Read(ctx, o)
	in.Policy, in.RoleDefaulted, in.At = w.policy, w.roleDefaulted, time.Now()
	return in, err
}

func (w *world) remember(ctx context.Context) (plan.Histories, error) {
	return plan.Remember(plan.Remembered{
		Invited: w.process.Invited(ctx, scope), Sighted: w.process.Sighted(ctx, scope), Cancelled: w.process.Cancelled(ctx, scope),
	})
}

// oneByOne makes a hook of a ledger that only one goroutine calls at a time.
func oneByOne(hook func(operation string) error) func(operation string) error {
	var mu sync.Mutex
	return func(operation string) error {
		mu.Lock()
		defer mu.Unlock()
		return hook(operation)
	}
}

// restart replaces a process that has ended or crashed.
func (w *world) restart() { w.process = w.ledger.Restart() }

// forget has everybody go on with a ledger that knows nothing.
func (w *world) forget() {
	w.ledger = ledgertest.NewMemory(nil)
	w.service.ledger = w.ledger
	w.restart()
}

// again gives the same command once more: the run is resumed.
func (w *world) again(t *testing.T) error {
	t.Helper()
	w.restart()
	if _, err := w.process.Resume(t.Context(), ledger.Run{ID: w.options.Run}); err != nil {
		t.Fatal(err)
	}
	return w.run(t, nil)
}

// rows returns the rows of the run in order.
func (w *world) rows(t *testing.T) (rows []record.Record) {
	t.Helper()
	for r, err := range w.ledger.Records(t.Context(), w.options.Run, 0) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// outcomes returns the outcomes of all rows in order, as words.
func (w *world) outcomes(t *testing.T) string {
	t.Helper()
	var words []string
	for _, r := range w.rows(t) {
		words = append(words, r.Outcome.String())
	}
	return strings.Join(words, " ")
}

// claims returns the claims that stand.
func (w *world) claims(t *testing.T) []record.Doubt {
	t.Helper()
	doubts, err := w.ledger.Doubts(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return doubts
}

// mailedTwice returns who got more than one e-mail.
func (w *world) mailedTwice() (twice []string) {
	w.service.locked(func() {
		for address, n := range w.service.mails {
			if n > 1 {
				twice = append(twice, address)
			}
		}
	})
	return twice
}
