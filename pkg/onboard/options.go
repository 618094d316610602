package onboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/document"
	"rollcall/pkg/follow"
	"rollcall/pkg/guard"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
	"rollcall/pkg/retry"
	"rollcall/pkg/roster"
)

// Options say who is to be onboarded where, and how. Roster or Source is required, and Dial unless Offline is set. The
// zero value of everything else works. The YAML keys are the plain names of the options, as remedies use them.
type Options struct {
	Document   `yaml:",inline"`
	Service    `yaml:",inline"`
	Reinviting `yaml:",inline"`
	Guards     `yaml:",inline"`
	Course     `yaml:",inline"`
	Output     `yaml:",inline"`
	Auditing   `yaml:",inline"`
	// Teams say what is changed in teams, beside inviting.
	follow.Teams `yaml:",inline"`

	// Sync makes the organization follow the roster. Nil: people are invited, and nothing else.
	Sync *follow.Options `yaml:"-"`
	// Approved is the plan that is to be carried out as it is, or not at all. Nil: whatever the verdicts are now.
	Approved *plan.Saved `yaml:"-"`
	// PlanFile is where the approved plan was, for messages.
	PlanFile string `yaml:"-"`
	// Offline opens no connection. It goes with DryRun.
	Offline bool `yaml:"-"`

	// Observer is told what happens.
	Observer Observer `yaml:"-"`
	// Render shows options in the hints of rows. Nil shows them in words.
	Render remedy.Renderer `yaml:"-"`
}

// Document says which roster is read, and how.
type Document struct {
	// Roster is a file, an https address, "-" for Input, or the e-mail address of one person, see [Document.IsPerson].
	Roster string `yaml:"-"`
	// Source, if it has an Open, is read instead. Roster is its name then.
	Source document.Source `yaml:"-"`
	// Input is what "-" stands for; it is required then.
	Input io.Reader `yaml:"-"`
	// Header is sent along where Roster is an address.
	Header http.Header `yaml:"-"`
	// Settings shape what is read.
	roster.Settings `yaml:",inline"`
	// SkipInvalid leaves invalid rows out. Otherwise one of them keeps everybody from being sent.
	SkipInvalid bool `yaml:"-"`
}

// Service says which organization of which service is meant, and how it is called.
type Service struct {
	// Dial finds out where the service is and what to call it with, once that is needed. See [At].
	Dial func(context.Context) (Endpoint, error) `yaml:"-"`
	// OrganizationID is the id or the exact name of the organization. Empty: the caller's only one.
	OrganizationID string `yaml:"organization-id"`
	// Timeout bounds one request. Zero stands for [cybedefend.DefaultTimeout].
	Timeout time.Duration `yaml:"timeout"`
	// UserAgent names the program.
	UserAgent string `yaml:"-"`
	Pacing    `yaml:",inline"`
	// Unreached bounds how long a service is waited for at first to which no connection can be made at all. Zero: MaxWait does.
	Unreached time.Duration `yaml:"-"`
}

// MaxConcurrency is how many requests may be in flight: each needs a connection, and many systems let a process have no more
// than 1,024 files and connections.
const MaxConcurrency = 256

// Pacing says how fast and how patiently the service is called.
type Pacing struct {
	// Rate is the most requests a second. Zero: it is found out.
	Rate pace.Rate `yaml:"rate"`
	// Burst is how many requests may leave at once after a pause, where there is a Rate. Zero stands for one.
	Burst int `yaml:"burst"`
	// Concurrency is how many requests are in flight at most, up to [MaxConcurrency]. Zero stands for
	// [batch.DefaultWorkers].
	Concurrency int `yaml:"concurrency"`
	// Attempts is how many requests a row, or a page of a list, may take. Zero stands for [retry.DefaultAttempts].
	Attempts int `yaml:"attempts"`
	// MaxWait is how long to wait for the service at most. Zero stands for [breaker.DefaultMaxWait].
	MaxWait time.Duration `yaml:"max-wait"`
	// Shared is a limit that others share. Nil: there is none.
	Shared SharedLimit `yaml:"-"`
}

