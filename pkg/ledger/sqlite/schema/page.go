package schema

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// pageSchema is the script of version 14: rows are kept in pages, with their claims and mailings, and the lines of the audit
// trail by the commit. What was a table before is a view, see [pageViews].
const pageSchema = `
-- How many rows of a run have which outcome: a JSON object, by the word of the outcome.
ALTER TABLE run ADD COLUMN outcomes TEXT NOT NULL DEFAULT '{}';

-- Some consecutive rows of a run. What stands before the entries says what is in them.
CREATE TABLE page (
	key        INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL,
	first      INTEGER NOT NULL, -- number of the first row
	last       INTEGER NOT NULL, -- and of the last
	open       INTEGER NOT NULL, -- a row has no outcome
	claimed    INTEGER NOT NULL, -- a claim stands for one
	acted      INTEGER NOT NULL, -- something may have been changed in the service for one
	invited    INTEGER NOT NULL, -- one was invited
	cancelled  INTEGER NOT NULL, -- one has cancelled an invitation
	sighted    INTEGER NOT NULL, -- one was found in the organization, or kept back
	resumable  INTEGER NOT NULL, -- one is another when the run is resumed
	mailed_at  INTEGER NOT NULL, -- the latest mailing
	expires_at INTEGER NOT NULL, -- when the first invitation expires of which there is a token
	entries    TEXT    NOT NULL  -- JSON array
) STRICT;
CREATE UNIQUE INDEX page_of_row ON page (run, first);
CREATE INDEX page_open ON page (run, first) WHERE open = 1;
CREATE INDEX page_claimed ON page (run) WHERE claimed = 1;
CREATE INDEX page_acted ON page (run, first) WHERE acted = 1;
CREATE INDEX page_expires ON page (expires_at) WHERE expires_at <> 0;

-- What stands here is in doubt, as are the claims in pages: changes that have no row, one a person.
CREATE TABLE rowless_claim (
	scope      INTEGER NOT NULL,
	person     TEXT    NOT NULL, -- the folded address
	email      TEXT    NOT NULL,
	change     INTEGER NOT NULL,
	run        INTEGER NOT NULL,
	attempt    INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	replaces   TEXT    NOT NULL,
	before     TEXT    NOT NULL,
	attempts   INTEGER NOT NULL DEFAULT 0,
	lost       INTEGER NOT NULL DEFAULT 0,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	silent_for INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;

-- Requests that may have mailed somebody and have no row that is known.
CREATE TABLE rowless_mailing (
	scope  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- when the claim was made, by the service's clock
	run    INTEGER NOT NULL,
	person TEXT    NOT NULL,
	PRIMARY KEY (scope, at, run, person)
) STRICT, WITHOUT ROWID;

-- The audit trail: the lines of a commit, one below the other, by the number of the first.
ALTER TABLE audit RENAME TO audit_line;
CREATE TABLE audit (
	number INTEGER PRIMARY KEY,
	lines  TEXT    NOT NULL
) STRICT;
INSERT INTO audit (number, lines) SELECT min(number), group_concat(line, char(10) ORDER BY number) FROM audit_line GROUP BY number / 64;
DROP TABLE audit_line;

CREATE INDEX mailing_of_row ON mailing (run, row, at);
`

