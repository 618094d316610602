package pattern_test

import (
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