// Reinviting says who is invited again, and by what that is decided.
type Reinviting struct {
	// Reinvite says whose invitation is sent again.
	Reinvite plan.Reinvite `yaml:"reinvite"`
	// ReinviteAfter is how old the last invitation must be. Nil: any age will do, and 24 hours where pending ones are
	// renewed.
	ReinviteAfter *time.Duration `yaml:"reinvite-after"`
	// ReinviteMax is how often one person is invited at most; 0: as often as need be.
	ReinviteMax int `yaml:"reinvite-max"`
	// NoPreflight leaves members and invitations unread: what is remembered decides.
	NoPreflight bool `yaml:"-"`
	// TrustLists goes on although lists contradict themselves.
	TrustLists bool `yaml:"trust-lists"`
}

// Guards say what would be suspicious about a roster. The zero value suspects nothing.
type Guards struct {
	// MaxNew is how many people may get an e-mail: a number, or a share of the organization.
	MaxNew quantity.Quantity `yaml:"max-new"`
	// AllowDomains are the domains of all addresses, none meaning any.
	AllowDomains []string `yaml:"allow-domain"`
	// MaxAdmins is how many people may become administrators or managers. Nil: any number.
	MaxAdmins *int `yaml:"max-admins"`
	// MinRows is how many rows the roster must have.
	MinRows int `yaml:"min-rows"`
	// MaxSeats is how many people may be members or have an open invitation afterwards. Nil: any number.
	MaxSeats *int `yaml:"max-seats"`
	// WithinSeats says that no more people may be invited than the subscription has seats left for. Where the service does not
	// tell how many there are, it only warns.
	WithinSeats bool `yaml:"within-seats"`
	// ApprovedDigests are those of work that a person has approved of, whatever guards have against it, as the refusal has
	// named it. An approval counts for one run.
	ApprovedDigests []string `yaml:"approve"`
}

// Course says how long a run goes on, and what it remembers.
type Course struct {
	// Grace is how long a request may still be at work inside the service after an error. Zero stands for
	// [journey.DefaultGrace].
	Grace time.Duration `yaml:"grace"`
	// Deadline is when the run stops feeding. Zero: never.
	Deadline time.Time `yaml:"-"`
	// MaxFailures is how many rows may end badly before the run stops: a number, or a share of the rows.
	MaxFailures quantity.Quantity `yaml:"max-failures"`
	// MaxPerDay is how many invitations that may have mailed somebody may leave in 24 hours, in all runs that share the
	// ledger. Nil: any number.
	MaxPerDay *int `yaml:"max-per-day"`
	// MaxPending is how many invitations may be open in the organization at once. Nil: any number.
	MaxPending *int `yaml:"max-pending"`
	// Limit is how many people are sent, the first ones of the roster: the same work, done again, goes on with as many. Nil:
	// any number.
	Limit *int `yaml:"limit"`
	// Ledger is the file that remembers what was sent. Empty: the one that LedgerOf names for the organization.
	Ledger   string                                               `yaml:"ledger"`
	LedgerOf func(organizationID string) (path string, err error) `yaml:"-"`
	// Hold opens the ledger to be written to, for who shares connections or measures it. Nil: it is opened by its place.
	Hold func(ctx context.Context) (ledger.Ledger, error) `yaml:"-"`
	// LockWait is how long another run that holds the ledger is waited for at most. Zero: not at all.
	LockWait time.Duration `yaml:"lock-wait"`
	// Keep is how old runs of the organization grow before the ledger forgets them, once a run has ended. Zero: for ever.
	Keep quantity.Age `yaml:"keep"`
	// Fresh begins a new run even if one over this roster was cut short.
	Fresh bool `yaml:"fresh"`
	// Continues is the run that goes on where it stands, if it is the one that was cut short: whoever has an outcome keeps it,
	// and nothing is tried anew. It is for work that is done in pieces, by several machines perhaps. Empty: the run is resumed.
	Continues string `yaml:"-"`
}

// Output says what is written where, and whether anything is sent.
type Output struct {
	// Results is the file of the results, "-" for Stream, or empty for none.
	Results string `yaml:"results"`
	// LikeRoster tells that Results is [Document.DefaultResults], which nobody has asked for: it, and what is written beside it,
	// are for whoever works on the roster, so they are written as that is. Otherwise CSV has commas.
	LikeRoster bool `yaml:"-"`
	// Stream takes the results in CSV.
	Stream io.Writer `yaml:"-"`
	// Sandbox says that the service is a sandbox, which mails nobody: what is reported says so, and files that are named for the
	// roster have names of their own.
	Sandbox bool `yaml:"-"`
	// DryRun sends nothing: it only says what would happen.
	DryRun bool `yaml:"dry-run"`
	// Plan is the file for what a dry run would do, empty for none.
	Plan      string `yaml:"-"`
	Reporting `yaml:",inline"`
}

