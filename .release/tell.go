package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// verifications tell, by the files that a hook leaves beside what it signed, how a user verifies it; F is the signed file.
var verifications = []struct{ suffix, command string }{
	{".asc", "gpg --verify F.asc F"},
	{".sig", "gpg --verify F.sig F"},
	{".minisig", "minisign -V -P PUBLIC_KEY -m F"},
	{".sigstore.json", "cosign verify-blob --bundle F.sigstore.json --certificate-identity WHO --certificate-oidc-issuer ISSUER F"},
}

// Tell prints what there is now, how large it is, and how users verify it.
func (r *Release) Tell(to io.Writer) error {
	out := bufio.NewWriter(to)
	names, err := readTree(r.Dist)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "rollcall %s, to be at %s:\n\n", r.Version, r.URL)
	for _, f := range sorted(names) {
		fmt.Fprintf(out, "  %8.1f KiB  dist/%s\n", float64(len(f.Body))/1024, f.Path)
	}
	fmt.Fprint(out, "\nUsers verify what they have downloaded:\n\n  sha256sum --ignore-missing -c SHA256SUMS\n")
	for _, v := range verifications {
		if _, err := os.Stat(filepath.Join(r.Dist, SumsFile+v.suffix)); err == nil {
			fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(v.command, "F", SumsFile))
		}
	}
	if r.Hooks.Sign == "" {
		fmt.Fprint(out, "\nNothing vouches for SHA256SUMS: RELEASE_SIGN has no command that signs it.\n")
	}
	return out.Flush()
}
