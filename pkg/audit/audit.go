// Package audit keeps a trail of who changed what: lines of JSON, each with the hash of the line before, so that nobody
// can change, remove, add or move one unseen.
//
//	chain := audit.Begin()
//	text, chain := chain.Next(time.Now(), audit.Author{Who: "ada@laptop"}, audit.Event{Kind: audit.Invite, Email: "bo@x.example"})
//	report, err := audit.Verify(file)
//
// It keeps nothing itself: the ledger holds the chain, and package auditfile a file of its lines. Whoever can write the
// whole trail anew can make another one that holds: a trail proves something against a copy of it that somebody else has,
// or against the ledger. No line holds a secret.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what a line tells of.
type Kind string

// The kinds of lines. The first ones are requests that may have changed something in the service, and what came of them.
const (
	Invite Kind = "invite"
	Cancel Kind = "cancel"
	Role   Kind = "role"
	Team   Kind = "team"
	Remove Kind = "remove"
	// Approval: somebody, or a schedule, let a run begin to send. The outcome is the [Consent].
	Approval Kind = "approval"
	// Override: an option let something pass that would have been refused.
	Override Kind = "override"
	// Kept: what is about to be taken away was written down in a file, whose path is the Value.
	Kept Kind = "kept"
)

// Consent is the way in which a run was allowed to send.
type Consent string

// The ways.
const (
	// AtPrompt: a person said yes to what was shown.
	AtPrompt Consent = "prompt"
	// OnPage: a person pressed a button beside what was shown.
	OnPage Consent = "page"
	// InAdvance: an option said that nobody is to be asked.
	InAdvance Consent = "yes"
	// ByPlan: a plan that was looked at is carried out.
	ByPlan Consent = "plan"
	// ByDigest: somebody named the digest of what was shown to them.
	ByDigest Consent = "digest"
	// Unattended: it is work that never asks.
	Unattended Consent = "unattended"
	// ByProgram: a program that embeds this one decided.
	ByProgram Consent = "program"
)

// What a request came to where it did not decide about a person: the other words are outcomes of rows.
const (
	// Again: it was refused for now, and is made again.
	Again = "again"
	// InDoubt: its reply was lost, so that it may have taken effect.
	InDoubt = "in_doubt"
	// NoEffect: a request in doubt was looked up, and has left no trace.
	NoEffect = "no_effect"
	// Refused: the service said no, which may mean that it is done already.
	Refused = "refused"
	// Unclear: a request in doubt was given up. It can be made again without harm, and is decided anew.
	Unclear = "unclear"
	// Cancelled and Changed: it is done.
	Cancelled = "cancelled"
	Changed   = "changed"
)

