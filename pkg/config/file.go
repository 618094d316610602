package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/secret"
)

// maxFile bounds what is read of a config file. Real ones have a few lines.
const maxFile = 1 << 20

// keepsModes is whether a file's mode says who can read it. Windows makes one up.
const keepsModes = runtime.GOOS != "windows"

// Files returns where the vendor's command line keeps its settings: the user's files under home, then the machine's.
// A home that is no absolute path is left out, since it would lead into the working directory.
func Files(home string) []string {
	var files []string
	for _, dir := range []string{filepath.Join(home, ".cybedefend"), filepath.FromSlash("/etc/cybedefend")} {
		if filepath.IsAbs(dir) {
			files = append(files, filepath.Join(dir, "config.yaml"), filepath.Join(dir, "config.yml"))
		}
	}
	return files
}

// Login returns where the vendor's command line keeps what its login has brought, "" if home is no absolute path.
func Login(home string) string {
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, ".cybedefend", "credentials.json")
}

// file is what counts here of a config file of the vendor's, or of its login, which is a file of the same keys in JSON. Its
// other keys belong to the vendor.
type file struct {
	Region       string      `yaml:"region"`
	APIURL       string      `yaml:"api_url"`
	AuthEndpoint string      `yaml:"auth_endpoint"`
	PAT          secret.Text `yaml:"pat"`

	path string
	mode fs.FileMode
}

// readFirst reads the first of the files that exists. Two files are never mixed: the credentials of one must not be
// sent to the address of the other.
func readFirst(paths []string) (file, error) {
	for _, path := range paths {
		found, err := readFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return found, at(path, err)
	}
	return file{}, nil
}

func readFile(path string) (file, error) {
	opened, err := os.Open(path)
	if err != nil {
		return file{}, cause(err)
	}
	defer opened.Close() //nolint:errcheck // it was only read
	info, err := opened.Stat()
	if err != nil {
		return file{}, cause(err)
	}
	found := file{path: path, mode: info.Mode()}
	text, err := readAll(opened, maxFile)
	if err != nil {
		return file{}, err
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return file{}, err
	}
	// A file of nothing but comments ends at once.
	if err := loader.Load(&found); err != nil && !errors.Is(err, io.EOF) {
		return file{}, redact(err)
	}
	return found, nil
}

// redact returns where a file is wrong and no more, since the library's own words may quote a token.
func redact(err error) error {
	const expected = "not settings; expected are lines like \"region: eu\""
	if wrong, ok := errors.AsType[*yaml.LoadError](err); ok && wrong.Mark.Line > 0 {
		return fmt.Errorf("line %d, column %d: %s", wrong.Mark.Line, wrong.Mark.Column, expected)
	}
	return errors.New(expected)
}

// readAll reads all there is, and refuses more than limit bytes.
func readAll(from io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("too long: more than %d bytes", limit)
	}
	return text, nil
}
