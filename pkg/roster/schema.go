package roster

import _ "embed" // for the schema

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a YAML or JSON roster, for editors that complete and check while
// somebody types. What it refuses, [Read] refuses, too, or finds invalid, with three exceptions: YAML without quotes may
// hold what looks like a number, rows of a results file have more keys, and roles may be written in other languages.
func Schema() []byte { return []byte(schema) }
