// Package task is what a worker of a fleet does with a slice of a job: it onboards a roster as on one machine, goes on where the
// slice before has stopped, and says what came of all of them together.
//
//	how, err := task.Execute(ctx, slice, options)
//
// It has no example: it needs a database.
package task

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/causes"
	"rollcall/pkg/document"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// Execute works on a job until it has ended, or ctx ends: then what is in flight is answered. The options are those of the job,
// complete but for the roster and the run. The report is about the whole job; it is final once the job has ended.
func Execute(ctx context.Context, s *fleet.Slice, o onboard.Options) (onboard.Report, store.Ended, error) {
	lasting := context.WithoutCancel(ctx)
	if report, ended, err := endedBefore(lasting, s, o); err != nil || ended {
		return conclude(s, report, err)
	}
	content, err := s.Roster(lasting, func() ([]byte, error) { return o.Read(ctx) })
	if err != nil {
		report := onboard.Report{}
		report.Roster, report.Status, report.Error = o.PublicName(), onboard.StatusOf(err), err.Error()
		return conclude(s, report, err)
	}
	o.Source = document.Source{
		Name: o.PublicName(), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
	o.Continues, o.Consent = s.Job.Run, audit.InAdvance
	if limit := s.Limit(); limit != nil {
		o.Shared = limit
	}
	o.Observer = watched(lasting, s, o.Observer)
	report, err := onboard.Run(lasting, ctx.Done(), o, nil)
	return conclude(s, report, err)
}

// endedBefore returns the report on a run that has ended although nobody could note that about the job.
func endedBefore(ctx context.Context, s *fleet.Slice, o onboard.Options) (onboard.Report, bool, error) {
	if s.Job.Run == "" {
		return onboard.Report{}, false, nil
	}
	report, ended, err := onboard.History{Ledgers: []string{o.Ledger}, Render: o.Render}.Ended(ctx, s.Job.Run)
	if err == nil && ended {
		var b spent
		if b, err = before(s); err == nil {
			b.End.recall(&report)
		}
	}
	return report, ended, err
}

// watched has the slice know what happens.
func watched(ctx context.Context, s *fleet.Slice, o onboard.Observer) onboard.Observer {
	begun := o.Begun
	// A run that an earlier job has left is this job's once it was resumed: before that, those who failed are to be tried again.
	o.Begun = func(run ledger.Run, resumed bool) {
		if err := s.Named(ctx, run.ID); err != nil && o.Warn != nil { // the next slice finds it by its roster
			o.Warn(onboard.Warning{Text: "the run could not be noted for the job", Err: err})
		}
		s.Began()
		if begun != nil {
			begun(run, resumed)
		}
	}
	o.Over = func(r onboard.Report) error { return noteEnd(ctx, s, r) }
	return o
}

// spent is what the slices of a job have counted so far.
type spent struct {
	Requests  int            `json:"requests"`
	Throttled int            `json:"throttled"`
	Retries   map[string]int `json:"retries,omitempty"`
	StartedAt time.Time      `json:"started_at"`
	// End is what the last of them knew of the run that came far enough, nil if none did. Of a run that has ended it is how:
	// none ends before that is noted.
	End *end `json:"end,omitempty"`
}

// end is what is known of the end of a run that no ledger remembers.
type end struct {
	OrganizationName string         `json:"organization_name"`
	Drift            *report.Drift  `json:"drift,omitempty"`
	PendingDiffers   int            `json:"pending_differs,omitempty"`
	PendingReplaced  int            `json:"pending_replaced,omitempty"`
	NewTeams         []string       `json:"new_teams,omitempty"`
	Causes           []causes.Cause `json:"causes,omitempty"`
	Error            string         `json:"error,omitempty"`
}

// before returns what the slices before have counted.
func before(s *fleet.Slice) (b spent, err error) {
	if s.Job.Spent != nil {
		err = json.Unmarshal(s.Job.Spent, &b)
	}
	return b, err
}

// add adds what earlier slices have counted to a report, and returns what all have counted with that.
func (b spent) add(r *onboard.Report) (json.RawMessage, error) {
	r.Requests, r.Throttled = r.Requests+b.Requests, r.Throttled+b.Throttled
	if len(b.Retries) > 0 && r.Retries == nil {
		r.Retries = map[string]int{}
	}
	for cause, n := range b.Retries {
		r.Retries[cause] += n
	}
	if ended := r.StartedAt.Add(r.Duration); !b.StartedAt.IsZero() && !r.StartedAt.IsZero() {
		r.StartedAt, r.Duration = b.StartedAt, ended.Sub(b.StartedAt)
	}
	r.StartedAt = cmp.Or(r.StartedAt, time.Now())
	if r.Final {
		b.End = &end{r.OrganizationName, r.Drift, r.PendingDiffers, r.PendingReplaced, r.NewTeams, r.Causes, r.Error}
	}
	return json.Marshal(spent{r.Requests, r.Throttled, r.Retries, r.StartedAt, b.End})
}

// noteEnd notes what a slice knows that is about to end the run. Should it end itself before it can say how the job has ended,
// the next one finds it here. Where it cannot be noted, or somebody else has the job, the run is not to end.
func noteEnd(ctx context.Context, s *fleet.Slice, r onboard.Report) error {
	b, err := before(s)
	if err != nil {
		return err
	}
	text, err := b.add(&r)
	if err != nil {
		return err
	}
	return s.Spend(ctx, text)
}

// recall has a report say what was known when the run ended.
func (e *end) recall(r *onboard.Report) {
	if e == nil {
		return
	}
	r.OrganizationName, r.Drift, r.PendingDiffers, r.PendingReplaced = e.OrganizationName, e.Drift, e.PendingDiffers, e.PendingReplaced
	r.NewTeams, r.Causes, r.Error = e.NewTeams, e.Causes, e.Error
}

// conclude adds what earlier slices have counted, and returns how the slice has ended.
func conclude(s *fleet.Slice, r onboard.Report, err error) (onboard.Report, store.Ended, error) {
	b, readErr := before(s)
	err = errors.Join(err, readErr)
	how := store.Ended{Exit: int(r.Status), Error: r.Error}
	var marshalErr error
	if how.Spent, marshalErr = b.add(&r); marshalErr == nil {
		how.Summary, marshalErr = json.Marshal(r.Summary)
	}
	if marshalErr != nil {
		how.Exit, err = int(status.Unexpected), errors.Join(err, marshalErr)
	}
	return r, how, err
}
