package onboard

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/guard"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// Checking says what a check does beside reading. The zero value does nothing more.
type Checking struct {
	Fixing
	// Guards are those that inviting would have. Whom the organization has already is not known: everybody counts.
	Guards
	// Strict takes warnings for mistakes.
	Strict bool
	// Together has the people of the rosters that were checked before, and takes in those of this one. Nil: each is checked
	// by itself.
	Together *Together
}

// Together remembers who stands in which of several rosters. The zero value remembers nobody. It is not safe for concurrent
// use.
type Together struct {
	rosters []string
	people  map[hashed]standing
	seeds   [2]maphash.Seed
}

// hashed is a person's key: a million people collide with a probability of 10⁻²⁷.
type hashed [2]uint64

// standing is where a person stands first.
type standing struct{ roster, line int }

func (t *Together) hash(key string) hashed {
	return hashed{maphash.String(t.seeds[0], key), maphash.String(t.seeds[1], key)}
}

// add takes in a person of the roster that was begun last, and reports whether an earlier one has them.
func (t *Together) add(e *roster.Entry) bool {
	key := t.hash(e.Key())
	first, known := t.people[key]
	if !known {
		t.people[key] = standing{len(t.rosters) - 1, e.Line}
	}
	return known && first.roster < len(t.rosters)-1
}

// begin takes in another roster.
func (t *Together) begin(name string) {
	if t.people == nil {
		t.people, t.seeds = map[hashed]standing{}, [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	}
	t.rosters = append(t.rosters, name)
}

// twice returns the finding that an earlier roster than the one of that number has the person, too.
func (t *Together) twice(e *roster.Entry, number int) (roster.Finding, bool) {
	first, known := t.people[t.hash(e.Key())]
	if !known || first.roster >= number {
		return roster.Finding{}, false
	}
	finding := e.At(roster.FieldEmail, fmt.Sprintf("%q is in %s on line %d, too", e.Email, t.rosters[first.roster], first.line), nil)
	finding.Severity = roster.Warning
	return finding.Coded("email-elsewhere", e.Email, t.rosters[first.roster], strconv.Itoa(first.line)), true
}

// counts reports whether somebody would be invited for the entry.
func counts(e *roster.Entry) bool { return !e.Invalid() && !e.Skipped() && e.DuplicateOf == 0 }

// inspect holds the roster to its guards, and its people to those of other rosters.
func (c *Checked) inspect(ctx context.Context, checking Checking) error {
	if most := checking.MaxAdmins; most != nil && *most == -1 {
		checking.MaxAdmins = nil
	}
	domains, err := checking.guardsAlone()
	if err != nil || c.Roster == nil {
		return err
	}
	limits := guard.Limits{MinRows: checking.MinRows, Domains: domains, MaxAdmins: checking.MaxAdmins}
	if checking.MaxNew.Given() {
		limits.MaxNew = new(checking.MaxNew.Of(0))
	}
	guards := guard.New(limits)
	if c.together = checking.Together; c.together != nil {
		c.together.begin(c.Name)
		c.number = len(c.together.rosters) - 1
	}
	if c.together != nil || limits.MaxNew != nil || limits.MaxAdmins != nil || len(domains) > 0 {
		for e, err := range c.Roster.Entries(ctx) {
			switch {
			case err != nil:
				return err
			case !counts(&e):
				continue
			}
			guards.Add(guard.Person{Line: e.Line, Email: e.Email, Role: e.Role})
			if c.together != nil && c.together.add(&e) {
				c.elsewhere++
			}
		}
	}
	c.Trips = guards.Trips(c.Roster.Rows)
	return nil
}

// guardsAlone checks guards where there is no organization, and returns the domains that addresses may have.
func (g Guards) guardsAlone() ([]guard.Domain, error) {
	switch {
	case g.MaxNew.IsShare():
		return nil, g.shareOfNobody()
	case g.MaxAdmins != nil && *g.MaxAdmins < 0:
		return nil, cannotBeNegative(guard.OptionMaxAdmins)
	case g.MinRows < 0:
		return nil, cannotBeNegative(guard.OptionMinRows)
	}
	return g.domains()
}

// shareOfNobody says that a guard goes by how many people are there, who are not looked up.
func (g Guards) shareOfNobody() error {
	return &remedy.OptionError{
		Option: guard.OptionMaxNew, What: remedy.Use(guard.OptionMaxNew, g.MaxNew.String()).Words(" is a share of people who are not looked up"),
		Remedy: remedy.Words("write it as a number"),
	}
}

// Warnings counts the findings that are no mistakes.
func (c *Checked) Warnings() int {
	if c.Roster == nil {
		return 0
	}
	return c.Roster.Warnings + c.elsewhere
}

// Counts says how many rows there are, and of which kinds.
func (c *Checked) Counts() string {
	r := c.Roster
	counts := []string{plural.Of(r.Rows, "row"), fmt.Sprintf("%d invalid", r.Invalid), plural.Of(r.Duplicates, "duplicate")}
	if r.Skipped > 0 {
		counts = append(counts, fmt.Sprintf("%d skipped", r.Skipped))
	}
	if n := c.Warnings(); n > 0 {
		counts = append(counts, plural.Of(n, "warning"))
	}
	return strings.Join(counts, ", ")
}

// Status returns how the check ends: with [status.Roster] if the roster was refused or has invalid rows, or warnings where
// these count, and with [status.Guarded] if a guard tripped.
func (c *Checked) Status() status.Status {
	how := status.Well
	if len(c.Trips) > 0 {
		how = status.Guarded
	}
	if c.Refused != nil || c.Roster.Invalid > 0 || c.strict && c.Warnings() > 0 {
		how = how.Worse(status.Roster)
	}
	return how
}

// Findings yields all that there is to say, in the order of the document: first what is about the document as a whole. What is
// said of many rows alike is one finding.
func (c *Checked) Findings(ctx context.Context) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		if c.Refused != nil {
			for _, finding := range c.Refused.Findings {
				if !yield(finding, nil) {
					return
				}
			}
			return
		}
		for _, trip := range c.Trips {
			if !yield(ofTrip(c.Name, trip), nil) {
				return
			}
		}
		for finding, err := range findings(ctx, c.Roster, c.alsoElsewhere()) {
			if !yield(finding, err) {
				return
			}
		}
	}
}

