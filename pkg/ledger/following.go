package ledger

import (
	"context"
	"iter"
	"path"
	"strings"
	"time"
	"unicode"

	"rollcall/pkg/record"
)

// Following is what a ledger remembers of the rosters that an organization is to follow, beside [Ledger.Named]: which were
// let through, who else was asked for, what was changed, what is held back by guards, and what was approved.
type Following interface {
	// AcceptRoster remembers that a roster was let through, now or once more. Where the last one of its series has the same
	// Content and Shape, that one was seen again: its Since stays, and its Run does unless a names another one. A zero At
	// stands for now, and Since is not taken from a.
	//
	// With a Run, whoever the rows of that run name is named by the roster from then on, if the run is whole; Whole is that
	// of the run. It returns [ErrNoRun] for a run that the scope does not have. Without one, Whole counts as it is in a, and
	// nobody is named anew.
	AcceptRoster(ctx context.Context, scope record.Scope, a Accepted) error
	// AcceptedRoster returns the last roster that was let through for the scope, if there is one.
	AcceptedRoster(ctx context.Context, scope record.Scope) (a Accepted, found bool, err error)
	// AcceptedRosters yields every roster that was let through for the scope, the one that was seen last first. Those of a
	// series are consecutive readings that differ, each with when it was first and last seen: as many of them have a Since
	// after the [Name.Last] of a person as different ones in a row have not named that person.
	AcceptedRosters(ctx context.Context, scope record.Scope) iter.Seq2[Accepted, error]
	// KeepNumbers remembers with which numbers people were named last, by the folded address; a zero one is forgotten. Whom no
	// whole run of the scope has named is left out.
	KeepNumbers(ctx context.Context, scope record.Scope, numbers map[string]Number) error
	// Asked yields whom runs of the scope that follow no roster have asked for in rows that were not invalid, and when such
	// a run last began, in no order.
	Asked(ctx context.Context, scope record.Scope) iter.Seq2[Asked, error]

	// KeepChange remembers what a run has changed beside its invitations. A zero At stands for now.
	KeepChange(ctx context.Context, run string, c Change) error
	// Changes yields what a run has changed, in the order in which it was kept.
	Changes(ctx context.Context, run string) iter.Seq2[Change, error]
	// ChangesIn yields what all runs of the scope have changed so, in the order in which it was kept.
	ChangesIn(ctx context.Context, scope record.Scope) iter.Seq2[Change, error]

	// Approve remembers that what a run does was approved of, in place of an earlier approval of the run. A zero At stands
	// for now; a.Ended means nothing.
	Approve(ctx context.Context, a Approval) error
	// Approvals yields the approvals of the runs of a scope, oldest run first.
	Approvals(ctx context.Context, scope record.Scope) iter.Seq2[Approval, error]
	// Trip remembers that guards keep the rosters of a series back, in place of what was remembered of it: but its Since
	// stays. Without Guards, nothing keeps them back any more. A zero At stands for now, and t.Since means nothing. It
	// returns what is remembered then, the zero value for nothing.
	Trip(ctx context.Context, scope record.Scope, t Tripped) (Tripped, error)
	// Tripped yields what is kept back by guards in the scope, in no order.
	Tripped(ctx context.Context, scope record.Scope) iter.Seq2[Tripped, error]
}

// Accepted is a roster that was let through.
type Accepted struct {
	// Roster is its name, for people; [Series] of it says what it is another version of.
	Roster string
	// Rows is how many rows it had, Digest what makes it the same work.
	Rows   int
	Digest [32]byte
	// Content is the digest of its bytes alone, and Shape what has decided whom they name, in a form of the caller's; it is
	// empty where that is not known.
	Content [32]byte
	Shape   string
	// Whole says that it named everybody, and Run which run has carried it out last; it is empty where that is not known.
	Whole bool
	Run   string
	// Since is when it was first let through, At when it was last.
	Since, At time.Time
}

// Number stands for a number that a roster has for a person, such as that of an employee, and that stays the same when the
// address changes. It is a digest of the caller's. Zero stands for none.
type Number [16]byte

// Asked is a person whom a run has asked for that follows no roster.
type Asked struct {
	// Mailbox is that of the address, see [rollcall/pkg/email.Mailbox].
	Mailbox string
	At      time.Time
}

// Change is a change of an organization that is no invitation.
type Change struct {
	// Kind is that of the difference that it has made an end of, Action what was done, in the words of the caller.
	Kind, Action string
	Email        string
	// TeamID and Team are the id and the name of the team that it is about, empty where it is about the organization.
	TeamID, Team string
	// Has is the role that the person had there, Wanted the one that the roster wants.
	Has, Wanted          string
	UserID, InvitationID string
	ExpiresAt            time.Time
	At                   time.Time
}

// Approval says that somebody has approved of what a run does although guards had something against it.
type Approval struct {
	// Run is the run, Digest what was approved in the words of the person, Guards what had something against it.
	Run, Digest string
	Guards      []string
	// Work is all that was approved, in a form of the caller's.
	Work []byte
	At   time.Time
	// Ended says that the run has ended: the approval is used up.
	Ended bool
}

// Tripped says that guards keep the rosters of a series back.
type Tripped struct {
	// Roster is the name of the last one, Digest what would be done, Guards what has something against it.
	Roster, Digest string
	Guards         []string
	// Since is when they were first kept back, At when they last were.
	Since, At time.Time
}

// Series returns what the name of a roster has in common with those of other days: the last part of its path in lower
// case and without digits, which are often those of a date.
func Series(roster string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, path.Base(strings.ReplaceAll(roster, `\`, "/")))
}
