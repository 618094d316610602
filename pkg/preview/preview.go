// Package preview shows on one screen what will become of a roster, before anything is sent.
package preview

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/onboard"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Unknown is what nobody knows where members and invitations are not looked up.
const Unknown = "who is a member by now, or was invited by others, is not known"

// screen gathers lines.
type screen []string

// row adds a line with a name, which is empty for one that belongs to the line above.
func (s *screen) row(name, format string, args ...any) {
	*s = append(*s, fmt.Sprintf("  %-12s %s", name, fmt.Sprintf(format, args...)))
}

// Lines returns the screen, with options and commands as the renderer shows them. Results is where they go, empty for nowhere.
func Lines(p *onboard.Preview, results string, render remedy.Renderer) []string {
	s := screen{fmt.Sprintf("%s (%s) at %s", cmp.Or(p.OrganizationName, "organization"), p.OrganizationID, p.Service)}
	s.showRoster(p, render)
	s.showPeople(p, render)
	s.showChanges(p)
	s.showTime(p)
	for _, budget := range p.Budgets {
		s.row("budget", "%s", budget)
	}
	if results != "" {
		s.row("results", "%s", results)
	}
	return s
}

// showRoster says what the organization has, and what is to be invited there.
func (s *screen) showRoster(p *onboard.Preview, render remedy.Renderer) {
	if p.Population == nil {
		s.row("has", "not looked up: %s", Unknown)
	} else {
		s.row("has", "%s, %s open", plural.Of(p.Population.Members, "member"), plural.Of(p.Population.Pending, "invitation"))
	}
	s.row("roster", "%s, %s", p.Roster, plural.Of(p.Rows, "row"))
	if p.Warnings > 0 {
		s.row("", "%s, which %s lists", plural.Of(p.Warnings, "warning"), render.Text(remedy.Remedy{Command: "check"}))
	}
	s.row("read as", "%s", p.Detected)
	if p.Resumed != nil {
		s.row("resumed", "run %s of %s, %d rows done before", p.Resumed.ID, p.Resumed.StartedAt.Local().Format(time.DateTime), p.DoneBefore)
	}
}

// showPeople says how many will be invited, and what becomes of the others.
func (s *screen) showPeople(p *onboard.Preview, render remedy.Renderer) {
	send := plural.Of(p.Sends(), "person")
	if again := p.Outcomes[record.WouldReinvite] - p.Replaced; again > 0 {
		send += fmt.Sprintf(", %d of them again, since their invitation is no longer open", again)
	}
	if p.Replaced > 0 {
		send += fmt.Sprintf(", %d of them in place of their pending invitation", p.Replaced)
	}
	s.row("to invite", "%s", send)
	option := func(name string) string { return render.Text(remedy.Remedy{Option: name}) }
	for _, known := range []struct {
		outcome record.Outcome
		what    string
	}{
		{record.AlreadyInvited, "already invited"},
		{record.AlreadyMember, "already in the organization"},
		{record.Skipped, "skipped by a rule of yours, as " + option(plan.OptionReinvite) + " and " + option(roster.OptionWhere) + " are, or not active"},
		{record.Duplicate, "the same as an earlier line"},
		{record.Rejected, "with a role that you may not grant, skipped"},
		{record.Invalid, "invalid, skipped"},
	} {
		if n := p.Outcomes[known.outcome]; n > 0 {
			s.row("", "%d %s", n, known.what)
		}
	}
	if p.Seats != nil {
		s.row("seats", "%s", p.Seats)
	}
}

// showChanges says what else will be changed.
func (s *screen) showChanges(p *onboard.Preview) {
	if len(p.NewTeams) > 0 {
		s.row("to make", "%s: %s", plural.Of(len(p.NewTeams), "team"), strings.Join(p.NewTeams, ", "))
	}
	if differs := p.Differs(); differs != "" {
		s.row("differs", "%s", differs)
	}
	if len(p.Changes) > 0 {
		for _, due := range p.Drift.Due {
			s.row("to change", "%s", due)
		}
	}
	shown := 0
	for _, change := range p.Changes {
		if change.NewEmail != "" && shown < onboard.Shown {
			s.row("renamed", "%s is perhaps %s now", change.Email, change.NewEmail)
			shown++
		}
	}
}

// showTime says how long the sending will take, as far as can be said before it begins.
func (s *screen) showTime(p *onboard.Preview) {
	speed, hedge := p.Rate, ""
	if p.FindsRate {
		speed, hedge = "auto, beginning at "+speed, " or less" // it rises while the service is content
	}
	if p.Sends() > 0 {
		speed += ", about " + p.Takes.Round(time.Second).String() + hedge
	}
	s.row("pace", "%s", speed)
	if !p.Deadline.IsZero() {
		deadline := p.Deadline.Format(time.DateTime)
		if p.Late > 0 {
			deadline += fmt.Sprintf(": will stop with about %d left%s, to be resumed", p.Late, hedge)
		}
		s.row("deadline", "%s", deadline)
	}
}
