package gauge

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/exposition"
	"rollcall/pkg/fence"
	"rollcall/pkg/status"
)

// metrics returns everything that is known, in the order of the samples below.
func (g *Gauge) metrics(ctx context.Context) []byte {
	text := exposition.New()
	g.ofWorker(text)
	g.ofLedger(text)
	read := g.counts.get(ctx)
	text.Gauge("rollcall_fleet_database_up", "1 if the database has said how the fleet is doing; otherwise that is left out.")
	text.Sample(exposition.Truth(read.err == nil))
	if read.err == nil {
		ofFleet(text, read)
	}
	return text.Bytes()
}

// ofWorker writes what this process knows of itself.
func (g *Gauge) ofWorker(text *exposition.Text) {
	is := g.worker()
	text.Gauge("rollcall_fleet_build_info", "Version of rollcall that the worker is; always 1.")
	text.Sample("1", "version", g.o.Version)
	text.Gauge("rollcall_fleet_worker_slots", "Runs that the worker works on at once at most.")
	text.Sample(strconv.Itoa(is.Slots))
	text.Gauge("rollcall_fleet_worker_running", "Runs that the worker works on.")
	text.Sample(strconv.Itoa(is.Running))
	text.Gauge("rollcall_fleet_worker_draining", "1 if the worker takes no new slice since it is to end.")
	text.Sample(exposition.Truth(is.Draining))
	text.Gauge("rollcall_fleet_worker_pulse_timestamp_seconds", "When the worker did what it does every second without an error for the last time, in seconds since 1970; 0 if it has not begun.")
	text.Sample(instant(is.Pulse))
	count(text, "rollcall_fleet_troubles_total", "What the worker could not do and tries again, such as what needs the database.", g.troubles.Load())
	count(text, "rollcall_fleet_slices_begun_total", "Slices that the worker has begun.", g.begun.Load())
	count(text, "rollcall_fleet_slices_ended_total", "Slices of the worker that have ended, whether their run goes on or has ended as well.", g.ended.Load())
	count(text, "rollcall_fleet_slices_fenced_total", "Slices of the worker that lost their organization to somebody else, who took the worker for gone.", g.fenced.Load())
	count(text, "rollcall_fleet_takeovers_total", "Runs that the worker had go on whose own worker was not seen any more.", g.takenOver.Load())
	text.Counter("rollcall_fleet_runs_ended_total", "Runs that have ended with a slice of the worker, by exit code.")
	g.mu.Lock()
	byExit(text, g.exits)
	waits := maps.Clone(g.waits)
	g.mu.Unlock()
	before, at := fence.HeldBack()
	text.Counter("rollcall_fleet_requests_held_back_total", "Requests that were not sent since their claim was too old by then, by where that was found out: before there was a connection, or at its socket.")
	text.Sample(strconv.FormatUint(before-g.heldBefore, 10), "where", "before_connection")
	text.Sample(strconv.FormatUint(at-g.heldAt, 10), "where", "at_socket")
	text.Histogram("rollcall_fleet_limit_wait_seconds", "How long a request of the worker waited for a limit that is shared, by limit.")
	for _, limit := range slices.Sorted(maps.Keys(waits)) {
		text.Distribution(waits[limit], "limit", limit)
	}
	text.Histogram("rollcall_fleet_schedule_lateness_seconds", "How long after it was due a schedule has begun its run, where the worker did that.")
	text.Distribution(g.lateness)
}

// ofLedger writes how what is written gets into the database.
func (g *Gauge) ofLedger(text *exposition.Text) {
	text.Histogram("rollcall_fleet_commit_seconds", "How long the database took to keep a group of claims and outcomes of the worker, tries that failed included.")
	text.Distribution(g.commitSeconds)
	text.Histogram("rollcall_fleet_commit_changes", "Claims and outcomes in such a group.")
	text.Distribution(g.commitChanges)
}

// ofFleet writes what the database says, which is the same from each worker.
func ofFleet(text *exposition.Text, read counted) {
	c := read.counts
	text.Gauge("rollcall_fleet_runs", "Runs of the fleet that have not ended: waiting ones have not begun, running ones have, and paused ones are not to be worked on.")
	for _, one := range []struct {
		state string
		runs  int
	}{{"waiting", c.Waiting}, {"running", c.Running}, {"paused", c.Halted}} {
		text.Sample(strconv.Itoa(one.runs), "state", one.state)
	}
	text.Gauge("rollcall_fleet_runs_ended_last_day", "Runs of the fleet that have ended within the last 24 hours, by exit code.")
	ended := map[status.Status]uint64{}
	for exit, runs := range c.Ended {
		ended[status.Status(exit)] = uint64(runs)
	}
	byExit(text, ended)
	text.Gauge("rollcall_fleet_oldest_due_run_age_seconds", "For how long the run is due that has waited for a worker for longest; 0 if none has.")
	text.Sample(age(c.Now, c.Oldest))
	text.Gauge("rollcall_fleet_schedules", "Schedules of the fleet; paused ones begin no run.")
	text.Sample(strconv.Itoa(c.Schedules-c.Paused), "state", "active")
	text.Sample(strconv.Itoa(c.Paused), "state", "paused")
	text.Gauge("rollcall_fleet_schedule_overdue_seconds", "For how long the schedule is due that should have begun a run longest ago; 0 if none should.")
	text.Sample(age(c.Now, c.Late))
	text.Gauge("rollcall_fleet_database_lapse_timestamp_seconds", "When the database was found for the last time to be another one than it was, in seconds since 1970; 0 if it never was. It was restored then, or another server has taken over.")
	text.Sample(instant(c.Lapsed))
}

// instant is when something was, 0 if it never was.
func instant(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return exposition.Seconds(at)
}

// count writes a counter without labels.
func count(text *exposition.Text, name, help string, value uint64) {
	text.Counter(name, help)
	text.Sample(strconv.FormatUint(value, 10))
}

// byExit writes a sample for each exit code that there is, since who watches can't tell what was never there from what is gone. What
// has no meaning is added up.
func byExit(text *exposition.Text, runs map[status.Status]uint64) {
	others := uint64(0)
	for _, n := range runs {
		others += n
	}
	for _, exit := range status.All() {
		others -= runs[exit]
		text.Sample(strconv.FormatUint(runs[exit], 10), "exit_code", strconv.Itoa(int(exit)))
	}
	text.Sample(strconv.FormatUint(others, 10), "exit_code", "other")
}

// age is how long ago something was, 0 if it was not.
func age(now, then time.Time) string {
	if then.IsZero() {
		return "0"
	}
	return strconv.FormatFloat(max(0, now.Sub(then).Seconds()), 'f', 3, 64)
}
