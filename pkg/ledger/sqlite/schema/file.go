package schema

// fileSchema is the script of version 11, which remembers the lists of rows to correct that were written, so that they can
// be told from what people have made of them.
const fileSchema = `
CREATE TABLE file (
	scope  INTEGER NOT NULL,
	path   TEXT    NOT NULL,
	roster BLOB    NOT NULL,
	digest BLOB    NOT NULL,
	PRIMARY KEY (scope, path)
) STRICT, WITHOUT ROWID;
`
