//go:build !unix

package disk

// noFollow is empty: only Unix has the flag. [CheckLinks] looks everywhere.
const noFollow = 0
