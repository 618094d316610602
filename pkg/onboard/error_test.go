package onboard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rollcall/pkg/breaker"
	"rollcall/pkg/connection"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/paging"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

func TestStatusOf(t *testing.T) {
	tests := []struct {
		give error
		want status.Status
	}{
		{nil, status.Well},
		{errors.New("anything"), status.Unexpected},
		{settings(nil, errors.New("no")), status.Settings},
		{&cybedefend.Error{Err: cybedefend.ErrCredentials}, status.Refused},
		{&cybedefend.Error{Err: cybedefend.ErrForbidden}, status.Refused},
		{&breaker.StopError{Reason: breaker.Credentials}, status.Refused},
		{&breaker.StopError{Reason: breaker.Forbidden}, status.Refused},
		{&roster.RefusedError{}, status.Roster},
		{&ledger.LockedError{}, status.Locked},
		{&breaker.StopError{Reason: breaker.Deadline}, status.Stopped},
		{&breaker.StopError{Reason: breaker.Overlong}, status.Stopped},
		{&breaker.StopError{Reason: breaker.Streak}, status.Stopped},
		{&breaker.StopError{Reason: breaker.Failures}, status.Stopped},
		{&breaker.StopError{Reason: breaker.Unsettled}, status.Stopped},
		{&breaker.StopError{Reason: breaker.Unconnected, Err: cybedefend.ErrConnection}, status.Stopped},
		{&cybedefend.Error{Err: cybedefend.ErrConnection}, status.Unexpected},
		{&breaker.StopError{Reason: breaker.Interrupted}, status.Interrupted},
		{context.Canceled, status.Interrupted},
		{paging.ErrEndless, status.Stopped},
		{paging.ErrRepeats, status.Stopped},
		{&ledger.Error{Err: ledger.ErrDiskFull}, status.Unexpected},
		{&ledger.Error{Err: ledger.ErrForeign}, status.Settings},
		{remedy.About("rate", errors.New("no")), status.Settings},
		{refusal(status.Guarded, errors.New("no"), nil), status.Guarded},
	}
	for _, tt := range tests {
		if got := StatusOf(tt.give); got != tt.want {
			t.Errorf("StatusOf(%v) = %d, want %d", tt.give, got, tt.want)
		}
		if tt.give == nil {
			continue
		}
		wrapped := fmt.Errorf("read: %w", errors.Join(tt.give, errors.New("and more")))
		if got := StatusOf(wrapped); got != tt.want {
			t.Errorf("StatusOf(%v), wrapped = %d, want %d", tt.give, got, tt.want)
		}
	}
}

func TestStatusFor(t *testing.T) {
	for _, outcome := range record.Outcomes() {
		want := status.Rows
		switch outcome { //nolint:exhaustive // all others are trouble
		case record.Invited, record.AlreadyInvited, record.AlreadyMember, record.Skipped, record.Duplicate, record.WouldInvite, record.WouldReinvite:
			want = status.Well
		}
		if got := statusFor(map[record.Outcome]int{record.Invited: 3, outcome: 1}); got != want {
			t.Errorf("statusFor(%s) = %d, want %d", outcome, got, want)
		}
		if got := statusFor(map[record.Outcome]int{record.Invited: 3, outcome: 0}); got != status.Well {
			t.Errorf("statusFor(no %s) = %d, want 0", outcome, got)
		}
	}
}

func TestIsOver(t *testing.T) {
	complete := map[record.Outcome]int{record.Invited: 2, record.Rejected: 1}
	cutShort := map[record.Outcome]int{record.Invited: 2, record.NotSent: 1}
	for _, code := range status.All() {
		want := code == status.Well || code == status.Rows
		if got := isOver(code, complete); got != want {
			t.Errorf("isOver(%d) = %v, want %v", code, got, want)
		}
		if isOver(code, cutShort) {
			t.Errorf("a run with rows that were not sent is over when it ended with %d", code)
		}
	}
}

func TestRemediesOfConnections(t *testing.T) {
	tests := []struct {
		give error
		want string
	}{
		{x509.UnknownAuthorityError{}, "SSL_CERT_FILE"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "the clock of this machine"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}}, "api-url"},
		{connection.ErrProxy, "HTTPS_PROXY"},
		{http.ErrSchemeMismatch, "api-url"},
	}
	for _, tt := range tests {
		err := fmt.Errorf("reach the service: %w", &cybedefend.Error{Operation: cybedefend.OpProfile, Err: connection.Explain(tt.give)})
		if got := RemedyOf(err).String(); !strings.Contains(got, tt.want) {
			t.Errorf("%v: %q does not speak of %s", err, got, tt.want)
		}
	}
}
