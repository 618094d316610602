package onboard

import (
	"encoding/json"
	"io"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// PastRun is a run as programs read it.
type PastRun struct {
	Run            string    `json:"run"`
	OrganizationID string    `json:"organization_id"`
	Roster         string    `json:"roster"`
	Rows           int       `json:"rows"`
	StartedAt      time.Time `json:"started_at"`
	// EndedAt and ExitCode are nil for a run that was cut short.
	EndedAt  *time.Time `json:"ended_at"`
	ExitCode *int       `json:"exit_code"`
	// Resumable says that the same work, done again, goes on with it: it was cut short, and no later run over the same roster
	// has taken its place.
	Resumable bool `json:"resumable"`
	// Resumed is how often it was.
	Resumed int `json:"resumed"`
	// Approved is the digest of what was approved of although guards had something against it, empty if nothing was.
	Approved string `json:"approved,omitempty"`
	// Pruned is how many of the rows were forgotten.
	Pruned int `json:"pruned,omitempty"`
	// Outcomes count the rows by their last word, also of those that were forgotten. A row that has had no turn yet is not sent.
	Outcomes map[string]int `json:"outcomes"`
}

// WriteRuns writes runs for programs, a line of JSON each.
func WriteRuns(w io.Writer, runs []ledger.Summary) error {
	encoder := json.NewEncoder(w)
	for _, run := range runs {
		if err := encoder.Encode(PastRunOf(run)); err != nil {
			return err
		}
	}
	return nil
}

// PastRunOf returns a run of a ledger as programs read it.
func PastRunOf(run ledger.Summary) PastRun {
	past := PastRun{
		Run: run.ID, OrganizationID: run.OrganizationID, Roster: run.Roster, Rows: run.Rows,
		StartedAt: run.StartedAt, Resumed: run.Resumed, Resumable: run.EndedAt.IsZero() && !run.Overtaken, Approved: run.Approved,
		Pruned:   run.Pruned,
		Outcomes: map[string]int{},
	}
	if !run.EndedAt.IsZero() {
		past.EndedAt, past.ExitCode = &run.EndedAt, &run.ExitCode
	}
	for outcome, n := range run.Outcomes {
		if outcome == record.Unset {
			outcome = record.NotSent
		}
		past.Outcomes[outcome.String()] += n
	}
	return past
}
