package onboard

import (
	"strconv"
	"time"

	"rollcall/pkg/budget"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
)

// Holds returns what holds for work by these options, for people: how fast and how patiently the service is called, who is
// invited again, what is used up at most, and the guards. What is not set is left out where nothing stands for it; whatever is
// wrong with the options is for the work itself to say.
func (o Options) Holds() (set []remedy.Remedy) {
	o, _ = o.withDefaults()
	add := func(option, value string, matters bool) {
		if matters {
			set = append(set, remedy.Remedy{Option: option, Value: value})
		}
	}
	most := func(option string, limit *int) {
		if limit != nil {
			add(option, strconv.Itoa(*limit), true)
		}
	}
	lasting := func(option string, d time.Duration) { add(option, d.String(), d > 0) }
	add("rate", o.Rate.String(), true)
	add("burst", strconv.Itoa(o.Burst), o.Burst > 1)
	add("concurrency", strconv.Itoa(o.Concurrency), true)
	add("attempts", strconv.Itoa(o.Attempts), true)
	lasting("timeout", o.Timeout)
	lasting("max-wait", o.MaxWait)
	lasting("grace", o.Grace)
	add(plan.OptionReinvite, string(o.Reinvite), true)
	if o.ReinviteAfter != nil {
		lasting(plan.OptionReinviteAfter, *o.ReinviteAfter)
	}
	add(plan.OptionReinviteMax, strconv.Itoa(o.ReinviteMax), o.ReinviteMax > 0)
	add(plan.OptionTrustLists, "", o.TrustLists)
	most(budget.OptionPerDay, o.MaxPerDay)
	most(budget.OptionPending, o.MaxPending)
	most(budget.OptionFirst, o.Limit)
	return append(set, o.guarding()...)
}
