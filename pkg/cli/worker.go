package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/gauge"
	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/fleet/task"
	"rollcall/pkg/jobs"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/notify"
	"rollcall/pkg/onboard"
	"rollcall/pkg/operator"
	"rollcall/pkg/order"
	"rollcall/pkg/quantity"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
	"rollcall/pkg/usage"
	"rollcall/pkg/version"
)

// worker is what a worker is told.
type worker struct {
	ledger, name, credentials, listen string
	slots                             int
	slice, pulse                      time.Duration
	keep                              quantity.Age

	place    order.Place // of the service, which no job may choose: it would get the credentials
	database *postgres.Database
	measured *gauge.Gauge
}

func (a *app) workerCommand() *cobra.Command {
	w := &worker{}
	cmd := &cobra.Command{Use: "worker", Args: noArguments}
	cmd.RunE = func(*cobra.Command, []string) error {
		w.credentials = cmp.Or(w.credentials, a.getenv("CREDENTIALS_DIRECTORY"), ".")
		return a.runWorker(cmd, w)
	}
	operator.LedgerFlag(cmd, &w.ledger)
	usage.Group(cmd, "The worker", w.flags)
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { order.AddressFlags(cmd, &w.place) })
	return cmd
}

// operator returns what the commands for people who work with a fleet need.
func (a *app) operator() *operator.Host {
	return &operator.Host{
		In: a.In, Out: a.Out, JSON: func() bool { return a.common.json }, Paper: a.paper, NoArguments: noArguments, Files: a.files,
		Warn: func(w onboard.Warning) { a.observer().Warn(w) },
		Ask: func(ctx context.Context, yes bool, question, done string) error {
			if err := a.refuseUnasked(&order.Order{Yes: yes}, question, question, done); err != nil || yes {
				return err
			}
			agreed, err := a.console.Ask(ctx, a.In, question+"? [y/N]")
			if err == nil && !agreed {
				err = unconfirmed(done)
			}
			return err
		},
	}
}

// runWorker works on jobs until the first signal.
func (a *app) runWorker(cmd *cobra.Command, w *worker) error {
	if a.common.json {
		return usageError("see --log-format json", "worker has no --json")
	}
	if err := w.check(); err != nil {
		return err
	}
	ctx := cmd.Context()
	var database reached
	measured := gauge.New(gauge.Options{Database: &database, Version: version.Get().Version})
	w.measured = measured
	if w.listen != "" {
		if err := a.listen(ctx, w.listen, measured); err != nil {
			return err
		}
	}
	f, done, err := a.reach(ctx, w)
	if f == nil && ctx.Err() != nil { // it ends before it has begun
		return nil
	}
	if err != nil {
		return err
	}
	defer done()
	database.fleet.Store(f)
	w.database = f.Database()
	ended := &endings{app: a, notifiers: map[int64]ending{}}
	host, _ := os.Hostname()
	name := cmp.Or(w.name, host) + "-" + strconv.Itoa(os.Getpid()) + "-" + uuid.NewString()[:8]
	working, err := f.NewWorker(fleet.Options{
		Name: name, Version: version.Get().Version, Slots: w.slots, Slice: w.slice, Pulse: w.pulse, Keep: w.keep.Duration(),
		Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) { return a.execute(ctx, w, s, ended) },
		Prune:   w.prune,
		Decide:  rota.Decide, Waited: measured.Waited,
		Observe: func(e fleet.Event) {
			measured.Observe(e)
			ended.observe(ctx, e)
			a.tellFleet(e)
		},
		Log: slog.New(zerolog.NewSlogHandler(a.log.Level(zerolog.WarnLevel))),
	})
	if err != nil {
		return err
	}
	measured.Watch(working.State)
	if err := a.act(); err != nil {
		return err
	}
	a.log.Info().Str("worker", name).Int("slots", w.slots).Msg("worker begins")
	defer context.AfterFunc(ctx, func() { a.tell("ending: what is in flight is still answered; interrupt again to leave at once") })()
	err = working.Run(ctx)
	a.log.Info().Str("worker", name).Err(err).Msg("worker ends")
	return err
}

// prune forgets the runs of all organizations that had ended before an instant.
func (w *worker) prune(ctx context.Context, before time.Time) error {
	l, err := w.hold(ctx)
	if err != nil {
		return err
	}
	_, err = l.Prune(ctx, ledger.Pruning{Before: before})
	return errors.Join(err, l.Close())
}

// hold opens the ledger on the connections that all slices share.
func (w *worker) hold(ctx context.Context) (ledger.Ledger, error) {
	return postgres.On(ctx, w.database, postgres.Options{Committed: w.measured.Committed})
}

// listen serves what monitoring reads, for as long as the process lives: a worker that drains says so.
func (a *app) listen(ctx context.Context, address string, measured *gauge.Gauge) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return usageError("name a free address with --listen", "--listen: %w", err)
	}
	a.log.Info().Str("address", l.Addr().String()).Msg("serving /metrics, /healthz and /livez")
	go func() {
		if err := measured.Serve(context.WithoutCancel(ctx), l); err != nil {
			a.log.Warn().Err(err).Msg("metrics are not served any more")
		}
	}()
	return nil
}

