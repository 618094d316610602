// Package preview shows on one screen what will become of a roster, before anything is sent, and, of a dry run, what would
// become of each row.
package preview

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/roster"
)

// Unknown is what nobody knows where members and invitations are not looked up.
const Unknown = "who is a member by now, or was invited by others, is not known"

// Of what may be long, so much is shown, so that the plan for ten thousand rows fits on a screen.
const (
	mostCounted = 5 // values of a column
	mostNamed   = 3 // other things
)

// column is where values begin.
const column = 15

// screen gathers lines.
type screen []paint.Line

// row adds a line with a name, which is empty for one that belongs to the line above.
func (s *screen) row(name, format string, args ...any) {
	s.in(paint.Plain, name, format, args...)
}

// in is row with a value of a role.
func (s *screen) in(role paint.Role, name, format string, args ...any) {
	s.line(name, paint.Line{}.In(role, fmt.Sprintf(format, args...)))
}

// line is row with a value in parts.
func (s *screen) line(name string, value paint.Line) {
	*s = append(*s, paint.Words(fmt.Sprintf("  %-*s ", column-3, name)).Join(value).Hanging(column))
}

// Lines returns the screen, with options and commands as the renderer shows them.
func Lines(p *onboard.Preview, render remedy.Renderer) []paint.Line {
	head := paint.Line{}
	if p.Sandbox {
		head = head.In(paint.Warn, report.SandboxMark+" nobody is mailed: ")
	}
	s := screen{head.In(paint.Strong, cmp.Or(p.OrganizationName, "organization")).Words(fmt.Sprintf(" (%s) at %s", p.OrganizationID, p.Service)).Hanging(2)}
	s.showRoster(p, render)
	s.showPeople(p, render)
	s.showInvitees(p.Invitees)
	s.showChanges(p)
	s.showTime(p)
	for _, budget := range p.Budgets {
		s.row("budget", "%s", budget)
	}
	s.showGuards(p, render)
	for _, file := range p.Writes {
		value := paint.Words(file.Path)
		if file.What == "to do" {
			value = value.In(paint.Dim, " (rows to correct, if there are any)")
		}
		s.line(file.What, value)
	}
	return s
}

// showRoster says what the organization has, and what is to be invited there.
func (s *screen) showRoster(p *onboard.Preview, render remedy.Renderer) {
	if p.Population == nil {
		s.in(paint.Warn, "has", "not looked up: %s", Unknown)
	} else {
		s.row("has", "%s, %s open", plural.Of(p.Population.Members, "member"), plural.Of(p.Population.Pending, "invitation"))
	}
	s.row("roster", "%s, %s", p.Roster, plural.Of(p.Rows, "row"))
	if p.Warnings > 0 {
		value := paint.Line{}.In(paint.Warn, plural.Of(p.Warnings, "warning"))
		if p.WarningsIn != nil {
			value = value.Words(": " + p.WarningsIn.Render(render))
		}
		s.line("", value)
	}
	s.in(paint.Dim, "read as", "%s", p.Detected)
	if p.Resumed != nil {
		s.row("resumed", "run %s of %s, %d rows done before", p.Resumed.ID, p.Resumed.StartedAt.Local().Format(time.DateTime), p.DoneBefore)
	}
}

// showPeople says how many will be invited, and what becomes of the others.
func (s *screen) showPeople(p *onboard.Preview, render remedy.Renderer) {
	send := paint.Line{}.In(paint.Strong, plural.Of(p.Sends(), "person"))
	if again := p.Outcomes[record.WouldReinvite] - p.Replaced; again > 0 {
		send = send.Words(fmt.Sprintf(", %d of them again, since their invitation is no longer open", again))
	}
	if p.Replaced > 0 {
		send = send.Words(fmt.Sprintf(", %d of them in place of their pending invitation", p.Replaced))
	}
	s.line("to invite", send)
	s.showFirst(p.Invitees.First)
	if more := p.Sends() - len(p.Invitees.First); more > 0 && len(p.Invitees.First) > 0 {
		s.in(paint.Dim, "", "  and %d more", more)
	}
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
			s.in(report.RoleOf(known.outcome), "", "%d %s", n, known.what)
		}
	}
	if p.Seats != nil {
		s.row("seats", "%s", p.Seats)
	}
}

