package onboard_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// TestTheDeadlineBoundsWhatComesBefore has the deadline come before anything is sent: nothing goes on for long after it.
func TestTheDeadlineBoundsWhatComesBefore(t *testing.T) {
	busy := func(operation sandbox.Operation) func(sandbox.Call) sandbox.Fault {
		return func(call sandbox.Call) sandbox.Fault {
			if call.Operation == operation {
				return sandbox.Fault{Kind: sandbox.Unavailable, RetryAfter: 30 * time.Second}
			}
			return sandbox.Fault{}
		}
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hangs.Close()
	for name, tt := range map[string]struct {
		script  func(sandbox.Call) sandbox.Fault
		prepare func(*onboard.Options)
		agree   func(*onboard.Preview) error
	}{
		"dialling": {prepare: func(o *onboard.Options) {
			o.Dial = func(ctx context.Context) (onboard.Endpoint, error) {
				<-ctx.Done()
				return onboard.Endpoint{}, ctx.Err()
			}
		}},
		"the caller's profile": {script: busy(sandbox.Profile)},
		"the invitations":      {script: busy(sandbox.Invitations)},
		"the members":          {script: busy(sandbox.Members)},
		"a page that hangs": {script: func(call sandbox.Call) sandbox.Fault {
			if call.Operation == sandbox.Members {
				return sandbox.Fault{Kind: sandbox.Hang}
			}
			return sandbox.Fault{}
		}},
		"a dry run":                   {script: busy(sandbox.Members), prepare: func(o *onboard.Options) { o.DryRun = true }},
		"a roster that does not come": {prepare: func(o *onboard.Options) { o.Roster = hangs.URL + "/people.csv" }},
		"somebody who thinks about it": {agree: func(p *onboard.Preview) error {
			ctx, cancel := context.WithDeadline(t.Context(), p.Deadline)
			defer cancel()
			<-ctx.Done()
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c, o := team(t, 3, sandbox.Options{Script: tt.script})
			o.Timeout = 30 * time.Second
			if tt.prepare != nil {
				tt.prepare(&o)
			}
			o.Deadline = time.Now().Add(700 * time.Millisecond)
			report, err := onboard.Run(t.Context(), nil, o, tt.agree)
			if late := time.Since(o.Deadline); late > 20*time.Second {
				t.Errorf("it took %s more", late)
			}
			if report.Status != status.Stopped || breaker.ReasonOf(err) != breaker.Deadline || onboard.RemedyOf(err) == nil {
				t.Errorf("ended with %d, %v", report.Status, err)
			}
			if c.service.Counts().Emails != 0 || report.Outcomes[record.NotSent] != report.Rows || report.Run != "" {
				t.Errorf("%+v, %+v", report, c.service.Counts())
			}
		})
	}
}

// TestTheDeadlineBoundsEarlierRequests has a run killed, as it were, with a request in flight: the next one has no time to
// wait until that can be at work no more, and leaves it in doubt.
func TestTheDeadlineBoundsEarlierRequests(t *testing.T) {
	cut := true
	c, o := team(t, 3, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if cut && call.Email == "p1@x.example" {
			return sandbox.Fault{Kind: sandbox.CutAfter}
		}
		return sandbox.Fault{}
	}})
	o.Grace = 8 * time.Second // which ends long after each deadline
	o.Deadline = time.Now().Add(3 * time.Second)
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if report.Status != status.Stopped || breaker.ReasonOf(err) != breaker.Deadline || report.Outcomes[record.Unknown] != 1 || report.Results == "" {
		t.Fatalf("%v, %+v", err, report)
	}
	before := c.kept(t)
	if len(before.Doubts) != 1 {
		t.Fatalf("in doubt: %+v", before.Doubts)
	}
	c.name(t, 4) // another roster: the doubt is one of another run
	o.Deadline = time.Now().Add(3 * time.Second)
	report, err = onboard.Run(t.Context(), nil, o, nil)
	if late := time.Since(o.Deadline); report.Status != status.Stopped || breaker.ReasonOf(err) != breaker.Deadline || late > 20*time.Second {
		t.Errorf("%v, %+v, %s late", err, report, late)
	}
	if diff := differs(before, c.kept(t)); diff != "" {
		t.Errorf("what is in doubt is not as it was:\n%s", diff)
	}
	c.name(t, 3)
	cut, o.Grace, o.Deadline = false, 100*time.Millisecond, time.Time{}
	report, err = onboard.Run(t.Context(), nil, o, nil)
	if err != nil || !report.Resumed || report.Outcomes[record.Invited] != 3 || c.service.Counts().Emails != 3 {
		t.Errorf("%v, %+v, %d e-mails", err, report, c.service.Counts().Emails)
	}
}

// TestTheDeadlineBoundsChanges has the deadline come while a sync changes what differs.
func TestTheDeadlineBoundsChanges(t *testing.T) {
	c := newCompany(t, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
		if call.Operation == sandbox.Cancel {
			return sandbox.Fault{Kind: sandbox.Unavailable, RetryAfter: 30 * time.Second}
		}
		return sandbox.Fault{}
	}})
	c.name(t, 4)
	c.sync(t, nil, status.Well)
	c.name(t, 2)
	c.options.Deadline = time.Now().Add(1500 * time.Millisecond)
	report := c.sync(t, nil, status.Stopped)
	if late := time.Since(c.options.Deadline); late > 20*time.Second || report.Drift.Changed != 0 || report.Drift.LeaversInvited != 2 {
		t.Errorf("%s late, %+v", late, report.Drift)
	}
}

// TestPatienceBoundsWhatComesBefore has a service answer that it is too busy, for ever: whatever it answers to, it is waited
// for no longer than allowed.
func TestPatienceBoundsWhatComesBefore(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.Unavailable, sandbox.Throttle} {
		for _, operation := range []sandbox.Operation{sandbox.Profile, sandbox.Invitations, sandbox.Members} {
			t.Run(string(operation)+" "+kind.String(), func(t *testing.T) {
				t.Parallel()
				c, o := team(t, 3, sandbox.Options{Script: func(call sandbox.Call) sandbox.Fault {
					if call.Operation == operation {
						return sandbox.Fault{Kind: kind}
					}
					return sandbox.Fault{}
				}})
				o.MaxWait, o.Attempts = 2*time.Second, 100
				began := time.Now()
				report, err := onboard.Run(t.Context(), nil, o, nil)
				if took := time.Since(began); report.Status != status.Stopped || breaker.ReasonOf(err) != breaker.Overlong || took > time.Minute {
					t.Errorf("ended with %d after %s, %v", report.Status, took, err)
				}
				if c.service.Counts().Emails != 0 {
					t.Error("somebody was mailed")
				}
			})
		}
	}
}
