// Package guard notices when a roster is probably not the one that is meant: too many people, people of other companies,
// too many rights, or a broken export.
//
// It is a set of pure rules. It is told who would get an e-mail and says what is suspicious, why, and which setting
// lets it pass all the same; who decides what to do about it is the caller.
package guard

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
)

// The options that a person knows the guards by.
const (
	OptionMaxNew      = "max-new"
	OptionAllowDomain = "allow-domain"
	OptionMaxAdmins   = "max-admins"
	OptionMinRows     = "min-rows"
	OptionMaxShrink   = "max-shrink"
	OptionMaxLeavers  = "max-leavers"

	OptionMaxRoleChanges = "max-role-changes"
	OptionMaxRemovals    = "max-removals"
	OptionMaxCancels     = "max-cancels"
	OptionMaxPrunes      = "max-prunes"
	OptionMaxRenames     = "max-renames"
)

// examples is how many people a trip names.
const examples = 5

// Limits say what is not suspicious. The zero value suspects nothing.
type Limits struct {
	// MaxNew is how many people may get an e-mail, nil meaning any number.
	MaxNew *int
	// MaxAdmins is how many of them may become administrators or managers, nil meaning any number.
	MaxAdmins *int
	// MaxLeavers is how many people may lose something since the roster names them no more, nil meaning any number.
	MaxLeavers *int
	// MaxRoleChanges is how many members may be given another role, nil meaning any number.
	MaxRoleChanges *int
	// MaxRenames is how many people may seem to have another address than in an earlier roster, nil meaning any number.
	MaxRenames *int
	// MaxRemovals is how many members may be removed, or demoted on the way out, nil meaning any number.
	MaxRemovals *int
	// MinRows is how many rows the roster must have.
	MinRows int
	// Domains are those of all addresses, none meaning any.
	Domains []Domain
	// Seats are those that there are for them.
	Seats Seats
}

// Person is somebody who would get an e-mail.
type Person struct {
	Line        int
	Email, Role string
	// Seated says that the person has a seat already, which an open invitation has that is replaced.
	Seated bool
}

// Trip is a guard that has something against going on.
type Trip struct {
	// Option names the guard.
	Option string `json:"option"`
	// Reason says what is wrong, without naming people; Examples who the first ones are.
	Reason   string   `json:"reason"`
	Examples []string `json:"examples,omitempty"`
	// Pass are the settings that let it pass. All of them are needed.
	Pass []remedy.Remedy `json:"pass"`
}

// String returns the trip in one line, without the settings that let it pass.
func (t Trip) String() string { return t.Text(nil) }

// Text returns what [Trip.String] does, with the guard named as the renderer shows its option.
func (t Trip) Text(render remedy.Renderer) string {
	return render.Text(remedy.Remedy{Option: t.Option}) + ": " + t.Words()
}

// Words returns what is wrong, without the guard's name.
func (t Trip) Words() string {
	if len(t.Examples) == 0 {
		return t.Reason
	}
	return t.Reason + ": " + strings.Join(t.Examples, ", ")
}

// Check looks at one plan. Make it with [New]; it is not safe for concurrent use.
type Check struct {
	limits  Limits
	people  group // who would get an e-mail
	seats   group // of them, who would need another seat
	admins  group // of them, who would become an administrator or a manager
	foreign group // of them, whose domain is not allowed
	leavers group // who would lose something since the roster names them no more
	removed group // of them, members who would be removed, or demoted on the way out
	roles   group // members who would be given another role
	renames group // people who seem to have another address
	domains map[string]bool
}

// New returns a check by the limits.
func New(limits Limits) *Check { return &Check{limits: limits, domains: map[string]bool{}} }

// Add takes in somebody who would get an e-mail.
func (c *Check) Add(p Person) {
	c.people.add(p.Email)
	if !p.Seated {
		c.seats.add(p.Email)
	}
	c.raise(p)
	if len(c.limits.Domains) == 0 {
		return
	}
	domain := domainOf(p.Email)
	if slices.ContainsFunc(c.limits.Domains, func(d Domain) bool { return d.allows(domain) }) {
		return
	}
	example := fmt.Sprintf("%s on line %d", p.Email, p.Line)
	if like := lookAlike(domain, c.limits.Domains); like != "" {
		example += fmt.Sprintf(" (looks like %s, and is not)", like)
		c.foreign.urgent(example)
	} else {
		c.foreign.add(example)
	}
	c.domains[domain] = true
}

