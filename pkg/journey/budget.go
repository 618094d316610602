package journey

import (
	"time"

	"rollcall/pkg/budget"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// Budget returns what limits leave, by when requests have left that may have mailed somebody, and by how many people may
// have an open invitation: those whom the reading shows with one, those who were invited so lately that it may be too early
// to show them, and those about whom a request is in doubt.
func Budget(limits budget.Limits, mailings []time.Time, in plan.Inputs, doubts []record.Doubt) *budget.Budget {
	used := budget.Used{Mailings: mailings}
	if in.Directory == nil || in.Blind {
		return budget.New(limits, used)
	}
	doubtful := map[string]bool{}
	for _, doubt := range doubts {
		if doubt.Change == record.ChangeInvite {
			doubtful[email.Fold(doubt.Email)] = true
		}
	}
	used.Pending = in.Directory.Pending()
	for key, history := range in.Histories.All() {
		if !doubtful[key] && tooEarlyFor(history, in) && !found(in.Directory.Person(key)) {
			used.Pending++
		}
	}
	b := budget.New(limits, used)
	for key := range doubtful {
		if m := in.Directory.Person(key); m.Member == nil {
			b.Suspects(budget.Person{Key: key, Counted: m.Pending != nil})
		}
	}
	return b
}

// found reports whether a reading shows the person as a member, or to be invited.
func found(m directory.Membership) bool { return m.Member != nil || m.Pending != nil }

// tooEarlyFor reports whether a reading may be too early to show the last invitation in a history, and does not show what
// has become of it.
func tooEarlyFor(history plan.History, in plan.Inputs) bool {
	id := history.Invitation.ID
	_, cancelled := history.Cancelled[id]
	_, _, listed := in.Directory.Invitation(id)
	return history.Times > 0 && in.At.Sub(history.At) < MemoryCounts && !cancelled && !listed
}