// Defaults of a sync where it differs from inviting, since nobody is there to say no.
const (
	// syncMaxAdmins: a role that may administrate is for a person to give.
	syncMaxAdmins = 0
	// syncReinviteAfter and syncReinviteMax keep somebody who ignores invitations from getting one every night.
	syncReinviteAfter = 24 * time.Hour
	syncReinviteMax   = 3
)

// ForSync returns the options with what a sync has instead of the zero values.
func ForSync() Options {
	return Options{
		Reinviting: Reinviting{ReinviteAfter: new(syncReinviteAfter), ReinviteMax: syncReinviteMax},
		Guards:     Guards{MaxAdmins: new(syncMaxAdmins)},
		Sync:       follow.Defaults(),
		Teams:      follow.Teams{MaxPrunes: quantity.Percent(follow.MaxPrunes)},
	}
}

// Validate returns the first mistake in the options, as [Open] would.
func (o Options) Validate() error {
	o, err := o.withDefaults()
	if err == nil {
		_, err = o.domains()
	}
	return err
}

// domains returns those that addresses may have.
func (g Guards) domains() ([]guard.Domain, error) {
	domains := make([]guard.Domain, 0, len(g.AllowDomains))
	for _, text := range g.AllowDomains {
		domain, err := guard.ParseDomain(text)
		if err != nil {
			return nil, remedy.About(guard.OptionAllowDomain, err)
		}
		domains = append(domains, domain)
	}
	return domains, nil
}

// withDefaults returns the options with their defaults filled in, or a [*remedy.OptionError].
func (o Options) withDefaults() (Options, error) {
	var err error
	if o.Service, err = o.Service.withDefaults(); err != nil {
		return o, err
	}
	if o.Reinvite == "" {
		o.Reinvite = plan.ReinviteExpired
	}
	if o.ReinviteAfter == nil {
		o.ReinviteAfter = new(o.Reinvite.UsualAge())
	}
	if o.Grace == 0 {
		o.Grace = journey.DefaultGrace
	}
	o.Sync = o.Sync.WithDefaults()
	if o.Source.Open != nil && o.Roster == "" {
		o.Roster = o.Source.Name
	}
	return o, o.check()
}

// noReinvite returns the problem that nobody is named whose invitation is sent again.
func (o Options) noReinvite() error {
	return NoneOf(plan.OptionReinvite, string(o.Reinvite), plan.Reinvites()...)
}

