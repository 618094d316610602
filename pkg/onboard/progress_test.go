package onboard_test

import (
	"strings"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/progress"
	"rollcall/pkg/remedy"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// TestReadProgress follows three people, with a ledger, with one that is not there, and without any.
func TestReadProgress(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	if report, err := onboard.Run(t.Context(), nil, o, func(*onboard.Preview) error { return nil }); report.Status != status.Well {
		t.Fatal(err)
	}
	session, err := onboard.Open(t.Context(), o) // which holds the ledger
	if err != nil {
		t.Fatal(err)
	}
	defer session.End(t.Context(), nil) //nolint:errcheck // nothing was done
	for name, of := range map[string]onboard.ProgressOptions{
		"held":       {Ledger: o.Ledger},
		"not there":  {Ledger: o.Ledger + ".gone"},
		"none":       {},
		"one of all": {LedgerOf: func(string) (string, error) { return o.Ledger, nil }},
	} {
		of.Document, of.Service, of.By = o.Document, o.Service, "Domain"
		p, err := onboard.ReadProgress(t.Context(), of)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, known := p.People[0].Age(p.At)
		if p.Counts[progress.Pending] != 3 || len(p.Groups) != 1 || p.OrganizationID != sandbox.DefaultOrganizationID || known != (name == "held" || name == "one of all") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if n := c.service.Counts().Emails; n != 3 {
		t.Errorf("%d mails", n)
	}
}

func TestReadProgressRefuses(t *testing.T) {
	_, o := team(t, 1, sandbox.Options{})
	by := onboard.ProgressOptions{Document: o.Document, Service: o.Service, By: "Team"}
	if _, err := onboard.ReadProgress(t.Context(), by); remedy.Of(err) == nil || remedy.Of(err).Option != "by" || onboard.StatusOf(err) != status.Settings {
		t.Errorf("an unknown column: %v", err)
	}
	gone := onboard.ProgressOptions{Document: onboard.Document{Roster: o.Roster + ".gone.csv"}, Service: o.Service}
	if _, err := onboard.ReadProgress(t.Context(), gone); onboard.StatusOf(err) != status.Roster || !strings.Contains(err.Error(), "gone.csv") {
		t.Errorf("no roster: %v", err)
	}
}
