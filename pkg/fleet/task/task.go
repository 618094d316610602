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
	"rollcall/pkg/document"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
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
	return onboard.History{Ledgers: []string{o.Ledger}, Render: o.Render}.Ended(ctx, s.Job.Run)
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
	return o
}

// spent is what the slices of a job have counted so far.
type spent struct {
	Requests  int            `json:"requests"`
	Throttled int            `json:"throttled"`
	Retries   map[string]int `json:"retries,omitempty"`
	StartedAt time.Time      `json:"started_at"`
}

// conclude adds what earlier slices have counted, and returns how the slice has ended.
func conclude(s *fleet.Slice, r onboard.Report, err error) (onboard.Report, store.Ended, error) {
	var before spent
	if s.Job.Spent != nil {
		err = errors.Join(err, json.Unmarshal(s.Job.Spent, &before))
	}
	r.Requests, r.Throttled = r.Requests+before.Requests, r.Throttled+before.Throttled
	if len(before.Retries) > 0 && r.Retries == nil {
		r.Retries = map[string]int{}
	}
	for cause, n := range before.Retries {
		r.Retries[cause] += n
	}
	if ended := r.StartedAt.Add(r.Duration); !before.StartedAt.IsZero() && !r.StartedAt.IsZero() {
		r.StartedAt, r.Duration = before.StartedAt, ended.Sub(before.StartedAt)
	}
	r.StartedAt = cmp.Or(r.StartedAt, time.Now())
	how := store.Ended{Exit: int(r.Status), Error: r.Error}
	var marshalErr error
	if how.Summary, marshalErr = json.Marshal(r.Summary); marshalErr == nil {
		how.Spent, marshalErr = json.Marshal(spent{r.Requests, r.Throttled, r.Retries, r.StartedAt})
	}
	if marshalErr != nil {
		how.Exit, err = int(status.Unexpected), errors.Join(err, marshalErr)
	}
	return r, how, err
}
