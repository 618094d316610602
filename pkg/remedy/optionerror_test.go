package remedy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"rollcall/pkg/remedy"
)

func TestOptionErrorTexts(t *testing.T) {
	wrong := remedy.About("map", errors.New("it names no column")).With(remedy.Use("map", "email=Login"))
	must := &remedy.OptionError{Option: "grace", What: remedy.Use("grace", "").Words(" must be more than nothing")}
	for _, tt := range []struct {
		name        string
		give        error
		plain, flag string
	}{
		{"no problem", errors.New("disk full"), "disk full", "disk full"},
		{"about an option", wrong, "map: it names no column", "--map: it names no column"},
		{"with the option in a sentence", must, "grace must be more than nothing", "--grace must be more than nothing"},
		{"wrapped", fmt.Errorf("jobs.yaml:3: %w", wrong), "jobs.yaml:3: map: it names no column", "jobs.yaml:3: --map: it names no column"},
		{"joined", errors.Join(wrong, must), "map: it names no column\ngrace must be more than nothing", "--map: it names no column\n--grace must be more than nothing"},
	} {
		if got := remedy.Text(tt.give, nil); got != tt.plain {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.plain)
		}
		if got := remedy.Text(tt.give, flag); got != tt.flag {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.flag)
		}
	}
}

func TestOptionErrorIsFound(t *testing.T) {
	p := remedy.Aboutf("sheet", "read: %w", fs.ErrNotExist)
	wrapped := fmt.Errorf("check: %w", errors.Join(errors.New("another"), p))
	if got := remedy.Of(wrapped); got != p || !errors.Is(wrapped, fs.ErrNotExist) {
		t.Errorf("found %v in %v", got, wrapped)
	}
	if got := remedy.Of(errors.New("another")); got != nil {
		t.Errorf("found %v where there is none", got)
	}
}
