package breaker_test

import (
	"net/http"
	"testing"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// entry is a row whose pending invitation is to be replaced, and has been cancelled if it says so.
func entry(row int, cancelled bool) journey.Work {
	w := journey.Work{Record: record.Record{Row: row, Line: row + 1, Email: "ada@x.example"}, Replaces: "old"}
	if cancelled {
		w.Trail.Cancelled = "old"
	}
	return w
}

// of makes a step one of an entry.
func of(w journey.Work, step journey.Step) journey.Step {
	outcome, status := step.Work.Outcome, step.Work.HTTPStatus
	step.Work = w
	step.Work.Outcome, step.Work.HTTPStatus = outcome, status
	return step
}

func TestReplacements(t *testing.T) {
	first, second, third, stranger := entry(1, false), entry(2, false), entry(3, false), journey.Work{Record: record.Record{Row: 9}}
	bereft := journey.Work{Record: record.Record{Row: 8, Trail: record.Trail{Cancelled: "old"}}} // by an earlier run
	cancelled := after(journey.Accepted, journey.Again, record.Unset, nil)
	read := func(move journey.Move, outcome record.Outcome) journey.Step { return after(0, move, outcome, nil) }
	no := refused(http.StatusUnprocessableEntity, "no seats")
	settledNo := after(0, journey.Settled, record.Rejected, &cybedefend.Error{Class: cybedefend.FinalNo, Status: http.StatusUnprocessableEntity})

	type happening struct {
		left journey.Work // unless its row is 0
		step journey.Step
	}
	goes := func(w journey.Work) happening { return happening{left: w} }
	meets := func(w journey.Work, step journey.Step) happening { return happening{step: of(w, step)} }
	tests := []struct {
		name string
		give []happening
		// begins says whether another may begin, and shut whether none may any more.
		begins, shut bool
	}{
		{"nothing has happened", nil, true, false},
		{"one is under way", []happening{goes(first)}, false, false},
		{"its invitation is cancelled", []happening{goes(first), meets(entry(1, true), cancelled)}, false, false},
		{"its new one is accepted", []happening{goes(first), meets(entry(1, true), accepted())}, true, false},
		{"its new one is confirmed", []happening{goes(first), meets(entry(1, true), after(journey.Accepted, journey.LookUp, record.Unset, nil))}, true, false},
		{"its new one is refused", []happening{goes(first), meets(entry(1, true), no)}, false, false},
		{"and really is", []happening{goes(first), meets(entry(1, true), no), meets(entry(1, true), settledNo)}, false, true},
		{"and the person is there", []happening{goes(first), meets(entry(1, true), no), meets(entry(1, true), read(journey.Settled, record.AlreadyMember))}, true, false},
		{"its new one is lost", []happening{goes(first), meets(entry(1, true), trouble())}, false, false},
		{"and was made", []happening{goes(first), meets(entry(1, true), trouble()), meets(entry(1, true), read(journey.Settled, record.Invited))}, true, false},
		{"and is sent again", []happening{goes(first), meets(entry(1, true), trouble()), meets(entry(1, true), read(journey.Send, record.Unset))}, false, false},
		{"and is not known to be", []happening{goes(first), meets(entry(1, true), trouble()), meets(entry(1, true), read(journey.Settled, record.Unknown))}, false, true},
		{"its attempts are used up", []happening{goes(first), meets(entry(1, true), failed())}, false, true},
		{"they are used up before anything was cancelled", []happening{goes(first), meets(first, failed())}, true, false},
		{"its cancellation is refused", []happening{goes(first), meets(first, after(journey.Refused, journey.Settled, record.Rejected, nil))}, true, false},
		{"its cancellation may be refused", []happening{goes(first), meets(first, no)}, false, false},
		{"another is refused later", []happening{goes(first), meets(entry(1, true), accepted()), goes(second), meets(entry(2, true), no)}, false, false},
		{
			"and a third, on its way, accepted",
			[]happening{
				goes(first), meets(entry(1, true), accepted()), goes(second), goes(third), meets(entry(2, true), no), meets(entry(3, true), accepted()),
			},
			false, false,
		},
		{"a lost reply later", []happening{goes(first), meets(entry(1, true), accepted()), goes(second), meets(entry(2, true), trouble())}, true, false},
		{
			"one that stays unknown later",
			[]happening{goes(first), meets(entry(1, true), accepted()), goes(second), meets(entry(2, true), read(journey.Settled, record.Unknown))},
			true, false,
		},
		{"who has none already goes first", []happening{goes(bereft)}, false, false},
		{"and is refused", []happening{goes(bereft), meets(bereft, settledNo)}, false, true},
		{"and is accepted", []happening{goes(bereft), meets(bereft, accepted())}, true, false},
		{"who has none needs none replaced", []happening{goes(stranger), meets(stranger, settledNo)}, true, false},
		{"nothing opens what was shut", []happening{goes(bereft), meets(bereft, settledNo), goes(entry(4, true)), meets(entry(4, true), accepted())}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r breaker.Replacements
			for _, h := range tt.give {
				if h.left.Row != 0 {
					r = r.Left(h.left)
					continue
				}
				r = r.Next(h.step)
			}
			if got := r.May(entry(7, false)); got != tt.begins {
				t.Errorf("another may begin: %t", got)
			}
			if !r.May(entry(7, true)) || !r.May(stranger) || !r.May(bereft) {
				t.Error("who has nothing to lose may not go on")
			}
			if got := breaker.ReasonOf(r.Err()) == breaker.Replacing; got != tt.shut {
				t.Errorf("shut: %v", r.Err())
			}
		})
	}
}
