// Package optional has the values of flags that may have none: a duration, and a limit of which -1 says that there is none.
//
//	var limit *int
//	flags.Var(optional.Limit(&limit), "limit", "invite the first `N`")
package optional

import (
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// Duration returns the value of a flag that is a duration, or none: nil, which is shown as nothing.
func Duration(of **time.Duration) pflag.Value { return duration{of} }

type duration struct{ of **time.Duration }

func (d duration) Type() string { return "duration" }

func (d duration) String() string {
	if d.of == nil || *d.of == nil {
		return ""
	}
	return (*d.of).String()
}

func (d duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	*d.of = &parsed
	return nil
}

// Limit returns the value of a flag that is a limit, or none: nil, which is shown as -1. Whoever sets it to -1 gets that.
func Limit(of **int) pflag.Value { return limit{of} }

type limit struct{ of **int }

func (l limit) Type() string { return "int" }

func (l limit) String() string {
	if l.of == nil || *l.of == nil {
		return "-1"
	}
	return strconv.Itoa(**l.of)
}

func (l limit) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	*l.of = &n
	return nil
}
