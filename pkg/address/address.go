// Package address says which addresses may be sent a secret: those that nobody can listen to on the way.
//
// It looks at the text alone and opens no connection.
package address

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Parse returns an absolute address that is https, or http to this machine itself, and holds no user. Its errors show no
// more than the host, since the rest of an address can be a secret.
func Parse(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Hostname() == "" || address.Opaque != "":
		return nil, errors.New("not an address like https://api.example.com")
	case address.User != nil:
		return nil, errors.New("an address must have no user")
	case address.Scheme == "http" && !IsLoopback(address.Hostname()):
		return nil, fmt.Errorf("http://%s must be https: credentials would travel in the clear", address.Host)
	case address.Scheme != "http" && address.Scheme != "https":
		return nil, fmt.Errorf("%s:// is not https://", address.Scheme)
	}
	address.Host = strings.ToLower(address.Host)
	return address, nil
}

// ParseBase is [Parse] for an address that paths are added to: it has no query and no fragment, and the result does not
// end in a slash.
func ParseBase(text string) (*url.URL, error) {
	base, err := Parse(text)
	switch {
	case err != nil:
		return nil, err
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("an address must have no query or fragment")
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// IsLoopback reports whether what is sent to host stays on this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
