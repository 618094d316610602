package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// parseAddress returns an address without the slash at its end, after making sure that it may be sent secrets. Its
// errors show no more than the host, since an address can hold a password.
func parseAddress(text string) (string, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Hostname() == "" || address.Opaque != "":
		return "", errors.New("not an address like https://api.example.com")
	case address.User != nil || address.RawQuery != "" || address.ForceQuery || address.Fragment != "":
		return "", errors.New("an address must have no user, query or fragment")
	case address.Scheme == "http" && !isLoopback(address.Hostname()):
		return "", fmt.Errorf("http://%s must be https: credentials would travel in the clear", address.Host)
	case address.Scheme != "http" && address.Scheme != "https":
		return "", fmt.Errorf("%s:// is not https://", address.Scheme)
	}
	address.Host = strings.ToLower(address.Host)
	return strings.TrimRight(address.String(), "/"), nil
}

// isLoopback reports whether what is sent to host stays on this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
