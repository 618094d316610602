package optional_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/optional"
)

func TestWhatIsNoneStaysNone(t *testing.T) {
	var limit *int
	var within *time.Duration
	if err := optional.Limit(&limit).Set("many"); !errors.Is(err, strconv.ErrSyntax) || limit != nil {
		t.Errorf("%v, %v", err, limit)
	}
	if err := optional.Duration(&within).Set("5"); err == nil || within != nil {
		t.Errorf("%v, %v", err, within)
	}
	if err := optional.Limit(&limit).Set("-1"); err != nil || limit == nil || *limit != -1 {
		t.Errorf("%v, %v", err, limit)
	}
	for _, value := range []interface{ Type() string }{optional.Limit(nil), optional.Duration(nil)} {
		if value.Type() != "int" && value.Type() != "duration" {
			t.Error(value.Type())
		}
	}
}
