package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"rollcall/pkg/record"
)

// Run is one execution over one roster.
type Run struct {
	// ID names the run and sorts by the time of its start, like 20261123T013000Z-3f2a9c.
	ID string
	// OrganizationID and Service, the base URL, say whom the run invites to what.
	OrganizationID, Service string
	// Roster is the name of the roster, for people; Digest, of its bytes, is what makes two rosters the same.
	Roster string
	Digest [32]byte
	// Extra are the names of the roster's own columns.
	Extra []string
	// Sync says that the organization is to follow the roster, and Whole that the roster names everybody that the
	// organization is to have, so that who is missing in the next one that is let through has left. A run that is neither
	// asks for the people in its rows, see [Following].
	Sync, Whole bool
	// Rows is how many entries the run has, with those that were forgotten.
	Rows int
	// PrunedAt is when the ledger last forgot what it could of the run, see [Ledger.Prune], and Pruned how many of the rows are
	// gone by now. They are zero for a run that is whole.
	Pruned   int
	PrunedAt time.Time
	// StartedAt is when the run began, EndedAt when it ended; EndedAt is zero as long as it can be resumed.
	StartedAt, EndedAt time.Time
	// ExitCode means nothing before the run has ended.
	ExitCode int
	// Resumed is how often the run was resumed or continued.
	Resumed int
}

// Scope returns the organization and service that the run belongs to.
func (r Run) Scope() record.Scope {
	return record.Scope{Service: r.Service, OrganizationID: r.OrganizationID}
}

// Start returns the run as [Ledger.Begin] has to keep it before it has counted the rows: with an ID, with a StartedAt to
// the microsecond, which is now unless the run names one, and without an end.
func (r Run) Start(now time.Time) Run {
	if r.StartedAt.IsZero() {
		r.StartedAt = now
	}
	r.StartedAt = r.StartedAt.UTC().Truncate(time.Microsecond)
	if r.ID == "" {
		r.ID = newID(r.StartedAt)
	}
	r.Rows, r.Pruned, r.PrunedAt, r.EndedAt, r.ExitCode, r.Resumed = 0, 0, time.Time{}, time.Time{}, 0, 0
	return r
}

// newID is random after the second, since two machines may share a results folder.
func newID(at time.Time) string {
	random := make([]byte, 3)
	_, _ = rand.Read(random) // never fails
	return at.Format("20060102T150405Z") + "-" + hex.EncodeToString(random)
}

// Summary is a run and how its rows ended.
type Summary struct {
	Run
	// Outcomes counts the rows by outcome, also those that were forgotten; [record.Unset] is a row without one.
	Outcomes map[record.Outcome]int
	// Approved is the digest of the run's [Approval], empty if it has none.
	Approved string
	// Overtaken says that the run has not ended, and that nothing goes on with it, since a later one has taken its place. It
	// is for whoever knows what makes two runs the same work to say: a ledger leaves it unset.
	Overtaken bool
}

// Entry is a row that has no outcome yet.
type Entry struct {
	record.Record
	// Claim is the claim that stands for the row, nil if there is none. With a claim, the row is in doubt: find out
	// what became of it before anything is sent.
	Claim *record.Claim
}

// Name is a person whom a whole run has named.
type Name struct {
	// Person is the folded address.
	Person string
	// Since is when this joining began: the start of the whole run that named the person again after a whole roster that did
	// not was let through. It is zero for somebody who never left.
	Since time.Time
	// Left says that the last whole roster that was let through did not name the person, under whatever spelling, and no run
	// has since: whoever names the person next begins a new joining.
	Left bool
	// Last is when a roster that names the person, under whatever spelling, was last let through, zero if none has been.
	Last time.Time
	// Number stands for the number that such a roster had for the person, see [Following.KeepNumbers]; zero if none is known.
	Number Number
}
