package htmlreport

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/causes"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

const (
	// mostChanges is how many differences stand in the page.
	mostChanges = 500
	// mostOften is how many reasons are open.
	mostOften = 8
	// wide is how many units a bar is wide.
	wide = 1000
)

// view is what the template shows.
type view struct {
	Headline, Tone, Lead, Roster, Organization string
	Sandbox, DryRun                            bool
	Error, Hint, Next                          string
	Details                                    []string
	Tripped                                    *trippedView
	Rows, Total                                string
	Outcomes                                   []outcomeView
	Causes                                     []causeView
	Often                                      int    // how many of them are open
	Seldom                                     string // says how many are not
	Planned, Done, Facts                       []Fact
	Changes                                    *changesView
	Pace                                       *paceView
	PaceUnit, PaceCount                        string
	First                                      []shownRow
	Where, Rest, Foot                          string
}

// trippedView is what guards keep back.
type trippedView struct {
	Guards        []guardView
	Since, Digest string
}

// guardView is a guard that tripped.
type guardView struct{ Option, Reason string }

// outcomeView is an outcome with its bar.
type outcomeView struct {
	look
	Index        int
	Count, Share string
	Meaning      string
	X, W         string
}

// causeView is a reason with its people.
type causeView struct {
	look
	Count, Reason, Hint, More string
	People                    []string
}

// changesView are differences.
type changesView struct {
	Lines []changeView
	More  string
}

// changeView is a difference.
type changeView struct{ Email, Kind, Team, Has, Wanted, Action, Why string }

func newView(p Page, r *rows) view {
	words, tone := p.headline()
	v := view{
		Headline: words, Tone: tone, Lead: p.lead(), Roster: p.text(p.Summary.Roster), Sandbox: p.Sandbox || p.Summary.Sandbox, DryRun: p.Summary.DryRun,
		Organization: p.text(cmp.Or(p.OrganizationName, p.OrganizationID)), Error: p.text(p.Summary.Error), Hint: p.text(p.Hint),
		Rows: rowsOf(p.Summary.Rows), Total: plural.Grouped(p.Summary.Rows), Outcomes: p.outcomes(r.outcomes), Causes: p.causes(),
		Planned: p.facts(p.Planned), Done: p.facts(p.Done), Facts: p.facts(p.ownFacts()), Changes: p.changes(), Pace: p.pace(),
		PaceUnit: "requests a second", PaceCount: "Requests", First: r.shown(),
	}
	if p.Unended {
		p.Status = status.Stopped // as far as what to do is concerned
	}
	v.Next = p.text(p.Summary.Next())
	if p.RoughPace {
		v.PaceUnit, v.PaceCount = "rows a second", "Rows"
	}
	v.Often = mostOften
	if more := len(v.Causes) - mostOften; more > 0 {
		v.Seldom = "And " + rowsNamed(more, "more reason")
	}
	for _, line := range p.Details {
		v.Details = append(v.Details, p.text(line))
	}
	if t := p.Summary.Tripped; t != nil && len(p.Details) == 0 { // else they say it
		v.Tripped = &trippedView{Digest: p.text(t.Digest)}
		if !t.Since.IsZero() {
			v.Tripped.Since = p.instant(t.Since)
		}
		for _, g := range t.Guards {
			v.Tripped.Guards = append(v.Tripped.Guards, guardView{p.text(g.Option), p.text(g.Reason)})
		}
	}
	if p.Where != "" {
		v.Where = ", in " + p.text(p.Where)
	}
	if more := p.Summary.Rows - len(v.First); more > 0 && len(v.First) > 0 {
		v.Rest = "And " + rowsNamed(more, "more row") + v.Where
	}
	name, offset := p.Made.Zone()
	zone := name
	if utc := "UTC" + p.Made.Format("-07:00"); offset != 0 && name != utc {
		zone += " (" + utc + ")"
	}
	v.Foot = "All times are in " + zone + ". Made " + p.instant(p.Made) + by(p.text(p.Program)) +
		". This file names people: keep it as safe as the roster. It asks nobody for anything, and holds no invitation link."
	return v
}

// by says by whom, unless that is not known.
func by(whom string) string {
	if whom == "" {
		return ""
	}
	return " by " + whom
}

// lead says in a line which run it was.
func (p Page) lead() string {
	var parts []string
	if p.Summary.Roster != "" {
		parts = append(parts, p.text(p.Summary.Roster))
	}
	if !p.StartedAt.IsZero() {
		parts = append(parts, p.instant(p.StartedAt))
	}
	if p.Duration > 0 {
		parts = append(parts, "took "+short(p.Duration))
	}
	if p.Caller != "" {
		parts = append(parts, "by "+p.text(p.Caller))
	}
	if p.Run != "" {
		parts = append(parts, "run "+p.text(p.Run))
	}
	if p.Resumed {
		parts = append(parts, "resumed")
	}
	return strings.Join(parts, " · ")
}

