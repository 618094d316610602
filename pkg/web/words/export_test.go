package words

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// Check returns what is wrong with the catalog.
func Check() (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for key, said := range read() {
		var verbs []string
		for _, code := range Codes() {
			s, ok := said[code]
			if !ok || s.Other == "" {
				say("%s: nothing is said in %s", key, code)
				continue
			}
			if counts := said[Codes()[0]].One != ""; counts != (s.One != "") {
				say("%s: in %s it has another number of forms", key, code)
			}
			used := map[string]bool{}
			for _, v := range verb.FindAllStringSubmatch(s.Other, -1) {
				if v[1] == "" {
					say("%s: in %s %s has no place, such as %%[1]s", key, code, v[0])
				}
				used[v[0]] = true
			}
			if now := slices.Sorted(maps.Keys(used)); verbs != nil && !slices.Equal(now, verbs) {
				say("%s: in %s the arguments are %q, elsewhere %q", key, code, now, verbs)
			} else {
				verbs = append([]string{}, now...)
			}
		}
		for code := range said {
			if !slices.Contains(Codes(), code) {
				say("%s: %s is no language of ours", key, code)
			}
		}
	}
	return problems
}
