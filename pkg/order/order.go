// Package order is what an invite or a sync is told to do, whoever tells it: a command line by flags, the environment by
// variables, a file of jobs by keys, which are all called the same.
//
//	o := order.NewSync()
//	o.SyncFlags(cmd)
//	o.Roster = "team.csv"
//	err := o.Complete(surroundings)
//	session, err := onboard.Open(ctx, o.Options)
//
// The package is about what was told. What it means together is for package onboard to say.
package order

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/follow"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/version"
)

// Order is what invite or sync is told to do. Its keys in a file of jobs are the names of the flags.
type Order struct {
	onboard.Options `yaml:",inline"`
	Follow          follow.Options `yaml:",inline"` // for sync
	Place           Place          `yaml:",inline"`
	Watch           Watch          `yaml:",inline"`
	HeaderFile      string         `yaml:"header-file"`
	Invalid         string         `yaml:"invalid"`
	StopAt          string         `yaml:"deadline"`
	Progress        string         `yaml:"progress"`

	// RateText is the rate as the flag says it, which is read with the others.
	RateText string `yaml:"-"`

	// What follows is for invite alone.
	Yes      bool           `yaml:"-"`
	Fix      onboard.Fixing `yaml:"-"`
	FromPlan string         `yaml:"-"`
}

// NewSync returns the order of a sync before anything was told.
func NewSync() *Order {
	o := &Order{Options: onboard.ForSync(), Yes: true}
	o.Follow = *o.Sync
	o.Sync = &o.Follow
	return o
}

// New returns an order before anything was told, of an invite or a sync, with what its flags are where nobody sets them: they
// are those of the command.
func New(sync bool) (*Order, *cobra.Command) {
	if sync {
		o, cmd := NewSync(), &cobra.Command{Use: "sync"}
		o.SyncFlags(cmd)
		return o, cmd
	}
	o, cmd := &Order{Yes: true}, &cobra.Command{Use: "invite"}
	o.InviteFlags(cmd)
	o.Yes = true
	return o, cmd
}

// Asks reports whether a run waits for a person's yes before it sends anything. A plan that was approved is a yes.
func (o *Order) Asks() bool { return !o.Yes && !o.DryRun && o.FromPlan == "" }

// WorkedOn returns the path of the roster that is worked on: of the fixed one, if there is one.
func (o *Order) WorkedOn() string { return cmp.Or(o.Fix.File, o.Roster) }

// PublicName is what that roster may be called in messages.
func (o *Order) PublicName() string { return onboard.Document{Roster: o.WorkedOn()}.PublicName() }

// Surroundings are what an order needs of the process that it is given to.
type Surroundings struct {
	In  io.Reader
	Out io.Writer
	// Header reads the header fields in a file, to be sent along with the address of a roster.
	Header func(path, roster string) (http.Header, error)
	// Warn is told what may not be what was meant.
	Warn func(text string)
	// Render shows options in what people read.
	Render remedy.Renderer
}

// Complete checks what was told and works out what its texts mean. Where the service is, and where its ledger, is for the
// caller to add: then Validate says whether all goes together.
func (o *Order) Complete(s Surroundings) error {
	err := CompleteService(&o.Service, o.RateText)
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
		s.Warn(note)
	}
	switch {
	case o.Reinvite == "":
		return onboard.NoneOf(plan.OptionReinvite, string(o.Reinvite), plan.Reinvites()...)
	case o.Encoding == "":
		return EmptyEncoding()
	case o.Invalid != onboard.RefuseInvalid && o.Invalid != onboard.SkipInvalid:
		return onboard.NoneOf("invalid", o.Invalid, onboard.RefuseInvalid, onboard.SkipInvalid)
	case o.Progress != "" && o.Progress != "line" && o.Progress != "graph": // a cancel has none
		return onboard.NoneOf("progress", o.Progress, "line", "graph")
	case o.Sync != nil && o.Follow.MinAdmins == 0:
		return remedy.MustBePositive("min-admins")
	case o.Fix.File == "-":
		return remedy.Aboutf("fix", "standard output is no file").With(remedy.Words("name a file"))
	case o.Roster == "-" && o.Place.PATFile == "-":
		return UsageError("", "standard input cannot be both the roster and the personal access token")
	}
	o.SkipInvalid = o.Invalid == onboard.SkipInvalid
	for _, limit := range []**int{&o.MaxAdmins, &o.MaxSeats, &o.MaxPerDay, &o.MaxPending, &o.Limit} {
		if *limit != nil && **limit == -1 {
			*limit = nil
		}
	}
	if o.Header, err = s.Header(o.HeaderFile, o.Roster); err != nil {
		return err
	}
	o.ResultsPath()
	if o.Results != "" && o.Results != "-" {
		if _, err := results.FormatOf(o.Results); err != nil {
			return remedy.About("results", err)
		}
	}
	o.Input, o.Stream, o.UserAgent, o.Render = s.In, s.Out, "rollcall/"+version.Get().Version, s.Render
	if o.Sandbox = o.Place.Sandbox; o.Sandbox {
		o.OrganizationID = ""
	}
	return nil
}

// ResultsPath names the results where nothing else is said: beside the roster.
func (o *Order) ResultsPath() {
	if o.Results == "" && !o.DryRun {
		of := o.Options
		of.Roster, of.Sandbox = o.WorkedOn(), o.Place.Sandbox
		o.Results, o.LikeRoster = of.DefaultResults(), true
	}
}

// CompleteService reads the rate, unless a job has named one, and refuses zeros that were told: a use of the program would
// take them for its defaults.
func CompleteService(s *onboard.Service, rate string) error {
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

// EmptyEncoding says that an encoding was told that has no name.
func EmptyEncoding() error {
	return remedy.Aboutf(roster.OptionEncoding, "it is empty").With(remedy.Use(roster.OptionEncoding, roster.EncodingAuto).Words(" finds it out"))
}
