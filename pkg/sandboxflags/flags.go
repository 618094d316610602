// Package sandboxflags has the options of a sandbox as flags of a command line.
//
// It has no example: `rollcall sandbox --help` shows every flag of it.
package sandboxflags

import (
	"github.com/spf13/pflag"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
)

// Flags are the options of a sandbox, and what becomes options when the flags are read.
type Flags struct {
	// Listen is the address to serve at.
	Listen string

	shares []namedShare

	// refusals are what --refuse and --forbid name, and refuseWords belong to all of the former.
	refuse, forbid []string
	refuseWords    string

	options sandbox.Options
}

// namedShare is a flag for the probability of a fault.
type namedShare struct {
	name, usage string
	target      *float64
	value       quantity.Share
}

// Group is a group of flags with a title.
type Group struct {
	Title string
	Add   func(*pflag.FlagSet)
}

// Groups returns all flags, as help shows them.
func (f *Flags) Groups() []Group {
	return []Group{
		{"Serving", f.addServing},
		{"Who is there from the beginning", f.addPeople},
		{"Which invites are refused", f.addRefusals},
		{"Limits", f.addLimits},
		{"Faults", f.addFaults},
		{"What answers and lists show", f.addLists},
	}
}

func (f *Flags) addServing(flags *pflag.FlagSet) {
	o := &f.options
	flags.StringVar(&f.Listen, "listen", "127.0.0.1:0", "loopback `ADDRESS` to serve at; port 0 is any free one")
	flags.IntVar(&o.Organizations, "organizations", 1, "`N` organizations, each with people and teams of its own: Acme, Acme 2, …")
	flags.DurationVar(&o.Latency, "latency", 0, "how long every call takes")
	flags.DurationVar(&o.LatencyJitter, "jitter", 0, "how much longer a call may take, at random")
	flags.DurationVar(&o.TokenLifetime, "token-lifetime", sandbox.DefaultTokenLifetime, "how long access tokens last")
	flags.DurationVar(&o.TokenAhead, "token-ahead", 0, "how long new access tokens are refused, as if clocks differed")
	flags.DurationVar(&o.InvitationLifetime, "invitation-lifetime", sandbox.DefaultInvitationLifetime, "how long invitations last")
	flags.Uint64Var(&o.Seed, "seed", 0, "decides identifiers and faults")
}

func (f *Flags) addPeople(flags *pflag.FlagSet) {
	o := &f.options
	flags.Var(word[cybedefend.Role]{&o.CallerRole, append([]cybedefend.Role{sandbox.Creator}, cybedefend.Roles()...)}, "caller-role", "the caller's role: creator, administrator, manager, …")
	flags.IntVar(&o.Seats, "seats", 0, "how many seats the caller's subscription has, which is told and not enforced (default plenty)")
	flags.IntVar(&o.Members.Count, "members", 0, "how many members there are")
	flags.IntVar(&o.Pending.Count, "pending", 0, "how many invitations are pending")
	flags.IntVar(&o.Expired.Count, "expired", 0, "how many invitations have expired")
	flags.IntVar(&o.Accepted.Count, "accepted", 0, "how many were accepted under another address, so that nobody of that name is a member")
	flags.IntVar(&o.Declined.Count, "declined", 0, "how many were declined")
	flags.IntVar(&o.Cancelled.Count, "cancelled", 0, "how many were cancelled")
	flags.IntVar(&o.Dropped.Count, "dropped", 0, "how many are in no list any more")
	flags.BoolVar(&o.PendingOnly, "pending-only", false, "list pending and expired invitations only")
	flags.IntVar(&o.Leaving, "leaving", 0, "how many more members and invitations there are of which one goes with each page of its list that is read")
}

func (f *Flags) addRefusals(flags *pflag.FlagSet) {
	o := &f.options
	flags.Var(word[sandbox.Duplicates]{&o.Duplicates, []sandbox.Duplicates{sandbox.Refuse409, sandbox.Refuse400, sandbox.Refuse403, sandbox.Refuse422, sandbox.Replace, sandbox.AcceptSecond}}, "duplicates", "what a second invite of a pending address gets: 409, 400, 403, 422, replace or second")
	flags.IntVar(&o.MemberStatus, "member-status", 409, "`STATUS` of an invite of a member: 409, 400, 403 or 422")
	flags.StringArrayVar(&f.refuse, "refuse", nil, "refuse addresses that match `REGEXP` with 400; repeatable")
	flags.StringVar(&f.refuseWords, "refuse-words", "", "what the service says to those")
	flags.StringArrayVar(&f.forbid, "forbid", nil, "refuse `ADDRESS|ROLE` with 403, in the service's own shape; repeatable")
}

