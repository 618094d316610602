package main

import (
	"context"
	"debug/buildinfo"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// A Program is a built program, signed if somebody has keys.
type Program struct {
	Target
	File string // on this machine
	Body []byte
	Info *buildinfo.BuildInfo
}

// build builds and signs the program for all targets, two links at a time or as many as there are processors.
func (r *Release) build(ctx context.Context, stage string, log io.Writer) ([]*Program, error) {
	built := make([]*Program, len(r.Targets))
	group, building := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range r.Targets {
		built[i] = &Program{Target: t, File: filepath.Join(stage, t.OS+"_"+t.Arch, t.Program())}
		group.Go(func() error { return t.compile(building, r.Source, r.Version, built[i].File) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, program := range built {
		var err error
		if program.Info, err = buildinfo.ReadFile(program.File); err != nil {
			return nil, err
		}
	}
	return built, r.signAll(ctx, built, log)
}

// signAll has the programs signed, one after the other, since a person may have to touch a key. What is read and packed
// is what comes of it.
func (r *Release) signAll(ctx context.Context, built []*Program, log io.Writer) error {
	for _, program := range built {
		if err := r.sign(ctx, program, log); err != nil {
			return err
		}
		var err error
		if program.Body, err = os.ReadFile(program.File); err != nil {
			return err
		}
	}
	return nil
}

// sign runs the hooks of the program's system.
func (r *Release) sign(ctx context.Context, program *Program, log io.Writer) error {
	switch program.OS {
	case "windows":
		return change(ctx, r.Hooks.Windows, program.File, log)
	case "darwin":
		if err := change(ctx, r.Hooks.Mac, program.File, log); err != nil {
			return err
		}
		if r.Hooks.Notarize == "" {
			return nil
		}
		ticket := program.File + ".zip"
		if err := zipAlone(ticket, program, r); err != nil {
			return err
		}
		return keep(ctx, r.Hooks.Notarize, ticket, log)
	}
	return nil
}

// zipAlone writes a zip with nothing but the program.
func zipAlone(name string, program *Program, r *Release) error {
	body, err := os.ReadFile(program.File)
	if err != nil {
		return err
	}
	return create(name, func(out io.Writer) error {
		return writeZip(out, []File{{Path: program.Program(), Mode: 0o755, Body: body}}, r.Source.Time)
	})
}
