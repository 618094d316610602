// Package schedule says when something that is done again and again is due, and what is to be done about it now.
//
//	var cron schedule.Cron
//	var zone schedule.Zone
//	err := errors.Join(cron.UnmarshalText([]byte("30 2 * * *")), zone.UnmarshalText([]byte("Europe/Berlin")))
//	nightly, err := schedule.New(schedule.Options{Name: "emea", Cron: cron, Zone: zone, Jitter: schedule.Jitter(20 * time.Minute)})
//	next := nightly.Next(time.Now())
//
// A [Cron] names times of a wall clock: slots. The clock of a [Zone] may jump over a slot or show it twice. So there is one
// rule: a slot is due at the first moment at which the clock shows its time or a later one. On the night that has no
// 02:30, "30 2 * * *" is due when the clock jumps over it; on the night that has it twice, it is due the first time. A date
// that the clock leaves out as a whole, as Apia's did on 30 December 2011, counts the same. Each slot is due exactly once;
// slots that a clock jumps over are due together, as one.
//
// [Schedule.Look] decides what to do, from what is remembered in a [State]: slots that were missed are made up for by one
// run, a run is never begun while another one of the schedule is open, and a schedule may pause after a failure.
//
// Everything is a pure function of its arguments and of the zones that the machine knows. Nothing here waits, runs or
// remembers anything.
package schedule
