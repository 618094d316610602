package door

import (
	"errors"
	"net"
	"strings"

	"rollcall/pkg/address"
)

// usualPorts are the ports that a browser leaves out, by scheme.
var usualPorts = map[string]string{"http": ":80", "https": ":443"}

// Origin returns an address as a browser writes it in its Origin header: scheme, host and port alone, in small letters, and
// the port only where it is not the usual one. Plain http is for this machine alone, where a port may be forwarded.
func Origin(text string) (string, error) {
	parsed, err := address.ParseBase(text)
	switch {
	case err != nil:
		return "", err
	case parsed.Path != "":
		return "", errors.New("an origin ends with the host or the port, as https://rollcall.example.com does")
	case strings.Trim(parsed.Host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "":
		return "", errors.New("a host has Latin letters, digits, dots and hyphens; other letters are written as in xn--bcher-kva.example")
	}
	return parsed.Scheme + "://" + withoutUsualPort(parsed.Scheme, strings.TrimSuffix(parsed.Host, ":")), nil
}

// withoutUsualPort returns a host as a browser sends it.
func withoutUsualPort(scheme, host string) string {
	return strings.TrimSuffix(host, usualPorts[scheme])
}

// hasPort reports whether a host is one with a port.
func hasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}
