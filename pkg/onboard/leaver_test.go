package onboard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// members has the roster name those members of the sandbox, in that order.
func (c *company) members(t *testing.T, numbers ...int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("email,role\n")
	for _, n := range numbers {
		fmt.Fprintf(&b, "member%d@acme.example,member\n", n)
	}
	if err := os.WriteFile(c.options.Roster, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// leavers is a company of eight whose roster is about to lack six for the second time, and no grace.
func leavers(t *testing.T, o sandbox.Options) *company {
	t.Helper()
	o.Members = sandbox.Population{Count: 8}
	c := newCompany(t, o)
	c.options.Sync.RemoveLeavers, c.options.Sync.LeaverGrace = true, 0
	c.members(t, 1, 2, 3, 4, 5, 6, 7, 8)
	c.sync(t, nil, status.Well)
	c.members(t, 1, 2)
	c.sync(t, nil, status.Well)
	c.members(t, 2, 1)
	return c
}

// removed returns the lines of the list of those who were removed.
func removed(t *testing.T, report onboard.Report) []string {
	t.Helper()
	content, err := os.ReadFile(report.Drift.RemovedFile)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")[1:]
}

// TestRemovalsStopBetweenTwo stops a sync while it removes leavers: the same work, done again, removes the rest, tells of all, and
// has one list of them.
func TestRemovalsStopBetweenTwo(t *testing.T) {
	c := leavers(t, sandbox.Options{})
	stop, changes := make(chan struct{}), 0
	c.options.Observer.Working = func(what string) {
		if strings.HasPrefix(what, "changing") {
			if changes++; changes == 3 {
				close(stop)
			}
		}
	}
	report := c.sync(t, stop, status.Interrupted)
	first, before := report.Drift.RemovedFile, removed(t, report)
	if report.Drift.Removed < 2 || report.Drift.Removed > 3 || len(report.Drift.Due) != 1 || len(before) != 6 {
		t.Errorf("%+v, listed %q", report.Drift, before)
	}
	c.options.Observer.Working = nil
	report = c.sync(t, nil, status.Well)
	if !report.Resumed || report.Drift.Removed != 6 || len(report.Drift.Due) != 0 || c.service.Counts().Requests[sandbox.RemoveMember] != 6 {
		t.Errorf("resumed %t, %+v, %v", report.Resumed, report.Drift, c.service.Counts().Requests)
	}
	if report.Drift.RemovedFile != first || !slices.Equal(removed(t, report), before) {
		t.Errorf("listed in %s and then in %s: %q", first, report.Drift.RemovedFile, removed(t, report))
	}
}

// TestALostRemovalIsMadeOnceMore loses the reply to each first removal: the second one says that the person is not there, which
// is what was wanted.
func TestALostRemovalIsMadeOnceMore(t *testing.T) {
	lost := false
	c := leavers(t, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if call.Operation == sandbox.RemoveMember && !lost {
			lost = true
			return sandbox.Fault{Kind: sandbox.CutAfter}
		}
		return sandbox.Fault{}
	}})
	report := c.sync(t, nil, status.Well)
	if !lost || report.Drift.Removed != 6 || report.Drift.Failed != 0 || len(c.doubts(t)) != 0 {
		t.Errorf("lost %t, %+v, in doubt %v", lost, report.Drift, c.doubts(t))
	}
	if report = c.sync(t, nil, status.Well); !report.Idle || report.Drift.Leavers != 0 {
		t.Errorf("there was something left to do: %+v", report.Drift)
	}
}

// TestNobodyIsRemovedWhoIsNotWrittenDown has teams that cannot be read: invitations are sent all the same, and once the teams
// can be read the same work removes the rest.
func TestNobodyIsRemovedWhoIsNotWrittenDown(t *testing.T) {
	broken := true
	c := leavers(t, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if call.Operation == sandbox.TeamMembers && broken {
			return sandbox.Fault{Kind: sandbox.ErrorBefore}
		}
		return sandbox.Fault{}
	}})
	c.options.Attempts = 1
	c.members(t, 2, 1, 9)
	report := c.sync(t, nil, status.Unexpected)
	if report.Outcomes[record.Invited] != 1 || report.Drift.Failed != 6 || report.Drift.RemovedFile != "" || c.service.Counts().Requests[sandbox.RemoveMember] != 0 {
		t.Errorf("%v, %+v, %v", report.Outcomes, report.Drift, c.service.Counts().Requests)
	}
	broken = false
	if report = c.sync(t, nil, status.Well); !report.Resumed || report.Drift.Removed != 6 || len(removed(t, report)) != 6 {
		t.Errorf("resumed %t, %+v", report.Resumed, report.Drift)
	}
}

// TestAPreviewNamesTheListOfTheRemoved shows all that will be written before it is.
func TestAPreviewNamesTheListOfTheRemoved(t *testing.T) {
	c := leavers(t, sandbox.Options{})
	var named []string
	_, err := onboard.Run(t.Context(), nil, c.options, func(p *onboard.Preview) error {
		for _, file := range p.Files {
			named = append(named, filepath.Base(file.Path))
		}
		return nil
	})
	if !slices.Contains(named, "people.removed-RUN.csv") || err != nil {
		t.Errorf("files %q, %v", named, err)
	}
	if listed, err := filepath.Glob(filepath.Join(filepath.Dir(c.options.Results), "people.removed-2*.csv")); len(listed) != 1 || err != nil {
		t.Errorf("lists %q, %v", listed, err)
	}
}
