// Package quantity reads the numbers that people give as limits: 20, or 5% of something that is known later.
//
// Its types are values of options: they read and write texts, and satisfy the interfaces of flags.
package quantity

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Quantity is a number, such as 20, or a share of something that is known later, such as 5%. The zero value is no quantity
// at all.
type Quantity struct {
	number float64
	share  bool
	given  bool
}

// Number returns the quantity of so many.
func Number(n int) Quantity { return Quantity{number: float64(n), given: true} }

// Percent returns the quantity that is a share.
func Percent(p float64) Quantity { return Quantity{number: p, share: true, given: true} }

// Given reports whether there is a quantity.
func (q *Quantity) Given() bool { return q.given }

// IsShare reports whether the quantity is a share of something.
func (q *Quantity) IsShare() bool { return q.share }

// Of returns the quantity as a number, a share being rounded up.
func (q *Quantity) Of(whole int) int {
	if !q.share {
		return int(q.number)
	}
	return int(math.Ceil(q.number * float64(whole) / 100))
}

// String returns what was set.
func (q *Quantity) String() string {
	text := strconv.FormatFloat(q.number, 'f', -1, 64)
	switch {
	case !q.given:
		return ""
	case q.share:
		return text + "%"
	}
	return text
}

// Type names the value in help.
func (q *Quantity) Type() string { return "N|P%" }

// Set reads 20 or 5%.
func (q *Quantity) Set(text string) error {
	digits, share := strings.CutSuffix(text, "%")
	number, err := strconv.ParseFloat(digits, 64)
	whole := number == math.Trunc(number) && number < math.MaxInt32
	if err != nil || number < 0 || math.IsNaN(number) || share && number > 100 || !share && !whole {
		return errors.New("neither a number such as 20 nor a share such as 5%")
	}
	*q = Quantity{number: number, share: share, given: true}
	return nil
}

// MarshalText returns [Quantity.String].
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText does what [Quantity.Set] does; an empty text is no quantity.
func (q *Quantity) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*q = Quantity{}
		return nil
	}
	return q.Set(string(text))
}

// Share is a part between 0 and 1, which people write in percent.
type Share float64

// String returns what was set.
func (s *Share) String() string { return strconv.FormatFloat(float64(*s)*100, 'f', -1, 64) + "%" }

// Type names the value in help.
func (s *Share) Type() string { return "P%" }

// Set reads 25%, or 25.
func (s *Share) Set(text string) error {
	value, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(value >= 0 && value <= 100) {
		return errors.New("not a share between 0% and 100%")
	}
	*s = Share(value / 100)
	return nil
}

// MarshalText returns [Share.String].
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText does what [Share.Set] does.
func (s *Share) UnmarshalText(text []byte) error { return s.Set(string(text)) }
