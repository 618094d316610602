package schema

// timelineSchema is the script of version 13, which keeps what happened to the pace of a run while a process worked on it.
const timelineSchema = `
CREATE TABLE timeline (
	run      INTEGER NOT NULL,
	process  INTEGER NOT NULL, -- how often the run was resumed when it began
	timeline BLOB    NOT NULL,
	PRIMARY KEY (run, process)
) STRICT;
`
