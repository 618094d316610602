package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// quantity is a flag value that is a number, such as 20, or a share of something that is known later, such as 5%. The
// zero value is no quantity at all.
type quantity struct {
	number float64
	share  bool
	given  bool
}

// String returns what was set.
func (q *quantity) String() string {
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
func (q *quantity) Type() string { return "N|P%" }

// Set reads 20 or 5%.
func (q *quantity) Set(text string) error {
	digits, share := strings.CutSuffix(text, "%")
	number, err := strconv.ParseFloat(digits, 64)
	whole := number == math.Trunc(number) && number < math.MaxInt32
	if err != nil || number < 0 || math.IsNaN(number) || share && number > 100 || !share && !whole {
		return errors.New("neither a number such as 20 nor a share such as 5%")
	}
	*q = quantity{number: number, share: share, given: true}
	return nil
}

// of returns the quantity as a number, a share being rounded up.
func (q *quantity) of(whole int) int {
	if !q.share {
		return int(q.number)
	}
	return int(math.Ceil(q.number * float64(whole) / 100))
}