// Event is what a line tells. What there is not is empty.
type Event struct {
	Kind Kind   `json:"kind"`
	Run  string `json:"run,omitempty"`
	// Email is the person, as the roster or the service has the address.
	Email string `json:"email,omitempty"`
	// Role is the one with which the person is invited.
	Role string `json:"role,omitempty"`
	// Team is the name of the team in which somebody is changed, empty for the organization.
	Team string `json:"team,omitempty"`
	// Before and After are the roles of a change of roles, else the ids of the invitation that was there and of the new one.
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	// Status is that of HTTP, 0 if no answer came.
	Status int `json:"status,omitempty"`
	// Option and Value are what lets something pass, Reason says what.
	Option string `json:"option,omitempty"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Plan is the digest of the plan that was approved, in hex.
	Plan string `json:"plan,omitempty"`
	// Service and Organization are where the run goes, for an approval.
	Service      string `json:"service,omitempty"`
	Organization string `json:"organization,omitempty"`
}

// Approve returns the event of an approval: which run is allowed to send, and how. The digest is that of the plan, in hex;
// empty if there is none.
func Approve(run string, how Consent, digest string) Event {
	return Event{Kind: Approval, Run: run, Outcome: string(how), Plan: digest}
}

// Pass returns the event of an option that let something pass, and why that would have been refused.
func Pass(run, option, value, reason string) Event {
	return Event{Kind: Override, Run: run, Option: option, Value: value, Reason: reason}
}

// Author is on whose behalf lines are written. The zero value is nobody.
type Author struct {
	// Who is a person at a machine, as in ada@laptop, or what an embedding program calls its caller.
	Who string `json:"who,omitempty"`
	// Job is what has started it, such as a job of a schedule.
	Job string `json:"job,omitempty"`
	// Credential is the id of what the service is called with, never a secret.
	Credential string `json:"credential,omitempty"`
	// Now tells the service's time. Nil: it is not known.
	Now func() time.Time `json:"-"`
}

// apart is from when on the service's time is told as well: its answers tell it in whole seconds.
const apart = 2 * time.Second

// Line is one line of a trail. Its fields stand in this order, and the text of a line has no blanks between them.
type Line struct {
	// Chain names the chain, Number is the line's place in it, from 1.
	Chain  string `json:"chain"`
	Number int    `json:"seq"`
	// At is when the line was written by this machine's clock, ServiceAt by the service's where that differs.
	At        time.Time  `json:"at"`
	ServiceAt *time.Time `json:"service_at,omitempty"`
	Event
	Author
	// Previous is the SHA-256, in hex, of the text of the line before, without its end; empty for the first one.
	Previous string `json:"prev"`
	// Sum is the beginning of the SHA-256, in hex, of the text of this line as far as the comma before it: it tells which
	// of two lines was changed by mistake.
	Sum string `json:"sum,omitempty"`
}

// sumLength is that of a sum, in digits.
const sumLength = 16

// Chain is where a chain ends: what its next line goes on from. The zero value is no chain; see [Begin].
type Chain struct {
	// ID names the chain.
	ID string
	// Number is that of the last line, 0 if there is none. Hash is the SHA-256 of its text, in hex.
	Number int
	Hash   string
}

// Begin returns a new chain without lines.
func Begin() Chain {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails
	return Chain{ID: hex.EncodeToString(id)}
}

// Next returns the text of the line that comes next, without its end, and where the chain ends then. Times are kept to the
// microsecond.
func (c Chain) Next(at time.Time, by Author, e Event) (string, Chain) {
	text, next := c.Append(make([]byte, 0, 768), at, by, e)
	return string(text), next
}

// Append is [Chain.Next] that writes the text behind b.
func (c Chain) Append(b []byte, at time.Time, by Author, e Event) ([]byte, Chain) {
	line := newLine(at, by, e)
	line.Chain, line.Number, line.Previous = c.ID, c.Number+1, c.Hash
	b, hash := line.append(b)
	return b, Chain{ID: c.ID, Number: line.Number, Hash: hash}
}

// newLine returns a line that has no place in a chain yet.
func newLine(at time.Time, by Author, e Event) Line {
	line := Line{At: at.UTC().Truncate(time.Microsecond), Event: e, Author: by}
	if by.Now != nil {
		if told := by.Now(); told.Sub(at).Abs() >= apart {
			told = told.UTC().Truncate(time.Second)
			line.ServiceAt = &told
		}
	}
	return line
}

// End returns where the chain ends whose last line has that text.
func End(text string) (Chain, error) {
	line, err := Parse(text)
	if err != nil {
		return Chain{}, err
	}
	return Chain{ID: line.Chain, Number: line.Number, Hash: hashOf(text)}, nil
}

// errChanged says that a text is not what was written.
var errChanged = errors.New("its sum does not fit what it says")

// Parse reads the text of a line, and holds it to its sum.
func Parse(text string) (Line, error) {
	body, sum, ok := strings.Cut(text, `,"sum":"`)
	if !ok {
		return Line{}, errors.New("it has no sum: it was changed, or is no line of a trail")
	}
	if sum != hashOf(body)[:sumLength]+`"}` {
		return Line{}, errChanged
	}
	var line Line
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		return Line{}, fmt.Errorf("it is no line of a trail: %w", err)
	}
	if line.Chain == "" || line.Number < 1 {
		return Line{}, errors.New("it names no place in a chain")
	}
	return line, nil
}

func hashOf[T string | []byte](text T) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