// showFirst names the first of those who will be sent, in columns.
func (s *screen) showFirst(first []onboard.Invitee) {
	var email, role int
	for _, who := range first {
		email, role = max(email, min(paint.Cells(paint.Clean(who.Email)), widest)), max(role, len(who.Role))
	}
	begin := strings.Repeat(" ", column+2)
	for _, who := range first {
		line := paint.Words(begin + paint.Pad(paint.Clean(who.Email), max(email, paint.Cells(paint.Clean(who.Email)))) + "  ")
		if who.Teams == "" {
			line = line.Words(who.Role)
		} else {
			line = line.Words(paint.Pad(who.Role, role)).In(paint.Dim, "  "+who.Teams)
		}
		*s = append(*s, line.Hanging(column+4))
	}
}

// showInvitees counts those who will be sent, and names those who matter most.
func (s *screen) showInvitees(i onboard.Invitees) {
	for n, domain := range i.NewDomains {
		if n == mostNamed {
			s.in(paint.Warn, "", "and %s", plural.Of(len(i.NewDomains)-n, "more new domain"))
			break
		}
		who := paint.Line{}.In(paint.Warn, domain.Value+", "+plural.Of(domain.N, "person"))
		if n > 0 {
			s.line("", who)
			continue
		}
		s.line("new domain", who.Words(": nobody there is a member or invited yet"))
	}
	if len(i.Admins) > 0 {
		var names []string
		for _, who := range i.Admins {
			names = append(names, who.Email+" ("+who.Role+")")
		}
		if more := i.AllAdmins - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		s.line("admins", paint.Line{}.In(paint.Warn, strconv.Itoa(i.AllAdmins)).Words(": "+strings.Join(names, ", ")))
	}
	for _, counted := range []struct {
		name string
		list []onboard.Count
	}{{"domains", i.Domains}, {"roles", i.Roles}, {"teams", i.Teams}} {
		if len(counted.list) > 0 {
			s.row(counted.name, "%s", counts(counted.list))
		}
	}
}

// counts lists the most frequent values, and how many more there are.
func counts(list []onboard.Count) string {
	var parts []string
	for n, count := range list {
		if n == mostCounted {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-n))
			break
		}
		parts = append(parts, fmt.Sprintf("%d %s", count.N, count.Value))
	}
	return strings.Join(parts, ", ")
}

// showChanges says what else will be changed.
func (s *screen) showChanges(p *onboard.Preview) {
	if len(p.NewTeams) > 0 {
		names := p.NewTeams
		if len(names) > mostNamed {
			names = append(names[:mostNamed:mostNamed], fmt.Sprintf("and %d more", len(p.NewTeams)-mostNamed))
		}
		s.in(paint.Strong, "to make", "%s: %s", plural.Of(len(p.NewTeams), "team"), strings.Join(names, ", "))
	}
	if differs := p.Differs(); differs != "" {
		s.row("differs", "%s", differs)
	}
	if len(p.Changes) > 0 {
		for _, due := range p.Drift.Due {
			s.in(paint.Strong, "to change", "%s", due)
		}
	}
	renamed := 0
	for _, change := range p.Changes {
		if change.NewEmail == "" {
			continue
		}
		if renamed++; renamed <= mostNamed {
			s.row("renamed", "%s is perhaps %s now", change.Email, change.NewEmail)
		}
	}
	if renamed > mostNamed {
		s.row("", "and %d more", renamed-mostNamed)
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
		value := paint.Words(p.Deadline.Format(time.DateTime))
		if p.Late > 0 {
			value = value.Words(": ").In(paint.Warn, fmt.Sprintf("will stop with about %d left%s, to be resumed", p.Late, hedge))
		}
		s.line("deadline", value)
	}
}

// showGuards says which guards would have kept everything from being sent.
func (s *screen) showGuards(p *onboard.Preview, render remedy.Renderer) {
	if len(p.Guards) == 0 {
		s.in(paint.Dim, "guards", "none set")
		return
	}
	var set []string
	for _, guard := range p.Guards {
		set = append(set, render.Text(guard))
	}
	s.row("guards", "%s", strings.Join(set, "; "))
}
