package schema

// askedSchema is the script of version 17: whom a run asks for that follows no roster is a list at first, so that a run begins
// without an index of its people. Pruning makes rows of asked of it.
const askedSchema = `
CREATE TABLE asked_list (
	key       INTEGER PRIMARY KEY,
	scope     INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	mailboxes TEXT    NOT NULL -- JSON array
) STRICT;
`
