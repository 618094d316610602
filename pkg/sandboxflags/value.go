package sandboxflags

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/nearest"
	"rollcall/pkg/pace"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
)

// word is a flag value of a string type with a few values, or, without any, with those that the sandbox knows.
type word[T ~string] struct {
	target *T
	known  []T
}

func (w word[T]) String() string {
	if w.target == nil {
		return ""
	}
	return string(*w.target)
}
func (w word[T]) Type() string { return "WORD" }

// Words returns what the value can be.
func (w word[T]) Words() []string {
	words := make([]string, len(w.known))
	for i, one := range w.known {
		words[i] = string(one)
	}
	return words
}

func (w word[T]) Set(text string) error {
	if len(w.known) > 0 && !slices.Contains(w.known, T(text)) {
		return noneOf(text, w.Words())
	}
	*w.target = T(text)
	return nil
}

// noneOf says what a value can be, and which of it may be meant.
func noneOf(text string, words []string) error {
	last := len(words) - 1
	problem := fmt.Sprintf("%q is none of %s and %s", text, strings.Join(words[:last], ", "), words[last])
	if meant := nearest.Word(text, words); meant != "" {
		problem += "; did you mean " + meant + "?"
	}
	return errors.New(problem)
}

// rateValue is the flag value 60/s.
type rateValue struct{ target *float64 }

func (r rateValue) String() string { return "" }
func (r rateValue) Type() string   { return "RATE" }

func (r rateValue) Set(text string) error {
	rate, err := pace.ParseRate(text)
	if err != nil || rate == 0 {
		return errors.New("not a rate such as 60/s")
	}
	*r.target = float64(rate)
	return nil
}

// quotaValue is the flag value 10/1m.
type quotaValue struct{ target *sandbox.Quota }

func (q quotaValue) Type() string { return "N/D" }

func (q quotaValue) String() string {
	if q.target == nil || q.target.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", q.target.Number, q.target.Per)
}

func (q quotaValue) Set(text string) error {
	number, per, _ := strings.Cut(text, "/")
	n, numberErr := strconv.Atoi(number)
	d, perErr := time.ParseDuration(per)
	if numberErr != nil || perErr != nil || n < 1 || d <= 0 {
		return errors.New("not a quota such as 10/1m")
	}
	q.target.Number, q.target.Per = n, d
	return nil
}

// oddReplyValue is the flag value queued or queued=10%, which adds to the faults.
type oddReplyValue struct{ target *sandbox.Faults }

func (v oddReplyValue) String() string { return "" }
func (v oddReplyValue) Type() string   { return "KIND[=P%]" }

func (v oddReplyValue) Set(text string) error {
	name, chance, given := strings.Cut(text, "=")
	probability := quantity.Share(1)
	if given {
		if err := probability.Set(chance); err != nil {
			return err
		}
	}
	var kind sandbox.Kind
	if err := kind.UnmarshalText([]byte(name)); err != nil {
		return err
	}
	if v.target.Others == nil {
		v.target.Others = map[sandbox.Kind]float64{}
	}
	v.target.Others[kind] = float64(probability)
	return nil
}

// standingValue is the flag value challenge or challenge,invites.
type standingValue struct{ target *sandbox.Standing }

func (v standingValue) String() string { return "" }
func (v standingValue) Type() string   { return "KIND[,invites]" }

func (v standingValue) Set(text string) error {
	name, calls, given := strings.Cut(text, ",")
	if given && calls != "invites" {
		return errors.New(`neither "KIND" nor "KIND,invites"`)
	}
	v.target.InvitesOnly = given
	return v.target.Kind.UnmarshalText([]byte(name))
}

// holeValue is the flag value 2 or 2,short,always.
type holeValue struct{ target *sandbox.Hole }

func (v holeValue) String() string { return "" }
func (v holeValue) Type() string   { return "N[,short][,always]" }

func (v holeValue) Set(text string) error {
	words := strings.Split(text, ",")
	number, err := strconv.Atoi(words[0])
	if err != nil || number < 1 {
		return errors.New("not the number of a page")
	}
	hole := sandbox.Hole{Page: number}
	for _, word := range words[1:] {
		switch word {
		case "short":
			hole.Short = true
		case "always":
			hole.Always = true
		default:
			return fmt.Errorf("%q is neither short nor always", word)
		}
	}
	*v.target = hole
	return nil
}

// oddItemsValue is the flag value null-email,bom or all.
type oddItemsValue struct{ target *[]sandbox.Oddity }

func (v oddItemsValue) String() string { return "" }
func (v oddItemsValue) Type() string   { return "WORD,WORD" }

func (v oddItemsValue) Set(text string) error {
	if text == "all" {
		*v.target = sandbox.Oddities()
		return nil
	}
	for word := range strings.SplitSeq(text, ",") {
		if !slices.Contains(sandbox.Oddities(), sandbox.Oddity(word)) {
			words := []string{"all"}
			for _, oddity := range sandbox.Oddities() {
				words = append(words, string(oddity))
			}
			return noneOf(word, words)
		}
		*v.target = append(*v.target, sandbox.Oddity(word))
	}
	return nil
}

// forbid returns the refusal of an address or a role.
func forbid(whom string) sandbox.Refusal {
	if strings.Contains(whom, "@") {
		return sandbox.Forbid(whom)
	}
	return sandbox.ForbidRole(cybedefend.Role(whom))
}
