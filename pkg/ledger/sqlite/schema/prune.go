package schema

// pruneSchema is the script of the version that forgets old rows.
const pruneSchema = `
-- How many rows of the run were forgotten, and when that was last looked at.
ALTER TABLE run ADD COLUMN pruned    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN pruned_at INTEGER NOT NULL DEFAULT 0;
`