func (f *Flags) addLimits(flags *pflag.FlagSet) {
	o := &f.options
	flags.Var(rateValue{&o.Limit.Rate}, "limit", "refuse more than that with 429, as in 60/s")
	flags.IntVar(&o.Limit.Burst, "burst", 1, "how many calls the limit allows at once")
	flags.Var(word[sandbox.RetryAfter]{&o.Limit.RetryAfter, []sandbox.RetryAfter{sandbox.InSeconds, sandbox.AsDate, sandbox.AsEpoch, sandbox.InMilliseconds, sandbox.NotTelling}}, "retry-after", "how a refusal says when to come back: seconds, date, epoch, ms-header or none")
	flags.Var(word[sandbox.Headers]{&o.Limit.Headers, []sandbox.Headers{sandbox.NoHeaders, sandbox.XRateLimit, sandbox.XRateLimitNamed, sandbox.RateLimitPolicy}}, "limit-headers", "how every answer tells the limit: none, x-ratelimit, x-ratelimit-named or ratelimit-policy")
	flags.Var(word[sandbox.Reset]{&o.Limit.Reset, []sandbox.Reset{sandbox.ResetInSeconds, sandbox.ResetInMilliseconds, sandbox.ResetAsEpoch}}, "reset-as", "the time in x-ratelimit headers: seconds, ms or epoch")
	flags.Var(quotaValue{&o.Quota}, "quota", "refuse more than N invitations in a period, as in 10/1m")
	flags.IntVar(&o.Quota.Status, "quota-status", 400, "`STATUS` of that refusal: 400 or 429")
	flags.StringVar(&o.Quota.Words, "quota-words", "", "what the service says then (default as in \"10 invitations per 1 minutes exceeded\")")
}

func (f *Flags) addFaults(flags *pflag.FlagSet) {
	o := &f.options
	f.shares = []namedShare{
		{name: "error-before", usage: "invites that get a 500 before anything was done", target: &o.Faults.ErrorBefore},
		{name: "error-after", usage: "invites that get a 500 although the invitation was made", target: &o.Faults.ErrorAfter},
		{name: "cut-before", usage: "invites whose connection is cut before anything was done", target: &o.Faults.CutBefore},
		{name: "cut-after", usage: "invites whose connection is cut although the invitation was made", target: &o.Faults.CutAfter},
		{name: "truncate", usage: "invites whose reply is cut in the middle", target: &o.Faults.Truncate},
		{name: "unavailable", usage: "invites that get a 503 with Retry-After, with nothing done", target: &o.Faults.Unavailable},
	}
	for i := range f.shares {
		flags.Var(&f.shares[i].value, f.shares[i].name, "share of "+f.shares[i].usage)
	}
	flags.Var(oddReplyValue{&o.Faults}, "odd-reply", "answer invites, or a share of them, with KIND: empty, queued, failure_after, failure_before, hollow, garble, "+
		"bom, numeric_id, missing_id, same_id, other_organization or other_role; repeatable")
	flags.BoolVar(&o.Faults.Everywhere, "faults-everywhere", false, "let the faults meet every call, not only invites")
	flags.DurationVar(&o.Faults.Late, "late", 0, "how long after a lost or empty reply the invite takes effect")
	flags.Var(standingValue{&o.Standing}, "answer", "answer every call, or invites only, with KIND until POST /sandbox/answer takes it back: challenge, "+
		"waf, redirect, proxy_auth, forbidden (which says when to come back), or any kind of odd reply")
}

// spellings are how an address can be spelt.
var spellings = []sandbox.Spelling{sandbox.AsInvited, sandbox.LowerCase, sandbox.Normalized, sandbox.Masked}

func (f *Flags) addLists(flags *pflag.FlagSet) {
	o := &f.options
	flags.Var(word[sandbox.Spelling]{&o.Spelling.Reply, spellings}, "spell-reply", "how the answer to an invite spells its address: none, lower, gmail (no dots, no +tag) or masked")
	flags.Var(word[sandbox.Spelling]{&o.Spelling.List, spellings}, "spell-list", "how lists spell addresses: the same words")
	flags.Var(word[sandbox.Order]{&o.Order, []sandbox.Order{sandbox.NewestFirst, sandbox.OldestFirst, sandbox.Shuffled}}, "order", "order of the invitations: newest, oldest, or none, which is another one on each call and for members, too")
	flags.DurationVar(&o.Lists.Lag, "list-lag", 0, "show the lists as they were so long ago")
	flags.IntVar(&o.Lists.PageCap, "page-cap", 0, "give at most `N` items a page, whatever was asked for")
	flags.Var(holeValue{&o.Lists.Hole}, "page-hole", "let page N of each list come empty the first time, or short, or always")
	flags.IntVar(&o.Lists.HiddenMembers, "members-hidden", 0, "how many of the last members are not shown, though totals count them")
	flags.Var(word[sandbox.Blank]{&o.Lists.Blank, []sandbox.Blank{sandbox.NotBlank, sandbox.EmptyLists, sandbox.NullLists}}, "lists", "show nobody: empty or null lists")
	flags.BoolVar(&o.Lists.SearchToo, "hide-from-search", false, "hide members and show nobody in a search, too")
	flags.Var(oddItemsValue{&o.Lists.Odd}, "odd-items", "oddities of lists: null-email, numeric-id, text-totals, bom, nested, or all")
}

// Options returns what the flags say, once they are read.
func (f *Flags) Options() sandbox.Options {
	for _, share := range f.shares {
		*share.target = float64(share.value)
	}
	o := f.options
	for _, pattern := range f.refuse {
		o.Refusals = append(o.Refusals, sandbox.Refusal{Pattern: pattern, Words: f.refuseWords})
	}
	for _, whom := range f.forbid {
		o.Refusals = append(o.Refusals, forbid(whom))
	}
	return o
}
