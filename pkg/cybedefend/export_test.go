package cybedefend

// NewTransport is the client's own transport, for tests that change where it connects to.
var NewTransport = newTransport
