package journey_test

import (
	"context"
	"time"

	"rollcall/pkg/pace"
)

// free returns when the next request may leave.
func (m *model) free() time.Time {
	if m.process.gate == nil {
		return time.Now()
	}
	rest, _ := m.process.gate.Rest(time.Now())
	return time.Now().Add(rest)
}

// Acquire implements [journey.Gate]. Nobody asks it: the wait comes before the attempt.
func (*model) Acquire(context.Context) (pace.Permission, error) { return pace.Permission{}, nil }

// Leave implements [journey.Gate].
func (*model) Leave(context.Context) error { return nil }

// Report implements [journey.Gate].
func (*model) Report(pace.Signal) {}

// Hold implements [journey.Gate].
func (m *model) Hold(until time.Time, _ string) {
	gate := pace.State{}
	if m.process.gate != nil {
		gate = *m.process.gate
	}
	gate = gate.Next(pace.Held{Until: until}, time.Now())
	m.process.gate = &gate
}

// sleepUntil lets time pass, and what is on its way to the service take effect.
func (m *model) sleepUntil(at time.Time) {
	for {
		next := at
		for _, p := range m.people {
			for _, l := range p.late {
				if l.lands.Before(next) {
					next = l.lands
				}
			}
		}
		time.Sleep(time.Until(next)) // virtual time
		m.land(time.Now())
		if !next.Before(at) {
			return
		}
	}
}
