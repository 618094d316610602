package plan

// ReadSavedUpTo is [ReadSaved] with another limit.
var ReadSavedUpTo = readSaved
