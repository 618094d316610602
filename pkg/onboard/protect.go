package onboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rollcall/pkg/bounded"
	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/follow"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// optionProtect is the option that names people from whom nothing is taken.
const optionProtect = "protect"

// longestList is more than a list of protected people has, and less than a file that was named by mistake.
const longestList = 64 << 20

// protected reads who is protected. Whoever cannot be read might be removed, so every mistake is an error.
func (o Options) protected(ctx context.Context) (follow.Protected, error) {
	people := follow.Protected{}
	if o.Sync == nil {
		return people, nil
	}
	for _, text := range o.Sync.Protect {
		if email.Check(text) == nil {
			if _, err := os.Lstat(text); err == nil {
				return nil, remedy.Aboutf(optionProtect, "%s is an address and a file", text).
					With(remedy.Words("name the file with its folder, as in ./" + text + ", or do it where there is no such file"))
			}
			people.Add(text)
			continue
		}
		addresses, err := readProtected(ctx, text)
		if err == nil && len(addresses) == 0 {
			err = errors.New("it names nobody")
		}
		if err != nil {
			return nil, remedy.Aboutf(optionProtect, "%s: %s", text, err).With(remedy.Words("name an address, or a file with one address a line or with a roster"))
		}
		for _, address := range addresses {
			people.Add(address)
		}
	}
	return people, nil
}

// protectFiles returns the files among those who are to be protected.
func (o Options) protectFiles() []string {
	if o.Sync == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.Sync.Protect), func(text string) bool { return email.Check(text) == nil })
}

// ProtectFrom returns who is to be protected, with every file at the path that of says.
func ProtectFrom(texts []string, of func(path string) string) []string {
	found := slices.Clone(texts)
	for i, text := range found {
		if email.Check(text) != nil {
			found[i] = of(text)
		}
	}
	return found
}

// readProtected returns the addresses in a file: a list if its first line is an address, and else a roster.
func readProtected(ctx context.Context, path string) ([]string, error) {
	content, err := bounded.File(path, longestList)
	if err != nil {
		return nil, withoutPath(err)
	}
	lines := bytes.Split(bytes.TrimPrefix(content, []byte("\uFEFF")), []byte("\n"))
	var addresses []string
	for i, line := range lines {
		text := withoutComment(string(line))
		if text == "" {
			continue
		}
		bare, _ := email.Unwrap(text)
		if bare == "" {
			bare = text
		}
		switch problem := email.Check(bare); {
		case problem == nil:
			addresses = append(addresses, bare)
		case len(addresses) == 0:
			return protectedRoster(ctx, path)
		default:
			return nil, fmt.Errorf("line %d: %q is no address: %s", i+1, text, problem.Reason)
		}
	}
	return addresses, nil
}

// withoutComment returns what a line says: an address may have a # in it, but none after a blank.
func withoutComment(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return ""
	}
	for _, blank := range []string{" #", "\t#"} {
		line, _, _ = strings.Cut(line, blank)
	}
	return strings.TrimSpace(line)
}

// withoutPath returns the error of a file without its path, which is said before.
func withoutPath(err error) error {
	if named, ok := errors.AsType[*os.PathError](err); ok {
		return named.Err
	}
	return err
}

// protectedRoster returns the addresses in a roster, whatever else is wrong with its rows.
func protectedRoster(ctx context.Context, path string) ([]string, error) {
	read, err := roster.Read(ctx, document.File(path), roster.Options{Role: "member", Unwrap: true})
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok && len(refused.Findings) > 0 {
		return nil, errors.New(refused.Findings[len(refused.Findings)-1].Reason) // the first ones are about rows
	}
	if err != nil {
		return nil, err
	}
	var addresses []string
	for entry, err := range read.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if problem := email.Check(entry.Email); problem != nil {
			return nil, fmt.Errorf("line %d: %q is no address: %s", entry.Line, entry.Email, problem.Reason)
		}
		addresses = append(addresses, entry.Email)
	}
	return addresses, nil
}
