package journey_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutation takes one guard out of a production file.
type mutation struct {
	name, file, give, want string
	// only is the exploration that notices, where two events less than usual are not enough. It may look one event deeper.
	only string
}

func mutations() []mutation {
	const (
		judge    = "journey.go"
		sighting = "sighting.go"
		lag      = "lag.go"
		step     = "step.go"
		answer   = "answer.go"
		attempt  = "attempt.go"
		breaker  = "../breaker/breaker.go"
		recovery = "../batch/recover.go"
		change   = "change.go"
		verdict  = "../plan/plan.go"
	)
	const lookUp = "\n\t\ts.Work.Trail.Lost, s.Work.InDoubt, s.Move = true, true, LookUp\n"
	return []mutation{
		{"a 2xx that is not whole counts as lost", judge, "s.Work.Trail.Confirmed, s.Work.InDoubt, s.Move", "s.Work.Trail.Lost, s.Work.InDoubt, s.Move", ""},
		{"a lost request is repeated", judge, "default:" + lookUp, "default:\n\t\treturn s.again(a, p)\n", ""},
		{"somebody else's answer is a refusal", judge, "case class == cybedefend.FinalNo && mayMeanPresent(s.Work.HTTPStatus):", "case class == cybedefend.Foreign, class == cybedefend.FinalNo && mayMeanPresent(s.Work.HTTPStatus):", ""},
		{"a refusal is not looked up", judge, "case class == cybedefend.FinalNo && mayMeanPresent(s.Work.HTTPStatus):\n", "case false:\n", ""},
		{"an invitation that is not there to be cancelled counts as cancelled", judge, "case class == cybedefend.Done, class == cybedefend.Confirmed:\n", "case class == cybedefend.Done, class == cybedefend.Confirmed, status == http.StatusNotFound:\n", ""},
		{"tries are never used up", judge, "case !p.Retry.Again(trail.Tries):", "case false:", ""},
		{"tries of lost requests are never used up", judge, "if !p.Retry.Again(w.Trail.Tries) {", "if false {", ""},
		{"a request goes on no longer than its answer takes", judge, "silent := p.silence(a.Err)\n", "silent := 0 * p.silence(a.Err)\n", ""},
		{"a claim of another row does not matter", judge, "case w.Elsewhere != \"\":", "case false:", ""},
		{"a confirmation is not looked at", judge, "case w.Trail.Confirmed:\n", "case false:\n", ""},
		{"gaps do not matter to a request in doubt", judge, "case !s.Certain() && !in.TrustLists:\n\t\treturn step.leftByLists(in, s.gap()), true\n", "case false:\n", ""},
		{"similar addresses do not matter", judge, "switch traces := s.Similar != \"\" || s.Joined", "switch traces := s.Joined", ""},
		{"members of similar addresses do not matter", judge, "s.Joined != \"\" || s.Veiled || s.endedSince(w);", "s.Veiled || s.endedSince(w);", ""},
		{"members of similar addresses are not held against replacing", judge, "case s.Perhaps != nil && !kept && !in.TrustLists &&", "case false &&", "a_pending_invitation_is_replaced"},
		{"the first reading explains who has joined by earlier requests", sighting, "if in.Directory != nil && in.Directory != d && !w.Inherited {\n\t\tfor _, member", "if in.Directory != nil {\n\t\tfor _, member", ""},
		{"addresses that cannot be read do not matter", judge, " || s.Veiled || s.endedSince(w);", " || s.endedSince(w);", "two_strangers,_every_event"},
		{"an invitation that has ended since does not matter", judge, " || s.Veiled || s.endedSince(w);", " || s.Veiled;", ""},
		{"what a run has cancelled is not looked at", sighting, "case invitation == nil, s.withdrawn(invitation.ID):", "case invitation == nil:", "a_pending_invitation_is_replaced"},
		{"what was answered is not held against replacing it", judge, "case w.Replaces != \"\" && (s.answered(w.Replaces) || s.latest() != \"\" && !same(s.latest(), w.Replaces)):", "case w.Email == \"\":", ""},
		{"gaps do not matter to a verdict", judge, "if !s.Certain() && !in.TrustLists {", "if false {", ""},
		{"an unclear confirmation of another run does not matter", judge, "if s.Unsure && s.Member == nil {", "if false {", ""},
		{"no reading is too early", sighting, "return s.Err == nil && s.Began.Before(s.tellsFrom(w))", "return false && s.Began.Before(s.tellsFrom(w))", ""},
		{"lists do not lag", sighting, "UnknownLag = 30 * time.Second", "UnknownLag = 0 * time.Second", ""},
		{"memory does not count", sighting, "return now.Sub(at) < MemoryCounts && !expired(i) && !ended(d, i.ID)", "return false && !expired(i)", ""},
		{"memory of members does not count", sighting, " && now.Sub(history.SeenAt) < MemoryCounts {", " && false {", ""},
		{"the first reading explains what earlier requests left", sighting, " && in.Directory != d && !w.Inherited {\n\t\tearlier", " && in.Directory != d {\n\t\tearlier", ""},
		{"what was replaced counts as sent", sighting, "case invitation == s.Pending && !same(invitation.ID, w.Replaces) &&", "case invitation == s.Pending &&", ""},
		{"what was known before counts as sent", sighting, " && (!s.early(w) || !same(invitation.ID, w.Before)):", ":", "what_has_ended_is_renewed"},
		{"what was to be replaced and was answered is forgotten", sighting, "s.Pending == nil && !s.answered(w.Replaces) {", "s.Pending == nil {", ""},
		{"an old invitation shows how late a reading is", lag, "At: sent.At, Older: true})", "At: sent.At})", "two_strangers"},
		{"a confirmation is forgotten by a restart", step, "\tif w.InDoubt || w.Trail.EndedAt.After(since) {", "\tw.Trail.Confirmed = false\n\tif w.InDoubt || w.Trail.EndedAt.After(since) {", ""},
		{"what is in doubt counts from what the clock said then", step, "if w.InDoubt || w.Trail.EndedAt.After(since) {", "if claim != nil && w.Trail.EndedAt.Before(claim.At) {\n\t\tw.Trail.EndedAt = claim.At\n\t}\n\tif w.Trail.EndedAt.After(since) {", ""},
		{"a request goes on no longer than its process", answer, "return max(p.Grace, p.UserTimeout, min(p.Timeout, longestWork))", "return 0 * min(p.Timeout, longestWork)", ""},
		{"an unknown outcome settles a claim", step, "\tw.Outcome = record.Unset //", "\t//", ""},
		{"an attempt ends whenever the clock said", step, "if w.InDoubt || w.Trail.EndedAt.After(since) {", "if false {", ""},
		{"a request leaves before its claim is written", attempt, "err := t.Store.Claim(ctx, func(err error) { then(claimed, err) }, claims...)", "then(claimed, nil)\n\terr := error(nil)\n\t_ = claims", ""},
		{"a stale claim is good", attempt, "t.Gate.Leave(c.ctx) == nil && fence.Fresh(c.ctx) == nil {", "t.Gate.Leave(c.ctx) == nil {", ""},
		{"an answer is not written", attempt, "conclusion := record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt}", "conclusion := record.Conclusion{Record: step.Work.Record}", ""},
		{"refused credentials do not stop the run", breaker, "\t\treturn s.stopped(Credentials, step.Err)\n", "\t\treturn s\n", ""},
		{"the line is never stopped", breaker, "case s.failures >= lineStop && !s.trial:", "case false:", ""},
		{"members of similar addresses are not held against renewing", verdict, "m.Perhaps != nil && !in.TrustLists &&", "false &&", ""},
		{"whoever was a member is a stranger", verdict, " || history.SeenAs != record.Unset", "", "two_strangers,_every_event"},
		{"invitations of similar addresses are not held against renewing", judge, "case s.Recalled && s.Similar != \"\" && !in.TrustLists:", "case false:", "what_has_ended_is_renewed"},
		{"an invitation that had expired before is later", sighting, "if expires.IsZero() {", "if false {", "an_invitation_has_expired"},
		{"whoever a run has deprived is done with", sighting, "if s.withdrawn(s.Ended.ID) || w.replacing()", "if w.replacing()", "a_pending_invitation_is_replaced"},
		{"whoever a run has perhaps deprived is done with", sighting, "|| w.replacing() && p.Reinvite", "|| false && p.Reinvite", "a_pending_invitation_is_replaced"},
		{"a cancellation that was not heard is forgotten by a restart", judge, "step.Work.Unheard = v.Replaces != \"\" && w.replacing()", "step.Work.Unheard = false", "a_pending_invitation_is_replaced"},
		{"a refusal after a cancellation that was not heard is the last word", judge, "case w.Unheard && !s.found() &&", "case false &&", "a_pending_invitation_is_replaced"},
		{"what is replaced once more may be what a late list shows", judge, "step.Work.Replaces, step.Work.Trail.Cancelled = s.Bereft, s.Bereft", "step.Work.Trail.Cancelled = s.Bereft", "a_pending_invitation_is_replaced"},
		{"a look ahead expects to see no more than now", sighting, "s.Began, s.Gaps = s.Began.AddDate(1, 0, 0), nil", "s.Began = s.Began.AddDate(1, 0, 0)", ""},
		{"a change leaves before its claim is written", change, "if err := c.Store.Claim(ctx, nil, claim); err != nil {", "if err := error(nil); err != nil {", ""},
		{"a change whose reply was lost is at work no more", change, "errors.Join(err, c.conclude(context.WithoutCancel(ctx), mayWork(err), c.told(err)))", "errors.Join(err, c.conclude(context.WithoutCancel(ctx), false && mayWork(err), c.told(err)))", "two_strangers"},
		{"somebody is changed about whom a request is in doubt", change, "return d[email.Fold(address)]", "return len(d) > 99 && d[email.Fold(address)]", "a_pending_invitation_is_replaced,_every_event"},
		{"a change is repeated without a claim that is good again", change, "if c.stands { //", "if false { //", ""},
		{"a change in doubt is not waited for", recovery, "at.After(from) {\n\t\t\tfrom = at", "at.After(from) && doubt.Row > 0 {\n\t\t\tfrom = at", "two_strangers"},
		{"a recovery judges each time by another clock", recovery, "desired, r.Policy, r.Since)", "desired, r.Policy, time.Now())", ""},
	}
}

// TestEveryGuardMatters takes one guard after the other out of the production code, and has the explorer notice. The code
// itself has no switches: the tests are built with another text of one file.
func TestEveryGuardMatters(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the tests once for each guard")
	}
	slots := make(chan struct{}, 2)
	for _, mutation := range mutations() {
		t.Run(mutation.name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			mutation.run(t)
		})
	}
}

func (m mutation) run(t *testing.T) {
	t.Helper()
	path, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.give); n != 1 {
		t.Fatalf("%s has %q %d times, not once", m.file, m.give, n)
	}
	dir := t.TempDir()
	mutated, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{mutated: bytes.Replace(text, []byte(m.give), []byte(m.want), 1), overlay: replaced} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run, shallower := "-run=^TestEveryReachableState$", "-explore.shallower=2"
	if m.only != "" {
		run, shallower = run+"/^"+m.only+"$", "-explore.shallower=-1"
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-failfast", run, ".", shallower)
	output, err := command.CombinedOutput()
	switch found := bytes.Contains(output, []byte("after these events:")); {
	case err == nil:
		t.Errorf("the explorer does not notice:\n%s", output)
	case !found:
		t.Errorf("the explorer did not run: %v\n%s", err, output)
	default:
		t.Logf("%s", output)
	}
}
