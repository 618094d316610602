// Command release makes everything by which rollcall is installed where there is no Go: archives, Linux packages, a
// container image, manifests for package managers, and what proves that they are what they say.
//
//	make release                    a version by the commit, such as 0.0.0-dev.20261128190500.g3c5e6de
//	make release VERSION=1.2.3      in a clone whose commit has the tag v1.2.3, VERSION may be left out
//
// The same commit, version and Go make the same files, byte for byte, in any folder, for any user, in a clone or in what
// `git archive` wrote. Nothing is uploaded, and no network is used once the modules are there. See settings.go for what
// can be set, and hooks.go for how it is signed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	root := flag.String("root", "..", "the checkout of rollcall")
	only := flag.String("only", "", "make it for these systems alone, such as linux/amd64,windows/arm64")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *root, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, only string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	targets, err := parseTargets(only)
	if err != nil {
		return err
	}
	source, err := readSource(ctx, root, os.Getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	settings, err := newSettings(source, os.Getenv)
	if err != nil {
		return err
	}
	release := &Release{Settings: settings, Source: source, Targets: targets, Dist: filepath.Join(root, "dist")}
	if err := release.Make(ctx, os.Stderr); err != nil {
		return err
	}
	return release.Tell(os.Stdout)
}
