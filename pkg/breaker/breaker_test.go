package breaker_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// after is the step to which an answer leads.
func after(heard journey.Heard, move journey.Move, outcome record.Outcome, e *cybedefend.Error) journey.Step {
	step := journey.Step{Move: move, Heard: heard}
	step.Work.Email, step.Work.Outcome, step.Work.Trail.EndedAt = "ada@x.example", outcome, noon
	if e != nil {
		step.Err, step.Work.HTTPStatus, step.Work.Error = e, e.Status, e.Error()
	}
	return step
}

func accepted() journey.Step {
	return after(journey.Accepted, journey.Settled, record.Invited, nil)
}

func refused(status int, words string) journey.Step {
	e := &cybedefend.Error{Class: cybedefend.FinalNo, Status: status, Message: words}
	if status == http.StatusNotFound {
		return after(journey.Refused, journey.Settled, record.Rejected, e)
	}
	return after(journey.Refused, journey.LookUp, record.Unset, e)
}

// refusedAgain is a refusal of somebody whom an earlier start has tried, too.
func refusedAgain(status int, words string) journey.Step {
	step := refused(status, words)
	step.Work.Attempts = 2
	return step
}

func busy(wait time.Duration) journey.Step {
	e := &cybedefend.Error{Class: cybedefend.NotProcessed, Status: http.StatusTooManyRequests, RetryAfter: wait, HasRetryAfter: wait > 0}
	return after(journey.Busy, journey.Again, record.Unset, e)
}

func trouble() journey.Step {
	return after(journey.Trouble, journey.LookUp, record.Unset, &cybedefend.Error{Class: cybedefend.Lost})
}

func failed() journey.Step {
	return after(journey.Trouble, journey.Settled, record.Failed, &cybedefend.Error{Class: cybedefend.NotProcessed})
}

func foreign() journey.Step {
	return after(journey.Foreign, journey.LookUp, record.Unset, &cybedefend.Error{Class: cybedefend.Foreign, Status: http.StatusForbidden})
}

func expired() journey.Step {
	return after(journey.TokenExpired, journey.Again, record.Unset, &cybedefend.Error{Class: cybedefend.NotProcessed, Status: http.StatusUnauthorized})
}

func credentials() journey.Step {
	return after(journey.CredentialsRefused, journey.Withheld, record.Unset, &cybedefend.Error{Err: cybedefend.ErrCredentials})
}

// found is what a reading says of an entry that was answered before.
func found(before journey.Step, move journey.Move, outcome record.Outcome) journey.Step {
	before.Heard, before.Move, before.Work.Outcome = 0, move, outcome
	return before
}

func contradicted() journey.Step {
	return journey.Step{Move: journey.Contradicted, Gap: "20 of 31 shown"}
}

func times(n int, step journey.Step) []journey.Step { return slices.Repeat([]journey.Step{step}, n) }

func row(steps ...[]journey.Step) []journey.Step { return slices.Concat(steps...) }

func one(steps ...journey.Step) []journey.Step { return steps }

func play(o breaker.Options, steps []journey.Step) (s breaker.State) {
	for _, step := range steps {
		s = s.Next(step, o)
	}
	return s
}

