package roster

import (
	"maps"
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// only are the people who are meant, by key, as they were given. Nil: everybody.
type only map[string]string

func newOnly(addresses []string) only {
	if len(addresses) == 0 {
		return nil
	}
	o := only{}
	for _, address := range addresses {
		o[email.Fold(email.Trim(address))] = address
	}
	return o
}

// texts are the addresses as they were given, in alphabetical order.
func (o only) texts() []string { return slices.Sorted(maps.Values(o)) }

// rule says why somebody else is left out.
func (o only) rule() remedy.Hint { return leftOutBy(OptionOnly, o.texts()) }

// isMeant reports whether the person of the row is one of those who are meant. A bare address is looked for in what mail
// programs put around it, whether or not the row is right with that.
func (j *judge) isMeant(r *row) bool {
	if j.rules.only == nil {
		return true
	}
	address := email.Trim(r.email.text)
	if bare, ok := email.Unwrap(address); ok {
		address = bare
	}
	key := email.Fold(address)
	if _, meant := j.rules.only[key]; !meant {
		return false
	}
	j.met[key] = true
	return true
}

// missing returns a [structureError] about those who are meant and have no row, nil if all have one.
func (j *judge) missing() error {
	var missing structureError
	for _, key := range slices.Sorted(maps.Keys(j.rules.only)) {
		if text := j.rules.only[key]; !j.met[key] {
			missing = append(missing, problem{
				reason: say("only-missing", "nobody has the address "+quote(text), text), suggestion: remedy.Words("look for a slip of the pen in ").Use(OptionOnly, text),
			})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return missing
}
