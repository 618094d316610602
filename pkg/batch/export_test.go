package batch

import (
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// Recovered returns what a recovery that found nothing to recover leads to.
func (r Recovery) Recovered(in plan.Inputs, doubts ...record.Doubt) *Recovered {
	r, err := r.withDefaults()
	if err != nil {
		panic(err)
	}
	return &Recovered{recovery: r, inputs: in, doubts: doubts}
}