// TestRowsOfSteps has the run meet a row of steps, and says how it goes on while rows are left.
func TestRowsOfSteps(t *testing.T) {
	const (
		goOn, probe, stop = breaker.GoOn, breaker.Probe, breaker.Stop
	)
	conflict, no := refused(http.StatusConflict, "no"), refused(http.StatusBadRequest, "no")
	may := breaker.Options{MaxFailures: 3}
	tests := []struct {
		name   string
		give   breaker.Options
		steps  []journey.Step
		want   breaker.Action
		reason breaker.Reason
	}{
		{"nothing yet", breaker.Options{}, nil, goOn, 0},
		{"all is well", breaker.Options{}, times(100, accepted()), goOn, 0},
		{"nine failures", breaker.Options{}, times(9, trouble()), goOn, 0},
		{"ten failures", breaker.Options{}, times(10, trouble()), probe, 0},
		{"ten failures of two kinds", breaker.Options{}, row(times(5, trouble()), times(5, busy(0))), probe, 0},
		{"a success in between", breaker.Options{}, row(times(9, trouble()), one(accepted()), times(9, trouble())), goOn, 0},
		{"a refusal in between", breaker.Options{}, row(times(9, trouble()), one(no), times(9, trouble())), goOn, 0},
		{"a reading that finds an invitation in between", breaker.Options{}, row(times(9, trouble()), one(found(trouble(), journey.Settled, record.Invited)), times(9, trouble())), goOn, 0},
		{"tokens that have run out", breaker.Options{}, times(50, expired()), goOn, 0},
		{"one foreign answer", breaker.Options{}, one(foreign()), probe, 0},
		{"one foreign answer after many good ones", breaker.Options{}, row(times(100, accepted()), one(foreign())), probe, 0},

		{"credentials", breaker.Options{}, one(credentials()), stop, breaker.Credentials},
		{"a wait as long as may be", breaker.Options{MaxWait: time.Hour}, one(busy(time.Hour)), goOn, 0},
		{"a longer wait", breaker.Options{MaxWait: time.Hour}, one(busy(time.Hour + 1)), stop, breaker.Overlong},
		{"no connection can be made", breaker.Options{}, one(after(journey.Trouble, journey.Again, record.Unset, &cybedefend.Error{Class: cybedefend.NotProcessed, Err: cybedefend.ErrConnection})), stop, breaker.Unconnected},
		{"lists that contradict themselves", breaker.Options{}, one(contradicted()), stop, breaker.Contradicted},
		{"the first reason counts", breaker.Options{}, one(contradicted(), credentials()), stop, breaker.Contradicted},

		{"four are forbidden", breaker.Options{}, times(4, refused(403, "no")), goOn, 0},
		{"five are forbidden", breaker.Options{}, times(5, refused(403, "no")), stop, breaker.Forbidden},
		{"five are forbidden after a success", breaker.Options{}, row(one(accepted()), times(5, refused(403, "no"))), goOn, 0},
		{"five are forbidden after a reading that finds an invitation", breaker.Options{}, row(one(found(trouble(), journey.Settled, record.Invited)), times(5, refused(403, "no"))), goOn, 0},
		{"the first is forbidden, as the profile says", breaker.Options{MayNotInvite: true}, one(refused(403, "no")), stop, breaker.Forbidden},
		{"the profile is wrong", breaker.Options{MayNotInvite: true}, one(accepted(), refused(403, "no")), goOn, 0},

		{"49 refusals in the same words", breaker.Options{}, times(49, no), goOn, 0},
		{"50 refusals in the same words", breaker.Options{}, times(50, no), stop, breaker.Streak},
		{"50 refusals after successes", breaker.Options{}, row(times(9, accepted()), times(50, no)), stop, breaker.Streak},
		{"a success in between", breaker.Options{}, row(times(49, no), one(accepted()), times(49, no)), goOn, 0},
		{"other words in between", breaker.Options{}, row(times(49, no), one(refused(400, "never")), times(49, no)), goOn, 0},
		{"another status in between", breaker.Options{}, row(times(49, no), one(refused(422, "no")), times(49, no)), goOn, 0},
		{"a fault in between", breaker.Options{}, row(times(49, no), one(trouble()), one(no)), stop, breaker.Streak},
		{"a shorter streak", breaker.Options{MaxStreak: 2}, times(2, no), stop, breaker.Streak},
		{"people who were refused before", breaker.Options{MaxStreak: 2}, times(3, refusedAgain(400, "no")), goOn, 0},
		{"the same words but for the address", breaker.Options{MaxStreak: 2}, one(refused(400, "no Ada@x.example here"), refused(400, "no ada@x.example here")), stop, breaker.Streak},
		{"conflicts", breaker.Options{}, times(60, conflict), goOn, 0},

		{"two failures", may, times(2, failed()), goOn, 0},
		{"three failures", may, times(3, failed()), stop, breaker.Failures},
		{"three refusals, not looked up yet", may, times(3, no), stop, breaker.Failures},
		{"three rejections", may, times(3, refused(404, "no")), stop, breaker.Failures},
		{"three that nobody counts", breaker.Options{}, times(3, failed()), goOn, 0},
		{"conflicts are not looked up yet", may, times(3, conflict), goOn, 0},
		{"conflicts that nothing explains", may, row(times(3, conflict), times(3, found(conflict, journey.Settled, record.Rejected))), stop, breaker.Failures},
		{"a refusal counts once", may, row(times(2, no), times(2, found(no, journey.Settled, record.Rejected))), goOn, 0},
		{"whoever is there already was not refused", may, row(times(2, no), times(2, found(no, journey.Settled, record.AlreadyMember)), times(2, no)), goOn, 0},
		{"nor was who can be sent after all", may, row(times(2, no), times(2, found(no, journey.Send, record.Unset)), times(2, no)), goOn, 0},
		{"who is not looked up yet was", may, row(times(2, no), times(2, found(no, journey.Wait, record.Unset)), one(no)), stop, breaker.Failures},
		{"unknown ones", may, row(times(3, trouble()), times(3, found(trouble(), journey.Settled, record.Unknown))), stop, breaker.Failures},
		{"lost ones that are sent again", may, row(times(3, trouble()), times(3, found(trouble(), journey.Send, record.Unset))), goOn, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := play(tt.give, tt.steps)
			if got, reason := s.Do(0, false), breaker.ReasonOf(s.Err(false)); got != tt.want || reason != tt.reason {
				t.Errorf("Do = %d, Err = %v, want %d, %s", got, s.Err(false), tt.want, tt.reason)
			}
		})
	}
}

