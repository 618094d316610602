package cli

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/follow"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/version"
)

// order is what invite or sync is told to do, by the command line, the environment or a file of jobs, whose keys are the
// names of the flags.
type order struct {
	onboard.Options `yaml:",inline"`
	Follow          follow.Options `yaml:",inline"` // for sync
	Place           place          `yaml:",inline"`
	Watch           watch          `yaml:",inline"`
	HeaderFile      string         `yaml:"header-file"`
	Invalid         string         `yaml:"invalid"`
	StopAt          string         `yaml:"deadline"`
	Progress        string         `yaml:"progress"`

	// rate is that of the flag, which is read with the others.
	rate string

	// What follows is for invite alone.
	yes      bool
	fix      onboard.Fixing
	fromPlan string
}

// roster returns the path of the roster that is worked on: of the fixed one, if there is one.
func (o *order) roster() string { return cmp.Or(o.fix.File, o.Roster) }

// publicName is what that roster may be called in messages.
func (o *order) publicName() string { return onboard.Document{Roster: o.roster()}.PublicName() }

// complete checks what was told and works out what its texts mean.
func (o *order) complete(a *app) error {
	err := completeService(&o.Service, o.rate)
	if err != nil {
		return err
	}
	if o.Grace == 0 {
		return remedy.MustBePositive("grace")
	}
	if o.Deadline, err = onboard.ParseDeadline(o.StopAt, time.Now()); err != nil {
		return remedy.About("deadline", err)
	}
	if note := onboard.DeadlineNote(o.StopAt, o.Deadline); note != "" {
		a.log.Warn().Msg(note)
	}
	switch {
	case o.Reinvite == "":
		return onboard.NoneOf(plan.OptionReinvite, string(o.Reinvite), plan.Reinvites()...)
	case o.Encoding == "":
		return emptyEncoding()
	case o.Invalid != onboard.RefuseInvalid && o.Invalid != onboard.SkipInvalid:
		return onboard.NoneOf("invalid", o.Invalid, onboard.RefuseInvalid, onboard.SkipInvalid)
	case o.Progress != "" && o.Progress != "line" && o.Progress != "graph": // a cancel has none
		return onboard.NoneOf("progress", o.Progress, "line", "graph")
	case o.fix.File == "-":
		return remedy.Aboutf("fix", "standard output is no file").With(remedy.Words("name a file"))
	case a.common.json && o.Results == "-":
		return usageError("name a file with --results", "--json and --results - both want standard output")
	case o.Roster == "-" && o.Place.PATFile == "-":
		return usageError("", "standard input cannot be both the roster and the personal access token")
	}
	o.SkipInvalid = o.Invalid == onboard.SkipInvalid
	for _, limit := range []**int{&o.MaxAdmins, &o.MaxSeats, &o.MaxPerDay, &o.MaxPending, &o.Limit} {
		if *limit != nil && **limit == -1 {
			*limit = nil
		}
	}
	if o.Header, err = a.readHeader(o.HeaderFile, o.Roster); err != nil {
		return err
	}
	o.resultsPath()
	if o.Results != "" && o.Results != "-" {
		if _, err := results.FormatOf(o.Results); err != nil {
			return remedy.About("results", err)
		}
	}
	o.Input, o.Stream, o.LedgerOf, o.UserAgent = a.In, a.Out, a.defaultLedger, "rollcall/"+version.Get().Version
	o.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, o.Place) }
	o.Render = asFlag
	if o.Sandbox = o.Place.Sandbox; o.Sandbox {
		o.OrganizationID, o.LedgerOf = "", a.sandboxLedger
	}
	return o.Validate()
}

// resultsPath names the results where nothing else is said: beside the roster.
func (o *order) resultsPath() {
	if o.Results == "" && !o.DryRun {
		of := o.Options
		of.Roster, of.Sandbox = o.roster(), o.Place.Sandbox
		o.Results, o.LikeRoster = of.DefaultResults(), true
	}
}

// serviceFlags say which service and which organization are meant. Commands that call the service share them.
func serviceFlags(cmd *cobra.Command, s *onboard.Service, p *place) {
	flags := cmd.Flags()
	flags.StringVar(&s.OrganizationID, "organization-id", "", "`ID` or exact name of the organization (default: CYBEDEFEND_ORGANIZATION_ID, else the caller's only one)")
	flags.StringVar(&p.Region, "region", "", "`REGION` of the service: us or eu (default: CYBEDEFEND_REGION, the vendor's config file, us)")
	flags.StringVar(&p.APIURL, "api-url", "", "`URL` of the service, stronger than the region (default: CYBEDEFEND_API_URL, the vendor's config file)")
	flags.StringVar(&p.AuthEndpoint, "auth-endpoint", "", "`URL` of the identity provider (default: CYBEDEFEND_AUTH_ENDPOINT, the vendor's config file)")
	flags.StringVar(&p.PATFile, "pat-file", "", "read the personal access token from `FILE`, - being standard input. CYBEDEFEND_ACCESS_TOKEN comes before it; CYBEDEFEND_PAT, the vendor's login and its config file come after it")
	flags.DurationVar(&s.Timeout, "timeout", cybedefend.DefaultTimeout, "time for one request: giving up early loses the reply, not the invitation")
	flags.BoolVar(&p.Sandbox, "sandbox", false, "use a service inside this process, which mails nobody; results go to NAME.sandbox.results.csv, and runs to a ledger of their own")
}

// completeService reads the rate, unless a job has named one, and refuses zeros that were told: a use of the program would
// take them for its defaults.
func completeService(s *onboard.Service, rate string) error {
	if s.Rate == 0 {
		if err := s.Rate.UnmarshalText([]byte(rate)); err != nil {
			return remedy.About("rate", err)
		}
	}
	for _, flag := range []struct {
		name string
		zero bool
	}{
		{"burst", s.Burst == 0},
		{"concurrency", s.Concurrency == 0},
		{"attempts", s.Attempts == 0},
		{"max-wait", s.MaxWait == 0},
		{"timeout", s.Timeout == 0},
	} {
		if flag.zero {
			return remedy.MustBePositive(flag.name)
		}
	}
	return nil
}

func emptyEncoding() error {
	return remedy.Aboutf(roster.OptionEncoding, "it is empty").With(remedy.Use(roster.OptionEncoding, roster.EncodingAuto).Words(" finds it out"))
}
