package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// TestFleet kills and freezes the workers of a fleet while they invite to several organizations of a service that loses
// replies and fails, and have another one follow its roster. What comes of it is what comes of it on one machine that nobody
// attacks.
func TestFleet(t *testing.T) {
	t.Parallel()
	c := campaign{organizations: 4, people: 100, rate: 40, service: attackedService(), slots: 2, slice: 2 * time.Second}
	c.service.Latency = 20 * time.Millisecond
	c.wage(t, postgrestest.Address(t), &attack{seed: 19, kills: 4, freezes: 3})
}

// attackedService mails whoever is invited again, too, so that nothing but the fleet saves people from that.
func attackedService() sandbox.Options {
	return sandbox.Options{
		Seed: 1, Duplicates: sandbox.AcceptSecond, Refusals: []sandbox.Refusal{{Pattern: "refused"}},
		Members: sandbox.Population{Count: staying + removed}, Pending: sandbox.Population{Count: waiting + cancelled},
	}
}

// campaign is the work that a fleet of three workers does while it is attacked. All of it is under one limit.
type campaign struct {
	// organizations are so many, with so many people in the roster of each. Every fourth one is synced, the others are invited
	// to.
	organizations, people int
	rate                  float64 // requests a second
	service               sandbox.Options
	slots                 int
	slice                 time.Duration
}

// wage has a fleet do the work under an attack, and then one machine, and compares what has come of both.
func (c campaign) wage(t *testing.T, address string, a *attack) {
	t.Helper()
	c.service.Organizations = c.organizations
	// In the end everybody is known to be invited all the same.
	c.service.Faults = sandbox.Faults{ErrorBefore: 0.03, ErrorAfter: 0.03, CutAfter: 0.03, CutBefore: 0.03}
	bin := build(t)
	l := newFleetLab(t, bin, address, c.service, nil)
	l.slots, l.slice = c.slots, c.slice
	const limit = "everybody"
	if _, err := l.fleet.Apply(t.Context(), "campaign", map[string]float64{limit: c.rate}, nil); err != nil {
		t.Fatal(err)
	}
	var duties []duty
	mails, followers := 0, 0
	for n, organization := range l.service.Organizations() {
		d := duty{number: n, people: c.people, organization: organization.ID, follows: n%4 == 3}
		d.prepare(l.site)
		if mails += d.mails(); d.follows {
			followers++
		}
		duties = append(duties, d)
	}
	ids := make([]int64, len(duties))
	for n, d := range duties {
		ids[n] = l.submit(d, "--shared-limit", limit)
	}
	a.l, a.work = l, mails+followers*(staying+removed+cancelled)
	began := time.Now()
	a.run(3)
	t.Logf("%d organizations, %d people, %g requests a second, %s: %s", c.organizations, c.organizations*c.people, c.rate, time.Since(began).Round(time.Second), a)
	got := make([]end, len(duties))
	for n, d := range duties {
		got[n] = l.end(d, ids[n])
	}
	l.checkMails(mails)
	l.checkChanges(followers)
	c.compare(t, bin, duties, got)
	if t.Failed() {
		t.Log(l.told())
	}
}

// compare compares how duties have ended with how they end on one machine, each with a ledger of its own, at a service that is
// the same but for its pace.
func (c campaign) compare(t *testing.T, bin string, duties []duty, got []end) {
	t.Helper()
	c.service.Latency, c.service.LatencyJitter = 0, 0
	alone := newSite(t, bin, "", c.service, nil)
	begun := make([]func() end, len(duties))
	for n, d := range duties {
		own := *alone
		own.ledger = fmt.Sprintf("alone%d.db", n)
		d.prepare(&own)
		begun[n] = d.begin(&own)
	}
	outcomes := map[string]int{}
	for n := range duties {
		want := begun[n]()
		got[n].forgive(want)
		if diff := cmp.Diff(want, got[n], cmp.AllowUnexported(end{})); diff != "" {
			t.Errorf("organization %d ends otherwise than on one machine (-):\n%s", n, diff)
		}
		for _, outcome := range got[n].outcomes {
			outcomes[outcome]++
		}
	}
	t.Logf("the results are compared with those of one machine: %v", outcomes)
}

// Those who are in an organization, or invited to it, from the beginning: an organization that is synced has them in its roster.
const (
	staying, removed   = 25, 5  // members, of whom the first get another role
	waiting, cancelled = 20, 20 // invitations
)

// duty is what is to be done for an organization.
type duty struct {
	number, people int
	organization   string
	follows        bool // the roster, rather than invite those in it
}

// mails returns how many people are mailed.
func (d duty) mails() int {
	if d.follows {
		return d.people - staying - waiting
	}
	return d.people
}

// roster writes the roster of the organization, and returns its path. Besides those who are new it has some who need no
// invitation, or get none.
func (d duty) roster(l *site) string {
	var b strings.Builder
	if d.follows {
		name(&b, "member%d@acme.example,billing_manager", staying)
		name(&b, "pending%d@acme.example,member", waiting)
	} else {
		name(&b, "member%d@acme.example,member", 1)
	}
	name(&b, fmt.Sprintf("person%%d@of%d.example,member", d.number), d.mails())
	fmt.Fprintf(&b, "refused@of%d.example,member\nperson1@of%d.example,member\n", d.number, d.number)
	return d.write(l, b.String())
}

// name writes so many rows, numbered from 1.
func name(to *strings.Builder, row string, count int) {
	for n := range count {
		fmt.Fprintf(to, row+"\n", n+1)
	}
}

