package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"rollcall/pkg/amend"
	"rollcall/pkg/audit"
	"rollcall/pkg/batch"
	"rollcall/pkg/console"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/notify"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/pace"
	"rollcall/pkg/paint"
	"rollcall/pkg/preview"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
	"rollcall/pkg/timeline"
	"rollcall/pkg/twin"
)

// carryOut carries out an order once complete has worked out what it means, and says how it ended: on the terminal, on
// standard output, and wherever else the order says. A wrong order is one that was refused, and is notified as well.
func (a *app) carryOut(cmd *cobra.Command, o *order.Order, path string, complete func() error) status.Status {
	began := time.Now()
	a.redactAddress(path)
	o.Roster, o.Sandbox, o.Render, o.Redact = path, o.Place.Sandbox, asFlag, a.redactors[0].Text
	a.sandbox.Store(o.Sandbox)
	notifier, err := a.notifier(&o.Watch, cmd, o.Offline)
	if err != nil {
		o.Command = a.command()
		a.explain(errors.Join(err, o.ReportRefused(report.Summary{Roster: o.PublicName(), Status: onboard.StatusOf(err)}, err)), a.origins[cmd])
		return onboard.StatusOf(err)
	}
	r := &run{app: a, order: o, origins: a.origins[cmd], notifier: notifier}
	var report onboard.Report
	if err = complete(); err == nil {
		report, err = r.work(cmd.Context())
	} else {
		report.Status = onboard.StatusOf(err)
		report.Roster, report.DryRun = o.PublicName(), o.DryRun
		o.ResultsPath()
		report.Stale = o.Leftovers()
		o.Command = a.command()
		err = errors.Join(err, o.ReportRefused(report.Summary, err))
	}
	report.StartedAt, report.Duration = began, time.Since(began)-r.waited
	return r.finish(context.WithoutCancel(cmd.Context()), report, err)
}

// work reads the roster and does what the order says. The report says how that ended.
func (r *run) work(ctx context.Context) (onboard.Report, error) {
	if r.order.Fix.File != "" {
		if err := r.fixFirst(ctx); err != nil {
			report := onboard.Report{}
			report.Roster, report.DryRun, report.Status = r.order.PublicName(), r.order.DryRun, onboard.StatusOf(err)
			return report, err
		}
	}
	options := r.order.Options
	options.Observer, options.Command = r.observer(ctx), r.command()
	session, err := onboard.Open(ctx, options)
	if err == nil {
		err = r.carryOn(ctx, session)
	}
	return session.End(context.WithoutCancel(ctx), err)
}

// carryOn shows what would be done, and does it.
func (r *run) carryOn(ctx context.Context, session *onboard.Session) error {
	switch done := session.CarriedOutBy(); {
	case done != "":
		r.tell("done already: run %s has carried out the plan of %s; nothing was sent", done, r.order.Approved.MadeAt.Local().Format(time.DateTime))
		return nil
	case r.order.DryRun:
		return r.dryRun(ctx, session)
	}
	preview, err := session.Preview(ctx)
	if err != nil {
		return err
	}
	if err := r.confirm(ctx, preview); err != nil {
		return err
	}
	if err := r.act(); err != nil {
		return err
	}
	r.expected, r.pace = preview, session.Pace
	if r.order.Progress == "graph" {
		r.graph = &timeline.Graph{Pieces: session.Timeline, Columns: r.console.Columns, ASCII: !console.UTF8(r.getenv)}
	}
	return preview.Apply(context.WithoutCancel(ctx), ctx.Done())
}

// dryRun shows what would happen to each row.
func (r *run) dryRun(ctx context.Context, session *onboard.Session) error {
	p, err := session.DryRun(ctx)
	if p == nil {
		return err
	}
	if listErr := r.listRows(ctx, p); listErr != nil {
		return errors.Join(err, listErr)
	}
	for _, problem := range p.Problems {
		r.console.Printf("%s", console.Clean(problem))
	}
	if p.Population == nil && !r.order.Offline {
		r.tell("members and invitations were not looked up: %s", preview.Unknown)
	}
	for _, budget := range p.Budgets {
		r.tell("budget: %s", budget)
	}
	if err == nil && r.order.Plan != "" {
		command := "invite"
		if r.order.Sync != nil {
			command = "sync"
		}
		r.tell("plan written to %s: rollcall %s --from-plan %[1]s does exactly that", r.order.Plan, command)
	}
	return err
}