// pageViews drops the tables whose rows are in pages, and has views in their place, for who looks with the sqlite3 shell.
const pageViews = `
DROP TABLE entry;
DROP TABLE claim;
DROP TABLE mailing;

CREATE VIEW entry AS SELECT run, value ->> 'row' AS row, coalesce(value ->> 'line', 0) AS line,
	coalesce(value ->> 'email', '') AS email, coalesce(value ->> 'role', '') AS role, coalesce(value ->> 'teams', '') AS teams,
	coalesce(value -> 'extra', '') AS extra, coalesce(value ->> 'outcome', 0) AS outcome,
	coalesce(value ->> 'invitation_id', '') AS invitation_id, coalesce(value ->> 'token', '') AS token,
	coalesce(value ->> 'status', '') AS status, coalesce(value ->> 'organization_id', '') AS organization_id,
	coalesce(value ->> 'organization_name', '') AS organization_name,
	coalesce(value ->> 'organization_role', '') AS organization_role, coalesce(value ->> 'expires_at', 0) AS expires_at,
	coalesce(value ->> 'attempts', 0) AS attempts, coalesce(value ->> 'http_status', 0) AS http_status,
	coalesce(value ->> 'error', '') AS error, coalesce(value ->> 'hint', '') AS hint,
	coalesce(value ->> 'updated_at', 0) AS updated_at, coalesce(value ->> 'verdict', 0) AS verdict,
	coalesce(value ->> 'tries', 0) AS tries, coalesce(value ->> 'throttled', 0) AS throttled,
	coalesce(value ->> 'lost', 0) AS lost, coalesce(value ->> 'confirmed', 0) AS confirmed,
	coalesce(value ->> 'cancelled', '') AS cancelled, coalesce(value ->> 'ended_at', 0) AS ended_at,
	coalesce(value ->> 'silent_for', 0) AS silent_for, coalesce(value ->> 'due_at', 0) AS due_at
	FROM page, json_each(page.entries);

CREATE VIEW claim AS SELECT scope, value ->> 'email' AS email, value ->> '$.claim.change' AS change, page.run, value ->> 'row' AS row,
	coalesce(value ->> '$.claim.attempt', 0) AS attempt, coalesce(value ->> '$.claim.at', 0) AS at,
	coalesce(value ->> '$.claim.replaces', '') AS replaces, coalesce(value ->> '$.claim.before', '') AS before
	FROM page JOIN run ON run.key = page.run, json_each(page.entries) WHERE claimed = 1 AND value -> 'claim' IS NOT NULL
	UNION ALL SELECT scope, email, change, run, 0, attempt, at, replaces, before FROM rowless_claim;

CREATE VIEW mailing AS SELECT scope, mail.value AS at, page.run, e.value ->> 'row' AS row
	FROM page JOIN run ON run.key = page.run, json_each(page.entries) AS e, json_each(e.value, '$.mailed_at') AS mail WHERE mailed_at <> 0
	UNION ALL SELECT scope, at, run, 0 FROM rowless_mailing;
`

// Rows of the tables of before that do not belong to a row of a run.
const (
	keepRowlessClaims = `INSERT INTO rowless_claim SELECT scope, person, email, change, run, attempt, at, replaces, before, attempts, lost, ended_at, silent_for
		FROM claim WHERE row = 0`
	keepRowlessMailings = `INSERT INTO rowless_mailing SELECT scope, at, run, person FROM mailing WHERE row = 0`
)

// putClaims puts the claims for rows into the pages, as version 14 has them.
const putClaims = `UPDATE page SET claimed = 1, entries = (SELECT json_group_array(json(CASE WHEN claim.row IS NULL THEN e.value ELSE
		json_set(e.value, '$.claim', json_object('change', change, 'attempt', attempt, 'at', at, 'replaces', replaces, 'before', before)) END))
		FROM json_each(page.entries) AS e LEFT JOIN claim ON claim.run = page.run AND claim.row = e.value ->> 'row')
	WHERE key IN (SELECT (SELECT key FROM page WHERE page.run = claim.run AND first <= claim.row ORDER BY first DESC LIMIT 1)
		FROM claim WHERE row > 0)`

