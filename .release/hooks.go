package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Hooks are the commands that sign, for whoever has keys; without them nothing is signed. A shell runs each, in the folder
// of one file, with the name of that file after the command's own arguments. They run in this order, each before whatever
// depends on the bytes that it may change. A hook that fails ends the release.
type Hooks struct {
	// Windows is RELEASE_SIGN_WINDOWS: puts an Authenticode signature into each .exe, before it is packed. Users verify
	// it by Get-AuthenticodeSignature rollcall.exe.
	Windows string
	// Mac is RELEASE_SIGN_MACOS: puts a signature of a Developer ID into each binary for macOS, before it is packed:
	// `codesign --sign … --options runtime --timestamp` on a Mac, `rcodesign sign` elsewhere. Users verify it by
	// codesign --verify --strict --verbose rollcall.
	Mac string
	// Notarize is RELEASE_NOTARIZE: hands a zip with the signed binary to Apple and waits for the answer, as `xcrun
	// notarytool submit --wait` does. Apple takes no other kind of archive, and what it attests is the binary, which is
	// therefore in the published archive just the same; nothing can be stapled to it. Users verify it by
	// spctl --assess --type install -vv rollcall.
	Notarize string
	// Attest is RELEASE_ATTEST: signs the provenance and puts the attestation beside it, before the sums are made.
	Attest string
	// Sign is RELEASE_SIGN: signs SHA256SUMS, last of all, and puts the signature beside it.
	Sign string
}

func newHooks(getenv func(string) string) Hooks {
	return Hooks{
		Windows:  getenv("RELEASE_SIGN_WINDOWS"),
		Mac:      getenv("RELEASE_SIGN_MACOS"),
		Notarize: getenv("RELEASE_NOTARIZE"),
		Attest:   getenv("RELEASE_ATTEST"),
		Sign:     getenv("RELEASE_SIGN"),
	}
}

// change runs a hook that writes into the file.
func change(ctx context.Context, hook, file string, log io.Writer) error {
	if hook == "" {
		return nil
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", hook+` "$@"`, "sh", file)
	cmd.Dir = filepath.Dir(file)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", hook, file, err)
	}
	return nil
}

// keep runs a hook that must leave the file as it is: what it says is already in other files.
func keep(ctx context.Context, hook, file string, log io.Writer) error {
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := change(ctx, hook, file, log); err != nil {
		return err
	}
	after, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(before, after) {
		return fmt.Errorf("%s %s: %w", hook, file, errors.New("it changed the file; a signature belongs beside it"))
	}
	return nil
}
