package connection

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// Match these with [errors.Is].
var (
	// ErrUnreached: no connection was made, for a reason that may pass and may be a slip of the pen in the address: the host
	// has no address, nothing listens there, or the network does not lead there. Nothing was sent.
	ErrUnreached = errors.New("no connection reaches it")
	// ErrProxyUnreached: the proxy is what was not reached. It matches ErrUnreached, too.
	ErrProxyUnreached = fmt.Errorf("%w by way of the proxy", ErrUnreached)
)

// unreached says in plain words why no connection was made, and as what that matches; "" if err is about something else. It
// leaves out the address of a proxy.
func unreached(err error) (text string, kind error) {
	dial, ok := errors.AsType[*net.OpError](err)
	if !ok || dial.Op != "dial" && dial.Op != "proxyconnect" {
		return "", nil
	}
	reason := systemReason(dial.Err)
	var name *net.DNSError
	switch named := errors.As(err, &name); {
	case dial.Op == "proxyconnect" && named:
		return "the host of the proxy cannot be looked up", ErrProxyUnreached
	case dial.Op == "proxyconnect":
		return "the proxy cannot be reached: " + reason, ErrProxyUnreached
	case named && name.IsNotFound:
		return "there is no host " + name.Name + ", or this machine has no network", ErrUnreached
	case named:
		return "the host " + name.Name + " cannot be looked up: " + name.Err, ErrUnreached
	case dial.Addr == nil:
		return "", nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens at " + dial.Addr.String() + ": " + reason, ErrUnreached
	}
	return dial.Addr.String() + " cannot be reached: " + reason, ErrUnreached
}

// systemReason returns what the system says of a connection, without what was called.
func systemReason(err error) string {
	if inner, ok := errors.AsType[*net.OpError](err); ok {
		return systemReason(inner.Err)
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err.Error()
	}
	return err.Error()
}