// insertPage writes a page as version 14 has it.
const insertPage = `INSERT INTO page (run, first, last, open, claimed, acted, invited, cancelled, sighted, resumable, mailed_at,
	expires_at, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// selectEntries yields all rows, with their mailings.
const selectEntries = `SELECT entry.run, entry.row, line, entry.email, role, teams, extra, outcome, invitation_id, token, status,
	organization_id, organization_name, organization_role, expires_at, entry.attempts, http_status, error, hint, updated_at, verdict,
	tries, throttled, entry.lost, confirmed, cancelled, entry.ended_at, entry.silent_for, due_at,
	(SELECT json_group_array(mailing.at ORDER BY mailing.at) FROM mailing WHERE mailing.run = entry.run AND mailing.row = entry.row)
	FROM entry ORDER BY entry.run, entry.row`

// fillPages puts the rows into pages.
func fillPages(ctx context.Context, w *commit.Writer) error {
	insert, err := w.Prepare(ctx, insertPage)
	if err != nil {
		return err
	}
	f := filling{insert: insert}
	if err := w.Each(ctx, selectEntries, func(found []driver.Value) error {
		run, _ := found[0].(int64)
		if run != f.run || len(f.page.Entries) == page.Size {
			if err := f.end(ctx, w); err != nil {
				return err
			}
			f.run = run
		}
		entry, err := columns(found[1:]).entry()
		f.page.Add(entry)
		return err
	}); err != nil {
		return err
	}
	if err := f.end(ctx, w); err != nil {
		return err
	}
	if err := countOutcomes(ctx, w); err != nil {
		return err
	}
	_, err = w.Run(ctx, putClaims+";"+keepRowlessClaims+";"+keepRowlessMailings+";"+pageViews)
	return err
}

// filling is a page that is being filled.
type filling struct {
	insert commit.Statement
	run    int64
	page   page.Page
}

// end writes the page, if there is anything in it.
func (f *filling) end(ctx context.Context, w *commit.Writer) error {
	if len(f.page.Entries) == 0 {
		return nil
	}
	s := f.page.Summary()
	_, err := w.Exec(ctx, f.insert, f.run, int64(s.First), int64(s.Last), s.Open, false, s.Acted, s.Invited, s.Cancelled,
		s.Sighted, s.Resumable, page.Micros(s.MailedAt), page.Micros(s.ExpiresAt), f.page.Text())
	f.page.Reset()
	return err
}

// countOutcomes counts the rows of each run.
func countOutcomes(ctx context.Context, w *commit.Writer) error {
	counts := map[int64]map[record.Outcome]int64{}
	if err := w.Each(ctx, "SELECT run, outcome, count(*) FROM entry GROUP BY run, outcome", func(found []driver.Value) error {
		c := columns(found)
		if run := c.number(0); counts[run] == nil {
			counts[run] = map[record.Outcome]int64{}
		}
		counts[c.number(0)][record.Outcome(c.number(1))] = c.number(2)
		return nil
	}); err != nil {
		return err
	}
	for run, of := range counts {
		text, err := json.Marshal(of)
		if err != nil {
			return err
		}
		if _, err := w.Run(ctx, "UPDATE run SET outcomes = ? WHERE key = ?", string(text), run); err != nil {
			return err
		}
	}
	return nil
}

// columns are the values of a row.
type columns []driver.Value

func (c columns) text(i int) string { text, _ := c[i].(string); return text }

func (c columns) number(i int) int64 { number, _ := c[i].(int64); return number }

func (c columns) time(i int) time.Time { return page.Time(c.number(i)) }

// entry returns the row that the columns of [selectEntries] make, from that of its number on.
func (c columns) entry() (e page.Entry, err error) {
	e.Row, e.Line, e.Email, e.Role, e.Teams = int(c.number(0)), int(c.number(1)), c.text(2), c.text(3), c.text(4)
	if extra := c.text(5); extra != "" {
		if err := json.Unmarshal([]byte(extra), &e.Extra); err != nil {
			return e, fmt.Errorf("%w: the columns of row %d: %w", ledger.ErrDamaged, e.Row, err)
		}
	}
	e.Outcome = record.Outcome(c.number(6))
	e.InvitationID, e.Token, e.Status = c.text(7), secret.New(c.text(8)), c.text(9)
	e.OrganizationID, e.OrganizationName, e.OrganizationRole = c.text(10), c.text(11), c.text(12)
	e.ExpiresAt, e.Attempts, e.HTTPStatus = c.time(13), int(c.number(14)), int(c.number(15))
	e.Error, e.Hint, e.UpdatedAt = c.text(16), c.text(17), c.time(18)
	e.Trail = record.Trail{
		Verdict: record.Outcome(c.number(19)), Tries: int(c.number(20)), Throttled: int(c.number(21)),
		Lost: c.number(22) != 0, Confirmed: c.number(23) != 0, Cancelled: c.text(24), EndedAt: c.time(25),
		SilentFor: time.Duration(c.number(26)) * time.Microsecond, DueAt: c.time(27),
	}
	var mailed []int64
	if c.text(28) == "[]" { // as of most
		return e, nil
	}
	if err := json.Unmarshal([]byte(c.text(28)), &mailed); err != nil {
		return e, fmt.Errorf("%w: the mailings of row %d: %w", ledger.ErrDamaged, e.Row, err)
	}
	for _, at := range mailed {
		e.MailedAt = append(e.MailedAt, page.Time(at))
	}
	return e, nil
}
