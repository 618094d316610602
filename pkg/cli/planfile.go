package cli

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/fetch"
	"rollcall/pkg/plan"
	"rollcall/pkg/status"
)

// planFlags say where a plan is kept, or which one is to be applied.
type planFlags struct {
	save, from string

	// approved is the plan behind from, nil if there is none.
	approved *plan.Saved
}

func (f *planFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.save, "plan", "", "with --dry-run: write what would be done to `FILE`, for --from-plan")
	flags.StringVar(&f.from, "from-plan", "", "do exactly what the plan in `FILE` says, or nothing if it would be something else by now;\nits roster and its flags are the plan's")
}

// finish checks --plan for a roster at path.
func (f *planFlags) finish(path string, dryRun, offline, force bool) error {
	switch {
	case f.save == "":
		return nil
	case !dryRun:
		return usageError("add --dry-run", "--plan is about what would be done, so it goes with --dry-run only")
	case offline:
		return usageError("leave --offline out", "--plan needs to know the organization")
	case path == "-":
		return usageError("name a file", "--plan needs a roster that can be read again, and standard input cannot")
	case fetch.Is(path):
		return usageError("fetch it into a file first", "--plan needs a roster that stays as it is, and an address may bring another one each time")
	}
	if err := refuseToReplace("--plan", f.save, force); err != nil {
		return err
	}
	if err := atomicfile.Check(f.save); err != nil {
		return usageError("name another file", "--plan: %s: %w", f.save, err)
	}
	return nil
}

// planMode keeps a plan from everybody but its owner: it is a list of people.
const planMode = 0o600

// fromPlan reads the plan that is to be applied, puts its flags in the place of ours, and returns the path of its
// roster.
func (a *app) fromPlan(cmd *cobra.Command, f *inviteFlags, paths []string) (path string, err error) {
	if err := a.refuseBeside(cmd, "--from-plan", "organization-id", "role", "team", "map", "encoding", "delimiter", "sheet",
		"invalid", "reinvite", "reinvite-after", "reinvite-max", "no-preflight", "trust-lists", "plan", "fix", "offline"); err != nil {
		return "", err
	}
	saved, err := readPlan(f.plan.from)
	if err != nil {
		return "", usageError("make one with --dry-run --plan", "--from-plan: %w", err)
	}
	if len(paths) > 0 {
		if given, err := filepath.Abs(paths[0]); err != nil || given != saved.Roster {
			return "", usageError("leave it out", "the plan is about another roster than %s: %s", paths[0], saved.Roster)
		}
	}
	f.plan.approved = &saved
	given := saved.Flags
	f.organization = saved.OrganizationID
	f.role, f.teams, f.maps, f.invalid = given.Role, given.Teams, given.Maps, given.Invalid
	f.encoding, f.delimiter, f.sheet = cmp.Or(given.Encoding, encodingAuto), given.Delimiter, given.Sheet
	f.reinvite, f.max = string(given.Reinvite), given.ReinviteMax
	f.noPreflight, f.trustLists = given.NoPreflight, given.TrustLists
	if f.after, err = time.ParseDuration(given.ReinviteAfter); err != nil {
		return "", usageError("make another one", "--from-plan: %s: %w", f.plan.from, err)
	}
	return saved.Roster, nil
}

// readPlan reads the plan in a file.
func readPlan(path string) (plan.Saved, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return plan.Saved{}, err
	}
	saved, err := plan.ReadSaved(bytes.NewReader(text))
	if err != nil {
		return plan.Saved{}, fmt.Errorf("%s: %w", path, err)
	}
	return saved, nil
}