// execute works on a slice of a job.
func (a *app) execute(ctx context.Context, w *worker, s *fleet.Slice, ended *endings) (store.Ended, error) {
	log := a.log.With().Int64("job_id", s.Job.ID).Str("organization", s.Job.Organization).Int("slice", s.Job.Slices).Logger()
	o, notifier, err := a.orderOf(w, s.Job)
	if err != nil {
		how := onboard.StatusOf(err)
		return store.Ended{Exit: int(how), Error: err.Error()}, nil
	}
	o.Observer = onboard.Observer{
		Warn: func(w onboard.Warning) { log.Warn().Err(w.Err).Fields(w.Fields).Msg(w.Text) },
		Unread: func(err error, wait time.Duration) {
			log.Warn().Err(err).Float64(console.FieldWait, console.Seconds(wait)).Msg("the service could not be read, trying again")
		},
	}
	report, how, err := task.Execute(ctx, s, o.Options)
	ended.keep(s.Job.ID, ending{notifier, report.Summary})
	return how, err
}

// orderOf returns what a job is to do, here: with the worker's service, ledger and credentials.
func (a *app) orderOf(w *worker, job store.Job) (*order.Order, *notify.Notifier, error) {
	told, err := jobs.ParseOptions(job.Options)
	if err != nil {
		return nil, nil, err
	}
	o, cmd := order.New(job.Command == store.Sync)
	if err := told.Decode(o); err != nil {
		return nil, nil, err
	}
	o.Roster, o.OrganizationID, o.Ledger, o.Place = job.Source, job.Organization, w.ledger, w.place
	if job.Credential != "" {
		o.Place.PATFile, o.Place.Alone = filepath.Join(w.credentials, job.Credential), true
		if _, err := os.Stat(o.Place.PATFile); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, usageError("", "the worker has no credential %q in %s: put a file of that name there, on every worker", job.Credential, w.credentials)
		}
	}
	o.Hold = w.hold
	o.Job = "job " + strconv.FormatInt(job.ID, 10)
	notifier, err := a.notifier(&o.Watch, cmd, false)
	if err != nil {
		return nil, nil, err
	}
	if err := a.completeHere(o); err != nil {
		return nil, nil, err
	}
	return o, notifier, nil
}

// completeHere is [app.complete] for a job, which has no terminal and writes no results: the ledger has them.
func (a *app) completeHere(o *order.Order) error {
	err := o.Complete(order.Surroundings{
		Header: a.readHeader, Warn: func(text string) { a.log.Warn().Msg(text) }, Render: asFlag,
	})
	if err != nil {
		return err
	}
	o.Results, o.LikeRoster, o.Redact = "", false, a.redactors[0].Text
	o.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, o.Place) }
	return o.Validate()
}

// tellFleet logs what a worker does.
func (a *app) tellFleet(e fleet.Event) {
	level := zerolog.InfoLevel
	switch e.Kind {
	case fleet.Trouble, fleet.Fenced, fleet.TakenOver, fleet.Lapsed:
		level = zerolog.WarnLevel
	case fleet.SliceBegan, fleet.SliceEnded:
		level = zerolog.DebugLevel
	default:
	}
	event := a.log.WithLevel(level).Err(e.Err)
	if e.Job.ID != 0 {
		event.Int64("job_id", e.Job.ID).Str("organization", e.Job.Organization).Str("roster", e.Job.Source)
	}
	if e.Kind == fleet.JobEnded {
		event.Int("exit_code", e.Job.Exit)
		if e.Job.Error != "" {
			event.Str("reason", e.Job.Error)
		}
	}
	if !e.Again.IsZero() {
		event.Time("again", e.Again)
	}
	event.Msg(fleetWords[e.Kind])
}

// fleetWords says in a log what has happened.
var fleetWords = map[fleet.EventKind]string{
	fleet.SliceBegan: "slice begins", fleet.SliceEnded: "slice ends, the job goes on", fleet.JobEnded: "job ends", fleet.Fired: "schedule begins a job",
	fleet.Fenced: "somebody else has taken the organization over", fleet.TakenOver: "a job is taken over whose worker is gone", fleet.Trouble: "this is tried again",
	fleet.Lapsed: "the database was restored, or another server has taken over: nobody is invited for ten minutes",
}

// ending is what is to be told once a job has ended.
type ending struct {
	notifier *notify.Notifier
	summary  report.Summary
}

// endings are those of the slices that have ended last.
type endings struct {
	app       *app
	mu        sync.Mutex
	notifiers map[int64]ending
}

func (n *endings) keep(job int64, e ending) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notifiers[job] = e
}

// observe tells of the end of a job, once that is kept.
func (n *endings) observe(ctx context.Context, e fleet.Event) {
	if e.Kind != fleet.JobEnded && e.Kind != fleet.SliceEnded {
		return
	}
	n.mu.Lock()
	kept, ok := n.notifiers[e.Job.ID]
	delete(n.notifiers, e.Job.ID)
	n.mu.Unlock()
	if !ok || e.Kind == fleet.SliceEnded {
		return
	}
	kept.summary.Status, kept.summary.Error = status.Status(e.Job.Exit), e.Job.Error
	n.app.notify(context.WithoutCancel(ctx), kept.notifier, kept.summary)
}
