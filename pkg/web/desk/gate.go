package desk

import (
	"path/filepath"
	"sync"
)

// gates keep those apart who look at a ledger and who hold it: a process that has a file open a second time gives up its lock
// by closing it, and another process could begin to send. Many may look at once. Whoever holds a ledger is alone.
type gates struct {
	mu  sync.Mutex
	all map[string]*sync.RWMutex
}

// of returns the gate of a ledger, which is the same by whatever path it is named.
func (g *gates) of(path string) *sync.RWMutex {
	path = resolved(path)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[string]*sync.RWMutex{}
	}
	if g.all[path] == nil {
		g.all[path] = new(sync.RWMutex)
	}
	return g.all[path]
}

// look lets somebody look at a ledger, unless it is held. The returned function ends that; it is nil if it is held.
func (g *gates) look(path string) (done func()) {
	gate := g.of(path)
	if !gate.TryRLock() {
		return nil
	}
	return gate.RUnlock
}

// hold waits until nobody looks at a ledger, and keeps everybody from it. The returned function ends that.
func (g *gates) hold(path string) (done func()) {
	gate := g.of(path)
	gate.Lock()
	return gate.Unlock
}

// resolved returns a path without links, as far as that is there.
func resolved(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	if where, err := filepath.EvalSymlinks(path); err == nil {
		return where
	}
	folder, name := filepath.Split(path)
	if where, err := filepath.EvalSymlinks(folder); err == nil {
		folder = where
	}
	return filepath.Join(folder, name)
}
