package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// verifications tell, by the files that a hook leaves beside what it signed, how a user verifies it; F is the signed file.
var verifications = []struct{ suffix, sums, provenance string }{
	{".asc", "gpg --verify F.asc F", "gpg --verify F.asc F"},
	{".sig", "gpg --verify F.sig F", "gpg --verify F.sig F"},
	{".minisig", "minisign -V -P PUBLIC_KEY -m F", "minisign -V -P PUBLIC_KEY -m F"},
	{
		".sigstore.json",
		"cosign verify-blob --bundle F.sigstore.json --certificate-identity WHO --certificate-oidc-issuer ISSUER F",
		"cosign verify-blob-attestation --bundle F.sigstore.json --type slsaprovenance1 --certificate-identity WHO --certificate-oidc-issuer ISSUER ARCHIVE",
	},
}

// isFile finds the F in a command.
var isFile = regexp.MustCompile(`\bF\b`)

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
	fmt.Fprintf(out, "\nUsers verify what they have downloaded:\n\n")
	for _, v := range verifications {
		for _, signed := range []struct{ file, command string }{{SumsFile, v.sums}, {r.provenance(), v.provenance}} {
			if _, err := os.Stat(filepath.Join(r.Dist, signed.file+v.suffix)); err == nil {
				fmt.Fprintf(out, "  %s\n", isFile.ReplaceAllString(signed.command, signed.file))
			}
		}
	}
	fmt.Fprintln(out, "  sha256sum --ignore-missing -c", SumsFile)
	for _, system := range []struct{ hook, command string }{
		{r.Hooks.Windows, "Get-AuthenticodeSignature rollcall.exe                     in PowerShell"},
		{r.Hooks.Mac, "codesign --verify --strict --verbose rollcall              on a Mac"},
		{r.Hooks.Notarize, "spctl --assess --type install -vv rollcall                 on a Mac"},
	} {
		if system.hook != "" {
			fmt.Fprintf(out, "  %s\n", system.command)
		}
	}
	if r.Hooks.Sign == "" {
		fmt.Fprintln(out, "\nNothing vouches for SHA256SUMS: RELEASE_SIGN has no command that signs it.")
	}
	return out.Flush()
}
