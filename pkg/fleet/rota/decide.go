package rota

import (
	"encoding/json"
	"fmt"
	"time"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/schedule"
)

// timing is what the database keeps of when a schedule is due. A field that changes what others mean gets a new version:
// workers that do not know that leave the schedule to those that do.
type timing struct {
	Version int              `json:"version"`
	Cron    schedule.Cron    `json:"cron"`
	Zone    schedule.Zone    `json:"zone"`
	Jitter  schedule.Jitter  `json:"jitter"`
	Catchup schedule.Catchup `json:"catchup"`
}

// version is the newest one of timing.
const version = 1

// timingOf returns what the database keeps.
func timingOf(o schedule.Options) (json.RawMessage, error) {
	return json.Marshal(timing{version, o.Cron, o.Zone, o.Jitter, o.Catchup})
}

// scheduleOf returns when a schedule of the database is due.
func scheduleOf(s store.Schedule) (*schedule.Schedule, error) {
	var t timing
	var newer struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(s.Timing, &newer); err != nil {
		return nil, fmt.Errorf("when it is due cannot be read: %w", err)
	}
	if newer.Version > version {
		return nil, fmt.Errorf("when it is due was written by a newer version of this program (%d, and %d is known)", newer.Version, version)
	}
	if err := json.Unmarshal(s.Timing, &t); err != nil {
		return nil, fmt.Errorf("when it is due cannot be read: %w", err)
	}
	return schedule.New(schedule.Options{
		Name: s.Name, Cron: t.Cron, Zone: t.Zone, Jitter: t.Jitter, Catchup: t.Catchup, PauseOnFailure: s.PauseOnFailure,
	})
}

// slots tells slots from when they are due. A slot is what the times of a schedule say, and is due later by the jitter: so it
// is the same one after the jitter was changed, and has one job.
type slots struct{ *schedule.Schedule }

// next returns the first slot after a moment, and when it is due.
func (s slots) next(after time.Time) (slot, due time.Time) {
	due = s.Next(after)
	return due.Add(-s.Later()), due
}

// Decide says what is done about a schedule that is due: one job begins for all slots that were missed, unless that is too late
// for what its catch-up says.
//
// What the database says is due is due, even if the zones of this machine say otherwise: those of different machines may be of
// different ages.
func Decide(due store.Schedule, now time.Time) (store.Firing, error) {
	found, err := scheduleOf(due)
	if err != nil {
		return store.Firing{}, err
	}
	s := slots{found}
	look := s.Look(schedule.State{Last: due.Slot.Add(s.Later() - time.Nanosecond)}, now)
	firing := store.Firing{Begin: look.Action == schedule.Begin}
	firing.Next, firing.DueAt = s.next(now)
	switch {
	case look.Action != schedule.Wait:
		firing.Slot = look.Slot.Add(-s.Later())
		firing.Missed = s.between(look.First, look.Slot)
	case !due.Slot.Add(s.Later()).After(now): // but not here
		firing.Begin, firing.Slot = true, due.Slot
	default: // it was looked at too early
		firing.Next, firing.DueAt = due.Slot, due.Slot.Add(s.Later())
	}
	return firing, nil
}

// mostMissed bounds how many slots are counted: those of every minute of two months.
const mostMissed = 100_000

// between returns how many moments from one at which the schedule is due there are to another one, which does not count.
func (s slots) between(first, last time.Time) (n int) {
	for at := first; at.Before(last) && n < mostMissed; at = s.Next(at) {
		n++
	}
	return n
}

// Words says when a schedule is due, as in "every night at 02:30 (Europe/Berlin)", or what keeps this program from knowing.
func Words(s store.Schedule) string {
	found, err := scheduleOf(s)
	if err != nil {
		return err.Error()
	}
	return found.String()
}
