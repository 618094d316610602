package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// confirm shows the plan, and asks whether to go on where somebody is there to answer.
func (r *onboarding) confirm(ctx context.Context) error {
	if r.flags.asks() && r.preview.toSend() > 0 && r.canAsk() {
		r.showPlan()
		asked := time.Now()
		yes, err := r.console.Ask(ctx, r.In, fmt.Sprintf("Invite %s? [y/N]", plural(r.preview.toSend(), "person")))
		if err != nil {
			return err
		}
		if !yes {
			return &codedError{status.Stopped, errors.New("not confirmed; nothing was sent"), "--yes goes on without a question"}
		}
		return r.refresh(ctx, asked)
	}
	if !r.common.quiet {
		r.showPlan()
	}
	return nil
}

// unknown is what a plan does not know where members and invitations are not looked up.
const unknown = "who is a member by now, or was invited by others, is not known"

// seats says how many seats are needed and left, where that is known.
func (r *onboarding) seats() string {
	if r.service.caller.Seats == 0 || r.inputs.Blind {
		return ""
	}
	needed := r.preview.toSend() - r.preview.replaced
	left := max(r.service.caller.Seats-r.directory.Members()-r.directory.Pending(), 0)
	text := fmt.Sprintf("%d needed, %d of %d left", needed, left, r.service.caller.Seats)
	if needed > left {
		text += ": too few, so the service may refuse the last ones"
	}
	return text
}

// refresh reads the organization again if the answer took so long that others may have changed it meanwhile.
func (r *onboarding) refresh(ctx context.Context, asked time.Time) error {
	if time.Since(asked) < time.Minute {
		return nil
	}
	inputs, err := r.readInputs(ctx, r.ledger, nil, r.inputs.Blind)
	if err != nil {
		return err
	}
	r.inputs = inputs
	return r.previewRows(ctx)
}

// asks reports whether a run waits for a person's yes before it sends anything. A plan that was approved is a yes.
func (f *inviteFlags) asks() bool { return !f.yes && !f.dryRun && f.plan.from == "" }

// refuseUnasked returns an error if the run needs a yes that nobody can give. A sandbox inside the process mails nobody,
// so there it goes on without one.
func (a *app) refuseUnasked(f *inviteFlags) error {
	if !f.asks() || f.sandbox || a.canAsk() {
		return nil
	}
	stream := "standard error"
	if in, _ := terminalOf(a.In); !in {
		stream = "standard input"
	}
	return usageError("add --yes to invite without a question, or --dry-run to see what would be sent",
		"nobody can be asked whether to send: %s is not a terminal; nothing was sent", stream)
}

// canAsk reports whether there is a person to ask.
func (a *app) canAsk() bool {
	in, _ := terminalOf(a.In)
	out, _ := terminalOf(a.Err)
	return in && out
}

// showPlan prints the plan on one screen.
func (r *onboarding) showPlan() {
	p := r.preview
	row := func(name, format string, args ...any) {
		r.console.Printf("  %-12s %s", name, fmt.Sprintf(format, args...))
	}
	r.console.Printf("%s (%s) at %s", cmp.Or(r.service.organization.Name, "organization"), r.service.organization.ID, r.service.url)
	if r.inputs.Blind {
		row("has", "not looked up: %s", unknown)
	} else {
		row("has", "%s, %s open", plural(r.directory.Members(), "member"), plural(r.directory.Pending(), "invitation"))
	}
	row("roster", "%s, %s", r.roster.Name, plural(r.roster.Rows, "row"))
	if warnings := r.roster.Warnings - r.roster.Duplicates; warnings > 0 {
		row("", "%s, which rollcall check lists", plural(warnings, "warning"))
	}
	row("read as", "%s", r.roster.Detected)
	if r.summary.Resumed {
		row("resumed", "run %s of %s, %d rows done before", r.run.ID, r.run.StartedAt.Local().Format(time.DateTime), p.before)
	}
	send := plural(p.toSend(), "person")
	if again := p.outcomes[record.WouldReinvite] - p.replaced; again > 0 {
		send += fmt.Sprintf(", %d of them again, since their invitation is no longer open", again)
	}
	if p.replaced > 0 {
		send += fmt.Sprintf(", %d of them in place of their pending invitation", p.replaced)
	}
	row("to invite", "%s", send)
	for _, known := range []struct {
		outcome record.Outcome
		what    string
	}{
		{record.AlreadyInvited, "already invited"},
		{record.AlreadyMember, "already in the organization"},
		{record.Skipped, "skipped by a rule of yours, as --reinvite is one"},
		{record.Duplicate, "the same as an earlier line"},
		{record.Rejected, "with a role that you may not grant, skipped"},
		{record.Invalid, "invalid, skipped"},
	} {
		if n := p.outcomes[known.outcome]; n > 0 {
			row("", "%d %s", n, known.what)
		}
	}
	if seats := r.seats(); seats != "" {
		row("seats", "%s", seats)
	}
	if len(r.changes) > 0 {
		row("differs", "%s", r.drift())
	}
	r.showTime(row)
	row("results", "%s", r.flags.results)
}

// showTime prints how long the sending will take, as far as can be said before it begins.
func (r *onboarding) showTime(row func(name, format string, args ...any)) {
	send, state := r.preview.toSend(), r.pace.Status()
	speed, hedge := state.Rate.String(), ""
	if state.Wished == 0 {
		speed, hedge = "auto, beginning at "+speed, " or less" // it rises while the service is content
	}
	if send > 0 {
		speed += ", about " + takes(send, float64(state.Rate)).Round(time.Second).String() + hedge
	}
	row("pace", "%s", speed)
	if until := r.flags.until; !until.IsZero() {
		deadline := until.Format(time.DateTime)
		if left := unsent(send, float64(state.Rate), time.Until(until)); left > 0 {
			deadline += fmt.Sprintf(": will stop with about %d left%s, to be resumed", left, hedge)
		}
		row("deadline", "%s", deadline)
	}
}
