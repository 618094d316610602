package doctor_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/doctor"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
)

// witnessed is what a witness tells of a connection that has one answer of a service whose clock is ahead.
func witnessed(t *testing.T, w *doctor.Witness, ahead time.Duration) {
	t.Helper()
	running, err := sandbox.Start(t.Context(), "", sandbox.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	token := running.AccessToken()
	w.Settle(config.Settings{
		APIURL:      config.Value{Text: running.URL(), Source: "the test"},
		Credentials: config.Credentials{AccessToken: token, Source: "the test"},
	})
	ctx := w.Watch(t.Context())
	c, err := onboard.Connect(ctx, onboard.Service{Dial: onboard.At(running.URL(), cybedefend.AccessToken(token))}, onboard.Observer{Exchange: w.Exchange})
	if err != nil {
		t.Fatal(err)
	}
	w.Connected(ctx, filepath.Join(t.TempDir(), "ledger.db"), c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if got := running.Counts().Requests[sandbox.Profile]; got != 1 {
		t.Errorf("the profile was read %d times", got)
	}
}

func TestWitnessTellsWhatAnExaminationWould(t *testing.T) {
	for _, tt := range []struct {
		ahead time.Duration
		want  string
	}{
		{0, "good clock: within 1s of the service's"},
		{time.Hour, "doubtful clock: 1h0m0s behind the service's"},
		{72 * time.Hour, "doubtful clock: 72h0m0s behind the service's"}, // on the word of one answer
	} {
		var told doctor.Examination
		witnessed(t, &doctor.Witness{Version: "v1", Tell: func(f doctor.Fact) { told.Facts = append(told.Facts, f) }}, tt.ahead)
		got := lines(told)
		for _, want := range []string{tt.want, "good version: rollcall v1, ", "doubtful credentials: an access token, from the test", "good caller: ", "good ledger: "} {
			if !strings.Contains(got, want) {
				t.Errorf("%s ahead: no %q in\n%s", tt.ahead, want, got)
			}
		}
		if strings.Contains(got, "at_sandbox") {
			t.Errorf("it shows a token:\n%s", got)
		}
	}
}

func TestWitnessThatTellsNobodyLooksAtNothing(t *testing.T) {
	var w doctor.Witness
	if ctx := w.Watch(t.Context()); ctx != t.Context() {
		t.Error("it looks at connections")
	}
	witnessed(t, &w, 0)
}
