package notify

import (
	"strconv"
	"time"

	"rollcall/pkg/exposition"
	"rollcall/pkg/pattern"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// Metrics returns a summary in Prometheus's text format 0.0.4, as the node exporter's textfile collector reads it:
// gauges about the last run, each with the organization and the file name of the roster as labels, and no personal data.
//
// Version is that of the program, ended when the run did. Earlier is what the file held before, or nothing: from there
// come the last success, unless this run is one, and the organization, where this run did not get to know it. What
// stands there about another organization or roster is not used. A dry run is no success: it has invited nobody.
func Metrics(s report.Summary, version string, ended time.Time, earlier []byte) []byte {
	roster := fileName(s.Roster)
	organization, success := lastSuccess(earlier, s.OrganizationID, roster)
	if s.Status == status.Well && !s.DryRun {
		success = exposition.Seconds(ended)
	}
	m := exposition.New("organization_id", organization, "roster", roster)
	m.Gauge("rollcall_build_info", "Version of rollcall that made the last run; always 1.")
	m.Sample("1", "version", version)
	m.Gauge("rollcall_last_run_timestamp_seconds", "When the last run ended, in seconds since 1970.")
	m.Sample(exposition.Seconds(ended))
	m.Gauge(successMetric, "When the last run ended that had the exit code 0 and was no dry run, in seconds since 1970; 0 if there was none.")
	m.Sample(success)
	m.Gauge("rollcall_last_run_exit_code", "Exit code of the last run: 0 is well, 3 means that some rows need a person.")
	m.Sample(strconv.Itoa(int(s.Status)))
	m.Gauge("rollcall_last_run_duration_seconds", "How long the last run took.")
	m.Sample(strconv.FormatFloat(s.Duration.Seconds(), 'f', 3, 64))
	m.Gauge("rollcall_last_run_dry_run", "1 if the last run was a dry run, which sends nothing.")
	m.Sample(exposition.Truth(s.DryRun))
	m.Gauge("rollcall_last_run_roster_rows", "Rows that the last run read.")
	m.Sample(strconv.Itoa(s.Rows))
	m.Gauge("rollcall_last_run_rows", "Rows of the last run by their last word.")
	for _, outcome := range record.Outcomes() {
		m.Sample(strconv.Itoa(s.Outcomes[outcome]), "outcome", outcome.String())
	}
	m.Gauge("rollcall_last_run_requests", "Requests that the last run sent to the service.")
	m.Sample(strconv.Itoa(s.Requests))
	m.Gauge("rollcall_last_run_throttled_requests", "Requests of the last run that were asked to slow down.")
	m.Sample(strconv.Itoa(s.Throttled))
	m.Gauge("rollcall_last_run_retries", "Requests of the last run that were repeats.")
	m.Sample(strconv.Itoa(s.Repeats()))
	if s.Drift != nil {
		m.Gauge("rollcall_last_run_leavers", "Members who left the roster, by what the last run did with them.")
		m.Sample(strconv.Itoa(s.Drift.Removed), "action", "removed")
		m.Sample(strconv.Itoa(s.Drift.Demoted), "action", "demoted")
	}
	return m.Bytes()
}

// successMetric outlives the runs that do not succeed.
const successMetric = "rollcall_last_success_timestamp_seconds"

// successLine matches the sample of [successMetric] that [Metrics] has written.
var successLine = pattern.Of(`(?m)^` + successMetric + `\{organization_id="((?:[^"\\\n]|\\.)*)",roster="((?:[^"\\\n]|\\.)*)"\} ([0-9.]+)$`)

// lastSuccess returns the last success that earlier tells of, "0" if it tells of none, and the organization, as earlier
// has it where the run does not know.
func lastSuccess(earlier []byte, organization, roster string) (string, string) {
	found := successLine().FindSubmatch(earlier)
	if found == nil || string(found[2]) != exposition.Escape(roster) {
		return organization, "0"
	}
	was := exposition.Unescape(string(found[1]))
	switch {
	case organization == "":
		return was, string(found[3])
	case organization == was || was == "":
		return organization, string(found[3])
	}
	return organization, "0"
}
