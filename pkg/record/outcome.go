package record

import "fmt"

// Outcome is the last word about a row: a closed set. The zero value means that there is none yet and is never
// written to a results file.
type Outcome uint8

// The outcomes. Their numbers are stored in ledgers: append, never reorder.
const (
	Unset Outcome = iota
	// Invited: the service confirmed the invitation during this run.
	Invited
	// AlreadyInvited: an invitation was pending and has not expired; nothing was sent.
	AlreadyInvited
	// AlreadyMember: the person is in the organization; nothing was sent.
	AlreadyMember
	// Rejected: the service said no for good.
	Rejected
	// Invalid: the row itself is wrong; nothing was sent.
	Invalid
	// Duplicate: an earlier line has the same person with the same wishes.
	Duplicate
	// Failed: transient trouble used up the attempts; the person is certainly not invited.
	Failed
	// Unknown: a request was sent, no answer came, and whether it took effect could not be found out.
	Unknown
	// NotSent: the run stopped before this row's turn.
	NotSent
	// WouldInvite and WouldReinvite are the verdicts of a dry run on rows that a run would send.
	WouldInvite
	WouldReinvite
	// Skipped: a rule of the user's kept the row from being sent; the hint names the rule.
	Skipped
)

var outcomeNames = [...]string{
	Unset: "unset", Invited: "invited", AlreadyInvited: "already_invited", AlreadyMember: "already_member",
	Rejected: "rejected", Invalid: "invalid", Duplicate: "duplicate", Failed: "failed", Unknown: "unknown",
	NotSent: "not_sent", WouldInvite: "would_invite", WouldReinvite: "would_reinvite",
	Skipped: "skipped",
}

// Outcomes returns every outcome that a results file can hold, in the order of a summary.
func Outcomes() []Outcome {
	return []Outcome{
		Invited, WouldInvite, WouldReinvite, AlreadyInvited, AlreadyMember, Skipped, Duplicate,
		Rejected, Failed, Unknown, Invalid, NotSent,
	}
}

// String returns the word used in results files, flags and logs.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// Well reports whether the row ended, or would end, as its roster wishes.
func (o Outcome) Well() bool {
	switch o {
	case Invited, AlreadyInvited, AlreadyMember, Skipped, Duplicate, WouldInvite, WouldReinvite:
		return true
	case Unset, Rejected, Invalid, Failed, Unknown, NotSent:
		return false
	}
	return false
}

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the word that [Outcome.String] writes.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", text)
}
