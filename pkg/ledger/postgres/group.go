package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// place is a row of a run, or with the number 0 a person of it.
type place struct {
	run    int64
	number int
	person string
}

// group is claims and conclusions that are written together: first the conclusions, then the claims. So it holds no two that
// must be written one after the other, but for claims of what is concluded in it.
type group struct {
	changes   []change
	concluded map[place]bool
	claimed   map[place]bool
	// people are those who are claimed: one has one claim.
	people map[string]bool

	// change stands for the group, however often it is written.
	change      int64
	conclusions columns
	claims      claimColumns
	// told are the results by the index of the change, nil for what was kept.
	told []error
}

func newGroup() *group {
	return &group{concluded: map[place]bool{}, claimed: map[place]bool{}, people: map[string]bool{}, change: nonce()}
}

// add adds a change, unless it has to be written after one in the group.
func (g *group) add(c change) bool {
	for i := range c.conclusions {
		if at := c.conclusions[i].place; g.concluded[at] || g.claimed[at] {
			return false
		}
	}
	for i := range c.claims {
		if g.people[c.claims[i].person] {
			return false
		}
	}
	for i := range c.conclusions {
		g.concluded[c.conclusions[i].place] = true
	}
	for i := range c.claims {
		g.claimed[c.claims[i].place()] = true
		g.people[c.claims[i].person] = true
	}
	g.changes = append(g.changes, c)
	return true
}

func (g *group) empty() bool { return len(g.concluded) == 0 && len(g.people) == 0 }

// tell tells everybody in the group what has come of it: err, or what each was told.
func (g *group) tell(err error) {
	for i, c := range g.changes {
		result := err
		if err == nil && i < len(g.told) {
			result = g.told[i]
		}
		c.done(result)
	}
}

// form makes the columns of the statements.
func (g *group) form(w *writer) {
	g.told = make([]error, len(g.changes))
	now := w.l.now()
	var by audit.Author
	if author := w.l.author.Load(); author != nil {
		by = *author
	}
	g.conclusions, g.claims = columns{}, claimColumns{}
	for i := range g.changes {
		for j := range g.changes[i].conclusions {
			c := &g.changes[i].conclusions[j]
			line := ""
			if c.Event != nil {
				line = audit.Unchained(now, by, *c.Event)
			}
			g.conclusions.add(i, c, line)
		}
		for j := range g.changes[i].claims {
			g.claims.add(i, &g.changes[i].claims[j])
		}
	}
}

// send writes the group in one round trip, which is one transaction.
func (g *group) send(ctx context.Context, c *pgx.Conn, w *writer, again bool) error {
	t := w.now()
	var batch pgx.Batch
	batch.Queue(w.l.sql("SELECT @fence($1, $2, $3)"), t.key, t.epoch, w.l.holder)
	if len(g.concluded) > 0 {
		batch.Queue(w.l.sql(concludeAll), g.conclusions.values(t.key, t.epoch, g.change, w.l.lines.Load(), again)...).Query(func(rows pgx.Rows) error {
			return g.readConclusions(rows, w.l)
		})
	}
	if len(g.people) > 0 {
		batch.Queue(w.l.sql(claimAll), g.claims.values(t.key, t.epoch)...).Query(g.readClaims)
	}
	return c.SendBatch(ctx, &batch).Close()
}

// Trouble with a row: what stands in the way of a claim or a conclusion. Beyond these it is the outcome of a row that is settled.
const (
	noTrouble = -1
	noRow     = -2
	noAddress = -3
	isClaimed = -4
	wasMissed = -5
)

// troubled returns the error of a row.
func troubled(run string, number, trouble int) error {
	switch trouble {
	case noRow:
		return &ledger.RowError{Run: run, Row: number, Err: ledger.ErrNoRow}
	case noAddress:
		return &ledger.RowError{Run: run, Row: number, Err: fmt.Errorf("%w of that address", ledger.ErrNoRow)}
	}
	return &ledger.RowError{Run: run, Row: number, Err: fmt.Errorf("%w: %s", ledger.ErrSettled, record.Outcome(trouble))}
}

// readConclusions reads which conclusions were refused, and where the audit trail ends.
func (g *group) readConclusions(rows pgx.Rows, l *Ledger) error {
	clear(g.told)
	for rows.Next() {
		var index, number, trouble int
		var end *int64
		if err := rows.Scan(&index, &number, &trouble, &end); err != nil {
			return err
		}
		if end != nil {
			l.lines.Store(*end)
			continue
		}
		if g.told[index] == nil {
			g.told[index] = troubled(g.changes[index].conclusions[0].runID, number, trouble)
		}
	}
	return rows.Err()
}

