package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnknownVariables(t *testing.T) {
	got := unknownVariables(newApp(Process{}).root(), []string{
		"ROLLCALL_RATE=1/s", "ROLLCALL_MAX_ADMIN=2", "ROLLCALL_JSON=true", "ROLLCALL_JOBS=x", "ROLLCALL_FIX=x", "PATH=/bin", "ROLLCALL_EMPTY=",
		"ROLLCALL_ALOW_DOMAIN=acme.example", "ROLLCALL_HOUSE=red", "NOROLLCALL_RATE=1",
	})
	want := []string{
		"ROLLCALL_ALOW_DOMAIN is no variable of rollcall; did you mean ROLLCALL_ALLOW_DOMAIN?",
		"ROLLCALL_HOUSE is no variable of rollcall",
		"ROLLCALL_MAX_ADMIN is no variable of rollcall; did you mean ROLLCALL_MAX_ADMINS?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}