func (d duty) write(l *site, rows string) (path string) {
	l.t.Helper()
	path = filepath.Join(l.folder, fmt.Sprintf("people%d.csv", d.number))
	if err := os.WriteFile(path, []byte("email,role\n"+rows), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// prepare has the organization follow two earlier rosters, if it follows any: the one with everybody who is there, and one that
// lacks the members who are to be removed. Nothing is changed by that.
func (d duty) prepare(l *site) {
	l.t.Helper()
	for _, members := range []int{staying + removed, staying} {
		if d.follows {
			var b strings.Builder
			name(&b, "member%d@acme.example,member", members)
			name(&b, "pending%d@acme.example,member", waiting+cancelled)
			l.run("sync", d.write(l, b.String()), "--organization-id", d.organization, "--rate", "400/s", "--max-leavers", "100%")
		}
	}
}

// flags returns the flags of the command that does the duty.
func (d duty) flags() []string {
	flags := []string{"--organization-id", d.organization, "--grace", "50ms", "--timeout", "2s"}
	if d.follows {
		flags = append(flags, "--apply-roles", "--cancel-leavers", "--remove-leavers", "--leaver-grace", "0s", "--max-role-changes", "100%",
			"--max-leavers", "100%", "--max-removals", "100", "--max-shrink", "100%")
	}
	return flags
}

// end is what has come of a duty.
type end struct {
	exit              int
	outcomes          map[string]string // of each row, by its number and address
	drift             map[string]int    // what differed, and what was done about it
	members, invitees []string          // who is there now, as what
	unclear           int               // changes whose answer nobody has got, since their worker was killed
}

// forgive has the end be the one that it should be but for changes whose answers nobody has got: whoever goes on finds them made
// already, and does not say to have made them.
func (e *end) forgive(want end) {
	for what, n := range e.drift {
		if missing := want.drift[what] - n; missing > 0 && missing <= e.unclear {
			e.drift[what] = want.drift[what]
		}
	}
	e.unclear = want.unclear
}

// begin begins to do the duty, and returns what waits for its end and returns what has come of it.
func (d duty) begin(l *site) func() end {
	l.t.Helper()
	args := []string{"invite", d.roster(l), "--yes"}
	if d.follows {
		args = []string{"sync", d.roster(l)}
	}
	c := l.command(append(append(args, d.flags()...), "--rate", "400/s", "--json")...)
	var summary bytes.Buffer
	c.Stdout = &summary
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	return func() end {
		l.t.Helper()
		_ = c.Wait() // its exit code is in the summary
		results, err := os.ReadFile(filepath.Join(l.folder, fmt.Sprintf("people%d.results.csv", d.number)))
		if err != nil {
			l.t.Fatalf("%v\n%s%s", err, &summary, l.told())
		}
		return d.ended(l, summary.Bytes(), results)
	}
}

// submit submits the duty as a job, and returns its number.
func (l *fleetLab) submit(d duty, flags ...string) int64 {
	l.t.Helper()
	if d.follows {
		flags = append(flags, "--sync")
	}
	return l.submitJob(d.roster(l.site), append(flags, d.flags()...)...)
}

// end returns what has come of the duty that was submitted as a job.
func (l *fleetLab) end(d duty, id int64) end {
	l.t.Helper()
	job, err := l.fleet.Job(l.t.Context(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	if job.Exit != 0 && job.Exit != 3 {
		l.t.Errorf("job %d: exit code %d, %s", id, job.Exit, job.Error)
	}
	e := d.ended(l.site, job.Summary, l.run("jobs", "results", strconv.FormatInt(id, 10)))
	for line := range bytes.Lines(l.run("audit", "export")) {
		told, err := audit.Parse(string(bytes.TrimSpace(line)))
		if err != nil {
			l.t.Fatal(err)
		}
		if told.Run == job.Run && told.Outcome == audit.Unclear {
			e.unclear++
		}
	}
	return e
}

// ended returns what a summary, results and the service tell of a duty.
func (d duty) ended(l *site, summary, results []byte) end {
	l.t.Helper()
	var told struct {
		Exit  int            `json:"exit_code"`
		Drift map[string]any `json:"drift"`
	}
	if err := json.Unmarshal(summary, &told); err != nil {
		l.t.Fatalf("%v: %s", err, summary)
	}
	e := end{exit: told.Exit, outcomes: outcomesIn(l.t, results), drift: map[string]int{}}
	for what, n := range told.Drift {
		if n, ok := n.(float64); ok { // the others name files
			e.drift[what] = int(n)
		}
	}
	list := func(columns int, args ...string) (rows []string) {
		for row := range strings.Lines(string(l.run(append(args, "--organization-id", d.organization, "--csv", "--rate", "400/s")...))) {
			rows = append(rows, strings.Join(strings.Split(strings.TrimSpace(row), ",")[:columns], " "))
		}
		slices.Sort(rows) // they stand in the order in which they came
		return rows
	}
	e.members, e.invitees = list(2, "members"), list(3, "invitations")
	return e
}

// checkChanges checks that so many organizations were changed to what their rosters want, nothing of it twice.
func (l *site) checkChanges(followers int) {
	l.t.Helper()
	if counts := l.service.Counts(); counts.RolesChanged != followers*staying || counts.Cancelled != followers*cancelled {
		l.t.Errorf("%d roles were changed and %d invitations cancelled, in %d organizations", counts.RolesChanged, counts.Cancelled, followers)
	}
	if twice := l.service.ChangedTwice(); len(twice) > 0 {
		l.t.Errorf("what was changed twice: %v", twice)
	}
}
