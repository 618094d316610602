package schema

// auditSchema is the script of version 8, which keeps the audit trail: one chain of lines, in their own words, since their
// hashes are about these.
const auditSchema = `
CREATE TABLE audit (
	number INTEGER PRIMARY KEY,
	line   TEXT    NOT NULL
) STRICT;
`

// roleSchema is the script of version 9, which remembers the role changes that the service has said to have made, by the
// folded address.
const roleSchema = `
CREATE TABLE role_change (
	scope     INTEGER NOT NULL,
	person    TEXT    NOT NULL,
	user      TEXT    NOT NULL,
	from_role TEXT    NOT NULL,
	to_role   TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	told      INTEGER NOT NULL,
	PRIMARY KEY (scope, person)
) STRICT, WITHOUT ROWID;
`
