package roster

import "testing"

// TestWhatPanicsAtAnAddressIsCaught has one batch, and then none where there should be another.
func TestWhatPanicsAtAnAddressIsCaught(t *testing.T) {
	full, read := make(chan *batch, 2), make(chan *batch, 2)
	full <- new(batch)
	full <- nil
	close(full)
	if broken := readAddresses(full, read, addressReader{}); broken == nil || len(read) != 1 {
		t.Errorf("caught %v after %d batches", broken, len(read))
	}
}
