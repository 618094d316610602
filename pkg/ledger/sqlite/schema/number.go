package schema

// numberSchema is the script of version 12: a roster may have a number for a person, of which a digest is kept.
const numberSchema = `
ALTER TABLE name ADD COLUMN number BLOB NOT NULL DEFAULT x'';
`
