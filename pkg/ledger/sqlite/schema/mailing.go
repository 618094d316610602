package schema

// mailingSchema is the script of version 6: every request that may have mailed somebody is kept with its time, since a
// service may allow so many a day. What earlier versions knew of them is taken over: of each row the last one.
const mailingSchema = `
CREATE TABLE mailing (
	scope  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- when the claim was made, by the service's clock
	run    INTEGER NOT NULL,
	row    INTEGER NOT NULL,
	person TEXT    NOT NULL, -- the folded address, empty for what an earlier version has kept
	PRIMARY KEY (scope, at, run, row, person)
) STRICT, WITHOUT ROWID;

INSERT INTO mailing (scope, at, run, row, person)
	SELECT scope, CASE WHEN updated_at <> 0 THEN updated_at WHEN entry.ended_at <> 0 THEN entry.ended_at ELSE run.started_at END,
		run, row, '' FROM entry JOIN run ON run.key = entry.run
		WHERE outcome IN (1, 8) OR confirmed = 1 OR lost = 1 -- invited, unknown
	ON CONFLICT DO NOTHING;
INSERT INTO mailing (scope, at, run, row, person)
	SELECT scope, updated_at, run, 0, email FROM reopened JOIN run ON run.key = reopened.run WHERE true
	ON CONFLICT DO NOTHING;
INSERT INTO mailing (scope, at, run, row, person)
	SELECT claim.scope, at, claim.run, claim.row, person FROM claim
		LEFT JOIN entry ON entry.run = claim.run AND entry.row = claim.row
		WHERE change = 1 AND NOT (coalesce(outcome, 0) = 8 OR coalesce(confirmed, 0) = 1 OR coalesce(entry.lost, 0) = 1)
	ON CONFLICT DO NOTHING;
`
