package desk_test

import (
	"context"
	"errors"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/secret"
	"rollcall/pkg/web/desk"
)

// TestATokenInMemoryIsForgotten forgets a token where nothing remembers tokens, such as by ssh: that of this process is gone, and
// that is all there was. Whoever wants a token forgotten that only the system can know is told why it could not be.
func TestATokenInMemoryIsForgotten(t *testing.T) {
	none := errors.New("there is no keyring")
	d := desk.New(desk.Options{
		Folder: t.TempDir(), Place: desk.Place{Token: secret.New("pat_typed_in_by_somebody")},
		Remember: func(context.Context, desk.Place) error { return none },
		Dial: func(context.Context, desk.Place) (onboard.Endpoint, error) {
			return onboard.Endpoint{}, errors.New("nobody")
		},
	})
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := d.Forget(t.Context()); err != nil || !d.Place().Token.Empty() {
		t.Errorf("it is forgotten with %v: %t", err, d.Place().Token.Empty())
	}
	if err := d.Forget(t.Context()); !errors.Is(err, none) {
		t.Errorf("what was remembered is forgotten with %v", err)
	}
}
