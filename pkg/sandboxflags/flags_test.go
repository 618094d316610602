package sandboxflags

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"rollcall/pkg/sandbox"
)

// read returns the options that a command line means.
func read(line string) (sandbox.Options, error) {
	var f Flags
	flags := pflag.NewFlagSet("sandbox", pflag.ContinueOnError)
	for _, group := range f.Groups() {
		group.Add(flags)
	}
	if err := flags.Parse(strings.Fields(line)); err != nil {
		return sandbox.Options{}, err
	}
	return f.Options(), nil
}

func TestFlags(t *testing.T) {
	defaults := func(change func(*sandbox.Options)) sandbox.Options {
		o := sandbox.Options{
			Organizations: 1, TokenLifetime: sandbox.DefaultTokenLifetime, InvitationLifetime: sandbox.DefaultInvitationLifetime, MemberStatus: 409,
			Limit: sandbox.Limit{Burst: 1}, Quota: sandbox.Quota{Status: 400},
		}
		change(&o)
		return o
	}
	for line, change := range map[string]func(*sandbox.Options){
		"":                                       func(*sandbox.Options) {},
		"--spell-reply gmail --spell-list lower": func(o *sandbox.Options) { o.Spelling = sandbox.Spellings{Reply: "gmail", List: "lower"} },
		"--odd-reply queued": func(o *sandbox.Options) {
			o.Faults.Others = map[sandbox.Kind]float64{sandbox.Queued: 1}
		},
		"--odd-reply queued=10% --odd-reply bom=5% --cut-after 3% --late 5s": func(o *sandbox.Options) {
			o.Faults = sandbox.Faults{
				CutAfter: 0.03, Late: 5 * time.Second,
				Others: map[sandbox.Kind]float64{sandbox.Queued: 0.1, sandbox.BOM: 0.05},
			}
		},
		"--answer challenge": func(o *sandbox.Options) { o.Standing.Kind = sandbox.Challenge },
		"--answer waf,invites": func(o *sandbox.Options) {
			o.Standing = sandbox.Standing{Fault: sandbox.Fault{Kind: sandbox.WAF}, InvitesOnly: true}
		},
		"--list-lag 15s --page-cap 10 --members-hidden 11 --hide-from-search": func(o *sandbox.Options) {
			o.Lists = sandbox.Lists{Lag: 15 * time.Second, PageCap: 10, HiddenMembers: 11, SearchToo: true}
		},
		"--page-hole 2": func(o *sandbox.Options) { o.Lists.Hole = sandbox.Hole{Page: 2} },
		"--page-hole 3,always,short --lists null --order none": func(o *sandbox.Options) {
			o.Lists, o.Order = sandbox.Lists{Hole: sandbox.Hole{Page: 3, Short: true, Always: true}, Blank: "null"}, "none"
		},
		"--odd-items null-email,bom": func(o *sandbox.Options) { o.Lists.Odd = []sandbox.Oddity{sandbox.NullEmail, sandbox.MarkedLists} },
		"--organizations 3":          func(o *sandbox.Options) { o.Organizations = 3 },
		"--odd-items all":            func(o *sandbox.Options) { o.Lists.Odd = sandbox.Oddities() },
		"--accepted 1 --declined 2 --cancelled 3 --dropped 4 --pending-only": func(o *sandbox.Options) {
			o.Accepted.Count, o.Declined.Count, o.Cancelled.Count, o.Dropped.Count, o.PendingOnly = 1, 2, 3, 4, true
		},
		"--forbid Ann@x.example --forbid manager": func(o *sandbox.Options) {
			o.Refusals = []sandbox.Refusal{
				{Pattern: `^ann@x\.example$`, Status: 403, Words: "You may not invite Ann@x.example"},
				{Role: "manager", Status: 403, Words: "You may not invite a manager"},
			}
		},
		"--refuse @bad --refuse-words no": func(o *sandbox.Options) { o.Refusals = []sandbox.Refusal{{Pattern: "@bad", Words: "no"}} },
		"--quota 10/1m --quota-status 429 --quota-words enough": func(o *sandbox.Options) {
			o.Quota = sandbox.Quota{Number: 10, Per: time.Minute, Status: 429, Words: "enough"}
		},
		"--limit 60/m --retry-after epoch --reset-as ms --token-ahead 1s": func(o *sandbox.Options) {
			o.Limit.Rate, o.Limit.RetryAfter, o.Limit.Reset, o.TokenAhead = 1, "epoch", "ms", time.Second
		},
	} {
		got, err := read(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if diff := cmp.Diff(defaults(change), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
		if _, err := sandbox.New(got); err != nil {
			t.Errorf("%s: the sandbox refuses it: %v", line, err)
		}
	}
}

func TestFlagsRefuse(t *testing.T) {
	for _, line := range []string{
		"--odd-reply boom", "--odd-reply queued=120%", "--odd-reply queued=", "--answer boom", "--answer waf,lists",
		"--page-hole 0", "--page-hole 2,long", "--page-hole short", "--odd-items all,bom", "--odd-items x", "--limit fast",
		"--quota 10", "--quota 0/1m", "--quota 10/0s", "--quota 10/m", "--cut-after 101%",
	} {
		if got, err := read(line); err == nil {
			t.Errorf("%s was read as %+v", line, got)
		}
	}
}