// savePlan writes what would be done to where the flags ask for it.
func (r *onboarding) savePlan() error {
	if r.flags.plan.save == "" {
		return nil
	}
	path, err := filepath.Abs(r.path)
	if err != nil {
		return err
	}
	f := r.flags
	saved := plan.Saved{
		MadeAt: r.inputs.At.UTC().Truncate(time.Second), OrganizationID: r.service.organization.ID,
		OrganizationName: r.service.organization.Name, Service: r.service.url,
		Roster: path, Digest: r.digestText(),
		Flags: plan.Flags{
			Role: f.role, Teams: f.teams, Maps: f.maps, Encoding: f.encoding, Delimiter: f.delimiter, Sheet: f.sheet,
			Invalid: f.invalid, Reinvite: plan.Reinvite(f.reinvite),
			ReinviteAfter: f.after.String(), ReinviteMax: f.max, NoPreflight: f.noPreflight,
			TrustLists: f.trustLists,
		},
		Steps: r.preview.steps,
	}
	file, err := atomicfile.Create(f.plan.save, planMode)
	if err == nil {
		err = errors.Join(saved.Write(file), file.Commit())
		err = errors.Join(err, file.Discard())
	}
	if err != nil {
		return fmt.Errorf("write plan %s: %w", f.plan.save, err)
	}
	if !r.common.quiet {
		r.console.Printf("plan written to %s: rollcall invite --from-plan %s does exactly that", f.plan.save, f.plan.save)
	}
	return nil
}

func (r *onboarding) digestText() string {
	digest := r.digest()
	return hex.EncodeToString(digest[:])
}

// refuseOtherRoster returns an error if the roster is not the one that was planned for.
func (r *onboarding) refuseOtherRoster() error {
	approved := r.flags.plan.approved
	if approved == nil || approved.Digest == r.digestText() {
		return nil
	}
	return r.refuseApproved("the roster %s has changed since the plan of %s was made", r.roster.Name, approved.MadeAt.Local().Format(time.DateTime))
}

// refuseOtherService returns an error if the settings lead to another service than the planned one. A sandbox inside the
// process is another one each time.
func (r *onboarding) refuseOtherService() error {
	approved := r.flags.plan.approved
	if approved == nil || r.flags.sandbox || approved.Service == r.service.url {
		return nil
	}
	return usageError("name it with --region or --api-url", "the plan is for the service at %s, not for %s", approved.Service, r.service.url)
}

// refuseApproved is the error that keeps everything from being sent since the plan does not hold any more.
func (r *onboarding) refuseApproved(format string, args ...any) error {
	return &codedError{
		code: status.Guarded, err: fmt.Errorf(format+"; nothing was sent", args...),
		hint: "make another plan: rollcall invite " + quoted(r.path) + " --dry-run --force --plan " + quoted(r.flags.plan.from),
	}
}

// comparison holds the verdicts of today against an approved plan.
type comparison struct {
	approved  map[int]plan.Step
	progress  func(row int) plan.Progress
	different []string // the first ones, in words
	count     int
}

func newComparison(approved *plan.Saved, progress func(row int) plan.Progress) *comparison {
	c := &comparison{approved: make(map[int]plan.Step, len(approved.Steps)), progress: progress}
	for _, step := range approved.Steps {
		c.approved[step.Row] = step
	}
	return c
}

// add takes in the verdict of today on one row. Without a plan to compare with it does nothing.
func (c *comparison) add(today plan.Step) {
	if c == nil {
		return
	}
	planned, known := c.approved[today.Row]
	if known && planned.Agrees(today, c.progress(today.Row)) {
		return
	}
	if c.count++; c.count > screenful {
		return
	}
	was := "nothing"
	if known {
		was = planned.String()
	}
	c.different = append(c.different, "line "+strconv.Itoa(today.Line)+": "+today.Email+": planned "+was+", now "+today.String())
}

// refuseDifferent tells how the verdicts differ from the plan, and returns the error that keeps everything from being
// sent.
func (r *onboarding) refuseDifferent() error {
	c := r.preview.comparison
	if c == nil || c.count == 0 {
		return nil
	}
	for _, line := range c.different {
		r.console.Printf("%s", line)
	}
	if more := c.count - len(c.different); more > 0 {
		r.console.Printf("and %d more differences", more)
	}
	return r.refuseApproved("%s different from the plan of %s", isOrAre(c.count, "row"), r.flags.plan.approved.MadeAt.Local().Format(time.DateTime))
}

func isOrAre(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " is"
	}
	return plural(n, thing) + " are"
}
