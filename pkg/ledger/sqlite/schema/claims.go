package schema

// claimsSchema is the script of version 16: the claims for rows are no more in the pages but beside them, so that no page is
// written twice for a request. A mailing is with the row or, as long as the claim stands, with the claim.
const claimsSchema = `
-- The claims that stand for the rows of a page.
CREATE TABLE page_claims (
	page   INTEGER PRIMARY KEY,
	claims TEXT    NOT NULL -- JSON array
) STRICT;
INSERT INTO page_claims SELECT page.key, json_group_array(json_object('row', value -> 'row', 'email', coalesce(value ->> 'email', ''),
		'change', value -> '$.claim.change', 'attempt', coalesce(value ->> '$.claim.attempt', 0), 'at', coalesce(value ->> '$.claim.at', 0),
		'replaces', coalesce(value ->> '$.claim.replaces', ''), 'before', coalesce(value ->> '$.claim.before', '')))
	FROM page, json_each(page.entries) WHERE claimed = 1 AND value -> 'claim' IS NOT NULL GROUP BY page.key;
UPDATE page SET entries = (SELECT json_group_array(json_remove(value, '$.claim')) FROM json_each(page.entries)) WHERE claimed = 1;

DROP VIEW claim;
DROP VIEW mailing;
DROP INDEX page_claimed;
ALTER TABLE page DROP COLUMN claimed;

CREATE VIEW claim AS SELECT scope, value ->> 'email' AS email, value ->> 'change' AS change, page.run, value ->> 'row' AS row,
	coalesce(value ->> 'attempt', 0) AS attempt, coalesce(value ->> 'at', 0) AS at,
	coalesce(value ->> 'replaces', '') AS replaces, coalesce(value ->> 'before', '') AS before
	FROM page_claims JOIN page ON page.key = page_claims.page JOIN run ON run.key = page.run, json_each(claims)
	UNION ALL SELECT scope, email, change, run, 0, attempt, at, replaces, before FROM rowless_claim;

CREATE VIEW mailing AS SELECT scope, mail.value AS at, page.run, e.value ->> 'row' AS row
	FROM page JOIN run ON run.key = page.run, json_each(page.entries) AS e, json_each(e.value, '$.mailed_at') AS mail WHERE mailed_at <> 0
	UNION ALL SELECT scope, value ->> 'at', page.run, value ->> 'row'
	FROM page_claims JOIN page ON page.key = page_claims.page JOIN run ON run.key = page.run, json_each(claims) WHERE value ->> 'mails'
	UNION ALL SELECT scope, at, run, 0 FROM rowless_mailing;
`
