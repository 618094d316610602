package ledger

import "crypto/sha256"

// File is a list of rows to correct that was written for a roster, as it was then. What became of it since is not known.
type File struct {
	// Path is where it was written.
	Path string
	// Roster is the digest of what the roster is called and of how it is read.
	Roster [sha256.Size]byte
	// Digest is that of the content. The zero value is that of no file.
	Digest [sha256.Size]byte
}