// run is an order on its way, and what is shown of it.
type run struct {
	*app
	order    *order.Order
	origins  twin.Set
	notifier *notify.Notifier

	read     *roster.Roster // nil before it was
	begun    bool
	expected *onboard.Preview
	pace     func() pace.Status
	graph    *timeline.Graph // nil where none is asked for
	waited   time.Duration   // for a person, who reads or thinks
}

// observer shows what happens on the terminal and in the log.
func (r *run) observer(ctx context.Context) onboard.Observer {
	o := r.app.observer()
	o.Connected = func(c *onboard.Connection) { r.witness.Connected(ctx, r.order.Ledger, c) }
	var progress *progress
	stopping := func() bool { return true }
	o.Read = func(read *roster.Roster) {
		r.read = read
		r.log.Debug().Str("roster", read.Name).Str("detected", read.Detected).Msg("roster read")
	}
	o.Named = r.nameRun
	o.Begun = func(run ledger.Run, resumed bool) {
		r.begun = true
		r.log.Info().Str("organization_id", run.OrganizationID).Int("rows", run.Rows).
			Bool("resumed", resumed).Str("detected", r.read.Detected).Msg("run begins")
		stopping = context.AfterFunc(ctx, func() {
			r.console.Printf("stopping: what is in flight is still answered; interrupt again to leave at once")
		})
		progress = newProgress(r.app, r.pace, r.graph, run, r.expected)
		progress.start()
	}
	o.Event = func(e batch.Event) { progress.observe(e) }
	o.Changed = func(c amend.Change) {
		event := r.log.Info().Str("email", c.Email).Str("from", c.Has).Str("to", c.After())
		if c.Team.Name != "" {
			event.Str("team", c.Team.Name)
		}
		event.Msg(string(c.Action))
	}
	o.Ended = func() {
		progress.stop()
		stopping()
	}
	return o
}

// observer shows what any use of the service does.
func (a *app) observer() onboard.Observer {
	return onboard.Observer{
		Working: func(what string) {
			if what == "" {
				a.console.Clear()
				return
			}
			a.console.Status(what)
		},
		Warn: func(w onboard.Warning) { a.log.Warn().Err(w.Err).Fields(w.Fields).Msg(w.Text) },
		Exchange: func(e cybedefend.Exchange) {
			a.witness.Exchange(e)
			event := a.log.Debug().Str(console.FieldOperation, e.Operation).Int(console.FieldStatus, e.Status).
				Stringer(console.FieldClass, e.Class).Float64(console.FieldDuration, console.Seconds(e.Duration)).Str(console.FieldRequestID, e.RequestID)
			if e.HasRetryAfter {
				event.Str(console.FieldRetryAfter, e.RetryAfterFrom)
			}
			event.Msg("request")
		},
		Unread: func(err error, wait time.Duration) {
			level := zerolog.WarnLevel
			if a.console.IsLive() { // which says so
				level = zerolog.DebugLevel
			}
			a.log.WithLevel(level).Err(err).Float64(console.FieldWait, console.Seconds(wait)).Msg("the service could not be read, trying again")
		},
	}
}

// finish says how the order ended, and returns that.
func (r *run) finish(ctx context.Context, report onboard.Report, err error) status.Status {
	r.console.Clear()
	for _, line := range r.graph.Whole() {
		r.tell("%s", line)
	}
	if err != nil {
		r.explain(err, r.origins)
		report.Error = r.redactors[0].Text(r.origins.Of(err) + remedy.Text(err, asFlag))
	}
	report.Command = r.command()
	report.Status = report.Status.Worse(r.printed())
	if summaryErr := r.writeSummary(report); summaryErr != nil {
		if !strings.Contains(report.Error, summaryErr.Error()) { // nobody reads the rows of a dry run, either
			r.explain(summaryErr, nil)
		}
		report.Status = report.Status.Worse(status.Unexpected)
	}
	report.Status = r.notify(ctx, r.notifier, report.Summary)
	r.logEnd(report, err)
	return report.Status
}

