package htmlreport

import (
	"rollcall/pkg/paint"
	"rollcall/pkg/record"
)

// look is how an outcome is shown.
type look struct {
	// Label are its words for people, Tone says whether it is good news, Color is that of its bar.
	Label, Tone, Color string
	meaning            string
}

// The tones. Each goes with words, so that nothing is said by colour alone.
const (
	good = "good"
	warn = "warn"
	bad  = "bad"
	none = ""
)

// looks are those of all outcomes that a row can end with.
var looks = map[record.Outcome]look{
	record.Invited:        {"Invited", good, "o1", "an e-mail with an invitation was sent"},
	record.WouldInvite:    {"Would be invited", good, "o1", "nothing was sent yet"},
	record.WouldReinvite:  {"Would be invited again", good, "o1", "the earlier invitation has ended; nothing was sent yet"},
	record.AlreadyInvited: {"Already invited", good, "o2", "an open invitation is there; nothing was sent"},
	record.AlreadyMember:  {"Already a member", good, "o3", "nothing was sent"},
	record.Skipped:        {"Left out by a rule", none, "o4", "a rule of yours keeps them from being sent; the row says which"},
	record.Duplicate:      {"Repeated row", none, "o4", "an earlier line has the same person"},
	record.Rejected:       {"Refused", bad, "o5", "the service said no for good"},
	record.Failed:         {"Failed", bad, "o5", "trouble on the way; certainly not invited"},
	record.Unknown:        {"Not certain", warn, "o6", "sent, but whether it took effect could not be found out"},
	record.Invalid:        {"Row is wrong", bad, "o5", "nothing was sent for it"},
	record.NotSent:        {"Not sent yet", warn, "o4", "the run stopped before their turn"},
}

// lookOf returns how an outcome is shown.
func lookOf(o record.Outcome) look {
	if l, ok := looks[o]; ok {
		return l
	}
	return look{Label: o.String(), Color: "o4"}
}

// lookOfWord returns how an outcome is shown that is known by its word.
func lookOfWord(word string) look {
	for _, o := range record.Outcomes() {
		if o.String() == word {
			return lookOf(o)
		}
	}
	return look{Label: paint.Visible(word), Tone: warn, Color: "o4"}
}