// alsoElsewhere returns what says that another roster has a person, too; nil if none has anybody.
func (c *Checked) alsoElsewhere() func(*roster.Entry) (roster.Finding, bool) {
	if c.elsewhere == 0 {
		return nil
	}
	return func(e *roster.Entry) (roster.Finding, bool) {
		if !counts(e) {
			return roster.Finding{}, false
		}
		return c.together.twice(e, c.number)
	}
}

// ofTrip returns a trip as a finding about the document.
func ofTrip(name string, trip guard.Trip) roster.Finding {
	hint := passing(remedy.Words("if that is right, it passes with"), trip.Pass)
	return roster.Finding{File: name, Field: trip.Option, Severity: roster.Error, Code: "guard", Args: []string{trip.Words()}, Reason: trip.Words(), Suggestion: hint}
}

// findings yields the findings about a roster as a whole, then those of all rows in their order, with what more has to say. A
// roster whose rows are clean is not read again for it.
func findings(ctx context.Context, r *roster.Roster, more func(*roster.Entry) (roster.Finding, bool)) iter.Seq2[roster.Finding, error] {
	return func(yield func(roster.Finding, error) bool) {
		for _, finding := range r.Findings {
			if !yield(finding, nil) {
				return
			}
		}
		if r.CleanRows() && more == nil {
			return
		}
		for entry, err := range r.Entries(ctx) {
			if err != nil {
				yield(roster.Finding{}, err)
				return
			}
			all := entry.Findings
			if more != nil {
				if finding, ok := more(&entry); ok {
					all = append(slices.Clip(all), finding)
				}
			}
			for _, finding := range all {
				if gathered, ok := r.Gather(finding); ok && !yield(gathered, nil) {
					return
				}
			}
		}
	}
}