// raise takes in somebody who would be given a role without an e-mail.
func (c *Check) raise(p Person) {
	if IsAdmin(p.Role) {
		c.admins.addAs(p.Email, p.Role)
	}
}

// ChangeRole takes in a member who would be given another role.
func (c *Check) ChangeRole(p Person) {
	c.roles.addAs(p.Email, p.Role)
	c.raise(p)
}

// Leave takes in somebody who would lose something, such as an open invitation, since the roster names them no more.
func (c *Check) Leave(address string) { c.leavers.add(address) }

// Rename takes in somebody who seems to have another address than in an earlier roster.
func (c *Check) Rename(from, to string) { c.renames.addAs(from, to) }

// Remove takes in a member who would be removed, or demoted on the way out, since the roster names them no more.
func (c *Check) Remove(address string) {
	c.Leave(address)
	c.removed.add(address)
}

// Trips returns every guard that has something against a plan over a roster with so many rows.
func (c *Check) Trips(rows int) []Trip {
	var trips []Trip
	if most := c.limits.MaxNew; most != nil && c.people.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxNew, Reason: fmt.Sprintf("%s would get an e-mail, and at most %d may", plural.Of(c.people.n, "person"), *most),
			Examples: c.people.examples(), Pass: pass(OptionMaxNew, strconv.Itoa(c.people.n)),
		})
	}
	if c.foreign.n > 0 {
		trips = append(trips, Trip{
			Option: OptionAllowDomain, Reason: plural.Of(c.foreign.n, "person") + " would get an e-mail at a domain that is not allowed",
			Examples: c.foreign.examples(), Pass: pass(OptionAllowDomain, slices.Sorted(maps.Keys(c.domains))...),
		})
	}
	if most := c.limits.MaxAdmins; most != nil && c.admins.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxAdmins, Reason: fmt.Sprintf("%s would become administrator or manager, and at most %d may", plural.Of(c.admins.n, "person"), *most),
			Examples: c.admins.examples(), Pass: pass(OptionMaxAdmins, strconv.Itoa(c.admins.n)),
		})
	}
	if most := c.limits.MaxLeavers; most != nil && c.leavers.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxLeavers, Reason: fmt.Sprintf("%s would be changed for having left the roster, and at most %d may", plural.Of(c.leavers.n, "person"), *most),
			Examples: c.leavers.examples(), Pass: pass(OptionMaxLeavers, strconv.Itoa(c.leavers.n)),
		})
	}
	if most := c.limits.MaxRemovals; most != nil && c.removed.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxRemovals, Reason: fmt.Sprintf("%s would be removed, or demoted on the way out, and at most %d may", plural.Of(c.removed.n, "member"), *most),
			Examples: c.removed.examples(), Pass: pass(OptionMaxRemovals, strconv.Itoa(c.removed.n)),
		})
	}
	if most := c.limits.MaxRoleChanges; most != nil && c.roles.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxRoleChanges, Reason: fmt.Sprintf("%s would be given another role, and at most %d may", plural.Of(c.roles.n, "member"), *most),
			Examples: c.roles.examples(), Pass: pass(OptionMaxRoleChanges, strconv.Itoa(c.roles.n)),
		})
	}
	trips = append(trips, c.seatTrips()...)
	if most := c.limits.MaxRenames; most != nil && c.renames.n > *most {
		trips = append(trips, Trip{
			Option: OptionMaxRenames, Pass: pass(OptionMaxRenames, strconv.Itoa(c.renames.n)), Examples: c.renames.examples(),
			Reason: fmt.Sprintf("%s would have another address now, by the numbers in the roster, and at most %d may: is it the right column?",
				plural.Of(c.renames.n, "person"), *most),
		})
	}
	if rows < c.limits.MinRows {
		trips = append(trips, Trip{
			Option: OptionMinRows, Reason: fmt.Sprintf("the roster has %s, and at least %d are expected", plural.Of(rows, "row"), c.limits.MinRows),
			Pass: pass(OptionMinRows, strconv.Itoa(rows)),
		})
	}
	return trips
}

