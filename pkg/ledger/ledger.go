// Package ledger is the contract of the durable memory of invitations: which run claimed which row, what was answered,
// and how the row ended. Package sqlite keeps it in one file; package ledgertest holds every implementation to it.
//
//	l, err := sqlite.Open("/home/ada/.local/state/rollcall/ledger.db", sqlite.Options{})
//	run, err := l.Begin(ctx, ledger.Run{Service: service, OrganizationID: id, Digest: digest}, entries)
//	for entry, err := range l.Pending(ctx, run.ID) {
//		err = l.Claim(ctx, nil, record.Claim{Run: run.ID, Row: entry.Row, Email: entry.Email, Change: record.ChangeInvite, Attempt: 1})
//		// The claim is on disk: now the request may leave.
//		err = l.Conclude(ctx, run.ID, nil, record.Conclusion{Record: outcome})
//		// The outcome is on disk: now it may be shown.
//	}
//	err = l.End(ctx, run.ID, 0)
//
// A claim says that a request for a person is about to leave. It stands until a conclusion ends it. What stands in the
// ledger when a program starts is therefore all that can be in doubt, even after a kill -9 or a power cut. The ledger
// never decides anything about a row: it refuses a second claim for a person while one stands, and a second outcome for
// a row that has one.
//
// Everything that is remembered belongs to a [record.Scope], which is one organization of one service. The service is
// compared as it is written. All text is UTF-8: a ledger may leave out of a text what is no UTF-8, and characters of the number
// 0, which databases refuse, so that whoever writes such a text reads another one. All times are kept to the microsecond, in
// UTC. The texts of a record may be parts of a longer one that rows share: who keeps some for long makes copies of them.
//
// A ledger that is a file has one process that writes. One that is in a database, see package postgres, may have many, but
// one for each scope at a time: the one that has entered it last, see [Ledger.Enter].
package ledger

import (
	"context"
	"iter"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/record"
)

