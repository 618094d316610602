package directory

// MaxLookups is [maxLookups].
const MaxLookups = maxLookups
