package postgres

import (
	"context"
	"errors"
	"fmt"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

const (
	// claimAll keeps the claims of a group, but none of a change in which one is refused, and yields those that are. A claim
	// that is there with the same nonce is one that was written before: only the answer was lost. That another one has come to stand
	// meanwhile is what the fence excludes, and the key of the table, too. The values are organization
	// and epoch, and columns.
	claimAll = `WITH given AS (
		SELECT * FROM unnest($3::int[], $4::bigint[], $5::text[], $6::int[], $7::text[], $8::text[], $9::smallint[], $10::int[],
			$11::timestamptz[], $12::text[], $13::text[], $14::bigint[])
			AS g (index, run, run_id, number, person, email, change, attempt, at, replaces, before, nonce)
	), seen AS (
		SELECT g.index, g.run_id, g.number, CASE
				WHEN g.number = 0 THEN -1
				WHEN e.run IS NULL THEN -2
				WHEN e.outcome <> 0 THEN e.outcome
				WHEN e.email <> g.email THEN -3
				ELSE -1 END AS trouble, c.run AS claimed_by, c.number AS claimed_for, c.email, c.change, c.attempt, c.at, c.replaces, c.before
		FROM given g LEFT JOIN @entry e ON e.run = g.run AND e.number = g.number
		LEFT JOIN @claim c ON c.organization = $1 AND c.person = g.person AND c.nonce <> g.nonce
	), refused AS (
		SELECT DISTINCT index FROM seen WHERE trouble <> -1 OR claimed_by IS NOT NULL
	), taken AS (
		SELECT * FROM given WHERE index NOT IN (SELECT index FROM refused)
	), kept AS (
		INSERT INTO @claim AS c (organization, person, run, number, email, change, attempt, at, replaces, before, epoch, nonce)
		SELECT $1, person, run, number, email, change, attempt, at, replaces, before, $2, nonce FROM taken
		ON CONFLICT (organization, person) DO UPDATE SET nonce = c.nonce WHERE c.nonce = excluded.nonce RETURNING 1
	), mailed AS (
		INSERT INTO @mailing (organization, at, run, person, number)
		SELECT $1, at, run, person, number FROM taken WHERE change = 1 ON CONFLICT DO NOTHING
	)
	SELECT index, run_id, s.number, CASE WHEN trouble = -1 THEN -4 ELSE trouble END, coalesce(r.id, ''), coalesce(claimed_for, 0), coalesce(s.email, ''),
		coalesce(s.change, 0), coalesce(s.attempt, 0), s.at, coalesce(s.replaces, ''), coalesce(s.before, '')
	FROM seen s LEFT JOIN @run r ON r.key = claimed_by WHERE trouble <> -1 OR claimed_by IS NOT NULL
	UNION ALL SELECT 0, '', 0, -5, '', 0, '', 0, 0, NULL, '', '' WHERE (SELECT count(*) FROM kept) <> (SELECT count(*) FROM taken)`

	// concludeAll keeps the conclusions of a group, but none of a change in which one is refused, and yields those that are, and
	// at last the number of the last line of the audit trail. What it locks last but for claims, which nobody else writes in
	// the organization, is the end of the trail, so that no two transactions wait for each other. A claim of a later
	// epoch stays, which the fence excludes, too. The values are organization, change, the number of a line of the trail, whether it is
	// written again, columns, and the epoch.
	concludeAll = `WITH given AS (
		SELECT * FROM unnest($5::int[], $6::bigint[], $7::int[], $8::text[], $9::bool[], $10::bool[], $11::bool[], $12::text[], $13::smallint[],
			$14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::timestamptz[], $21::int[], $22::int[], $23::text[],
			$24::text[], $25::timestamptz[], $26::smallint[], $27::int[], $28::int[], $29::bool[], $30::bool[], $31::text[], $32::timestamptz[],
			$33::bigint[], $34::timestamptz[]) WITH ORDINALITY
			AS g (index, run, number, person, in_doubt, harmless, ends, line, outcome, invitation_id, token, status, organization_id,
			organization_name, organization_role, expires_at, attempts, http_status, error, hint, updated_at, verdict, tries, throttled, lost,
			confirmed, cancelled, ended_at, silent_for, due_at, n)
	), refused AS (
		SELECT g.index, g.number, CASE WHEN e.run IS NULL THEN -2 ELSE e.outcome END AS trouble
		FROM given g LEFT JOIN @entry e ON e.run = g.run AND e.number = g.number
		WHERE g.number <> 0 AND NOT g.ends AND (e.run IS NULL OR e.outcome NOT IN (0, 8)
			AND (e.outcome <> g.outcome OR e.updated_at IS DISTINCT FROM g.updated_at))
	), taken AS (
		SELECT * FROM given WHERE index NOT IN (SELECT index FROM refused)
	), kept AS (
		UPDATE @entry e SET outcome = CASE t.outcome WHEN 0 THEN e.outcome ELSE t.outcome END,
			updated_at = CASE t.outcome WHEN 0 THEN e.updated_at ELSE t.updated_at END, invitation_id = t.invitation_id, token = t.token,
			status = t.status, organization_id = t.organization_id, organization_name = t.organization_name, organization_role = t.organization_role,
			expires_at = t.expires_at, attempts = t.attempts, http_status = t.http_status, error = t.error, hint = t.hint, verdict = t.verdict,
			tries = t.tries, throttled = t.throttled, lost = t.lost, confirmed = t.confirmed, cancelled = t.cancelled, ended_at = t.ended_at,
			silent_for = t.silent_for, due_at = t.due_at
		FROM taken t WHERE e.run = t.run AND e.number = t.number AND NOT t.ends
	), standing AS (
		SELECT c.person AS whose, c.at AS claimed_at, t.* FROM taken t JOIN @claim c ON c.run = t.run AND c.number = t.number
			AND c.organization = $1 AND c.epoch <= $35 AND (t.number <> 0 OR c.person = t.person)
	), unmailed AS (
		DELETE FROM @mailing m USING standing s WHERE s.harmless AND m.organization = $1 AND m.at = s.claimed_at AND m.run = s.run AND m.person = s.whose
	), ended AS (
		DELETE FROM @claim c USING standing s WHERE NOT s.in_doubt AND c.organization = $1 AND c.person = s.whose
	), doubted AS (
		UPDATE @claim c SET attempts = s.attempts, lost = s.lost, ended_at = s.ended_at, silent_for = s.silent_for
		FROM standing s WHERE s.in_doubt AND s.number = 0 AND NOT s.ends AND c.organization = $1 AND c.person = s.whose
	), marked AS (
		UPDATE @run r SET outcomes = NULL, acted = r.acted OR t.acted, expires_at = least(r.expires_at, t.expires_at)
		FROM (SELECT run, bool_or(outcome = 1 OR confirmed OR cancelled <> '') AS acted, min(expires_at) FILTER (WHERE token <> '') AS expires_at
			FROM taken WHERE number <> 0 AND NOT ends GROUP BY run) t
		WHERE r.key = t.run AND (r.outcomes IS NOT NULL OR t.acted AND NOT r.acted OR t.expires_at < coalesce(r.expires_at, 'infinity'))
	)
	SELECT index, number, trouble, NULL::bigint FROM refused
	UNION ALL SELECT 0, 0, 0, @tell(lines, $2, $3, $4)
		FROM (SELECT array_agg(line ORDER BY n) AS lines FROM taken WHERE line <> '') l WHERE lines IS NOT NULL`
)

// claim is a claim with what stands for its run and its person.
type claim struct {
	record.Claim
	run, nonce int64
	person     string
}

func (c *claim) place() place {
	if c.Row == 0 {
		return place{run: c.run, person: c.person}
	}
	return place{run: c.run, number: c.Row}
}

// Claim implements [ledger.Ledger]. Claims of one call belong to one scope.
func (l *Ledger) Claim(ctx context.Context, then func(error), claims ...record.Claim) error {
	if len(claims) == 0 {
		return l.tellNothing(then)
	}
	given, people := make([]claim, len(claims)), map[string]*record.Claim{}
	now, this := l.now(), nonce()
	var of record.Scope
	for i, c := range claims {
		person, err := ledger.PersonOf(c)
		if err != nil {
			return err
		}
		key, err := l.key(ctx, c.Run)
		if err != nil {
			return err
		}
		if i > 0 && key.scope != of {
			return errors.New("claims of two organizations can't be made at once")
		}
		of = key.scope
		if c.At.IsZero() {
			c.At = now
		}
		c.At = micros(c.At)
		given[i] = claim{Claim: c, run: key.key, nonce: this, person: cleaned(person)}
		if first := people[person]; first != nil {
			return l.refuse(then, &ledger.RowError{Run: c.Run, Row: c.Row, Err: ledger.ErrClaimed, Standing: first})
		}
		people[person] = &given[i].Claim
	}
	w, err := l.writer(of)
	if err != nil {
		return err
	}
	return w.submit(ctx, then, change{claims: given})
}

// tellNothing tells that nothing was kept, as was asked for.
func (l *Ledger) tellNothing(then func(error)) error {
	if err := l.alive(); err != nil {
		return err
	}
	return l.refuse(then, nil)
}

// refuse tells the result of what needs no database.
func (l *Ledger) refuse(then func(error), err error) error {
	if then == nil {
		return err
	}
	then(err)
	return nil
}

// conclusion is a conclusion with what stands for its run and its place.
type conclusion struct {
	record.Conclusion
	place
	runID string
	// ends says that it only ends a claim.
	ends bool
}

// Conclude implements [ledger.Ledger]. A row has one conclusion in a call that has something to keep.
func (l *Ledger) Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error {
	if err := l.alive(); err != nil {
		return err
	}
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	if err := ledger.CheckConclusions(run, conclusions); err != nil {
		return err
	}
	if len(conclusions) == 0 {
		return l.tellNothing(then)
	}
	given, places := make([]conclusion, 0, len(conclusions)), map[place]int{}
	for _, c := range conclusions {
		is := conclusion{Conclusion: c, place: place{run: key.key, number: c.Row}, runID: run, ends: ledger.OnlyEnds(c)}
		if c.Row == 0 {
			is.person = cleaned(email.Fold(c.Email))
		}
		if before, twice := places[is.place]; twice {
			was := &given[before]
			if !is.ends || !was.ends || is.Event != nil {
				return fmt.Errorf("run %s: row %d is concluded twice at once", run, c.Row)
			}
			was.InDoubt, was.Harmless = was.InDoubt && is.InDoubt, was.Harmless || is.Harmless
			continue
		}
		places[is.place] = len(given)
		given = append(given, is)
	}
	w, err := l.writer(key.scope)
	if err != nil {
		return err
	}
	return w.submit(ctx, then, change{conclusions: given})
}
