package pattern_test

import (
	"fmt"
	"testing"

	"rollcall/pkg/pattern"
)

func TestCompiledOnceAndWhenUsed(t *testing.T) {
	wrong := pattern.Of("(")
	defer func() {
		if recover() == nil {
			t.Error("a wrong pattern was used")
		}
	}()
	right := pattern.Of("a+")
	if first := right(); first != right() {
		t.Error("compiled twice")
	}
	wrong()
}

func Example() {
	digits := pattern.Of(`[0-9]+`)
	fmt.Println(digits().FindString("row 17"))
	// Output: 17
}
