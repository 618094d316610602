package onboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// consent is whether a person has approved of what would be done although guards have something against it. It is another
// thing than a plan that is to be carried out: that one says what is done, this one only what guards let pass. The zero
// value is none.
type consent struct {
	// digest is that of what would be done, empty where the organization is not looked at.
	digest string
	// now is the digest if it was approved with the options, empty if it was not.
	now string
	// held says that the run that is resumed was approved of, with all that is left of it.
	held bool
	// remarks say why what was approved does not count.
	remarks []string
	// since is when guards first kept the roster back, zero where that is not remembered.
	since time.Time
}

// gives reports whether guards have nothing to say any more.
func (c consent) gives() bool { return c.now != "" || c.held }

// areDigests reports whether all texts are digests of work.
func areDigests(texts []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool {
		_, ok := guard.ParseDigest(text)
		return !ok
	})
}

// addMail takes in that somebody would get an e-mail, by the row: what it says is the same before and after a crash.
func addMail(w *guard.Work, r *record.Record) { w.Add("mail", email.Fold(r.Email), r.Role, r.Teams) }

// consider finds out whether what would be done was approved of, and remembers whether guards keep a roster back that the
// organization is to follow.
func (s *Session) consider(ctx context.Context, p *Preview) error {
	s.report.Tripped = nil
	if s.connection == nil {
		return nil
	}
	var approvals []ledger.Approval
	var cut string
	if l := s.memory.ledger; l != nil {
		var err error
		if approvals, err = ledger.All(l.Approvals(ctx, s.memory.scope)); err != nil {
			return err
		}
		if cut, err = s.cutShort(ctx, p); err != nil {
			return err
		}
	}
	p.consent = s.consentTo(p, approvals, cut)
	// What was approved is forgotten once the run has begun; where something else is to be mended first, nothing has changed.
	if settled := p.consent.gives() || p.unfit() != nil; settled && len(p.Trips) > 0 {
		return nil
	}
	if err := s.noteTrips(ctx, p); err != nil || len(p.Trips) == 0 {
		return err
	}
	s.report.Tripped = &report.Tripped{Digest: p.consent.digest, Since: p.consent.since}
	for _, trip := range p.Trips {
		s.report.Tripped.Guards = append(s.report.Tripped.Guards, report.Guard{Option: trip.Option, Reason: trip.Reason})
	}
	return nil
}

// consentTo says whether what would be done was approved of, by all approvals of the organization. The run that goes on, or
// would but for a dry run, needs no other one.
func (s *Session) consentTo(p *Preview, approvals []ledger.Approval, cut string) consent {
	var c consent
	used := map[string]string{} // digests, and by which run
	for _, a := range approvals {
		if a.Ended {
			used[a.Digest] = a.Run
		} else if a.Run == cut {
			c.held = p.work.Within(a.Work)
		}
	}
	where := append([]string{s.memory.scope.Service, s.memory.scope.OrganizationID, ledger.Series(s.roster.Name)}, guard.AboutRoster(p.Trips)...)
	for again := 0; c.digest == "" || used[c.digest] != ""; again++ { // the same work, once more, is for a person to approve once more
		c.digest = p.work.Digest(append(where, strconv.Itoa(again))...)
	}
	if len(p.Trips) == 0 || c.held {
		return c
	}
	for _, given := range s.o.ApprovedDigests {
		given, _ = guard.ParseDigest(given)
		switch run := used[given]; {
		case given == c.digest:
			c.now = given
		case run != "":
			c.remarks = append(c.remarks, "the approval of "+given+" was for run "+run+", which has ended: it counts once")
		default:
			c.remarks = append(c.remarks, given+" was approved, and what would be done is another now: "+c.digest)
		}
	}
	return c
}

// noteTrips remembers which guards keep back the roster that the organization is to follow, or that none does any more, and
// finds out since when they do.
func (s *Session) noteTrips(ctx context.Context, p *Preview) error {
	if s.o.Sync == nil || s.memory.ledger == nil {
		return nil
	}
	tripped := ledger.Tripped{Roster: s.roster.Name, Digest: p.consent.digest, Guards: optionsOf(p.Trips)}
	kept := false
	for before, err := range s.memory.ledger.Tripped(ctx, s.memory.scope) {
		if err != nil {
			return err
		}
		if ledger.Series(before.Roster) == ledger.Series(s.roster.Name) {
			p.consent.since, kept = before.Since, true
		}
	}
	if s.o.DryRun || !kept && len(p.Trips) == 0 {
		return nil
	}
	noted, err := s.memory.ledger.Trip(ctx, s.memory.scope, tripped)
	p.consent.since = noted.Since
	return err
}

// optionsOf returns the options of guards, in their order and once each.
func optionsOf(trips []guard.Trip) []string {
	var options []string
	for _, trip := range trips {
		if !slices.Contains(options, trip.Option) {
			options = append(options, trip.Option)
		}
	}
	return options
}

// keepConsent remembers that the run was approved of. From then on nothing is kept back.
func (s *Session) keepConsent(ctx context.Context, p *Preview) error {
	if p.consent.now == "" {
		return nil
	}
	err := s.memory.ledger.Approve(ctx, ledger.Approval{
		Run: s.run.ID, Digest: p.consent.now, Guards: optionsOf(p.Trips), Work: p.work.Bytes(),
	})
	if err == nil && s.o.Sync != nil {
		_, err = s.memory.ledger.Trip(ctx, s.memory.scope, ledger.Tripped{Roster: s.roster.Name})
	}
	return err
}

// guardsShown is how many settings a remedy about guards names.
const guardsShown = 20

// passing adds to a hint the settings that let something pass, the first ones if they are many.
func passing(hint remedy.Hint, pass []remedy.Remedy) remedy.Hint {
	for _, setting := range pass[:min(len(pass), guardsShown)] {
		hint = hint.Words(" ").Use(setting.Option, setting.Value)
	}
	if more := len(pass) - guardsShown; more > 0 {
		hint = hint.Words(" and " + strconv.Itoa(more) + " more")
	}
	return hint
}

// refuseTrips returns the error that keeps everything from being sent since guards tripped, nil if none has or if a person
// has approved of it. Of a sync, which nobody watches, no limit is to be raised for good: what would be done is approved
// once.
func (p *Preview) refuseTrips() error {
	s := p.session
	if len(p.Trips) == 0 || p.consent.gives() {
		return nil
	}
	var lines []string
	var pass []remedy.Remedy
	for _, trip := range p.Trips {
		lines = append(lines, trip.Text(s.o.Render))
		pass = append(pass, trip.Pass...)
	}
	lines = append(lines, p.consent.remarks...)
	if since := p.consent.since; !since.IsZero() && since.Before(s.began) {
		lines = append(lines, "tripped since "+since.Local().Format(time.DateTime))
	}
	hint := remedy.Words("if the roster is right, ")
	if s.o.Sync == nil || p.consent.digest == "" {
		hint = passing(hint.Words("it passes with"), pass)
		if p.consent.digest != "" {
			hint = hint.Words("; or ")
		}
	}
	if p.consent.digest != "" {
		hint = hint.Use(guard.OptionApprove, p.consent.digest).Words(" lets exactly this pass, once")
	}
	err := refusal(status.Guarded, fmt.Errorf("%s: %s tripped; nothing was sent", s.roster.Name, plural.Of(len(p.Trips), "guard")), hint)
	err.Details = lines
	return err
}
