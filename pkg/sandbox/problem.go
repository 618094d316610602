package sandbox

import (
	"errors"
	"fmt"
	"time"
)

// problems gathers what is wrong with options.
type problems []error

// demand adds a problem unless ok.
func (p *problems) demand(ok bool, format string, arguments ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, arguments...))
	}
}

// duration adds a problem if the duration is negative.
func (p *problems) duration(name string, value time.Duration) {
	p.demand(value >= 0, "%s: negative duration %s", name, value)
}

// count adds a problem if the count is negative.
func (p *problems) count(name string, value int) {
	p.demand(value >= 0, "%s: negative count %d", name, value)
}

func (p *problems) add(err error) {
	if err != nil {
		*p = append(*p, err)
	}
}

func (p *problems) err() error { return errors.Join(*p...) }