// ownFacts are the facts that every page has.
func (p Page) ownFacts() []Fact {
	facts := slices.Clone(p.Facts)
	if t := p.Summary.Tripped; t != nil && !t.Since.IsZero() {
		facts = append(facts, Fact{"Kept back since", p.instant(t.Since)})
	}
	organization := p.OrganizationID
	if p.OrganizationName != "" && organization != "" {
		organization = p.OrganizationName + " (" + organization + ")"
	}
	for _, f := range []Fact{{"Organization", organization}, {"Service", p.Service}, {"Program", p.Program}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// outcomes returns the outcomes that rows have, with bars that together are as wide as the page.
func (p Page) outcomes(list []record.Outcome) []outcomeView {
	total := 0
	for _, o := range list {
		total += p.Outcomes[o]
	}
	views := make([]outcomeView, 0, len(list))
	x := 0.0
	for i, o := range list {
		share := float64(p.Outcomes[o]) / float64(total)
		l := lookOf(o)
		views = append(views, outcomeView{
			look: l, Index: i, Count: plural.Grouped(p.Outcomes[o]), Share: percent(share), Meaning: l.meaning,
			X: units(x * wide), W: units(share * wide),
		})
		x += share
	}
	return views
}

// causes returns who needs something.
func (p Page) causes() []causeView {
	views := make([]causeView, 0, len(p.Summary.Causes))
	for _, c := range p.Summary.Causes {
		l := lookOfWord(c.Outcome)
		v := causeView{look: l, Count: plural.Of(c.Count, "row"), Reason: p.text(cmp.Or(c.Error, l.meaning)), Hint: p.text(c.Hint)}
		for _, e := range c.Examples {
			v.People = append(v.People, p.person(e))
		}
		if more := c.Count - len(c.Examples); more > 0 {
			v.More = "And " + plural.Grouped(more) + " more: see them in the table below."
		}
		views = append(views, v)
	}
	return views
}

// person says who somebody is.
func (p Page) person(e causes.Example) string {
	who := p.text(e.Email)
	switch {
	case e.Line == 0:
		return who
	case who == "":
		return "line " + strconv.Itoa(e.Line)
	}
	return "line " + strconv.Itoa(e.Line) + ": " + who
}

// facts returns facts as a page may show them: a name that is that of the one before is left out.
func (p Page) facts(list []Fact) []Fact {
	shown := make([]Fact, 0, len(list))
	last := ""
	for _, f := range list {
		if f.Value == "" {
			continue
		}
		name := p.text(f.Name)
		if name == last {
			name = ""
		} else {
			last = name
		}
		shown = append(shown, Fact{name, p.text(f.Value)})
	}
	return shown
}

// differences are the words for how an organization differs.
var differences = map[string]string{
	"role": "another role", "pending_differs": "pending with another role or other teams", "team_missing": "not in the team",
	"team_role": "another role in the team", "team_extra": "in a team too many", "leaver": "left the roster",
	"leaver_invited": "left the roster, invitation open", "unknown_invited": "open invitation that no roster explains",
	"renamed": "may have another address now",
}

// changes returns where the organization differs, nil if it does not.
func (p Page) changes() *changesView {
	if len(p.Changes) == 0 {
		return nil
	}
	v := &changesView{}
	for i, c := range p.Changes {
		if i == mostChanges {
			v.More = "And " + plural.Grouped(len(p.Changes)-i) + " more"
			if p.Summary.Drift != nil && p.Summary.Drift.File != "" {
				v.More += ", in " + p.text(p.Summary.Drift.File)
			}
			break
		}
		wanted := c.WantedRole
		if c.NewEmail != "" {
			wanted = strings.TrimSpace(c.NewEmail + " " + wanted)
		}
		v.Lines = append(v.Lines, changeView{
			Email: p.text(c.Email), Kind: p.text(cmp.Or(differences[c.Kind], c.Kind)), Team: p.text(c.Team), Has: p.text(c.HasRole),
			Wanted: p.text(wanted), Action: p.text(strings.ReplaceAll(c.Action, "_", " ")), Why: p.text(c.Error),
		})
	}
	return v
}

// instant writes an instant for people, in the zone of the page.
func (p Page) instant(at time.Time) string {
	return at.In(p.Made.Location()).Format("2 Jan 2006, 15:04:05")
}

// short writes a duration without digits that nobody reads.
func short(d time.Duration) string {
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// rowsOf counts rows.
func rowsOf(n int) string { return rowsNamed(n, "row") }

// rowsNamed counts things by a name, with the digits in groups.
func rowsNamed(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return plural.Grouped(n) + " " + name + "s"
}

// percent writes a share, and tells something from nothing and from everything.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return "< 1 %"
	case share > 0.99 && share < 1:
		return "> 99 %"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

// units writes a length of a picture.
func units(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
