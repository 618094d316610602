package packed

// HashBy has the texts find their places by another hash. It is to be called before anything is put.
func (t *Texts) HashBy(hash func(key string) uint64) { t.hash = hash }

// Held returns how many bytes the pieces take up.
func (t *Texts) Held() (bytes int) {
	for _, piece := range t.pieces {
		bytes += piece.Cap()
	}
	return bytes
}
