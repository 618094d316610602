package preview_test

import (
	"testing"

	"rollcall/pkg/amend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/preview"
	"rollcall/pkg/record"
)

func TestQuestion(t *testing.T) {
	due, reported := amend.Change{Action: amend.Due}, amend.Change{Action: amend.Reported}
	for want, p := range map[string]onboard.Preview{
		"":                 {Changes: []amend.Change{reported}},
		"Invite 1 person?": {Outcomes: map[record.Outcome]int{record.WouldReinvite: 1, record.AlreadyMember: 3}},
		"Make 1 change?":   {Changes: []amend.Change{due, reported}},
		"Invite 2 people, make 1 team and 2 changes?": {
			Outcomes: map[record.Outcome]int{record.WouldInvite: 2}, NewTeams: []string{"A"}, Changes: []amend.Change{due, due},
		},
	} {
		if got := preview.Question(&p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