// Passed returns the trips that other limits would have led to, and those of the check do not. The domains and the number of
// rows are not looked at.
func (c *Check) Passed(usual Limits) (passed []Trip) {
	tripped := map[string]bool{}
	for _, trip := range c.Trips(c.limits.MinRows) {
		tripped[trip.Option] = true
	}
	other := *c
	other.limits, other.foreign = usual, group{}
	for _, trip := range other.Trips(usual.MinRows) {
		if !tripped[trip.Option] {
			passed = append(passed, trip)
		}
	}
	return passed
}

// Cancels returns a trip if more invitations than so many would be cancelled, which belong to these people, and nil otherwise.
func Cancels(most int, people []string) *Trip {
	if len(people) <= most {
		return nil
	}
	var pending group
	for _, person := range people {
		pending.add(person)
	}
	return &Trip{
		Option: OptionMaxCancels, Reason: fmt.Sprintf("%s would be cancelled, and at most %d may", plural.Of(pending.n, "invitation"), most),
		Examples: pending.examples(), Pass: pass(OptionMaxCancels, strconv.Itoa(pending.n)),
	}
}

// Shrink returns a trip if a roster has lost more than so many percent of the rows that the last accepted one had, and
// nil otherwise. Without a last one, which has 0 rows, there is nothing to compare with.
func Shrink(last, rows int, percent float64) *Trip {
	lost := last - rows
	if last <= 0 || float64(lost)*100 <= percent*float64(last) {
		return nil
	}
	share := float64(lost) * 100 / float64(last)
	return &Trip{
		Option: OptionMaxShrink,
		Reason: fmt.Sprintf("the roster has %s, %.1f%% less than the %d of the last one, and at most %g%% may go", plural.Of(rows, "row"), share, last, percent),
		Pass:   pass(OptionMaxShrink, strconv.Itoa(min(int(share)+1, 100))+"%"),
	}
}

// Prunes returns a trip if more people than so many would be taken out of a team, or out of teams if it has no name, and nil
// otherwise. All of them together are so many.
func Prunes(most int, people []string, team string, all int) *Trip {
	if len(people) <= most {
		return nil
	}
	var out group
	for _, person := range people {
		out.add(person)
	}
	where := "teams"
	if team != "" {
		where = "team " + team
	}
	return &Trip{
		Option: OptionMaxPrunes, Reason: fmt.Sprintf("%s would be taken out of %s, and at most %d may", plural.Of(out.n, "person"), where, most),
		Examples: out.examples(), Pass: pass(OptionMaxPrunes, strconv.Itoa(all)),
	}
}

// group counts people and remembers the first ones.
type group struct {
	n     int
	first []string
	hot   int // how many of the first ones are urgent
}

func (g *group) add(example string) {
	g.n++
	if len(g.first) < examples {
		g.first = append(g.first, example)
	}
}

// addAs adds somebody as something.
func (g *group) addAs(who, what string) {
	if g.n++; len(g.first) < examples {
		g.first = append(g.first, who+" as "+what)
	}
}

// urgent adds an example that comes before all that are not.
func (g *group) urgent(example string) {
	g.n++
	if g.hot < examples {
		g.first = slices.Insert(g.first, g.hot, example)
		g.first = g.first[:min(len(g.first), examples)]
		g.hot++
	}
}

// examples returns the first ones, and how many there are beside.
func (g *group) examples() []string {
	if more := g.n - len(g.first); more > 0 {
		return append(slices.Clone(g.first), fmt.Sprintf("and %d more", more))
	}
	return g.first
}

// pass returns the option once for each value.
func pass(option string, values ...string) []remedy.Remedy {
	remedies := make([]remedy.Remedy, len(values))
	for i, value := range values {
		remedies[i] = remedy.Remedy{Option: option, Value: value}
	}
	return remedies
}

// IsAdmin reports whether a role may administrate: that of an administrator and of a manager.
func IsAdmin(role string) bool { return role == "administrator" || role == "manager" }
