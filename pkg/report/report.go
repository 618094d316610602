// Package report says how a run ended: a [Summary] as text for people and as one JSON object for programs.
//
// It counts nothing and opens nothing. Whoever ran fills in the Summary, checks that it adds up, and chooses where
// it goes.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"rollcall/pkg/causes"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Summary is how a run ended.
type Summary struct {
	// Run names the run, OrganizationID the organization, Roster the document as the caller named it: in the words that
	// may be shown, so that an address is without its query.
	Run, OrganizationID, Roster string
	// OrganizationName is that of the organization; empty if it was not asked.
	OrganizationName string
	// Rows counts the rows read.
	Rows int
	// Outcomes counts the rows by their last word. They add up to Rows, see [Summary.Check].
	Outcomes map[record.Outcome]int
	// Status says how it ended, in one word.
	Status status.Status
	// Results and Ledger are paths; empty means that there is none, and "-" that the results went to standard output.
	Results, Ledger string
	// Idle says that there was nothing to send or to change, so that no run was begun.
	Idle bool
	// Drift is where the organization differs from its roster, nil where that was not looked at. Follows says that it is to
	// follow the roster in everything.
	Drift   *Drift
	Follows bool
	// PendingDiffers counts the pending invitations that were found with another role or other teams than the roster wants,
	// PendingReplaced those of them that were replaced, where Drift counts neither.
	PendingDiffers, PendingReplaced int
	// NewTeams are the names of the teams that were made, or are to be in a dry run.
	NewTeams []string
	// Tripped is what guards keep back, nil if they keep nothing back.
	Tripped *Tripped
	// Corrections is the path of the file with the rows that a person has to correct; empty if there is none.
	Corrections string
	// Report is the path of the page about it; empty if there is none.
	Report string
	// Stale are the paths of files of an earlier run that are still there, since this one has written none in their place.
	Stale []string
	// Sandbox says that the service was a sandbox: nobody was mailed, whatever the outcomes say.
	Sandbox bool
	// DryRun says that nothing was sent, Resumed that an earlier run over this roster had been cut short.
	DryRun, Resumed bool
	// Requests counts every request sent, Throttled the answers that asked to slow down.
	Requests, Throttled int
	// Retries counts the requests that were repeats, by what made them necessary, in words.
	Retries map[string]int
	// StartedAt is when it began, on this machine's clock; zero if it is not known.
	StartedAt time.Time
	// Causes are who needs something, by reason; nil if nobody does.
	Causes []causes.Cause
	// Error says what has stopped it, in the words in which a person is told; empty if nothing has.
	Error string
	// Duration is the time from the first row to the last outcome.
	Duration time.Duration
	// Seats says how many seats of the subscription are needed and left, for the text alone. Empty means that it is not
	// known.
	Seats string
	// Command is what the user typed, for the text alone. Empty means that it is not known.
	Command string
	// Render shows options, for the text alone. Nil shows them in words.
	Render remedy.Renderer
}

// Check reports whether every row has one outcome that can be shown. An error means a mistake in the program.
func (s Summary) Check() error {
	sum := 0
	for outcome, n := range s.Outcomes {
		switch {
		case n < 0:
			return fmt.Errorf("summary: %s counted %d times", outcome, n)
		case n > 0 && !slices.Contains(record.Outcomes(), outcome):
			return fmt.Errorf("summary: rows without an outcome to show: %d %s", n, outcome)
		}
		sum += n
	}
	if sum != s.Rows {
		return fmt.Errorf("summary: rows read: %d, rows with an outcome: %d", s.Rows, sum)
	}
	return nil
}

// WriteJSON writes the summary as one JSON object on one line.
func (s Summary) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(s)
}

// MarshalJSON lays out what programs read. Retries are one number there; outcomes that no row has are left out.
func (s Summary) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	// Whether to escape is for the encoder around this one to say.
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		Run            string   `json:"run"`
		OrganizationID string   `json:"organization_id"`
		Roster         string   `json:"roster"`
		Rows           int      `json:"rows"`
		Outcomes       counts   `json:"outcomes"`
		ExitCode       int      `json:"exit_code"`
		Results        string   `json:"results"`
		Ledger         string   `json:"ledger"`
		DryRun         bool     `json:"dry_run"`
		Resumed        bool     `json:"resumed"`
		Requests       int      `json:"requests"`
		Throttled      int      `json:"throttled"`
		Retries        int      `json:"retries"`
		DurationS      float64  `json:"duration_s"`
		Name           string   `json:"organization_name"`
		StartedAt      *string  `json:"started_at"`
		Error          string   `json:"error"`
		Stale          []string `json:"stale,omitempty"`
		Corrections    string   `json:"todo"`
		Report         string   `json:"report,omitempty"`
		NewTeams       []string `json:"new_teams,omitempty"`
		Drift          *Drift   `json:"drift,omitempty"`
		Tripped        *Tripped `json:"tripped,omitempty"`
		Pending        int      `json:"pending_differs,omitempty"`
		Replaced       int      `json:"pending_replaced,omitempty"`

		Causes  []causes.Cause `json:"causes,omitempty"`
		Sandbox bool           `json:"sandbox,omitempty"`
	}{
		Run: s.Run, OrganizationID: s.OrganizationID, Roster: s.Roster,
		Rows: s.Rows, Outcomes: counts(s.Outcomes), ExitCode: int(s.Status),
		Results: s.Results, Ledger: s.Ledger, DryRun: s.DryRun, Resumed: s.Resumed,
		Requests: s.Requests, Throttled: s.Throttled, Retries: s.Repeats(),
		DurationS: math.Round(s.Duration.Seconds()*1000) / 1000, Name: s.OrganizationName, StartedAt: instant(s.StartedAt), Error: s.Error,
		NewTeams: s.NewTeams, Drift: s.Drift, Stale: s.Stale, Corrections: s.Corrections, Report: s.Report, Tripped: s.Tripped,
		Pending: s.PendingDiffers, Replaced: s.PendingReplaced, Causes: s.Causes, Sandbox: s.Sandbox,
	})
	return b.Bytes(), err
}

// instant returns an instant for programs, nil if there is none.
func instant(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	return new(at.UTC().Format(time.RFC3339))
}

// Repeats counts the requests that were repeats, whatever the cause.
func (s Summary) Repeats() int {
	sum := 0
	for n := range maps.Values(s.Retries) {
		sum += n
	}
	return sum
}

// counts are outcomes that print in the order of a summary; a map would print in that of the alphabet.
type counts map[record.Outcome]int

// MarshalJSON writes the outcomes that some row has.
func (c counts) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, outcome := range record.Outcomes() {
		if c[outcome] == 0 {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%d", outcome, c[outcome])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