// Ledger is an open ledger. It is safe for concurrent use. The errors of its methods match those of this package with
// [errors.Is]; an operation that returns an error has kept nothing, unless its comment says otherwise. A sequence ends
// with its first error, and the body of a loop over one may call anything.
type Ledger interface {
	// Claim records that requests are about to leave, each for one person: all of the claims or none. If then is nil, they
	// are on disk when Claim returns nil; otherwise no request must leave. With then Claim does not wait, as
	// [Ledger.Conclude] does not. A claim belongs to the scope of its run and to the person whom its Email means, which is
	// the folded address. A zero At stands for now. Row 0 is a change that has no row in the roster.
	//
	// The error is a [*RowError] with [ErrNoRow] when the run has no such row of exactly that address, with [ErrSettled]
	// when the row has an outcome, or else with [ErrClaimed] while any claim stands for that person in that scope, of
	// whatever run, row or kind. When ctx ends during the wait, the claims may stand all the same: the next process finds
	// the people in doubt, which is harmless.
	Claim(ctx context.Context, then func(error), claims ...record.Claim) error
	// Conclude records what steps have come to, all of the conclusions or none. Of each it keeps the outcome, if there
	// is one, and everything that a step can find out: the invitation, Attempts, HTTPStatus, Error, Hint and the whole
	// Trail, but not what the roster said. It ends the claim of the row, unless the conclusion is InDoubt. It never
	// makes a claim.
	//
	// Without an outcome the row stays as open as it was, and UpdatedAt is not kept. A conclusion that has neither an
	// outcome nor anything else to keep only ends the claim, and is never refused. A row with the outcome
	// [record.Unknown] may get another one; any other outcome that is there already is a [*RowError] with [ErrSettled].
	// The same outcome with the same UpdatedAt is no error, so a conclusion may be written again.
	//
	// The Event of a conclusion becomes the next line of the ledger's audit trail together with it: there is never one
	// without the other. A conclusion that is written again tells of it again.
	//
	// Row 0 ends, or keeps, the claim that the run made for the address without a row. Then all that is kept are the
	// Attempts and Lost, EndedAt and SilentFor of the trail, as long as the claim stands.
	//
	// If then is nil, the conclusions are on disk when Conclude returns nil. Otherwise Conclude does not wait: then is
	// called once they are on disk, or with the error that keeps them from there, unless Conclude itself returns an
	// error. Whatever the caller asks for next is written after them or together with them. The ledger stands still
	// while then is at work, and then may be called before Conclude returns: it must be short, must not call the ledger
	// and must not need anything that the caller holds.
	Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error
	// Mailings returns when the invitations of the scope left that may have mailed somebody, of all its runs, oldest first
	// and none from before since. Each claim of the kind [record.ChangeInvite] is one, with its At, from the moment that it
	// is on disk until it is concluded as harmless.
	Mailings(ctx context.Context, scope record.Scope, since time.Time) ([]time.Time, error)
	// Doubts returns the claims that stand in the scope, of all its runs, oldest first, each with the record of its row.
	// For a claim without a row the record is what [Ledger.Conclude] kept for it.
	Doubts(ctx context.Context, scope record.Scope) ([]record.Doubt, error)

	// Enter notes that a process begins to work in the scope. It returns whether the one before ended clean: it called
	// Leave, and every claim that stands is of an attempt that has ended. If there was none before, that is clean.
	//
	// Where processes share a ledger, the error is a [*LockedError] while another one that seems to live works in the scope.
	// Once Enter has returned, nothing is written in the scope any more through a handle that entered it before: there every
	// operation that writes in it returns an error that matches [ErrFenced]. Through a handle that has not entered the scope
	// such an operation enters it first, with these errors, but keeps the mark of the clean end as it is. [Ledger.Note] and
	// [Ledger.EraseExpiredTokens], which belong to no scope, are open to all.
	Enter(ctx context.Context, scope record.Scope) (clean bool, err error)
	// Lapse returns when the ledger was found for the last time to be another one than it was, by this process's clock; the zero
	// time if it never was, or cannot tell. A copy that has taken its place, such as one from a backup, may have forgotten
	// what was written until then. When that is found, whoever has entered a scope has lost it.
	Lapse(ctx context.Context) (time.Time, error)
	// Leave notes a clean end: every request of this process was answered or given up. Claims in doubt may stand.
	Leave(ctx context.Context, scope record.Scope) error

	// Begin writes a new run and all its entries in one operation: when it fails, whether by entries yielding an error,
	// by ctx or by a crash, nothing has happened. Entries that have an outcome already are settled from the start. An entry
	// whose trail says Gone names nobody. Begin sets what run leaves empty of ID and StartedAt, counts Rows, and returns
	// the run. Entries come in the order of their rows, which may have gaps. While it works, all other writing waits, so
	// entries must not write to this ledger.
	Begin(ctx context.Context, run Run, entries iter.Seq2[record.Record, error]) (Run, error)
	// Unfinished returns the last run of the scope for this roster, if it has not ended: the one to resume.
	Unfinished(ctx context.Context, scope record.Scope, digest [32]byte) (Run, bool, error)
	// Resume opens a run again for the same command. Entries that ended as rejected, failed, unknown or not_sent have no
	// outcome any more. Every entry without an outcome has its whole allowance again: Tries, Throttled and DueAt are
	// forgotten. Attempts, the rest of the trail and claims stay. [Resumed] says the same of a single row. If run.Whole is
	// set and the run was not whole, it becomes so, and names its people as if it had begun so: of the runs that are whole
	// it is the last one then.
	Resume(ctx context.Context, run Run) (Run, error)
	// Continue takes a run over that another process has left: every outcome and every trail stays as it is. The run
	// only counts as resumed once more.
	Continue(ctx context.Context, run Run) (Run, error)
	// Reopen takes back the outcomes of rows, all of them or none, with what was known of their invitations and their
	// trails. Their attempts stay counted. It is for outcomes that are not true any more, such as an invitation that
	// somebody has cancelled. [Ledger.Invited] remembers what was sent. [Reopened] says the same of a single row.
	Reopen(ctx context.Context, run string, rows ...int) error
	// End records that a run is over: the same roster then begins a new one. A run that stopped with rows left is not
	// over; leave it as it is, and it can be resumed.
	End(ctx context.Context, run string, exitCode int) error

	// Pending yields the entries of a run that have no outcome, in row order. What is concluded or claimed during the
	// loop may or may not show; a row is yielded at most once.
	Pending(ctx context.Context, run string) iter.Seq2[Entry, error]
	// Records yields the entries of a run that come after a row, in row order: all of them after 0. What is concluded during
	// the loop may or may not show.
	Records(ctx context.Context, run string, after int) iter.Seq2[record.Record, error]
	// Outcomes counts the entries of a run by outcome; [record.Unset] is an entry without one. Together they are the
	// run's rows, also those that were forgotten.
	Outcomes(ctx context.Context, run string) (map[record.Outcome]int, error)
	// Runs yields the runs of all scopes, newest first.
	Runs(ctx context.Context) iter.Seq2[Summary, error]

	// Invited yields everybody who was invited in the scope, once for each time, oldest run first. These are the rows
	// with the outcome invited, those that had it when they were reopened, and those whose trail says confirmed. A
	// record has the outcome invited, the address, the role and the teams that were asked for, what is known of the
	// invitation, the trail, and as UpdatedAt when that was: when the outcome was found, else when the attempt ended, else
	// when the run began. Of rows that were reopened it is not known what was asked for.
	Invited(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error]
	// Sighted yields whom the latest [SightedRuns] runs of the scope found as a member or with a pending invitation, or
	// kept back, which are the outcomes already_member, already_invited and skipped: for each person the newest of these
	// records. Rows whose trail says LeftOut were kept back without anybody looking, and do not count.
	Sighted(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error]
	// Cancelled yields the rows of which runs of the scope have cancelled an invitation in order to replace it, oldest run
	// first. Of a record it has the address and, in its trail, the invitation and when the last attempt ended.
	Cancelled(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error]
	// Named yields every person whom a whole run of the scope has named in a row that was not invalid and not left out, in no
	// order. A run that was cut short names nobody by that: see [Name.Last].
	Named(ctx context.Context, scope record.Scope) iter.Seq2[Name, error]

	// What follows a roster is in [Following].
	Following

	// LearnPace remembers the rate, in requests a second, for the scope, in place of an earlier one. Zero
	// forgets it.
	LearnPace(ctx context.Context, scope record.Scope, rate float64) error
	// Pace returns the rate that was learned for the scope, and when. It is 0 if none was.
	Pace(ctx context.Context, scope record.Scope) (rate float64, learned time.Time, err error)

	// Sign says who does all that is written from now on through this handle. Until it is called, nobody does.
	Sign(by audit.Author)
	// Note adds events that belong to no conclusion to the audit trail of the ledger, all of them or none, in their order.
	Note(ctx context.Context, events ...audit.Event) error
	// Audit yields the texts of the lines of the ledger's audit trail, which is one chain, that come after the one with that
	// number, in their order. What is written during the loop may or may not show.
	Audit(ctx context.Context, after int) iter.Seq2[string, error]
	// KeepRoleChange remembers the last role change of a person in the scope, or in one of its teams, in place of an earlier one. With a zero At it
	// forgets it.
	KeepRoleChange(ctx context.Context, scope record.Scope, c RoleChange) error
	// RoleChanges yields the role changes that are remembered of the scope, one a person and team, in no order.
	RoleChanges(ctx context.Context, scope record.Scope) iter.Seq2[RoleChange, error]
	// KeepFile remembers a file in the scope, in place of what was remembered of its path. With a zero Digest it forgets it.
	KeepFile(ctx context.Context, scope record.Scope, f File) error
	// Files yields the files that are remembered of the scope, in the order of their paths.
	Files(ctx context.Context, scope record.Scope) iter.Seq2[File, error]
	// KeepTimeline remembers, in a form of the caller's, what happened to the pace of a run while a process worked on it, in place
	// of what that process has kept before. A process is known by how often the run was resumed when it began. Where it cannot
	// be kept, nothing else that is written at the same time fails with it.
	KeepTimeline(ctx context.Context, run string, process int, timeline []byte) error
	// Timelines yields what was kept so of a run, one a process, in the order of the processes.
	Timelines(ctx context.Context, run string) iter.Seq2[[]byte, error]
	// EraseExpiredTokens forgets the tokens of invitations that expired before now, and returns how many it forgot.
	EraseExpiredTokens(ctx context.Context, now time.Time) (int, error)
	// Prune forgets the rows of runs that have ended before a time, of a scope or of all, but for what later decisions need: before
	// and after it all that is asked of a scope has the same answer, and so have [Ledger.Unfinished], [Ledger.Mailings],
	// [Ledger.Outcomes] and what is in [Following] of every run that is left.
	//
	// [Pruning.Keep] says which runs stay as they are: above all those that have not ended, those for which a claim stands, the
	// latest [SightedRuns] of the scope and the last whole one. Of the others, rows stay that [Lasts] names, and those that
	// [PartialRuns] speaks of; of such a run the roster's own columns are forgotten, [Run.Pruned] counts the rows that are
	// gone, and Rows and Outcomes stay what they were. A run of which no row is left goes itself, with its
	// timelines, unless something else speaks of it: a roster that was let through, [Name.Last], a change, an approval, an
	// invitation whose row was reopened, a mailing without a row, or [Pruning.Keep].
	//
	// What is forgotten is gone from the disk. The audit trail is never pruned, since it is one chain.
	Prune(ctx context.Context, p Pruning) (Pruned, error)
	// Path says where the ledger is, for people.
	Path() string
	// Close writes what is queued and lets others in. Operations after it return [ErrClosed]. Closing twice is fine.
	Close() error
}

// SightedRuns is how many runs [Ledger.Sighted] looks back: enough to bridge some nights whose lists were short, few
// enough to read them all.
const SightedRuns = 8

// All returns what a sequence of a ledger yields, up to its first error.
func All[T any](seq iter.Seq2[T, error]) (values []T, err error) {
	for value, err := range seq {
		if err != nil {
			return values, err
		}
		values = append(values, value)
	}
	return values, nil
}