// readClaims reads which claims were refused.
func (g *group) readClaims(rows pgx.Rows) error {
	refused := map[int]bool{}
	for rows.Next() {
		var index, number, trouble int
		var runID, standingRun string
		var c record.Claim
		if err := rows.Scan(&index, &runID, &number, &trouble, &standingRun, &c.Row, &c.Email, &c.Change, &c.Attempt, (*instant)(&c.At),
			&c.Replaces, &c.Before); err != nil {
			return err
		}
		if trouble == wasMissed {
			return errors.New("claims have come to stand that nobody else can make: the fence of the organization does not hold")
		}
		if refused[index] {
			continue
		}
		refused[index] = true
		if trouble != isClaimed {
			g.told[index] = troubled(runID, number, trouble)
			continue
		}
		c.Run = standingRun
		g.told[index] = &ledger.RowError{Run: runID, Row: number, Err: ledger.ErrClaimed, Standing: &c}
	}
	return rows.Err()
}

// claimColumns are the claims of a group, a column each: a statement takes all of them, whatever their number.
type claimColumns struct {
	index, number, attempt          pgtype.FlatArray[int32]
	run, nonce                      pgtype.FlatArray[int64]
	runID, person, email, old, last pgtype.FlatArray[string]
	kind                            pgtype.FlatArray[int16]
	at                              pgtype.FlatArray[pgtype.Timestamptz]
}

func (k *claimColumns) add(index int, c *claim) {
	k.index = append(k.index, int32(index))
	k.number = append(k.number, int32(c.Row))
	k.attempt = append(k.attempt, int32(c.Attempt))
	k.run, k.nonce = append(k.run, c.run), append(k.nonce, c.nonce)
	k.runID, k.person, k.email = append(k.runID, c.Run), append(k.person, c.person), append(k.email, cleaned(c.Email))
	k.old, k.last = append(k.old, cleaned(c.Replaces)), append(k.last, cleaned(c.Before))
	k.kind, k.at = append(k.kind, int16(c.Change)), append(k.at, moment(c.At))
}

func (k *claimColumns) values(organization, epoch int64) []any {
	return []any{organization, epoch, k.index, k.run, k.runID, k.number, k.person, k.email, k.kind, k.attempt, k.at, k.old, k.last, k.nonce}
}

// columns are the conclusions of a group, a column each.
type columns struct {
	index, number, attempts, status, tries, throttled                                          pgtype.FlatArray[int32]
	run, silent                                                                                pgtype.FlatArray[int64]
	outcome, verdict                                                                           pgtype.FlatArray[int16]
	doubt, harmless, ends, lost, confirmed                                                     pgtype.FlatArray[bool]
	expires, updated, ended, due                                                               pgtype.FlatArray[pgtype.Timestamptz]
	person, line, invitation, token, state, organization, name, role, trouble, hint, cancelled pgtype.FlatArray[string]
}

func (k *columns) add(index int, c *conclusion, line string) {
	r, t := &c.Record, &c.Trail
	integers := []struct {
		column *pgtype.FlatArray[int32]
		value  int
	}{{&k.index, index}, {&k.number, r.Row}, {&k.attempts, r.Attempts}, {&k.status, r.HTTPStatus}, {&k.tries, t.Tries}, {&k.throttled, t.Throttled}}
	for _, v := range integers {
		*v.column = append(*v.column, int32(v.value))
	}
	k.run, k.silent = append(k.run, c.run), append(k.silent, t.SilentFor.Microseconds())
	k.outcome, k.verdict = append(k.outcome, int16(r.Outcome)), append(k.verdict, int16(t.Verdict))
	k.doubt, k.harmless, k.ends = append(k.doubt, c.InDoubt), append(k.harmless, c.Harmless), append(k.ends, c.ends)
	k.lost, k.confirmed = append(k.lost, t.Lost), append(k.confirmed, t.Confirmed)
	times := []struct {
		column *pgtype.FlatArray[pgtype.Timestamptz]
		value  time.Time
	}{{&k.expires, r.ExpiresAt}, {&k.updated, r.UpdatedAt}, {&k.ended, t.EndedAt}, {&k.due, t.DueAt}}
	for _, v := range times {
		*v.column = append(*v.column, moment(v.value))
	}
	texts := []struct {
		column *pgtype.FlatArray[string]
		value  string
	}{
		{&k.person, c.person},
		{&k.line, line},
		{&k.invitation, r.InvitationID},
		{&k.token, r.Token.Reveal()},
		{&k.state, r.Status},
		{&k.organization, r.OrganizationID},
		{&k.name, r.OrganizationName},
		{&k.role, r.OrganizationRole},
		{&k.trouble, r.Error},
		{&k.hint, r.Hint},
		{&k.cancelled, t.Cancelled},
	}
	for _, v := range texts {
		*v.column = append(*v.column, cleaned(v.value))
	}
}

func (k *columns) values(organization, epoch, change, after int64, again bool) []any {
	return []any{
		organization, change, after, again, k.index, k.run, k.number, k.person, k.doubt, k.harmless, k.ends, k.line, k.outcome, k.invitation,
		k.token, k.state, k.organization, k.name, k.role, k.expires, k.attempts, k.status, k.trouble, k.hint, k.updated, k.verdict, k.tries,
		k.throttled, k.lost, k.confirmed, k.cancelled, k.ended, k.silent, k.due, epoch,
	}
}
