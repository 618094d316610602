package readahead_test

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"rollcall/pkg/readahead"
)

// count yields the numbers below n, and then the error if there is one.
func count(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(-1, err)
		}
	}
}

func TestAllValuesComeInTheirOrderAndTheErrorLast(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, 63, 64, 65, 1000} {
		for _, end := range []error{nil, broken} {
			var got []int
			var last error
			for value, err := range readahead.Of(count(n, end)) {
				if err != nil {
					last = err
					continue
				}
				got = append(got, value)
			}
			want := slices.Collect(func(yield func(int) bool) {
				for i := range n {
					yield(i)
				}
			})
			if !slices.Equal(got, want) || !errors.Is(last, end) {
				t.Errorf("%d values and %v: got %d and %v", n, end, len(got), last)
			}
		}
	}
}

// TestALoopMayEndEarly has a reading that would never end, and sees that it does not go on behind the loop's back.
func TestALoopMayEndEarly(t *testing.T) {
	for _, enough := range []int{0, 1, 64, 100, 1000} {
		ended := false
		endless := func(yield func(int, error) bool) {
			defer func() { ended = true }()
			i := 0
			for yield(i, nil) {
				i++
			}
		}
		for value, err := range readahead.Of(endless) {
			if err != nil {
				t.Fatal(err)
			}
			if value == enough {
				break
			}
		}
		if !ended {
			t.Errorf("after %d values the reading goes on", enough)
		}
	}
}

// TestReadingWaitsForTheLoop sees how far ahead a reading is when nobody takes anything.
func TestReadingWaitsForTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		values := func(yield func(int, error) bool) {
			for yield(made, nil) {
				made++
			}
		}
		for _, err := range readahead.Of(values) {
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			break
		}
		if made < 64 || made > 300 {
			t.Errorf("%d values were made for the one that was taken", made)
		}
	})
}

// TestValuesAreMadeAtTheSameTime has the first value made last.
func TestValuesAreMadeAtTheSameTime(t *testing.T) {
	later := make(chan struct{})
	var got []int
	for value, err := range readahead.Map(count(300, nil), func(n int) int {
		switch n {
		case 0:
			<-later
		case 100:
			close(later)
		}
		return 2 * n
	}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, value)
	}
	for i, value := range got {
		if value != 2*i {
			t.Fatalf("value %d is %d", i, value)
		}
	}
	if len(got) != 300 {
		t.Errorf("%d values have come", len(got))
	}
}

func TestAPanicIsTheLoops(t *testing.T) {
	reading := func(end func()) iter.Seq2[int, error] {
		return readahead.Of(func(yield func(int, error) bool) {
			count(100, nil)(yield)
			end()
		})
	}
	making := func(end func()) iter.Seq2[int, error] {
		return readahead.Map(count(300, nil), func(n int) int {
			if n == 100 {
				end()
			}
			return n
		})
	}
	shock := func() { panic("at the disk") }
	for name, c := range map[string]struct {
		values iter.Seq2[int, error]
		want   string
	}{
		"reading panics": {reading(shock), "at the disk"},
		"reading exits":  {reading(runtime.Goexit), "panics: a goroutine has ended without a word"},
		"making panics":  {making(shock), "at the disk"},
		"making exits":   {making(runtime.Goexit), "panics: a goroutine has ended without a word"},
	} {
		t.Run(name, func(t *testing.T) {
			taken := 0
			defer func() {
				if got := fmt.Sprint(recover()); got != c.want || taken != 100 {
					t.Errorf("after %d values: %s", taken, got)
				}
			}()
			for _, err := range c.values {
				if err != nil {
					t.Error(err)
				}
				taken++
			}
		})
	}
}
