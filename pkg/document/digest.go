package document

import "crypto/sha256"

// digester is an io.Writer that computes a SHA-256 beside the goroutine that writes, which has enough to do.
type digester struct {
	blocks chan []byte
	free   chan []byte
	digest chan [sha256.Size]byte
}

// newDigester starts a digester. It ends with sum.
func newDigester() *digester {
	const blocks = 2 // one being filled, one being hashed
	d := &digester{make(chan []byte, blocks), make(chan []byte, blocks), make(chan [sha256.Size]byte, 1)}
	for range blocks {
		d.free <- nil
	}
	go d.run()
	return d
}

func (d *digester) run() {
	hash := sha256.New()
	for block := range d.blocks {
		hash.Write(block)
		d.free <- block
	}
	d.digest <- [sha256.Size]byte(hash.Sum(nil))
}

func (d *digester) Write(p []byte) (int, error) {
	d.blocks <- append((<-d.free)[:0], p...)
	return len(p), nil
}

// sum waits for the digest of what was written. Nothing may be written after it.
func (d *digester) sum() [sha256.Size]byte {
	close(d.blocks)
	return <-d.digest
}
