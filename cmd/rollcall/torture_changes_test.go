package main_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rollcall/pkg/sandbox"
)

const (
	// replacedPeople have an invitation that is replaced, and newPeople have none.
	replacedPeople, newPeople = 60, 20
	// stayingPeople keep their invitations, leavingPeople lose theirs, and changedPeople get another role.
	stayingPeople, leavingPeople, changedPeople = 10, 40, 30
	// mostRuns is how often a command may have to be given which the service's faults have stopped.
	mostRuns = 10
)

// disturbed has faults meet changes as well as invites: replies that are lost, and calls that never arrive. more are kinds
// that only invites meet.
func disturbed(random *rand.Rand, o sandbox.Options, more ...sandbox.Kind) sandbox.Options {
	var mu sync.Mutex
	own := rand.New(rand.NewPCG(random.Uint64(), 2))
	late := o.Faults.Late
	o.Faults = sandbox.Faults{}
	o.Script = func(call sandbox.Call) sandbox.Fault {
		kinds := []sandbox.Kind{sandbox.CutAfter, sandbox.ErrorAfter, sandbox.Truncate, sandbox.CutBefore, sandbox.ErrorBefore}
		var fault sandbox.Fault
		switch call.Operation {
		case sandbox.Invite:
			kinds, fault.Late = append(kinds, more...), late
		case sandbox.Cancel, sandbox.SetRole:
		default:
			return fault
		}
		mu.Lock()
		defer mu.Unlock()
		if n := own.IntN(33); n < len(kinds) {
			fault.Kind = kinds[n]
			return fault
		}
		return sandbox.Fault{}
	}
	return o
}

// replacements are the work of sending pending invitations again: each is cancelled first.
type replacements struct{}

func (replacements) service(random *rand.Rand) sandbox.Options {
	o := disturbed(random, oddService(random), sandbox.Hollow, sandbox.Queued, sandbox.FailureAfter)
	o.Pending = sandbox.Population{Count: replacedPeople}
	return o
}

func (replacements) torture(k *killer) tortured {
	k.t.Helper()
	var addresses []string
	for i := range replacedPeople {
		addresses = append(addresses, fmt.Sprintf("pending%d@acme.example", i+1))
	}
	for i := range newPeople {
		addresses = append(addresses, oddAddress(i))
	}
	slices.Reverse(addresses[replacedPeople/2:]) // those who wait are in between
	roster := k.file("roster.csv", "email,role\n"+strings.Join(addresses, ",member\n")+",member\n")
	for range mostRuns {
		code, out, log := k.untilItEnds("invite", roster, "--rate", "100/s", "--reinvite", "pending", "--reinvite-after", "0s", "--yes")
		if code == 7 { // the first replacement has used up its attempts, or others theirs
			continue
		}
		return tortured{people: len(addresses), cancelled: replacedPeople, unknown: k.checkInvited(code, out, log, addresses)}
	}
	k.t.Fatalf("it was stopped %d times", mostRuns)
	return tortured{}
}

// follows are the work of having an organization follow its roster.
type follows struct{}

func (*follows) service(random *rand.Rand) sandbox.Options {
	o := disturbed(random, oddService(random))
	o.Members, o.Pending = sandbox.Population{Count: changedPeople}, sandbox.Population{Count: stayingPeople + leavingPeople}
	return o
}

func (*follows) torture(k *killer) tortured {
	k.t.Helper()
	var before, after strings.Builder
	name := func(to *strings.Builder, role, pattern string, from, until int) {
		for i := from; i < until; i++ {
			fmt.Fprintf(to, pattern+",%s\n", i+1, role)
		}
	}
	for _, to := range []*strings.Builder{&before, &after} {
		to.WriteString("email,role\n")
		name(to, "member", "pending%d@acme.example", 0, stayingPeople)
	}
	name(&before, "member", "pending%d@acme.example", stayingPeople, stayingPeople+leavingPeople)
	name(&before, "member", "leaver%d@x.example", 0, newPeople)
	name(&before, "member", "member%d@acme.example", 0, changedPeople)
	name(&after, "billing_manager", "member%d@acme.example", 0, changedPeople)
	name(&after, "member", "new%d@x.example", 0, newPeople)
	sync := func(text string, flags ...string) {
		k.t.Helper()
		args := append([]string{"sync", k.file("roster.csv", text), "--rate", "60/s"}, flags...)
		for range mostRuns {
			code, out, log := k.untilItEnds(args...)
			switch code {
			case 0:
				if !k.checkFollowed(text) {
					continue // what became of a change was not clear
				}
				return
			case 3: // a change has used up its attempts
			default:
				k.t.Fatalf("exit code %d\n%s%s", code, out, log)
			}
		}
		k.t.Fatalf("it was not done after %d runs", mostRuns)
	}
	most := k.most
	k.most = k.kills // the first one is not what this is about
	sync(before.String())
	k.most = most
	sync(after.String(), "--cancel-leavers", "--apply-roles", "--max-leavers", "100", "--max-role-changes", "100%", "--max-shrink", "100%")
	return tortured{people: 2 * newPeople, cancelled: leavingPeople + newPeople, roles: changedPeople}
}

// checkFollowed holds the results and the differences of a sync to what they must be, and reports whether nothing was left
// to do.
func (k *killer) checkFollowed(roster string) (done bool) {
	k.t.Helper()
	read := func(name string) [][]string {
		text, err := os.ReadFile(filepath.Join(k.folder, name))
		if err != nil {
			k.t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			k.t.Fatal(err)
		}
		return rows[1:]
	}
	people := strings.Split(strings.TrimSpace(roster), "\n")[1:]
	rows := read("roster.results.csv")
	if len(rows) != len(people) {
		k.t.Fatalf("%d rows in the results, want %d", len(rows), len(people))
	}
	may := map[string]string{"member": "already_member", "pending": "already_invited", "leaver": "invited already_invited", "new": "invited already_invited"}
	for i, row := range rows {
		const address, outcome = 2, 5
		word := strings.TrimRight(strings.SplitN(row[address], "@", 2)[0], "0123456789")
		if !strings.HasPrefix(people[i], row[address]+",") || !slices.Contains(strings.Fields(may[word]), row[outcome]) {
			k.t.Errorf("row %d of the results: %q", i+1, row)
		}
	}
	done = true
	for _, line := range read("roster.drift.csv") {
		const kind, address, action = 0, 1, 7
		switch line[action] {
		case "cancelled":
			if line[kind] != "leaver_invited" || strings.Contains(roster, line[address]+",") {
				k.t.Errorf("a difference: %q", line)
			}
		case "role_changed":
			if line[kind] != "role" || !strings.HasPrefix(line[address], "member") {
				k.t.Errorf("a difference: %q", line)
			}
		case "not_done":
			done = false
		default:
			if line[kind] != "leaver" { // whoever calls is no row
				k.t.Errorf("a difference: %q", line)
			}
		}
	}
	return done
}