// TestWhatIsLeft says how the run goes on by what is left to do.
func TestWhatIsLeft(t *testing.T) {
	down := play(breaker.Options{}, times(10, trouble()))
	streak := play(breaker.Options{MaxStreak: 2}, times(2, refused(400, "no")))
	tests := []struct {
		name   string
		give   breaker.State
		doubts int
		idle   bool
		want   breaker.Action
	}{
		{"entries", breaker.State{}, 0, false, breaker.GoOn},
		{"entries and doubts", breaker.State{}, 9_999, false, breaker.GoOn},
		{"as many doubts as may wait", breaker.State{}, 10_000, false, breaker.Settle},
		{"doubts alone", breaker.State{}, 1, true, breaker.Settle},
		{"nothing", breaker.State{}, 0, true, breaker.Done},
		{"nothing but a service that is down", down, 0, true, breaker.Probe},
		{"doubts with a service that is down", down, 1, true, breaker.Probe},
		{"entries, while it does not answer", down.Probed(trouble().Err), 1, false, breaker.Probe},
		{"entries, once it answers", down.Probed(nil), 0, false, breaker.TryOne},
		{"entries, once it says no in its own words", down.Probed(refused(404, "no").Err), 0, false, breaker.TryOne},
		{"entries, while something else answers", down.Probed(foreign().Err), 0, false, breaker.Probe},
		{"doubts, once it answers", down.Probed(nil), 1, false, breaker.Settle},
		{"doubts that were looked up", down.Probed(nil).Looked(), 1, false, breaker.TryOne},
		{"entries, after one that worked", down.Probed(nil).Looked().Next(accepted(), breaker.Options{}), 1, false, breaker.GoOn},
		{"entries, after one that was refused", down.Probed(nil).Looked().Next(refused(404, "no"), breaker.Options{}), 1, false, breaker.GoOn},
		{"entries, after one that failed", down.Probed(nil).Looked().Next(trouble(), breaker.Options{}), 1, false, breaker.Probe},
		{"entries, after a probe that was refused the credentials", down.Probed(credentials().Err), 0, false, breaker.Stop},
		{"entries, after a streak", streak, 2, false, breaker.Stop},
		{"doubts after a streak", streak, 2, true, breaker.Settle},
		{"nothing after a streak", streak, 0, true, breaker.Done},
		{"nothing after lists that contradict themselves", play(breaker.Options{}, one(contradicted())), 0, true, breaker.Stop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.give.Do(tt.doubts, tt.idle); got != tt.want {
				t.Errorf("Do = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestEndedRunsStopForTheServiceAlone(t *testing.T) {
	no := refused(400, "no")
	tests := []struct {
		name  string
		give  breaker.Options
		steps []journey.Step
		want  breaker.Reason
	}{
		{"well", breaker.Options{}, one(accepted()), 0},
		{"a streak, and nothing is left", breaker.Options{MaxStreak: 2}, times(2, no), 0},
		{"failures, and nothing is left", breaker.Options{MaxFailures: 2}, times(2, no), 0},
		{"credentials", breaker.Options{}, one(credentials()), breaker.Credentials},
		{"all were forbidden, and they were few", breaker.Options{}, times(4, refused(403, "no")), 0},
		{"all were forbidden", breaker.Options{}, one(refused(403, "a"), refused(403, "b"), refused(403, "c"), refused(403, "d"), refused(403, "e")), breaker.Forbidden},
		{"one was refused otherwise", breaker.Options{}, one(refused(403, "no"), no), 0},
		{"one was accepted", breaker.Options{}, one(refused(403, "no"), accepted()), 0},
		{"all who were forbidden are there", breaker.Options{}, one(refused(403, "no"), found(refused(403, "no"), journey.Settled, record.AlreadyMember)), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := play(tt.give, tt.steps).Err(true); breaker.ReasonOf(err) != tt.want || (err != nil) != (tt.want != 0) {
				t.Errorf("Err = %v, want %s", err, tt.want)
			}
		})
	}
}

// TestProbesComeEverMoreSeldom has a service be down since noon.
func TestProbesComeEverMoreSeldom(t *testing.T) {
	s := play(breaker.Options{}, times(10, trouble()))
	o := breaker.Options{MaxWait: 5 * time.Minute}
	tests := []struct {
		name        string
		down, asked time.Duration
		want        time.Duration
		ok          bool
	}{
		{"at once", 0, 0, time.Second, true},
		{"a share of the outage", 20 * time.Second, 0, 10 * time.Second, true},
		{"no more than that", 4 * time.Minute, 0, 30 * time.Second, true},
		{"as the service asks", 20 * time.Second, time.Minute, time.Minute, true},
		{"the last one", 4*time.Minute + 30*time.Second, 0, 30 * time.Second, true},
		{"too late", 4*time.Minute + 31*time.Second, 0, 30 * time.Second, false},
		{"the service asks for too long", 4 * time.Minute, 61 * time.Second, 61 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if rest, ok := s.Rest(noon.Add(tt.down), tt.asked, o); rest != tt.want || ok != tt.ok {
				t.Errorf("Rest = %s, %t, want %s, %t", rest, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestGivingUpNamesTheCause(t *testing.T) {
	tests := []struct {
		name  string
		steps []journey.Step
		last  error
		want  breaker.Reason
		says  string
	}{
		{"a service that is down", times(10, trouble()), errors.New("refused"), breaker.Overlong, "no good answer since 12:00:00: refused"},
		{"something else in its place", one(foreign()), errors.New("a page"), breaker.Foreign, "no good answer since 12:00:00: a page"},
		{"not even a probe", times(10, trouble()), nil, breaker.Overlong, "no good answer since 12:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := play(breaker.Options{}, tt.steps).GaveUp(tt.last)
			err := s.Err(false)
			if breaker.ReasonOf(err) != tt.want || !strings.HasSuffix(err.Error(), tt.says) || s.Do(0, false) != breaker.Stop {
				t.Errorf("Err = %v", err)
			}
			if tt.last != nil && !errors.Is(err, tt.last) {
				t.Errorf("%v hides the answer", err)
			}
		})
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for r := breaker.Interrupted; r <= breaker.Forbidden; r++ {
		if strings.HasPrefix(r.String(), "reason(") {
			t.Errorf("%s has no words", r)
		}
	}
}
