// Package pattern compiles a regular expression when it is first used, so that a program starts without those that it does
// not need.
//
//	var teamID = pattern.Of(`^[0-9a-f]{8}$`)
//	… teamID().MatchString(text) …
//
// A pattern that is wrong panics where it is first used, rather than at the start.
package pattern

import (
	"regexp"
	"sync"
)

// Of returns what compiles expression, once. It is safe for concurrent use.
func Of(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
