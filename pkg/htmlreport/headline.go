package htmlreport

import (
	"fmt"
	"strings"

	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// headline returns the worst true statement about the run, and its tone.
func (p Page) headline() (words, tone string) {
	n := p.Outcomes
	invited, left := n[record.Invited], n[record.NotSent]
	before, when := "", " before that"
	if p.Unended {
		when = " so far"
	}
	if invited > 0 {
		before = "; " + people(invited) + " " + were(invited) + " invited" + when
	}
	if p.Unended {
		return p.stopped("This run has not ended", left, before), warn
	}
	switch p.Status {
	case status.Well:
		return p.well(), good
	case status.Rows:
		return p.rows(), warn
	case status.Roster:
		return "The roster was refused: nothing was sent", bad
	case status.Settings:
		return "The settings are wrong: nothing was sent", bad
	case status.Locked:
		return "Another run holds the ledger: nothing was sent", warn
	case status.Guarded:
		return "A guard keeps everything back: nothing was sent", bad
	case status.Refused:
		return "The service refused the credentials, or the right to invite" + before, bad
	case status.Stopped:
		return p.stopped("Stopped before the end", left, before), warn
	case status.Interrupted:
		return p.stopped("Interrupted before the end", left, before), warn
	default:
		return "Stopped by an unexpected error" + before, bad
	}
}

// stopped says what is left after a run that ended early.
func (p Page) stopped(how string, left int, before string) string {
	switch {
	case p.Run == "":
		return how + ": nothing was sent"
	case left > 0:
		return how + ": " + rowsOf(left) + " had no turn yet" + before
	}
	return how + before
}

// well says what came of a run in which every row ended well.
func (p Page) well() string {
	would := p.Outcomes[record.WouldInvite] + p.Outcomes[record.WouldReinvite]
	changed := 0
	if p.Drift != nil {
		changed = p.Drift.Changed
	}
	switch {
	case p.DryRun && would > 0:
		return people(would) + " would be invited"
	case p.DryRun:
		return "Nobody would be invited"
	case p.Outcomes[record.Invited] > 0:
		n := p.Outcomes[record.Invited]
		words := people(n) + " " + were(n) + " invited"
		if changed > 0 {
			words += ", " + rowsNamed(changed, "change") + " " + were(changed) + " made"
		}
		return words
	case changed > 0:
		return rowsNamed(changed, "change") + " " + were(changed) + " made, nobody had to be invited"
	case p.Idle:
		return "Nothing had to be done"
	}
	return "Nobody had to be invited"
}

// rows says what came of a run in which some rows did not end well.
func (p Page) rows() string {
	need := 0
	for outcome, n := range p.Outcomes {
		if !outcome.Well() {
			need += n
		}
	}
	var parts []string
	if need > 0 {
		verb := "need"
		if need == 1 {
			verb = "needs"
		}
		parts = append(parts, fmt.Sprintf("%s %s you", rowsOf(need), verb))
	}
	if p.Drift != nil && p.Drift.Failed > 0 {
		parts = append(parts, rowsNamed(p.Drift.Failed, "change")+" could not be made")
	}
	would := p.Outcomes[record.WouldInvite] + p.Outcomes[record.WouldReinvite]
	if n := p.Outcomes[record.Invited]; n > 0 {
		parts = append(parts, people(n)+" "+were(n)+" invited")
	} else if would > 0 {
		parts = append(parts, people(would)+" would be invited")
	}
	if len(parts) == 0 {
		return "Some rows need you"
	}
	return strings.Join(parts, ", ")
}

// people counts people.
func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return plural.Grouped(n) + " people"
}

// were agrees with a number.
func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
