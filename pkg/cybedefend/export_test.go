package cybedefend

// NewTransport is the client's own transport, for tests that change where it connects to.
var NewTransport = newTransport

// ErrNoProxy is what the transport fails with where the environment names a proxy that cannot be one.
var ErrNoProxy = errNoProxy