func (r *run) writeSummary(report onboard.Report) error {
	switch {
	case r.common.json:
		return report.WriteJSON(r.Out)
	case !report.Final, r.common.quiet && report.Status == status.Well && !report.DryRun:
		return nil
	case r.order.Results == "-":
		r.console.Print(report.Lines()...)
		return nil
	}
	return r.paper().Print(report.Lines()...)
}

// logEnd writes the last line of a log. What came to no run has its error on standard error; only a detailed log needs
// the line as well. Before the roster was read, the log file may still be somebody else's, named by mistake.
func (r *run) logEnd(report onboard.Report, err error) {
	if r.read == nil {
		return
	}
	level := zerolog.DebugLevel
	if r.begun || report.Resumed {
		level = zerolog.InfoLevel
	}
	outcomes := func(event *zerolog.Event) {
		for _, outcome := range record.Outcomes() {
			if n := report.Outcomes[outcome]; n > 0 {
				event.Int(outcome.String(), n)
			}
		}
	}
	r.log.WithLevel(level).Err(err).Int("exit_code", int(report.Status)).Int("rows", report.Rows).Func(outcomes).
		Int("requests", report.Requests).Int("throttled", report.Throttled).Int("retries", report.Repeats()).
		Float64(console.FieldDuration, console.Seconds(report.Duration)).Msg("run ends")
}

// fixFirst writes the fixed roster, which is worked on from then on, and says on standard error what was done.
func (r *run) fixFirst(ctx context.Context) (err error) {
	o := r.order
	fixed, err := onboard.Fix(ctx, o.Document, o.Fix, r.app.observer())
	if err != nil {
		return withFlags(err)
	}
	defer func() { err = errors.Join(err, fixed.Close()) }()
	o.Roster, o.Header = o.Fix.File, nil // the fixed roster is a file, wherever it came from
	if r.common.quiet {
		return nil
	}
	if err := writeChanges(ctx, fixed.Fixed, r.Err, func(line string) { r.console.Printf("%s", line) }); err != nil {
		return err
	}
	r.countChanges(fixed.Fixed, fixed.Origin, o.Fix.File)
	return nil
}

// confirm shows the plan, and asks whether to go on where somebody is there to answer.
func (r *run) confirm(ctx context.Context, p *onboard.Preview) error {
	question := preview.Question(p)
	asks := r.order.Asks() && question != "" && r.canAsk()
	if asks || !r.common.quiet {
		r.console.Print(preview.Lines(p, asFlag)...)
		if r.console.IsLive() { // on a screen, the question and the end stand apart from it
			r.console.Print(paint.Line{})
		}
	}
	if !asks {
		return nil
	}
	asked := time.Now()
	yes, err := r.console.Ask(ctx, r.In, question+" [y/N]")
	r.waited = time.Since(asked)
	if err != nil || yes {
		p.Agreed(audit.AtPrompt)
		return err
	}
	return unconfirmed("sent")
}

// refuseUnasked returns an error if a command needs a yes that nobody can give, in the words for what it does. A sandbox
// inside the process mails nobody, so there it goes on without one.
func (a *app) refuseUnasked(o *order.Order, command, what, done string) error {
	if !o.Asks() || o.Place.Sandbox || a.canAsk() {
		return nil
	}
	stream := "standard error"
	if in, _ := terminalOf(a.In); !in {
		stream = "standard input"
	}
	return usageError("add --yes to "+command+" without a question, or --dry-run to see what would be "+done,
		"nobody can be asked whether to %s: %s is not a terminal; nothing was %s", what, stream, done)
}

// canAsk reports whether there is a person to ask.
func (a *app) canAsk() bool {
	in, _ := terminalOf(a.In)
	out, _ := terminalOf(a.Err)
	return in && out
}
