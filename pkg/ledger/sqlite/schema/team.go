package schema

// teamSchema is the script of version 10: role changes and other changes may be about a team.
const teamSchema = `
ALTER TABLE changed ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE changed ADD COLUMN team_name TEXT NOT NULL DEFAULT '';

CREATE TABLE role_change_in (
	scope     INTEGER NOT NULL,
	person    TEXT    NOT NULL,
	team      TEXT    NOT NULL, -- empty for the organization
	user      TEXT    NOT NULL,
	from_role TEXT    NOT NULL,
	to_role   TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	told      INTEGER NOT NULL,
	PRIMARY KEY (scope, person, team)
) STRICT, WITHOUT ROWID;
INSERT INTO role_change_in SELECT scope, person, '', user, from_role, to_role, at, told FROM role_change;
DROP TABLE role_change;
ALTER TABLE role_change_in RENAME TO role_change;
`