// check returns the first mistake in the options.
func (o Options) check() error {
	if !slices.Contains(plan.Reinvites(), o.Reinvite) {
		return o.noReinvite()
	}
	blind := o.NoPreflight || o.Offline
	switch {
	case o.Roster == "":
		return remedy.Aboutf("roster", "it is not named")
	case o.Roster == "-" && o.Source.Open == nil && o.Input == nil:
		return remedy.Aboutf("roster", "there is no input to read it from")
	case o.Sync != nil && o.IsPerson():
		return &remedy.OptionError{
			Option: "roster", What: remedy.Words(o.Roster + " is one person, and everybody else would have left"),
			Remedy: remedy.Hint{}.Run("invite", o.Roster).Words(" invites one person"),
		}
	case o.Results == "-" && o.Stream == nil:
		return remedy.Aboutf("results", "there is no stream to write them to")
	case o.Audit == "-":
		return remedy.Aboutf("audit", "a stream cannot be gone on with").With(remedy.Words("name a file"))
	case o.Sync != nil && o.NoPreflight:
		return remedy.Aboutf("no-preflight", "who is to follow a roster has to be looked at")
	case !o.Offline && o.Dial == nil:
		return remedy.Aboutf("api-url", "nothing says where the service is")
	case !o.Offline && o.Ledger == "" && o.LedgerOf == nil:
		return remedy.Aboutf("ledger", "nothing says where it is to remember what is sent")
	case *o.ReinviteAfter < 0:
		return cannotBeNegative(plan.OptionReinviteAfter)
	case o.ReinviteMax < 0:
		return cannotBeNegative(plan.OptionReinviteMax)
	case o.MaxAdmins != nil && *o.MaxAdmins < 0:
		return cannotBeNegative("max-admins")
	case o.MinRows < 0:
		return cannotBeNegative("min-rows")
	case o.MaxSeats != nil && *o.MaxSeats < 0:
		return cannotBeNegative(guard.OptionMaxSeats)
	case (o.MaxSeats != nil || o.WithinSeats) && blind:
		return o.seatsOfNobody()
	case o.Sync != nil && o.Sync.MinAdmins < 0:
		return cannotBeNegative("min-admins")
	case !areDigests(o.ApprovedDigests):
		return remedy.Aboutf(guard.OptionApprove, "a digest has twelve of the digits 0-9 and a-f").
			With(remedy.Words("copy it from the message about what a guard keeps back"))
	case o.LockWait < 0:
		return cannotBeNegative(optionLockWait)
	case o.Grace < 0:
		return remedy.MustBePositive("grace")
	case o.MaxFailures.Given() && o.MaxFailures.Of(100) == 0:
		return remedy.MustBePositive("max-failures")
	case o.MaxNew.IsShare() && blind:
		return o.shareOfNobody()
	case o.MaxPerDay != nil && *o.MaxPerDay < 0:
		return cannotBeNegative(budget.OptionPerDay)
	case o.Limit != nil && *o.Limit <= 0:
		return remedy.MustBePositive(budget.OptionFirst)
	case o.Limit != nil && o.Plan != "":
		return remedy.Aboutf(budget.OptionFirst, "a plan is about everybody").With(remedy.Words("set the limit when the plan is carried out"))
	case o.MaxPending != nil && *o.MaxPending < 0:
		return cannotBeNegative(budget.OptionPending)
	case o.MaxPending != nil && blind:
		return &remedy.OptionError{
			Option: budget.OptionPending, What: remedy.Use(budget.OptionPending, "").Words(" counts open invitations, which are not looked up"),
			Remedy: remedy.Words("leave it out, or let them be looked up"),
		}
	case o.Offline && !o.DryRun:
		return &remedy.OptionError{
			Option: "offline", What: remedy.Use("offline", "").Words(" sends nothing, so it goes with ").Use("dry-run", "").Words(" only"),
			Remedy: remedy.Words("add ").Use("dry-run", "").Words(", or leave ").Use("offline", "").Words(" out"),
		}
	}
	if err := errors.Join(o.checkReport(), CheckKeep(o.Keep)); err != nil {
		return err
	}
	return o.checkLeavers()
}

func (s Service) withDefaults() (Service, error) {
	if s.Timeout == 0 {
		s.Timeout = cybedefend.DefaultTimeout
	}
	for _, number := range []struct {
		option string
		value  *int
		zero   int
	}{
		{"burst", &s.Burst, 1}, {"concurrency", &s.Concurrency, batch.DefaultWorkers}, {"attempts", &s.Attempts, retry.DefaultAttempts},
	} {
		if *number.value == 0 {
			*number.value = number.zero
		}
		if *number.value < 0 {
			return s, remedy.MustBePositive(number.option)
		}
	}
	if s.Concurrency > MaxConcurrency {
		return s, &remedy.OptionError{
			Option: "concurrency", Remedy: remedy.Words("lower it, or leave it out: the rate decides how fast people are invited"),
			What: remedy.Use("concurrency", strconv.Itoa(s.Concurrency)).Words(fmt.Sprintf(" is too many: at most %d requests may be in flight", MaxConcurrency)),
		}
	}
	if s.MaxWait == 0 {
		s.MaxWait = breaker.DefaultMaxWait
	}
	switch {
	case s.Timeout < 0:
		return s, remedy.MustBePositive("timeout")
	case s.MaxWait < 0:
		return s, remedy.MustBePositive("max-wait")
	case s.Rate == 0 && s.Burst > 1:
		return s, &remedy.OptionError{
			Option: "burst", What: remedy.Use("burst", "").Words(" goes with a rate; auto finds its own"),
			Remedy: remedy.Words("add a rate, as in ").Use("rate", "10/s").Words(", or leave ").Use("burst", "").Words(" out"),
		}
	}
	return s, nil
}

func cannotBeNegative(option string) error {
	return &remedy.OptionError{Option: option, What: remedy.Use(option, "").Words(" cannot be less than nothing")}
}
