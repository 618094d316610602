package door

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"

	"rollcall/pkg/remedy"
)

// OptionListen is the plain name of the option that says where to listen.
const OptionListen = "listen"

// Listen listens on a host and port of this machine alone; the port 0 stands for a free one. A name has to mean nothing but
// this machine. Errors are a [*remedy.OptionError].
func Listen(ctx context.Context, text string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(text)
	if number, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
		return nil, remedy.Aboutf(OptionListen, "%q is no host and port", text).With(remedy.Use(OptionListen, "127.0.0.1:8080"))
	} else if port = strconv.FormatUint(number, 10); port == "0" {
		port = "PORT"
	}
	at, err := resolve(ctx, host)
	if err != nil {
		return nil, remedy.About(OptionListen, err).With(remedy.Use(OptionListen, "127.0.0.1:0").Words(" listens on this machine, at a free port"))
	}
	if !at.IsLoopback() {
		return nil, remedy.Aboutf(OptionListen, "%s can be reached from other machines, and the page is for this one alone", text).
			With(remedy.Words("leave it out, and forward the port to see the page elsewhere: on that machine, ssh -L " + port + ":127.0.0.1:" + port + " USER@HOST"))
	}
	_, port, _ = net.SplitHostPort(text)
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(at.String(), port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, remedy.Aboutf(OptionListen, "%s is taken by another program", text).With(remedy.Words("name another port, or leave it out: a free one is found"))
	case err != nil:
		return nil, remedy.About(OptionListen, err)
	}
	return l, nil
}

// resolve returns an address of a host: one that is not of this machine, if there is such a one.
func resolve(ctx context.Context, host string) (netip.Addr, error) {
	if host == "" { // all there are
		return netip.IPv4Unspecified(), nil
	}
	if at, err := netip.ParseAddr(host); err == nil {
		return at.Unmap(), nil
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(all) == 0 {
		return netip.Addr{}, fmt.Errorf("%s is no name of this machine", host)
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	if at := slices.IndexFunc(all, func(at netip.Addr) bool { return !at.IsLoopback() }); at >= 0 {
		return all[at], nil
	}
	if at := slices.IndexFunc(all, netip.Addr.Is4); at >= 0 {
		return all[at], nil
	}
	return all[0], nil
}
