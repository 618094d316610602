package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/onboard"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
)

// unknown is what a plan does not know where members and invitations are not looked up.
const unknown = "who is a member by now, or was invited by others, is not known"

// showPlan prints the plan on one screen.
func (r *run) showPlan(p *onboard.Preview) {
	row := func(name, format string, args ...any) {
		r.console.Printf("  %-12s %s", name, fmt.Sprintf(format, args...))
	}
	r.console.Printf("%s (%s) at %s", cmp.Or(p.OrganizationName, "organization"), p.OrganizationID, p.Service)
	if p.Population == nil {
		row("has", "not looked up: %s", unknown)
	} else {
		row("has", "%s, %s open", plural.Of(p.Population.Members, "member"), plural.Of(p.Population.Pending, "invitation"))
	}
	row("roster", "%s, %s", p.Roster, plural.Of(p.Rows, "row"))
	if p.Warnings > 0 {
		row("", "%s, which rollcall check lists", plural.Of(p.Warnings, "warning"))
	}
	row("read as", "%s", p.Detected)
	if p.Resumed != nil {
		row("resumed", "run %s of %s, %d rows done before", p.Resumed.ID, p.Resumed.StartedAt.Local().Format(time.DateTime), p.DoneBefore)
	}
	send := plural.Of(p.Sends(), "person")
	if again := p.Outcomes[record.WouldReinvite] - p.Replaced; again > 0 {
		send += fmt.Sprintf(", %d of them again, since their invitation is no longer open", again)
	}
	if p.Replaced > 0 {
		send += fmt.Sprintf(", %d of them in place of their pending invitation", p.Replaced)
	}
	row("to invite", "%s", send)
	for _, known := range []struct {
		outcome record.Outcome
		what    string
	}{
		{record.AlreadyInvited, "already invited"},
		{record.AlreadyMember, "already in the organization"},
		{record.Skipped, "skipped by a rule of yours, as --reinvite and --where are, or not active"},
		{record.Duplicate, "the same as an earlier line"},
		{record.Rejected, "with a role that you may not grant, skipped"},
		{record.Invalid, "invalid, skipped"},
	} {
		if n := p.Outcomes[known.outcome]; n > 0 {
			row("", "%d %s", n, known.what)
		}
	}
	if p.Seats != nil {
		row("seats", "%s", p.Seats)
	}
	if len(p.NewTeams) > 0 {
		row("to make", "%s: %s", plural.Of(len(p.NewTeams), "team"), strings.Join(p.NewTeams, ", "))
	}
	if len(p.Changes) > 0 {
		row("differs", "%s", p.Drift)
		for _, due := range p.Drift.Due {
			row("to change", "%s", due)
		}
	}
	r.showTime(p, row)
	for _, budget := range p.Budgets {
		row("budget", "%s", budget)
	}
	if r.order.Results != "" {
		row("results", "%s", r.order.Results)
	}
}

// showTime prints how long the sending will take, as far as can be said before it begins.
func (r *run) showTime(p *onboard.Preview, row func(name, format string, args ...any)) {
	speed, hedge := p.Rate, ""
	if p.FindsRate {
		speed, hedge = "auto, beginning at "+speed, " or less" // it rises while the service is content
	}
	if p.Sends() > 0 {
		speed += ", about " + p.Takes.Round(time.Second).String() + hedge
	}
	row("pace", "%s", speed)
	if !p.Deadline.IsZero() {
		deadline := p.Deadline.Format(time.DateTime)
		if p.Late > 0 {
			deadline += fmt.Sprintf(": will stop with about %d left%s, to be resumed", p.Late, hedge)
		}
		row("deadline", "%s", deadline)
	}
}
