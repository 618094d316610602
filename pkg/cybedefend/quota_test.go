package cybedefend

import (
	"errors"
	"testing"
)

func TestSpeaksOfQuota(t *testing.T) {
	for text, want := range map[string]bool{
		"10 invitations per 1 minutes exceeded":                      true,
		"Rate limit exceeded":                                        true,
		"rate-limited, slow down":                                    true,
		"RateLimit: burst":                                           true,
		"Request was throttled.":                                     true,
		"quota exceeded":                                             true,
		"Insufficient quota":                                         true,
		"too many requests":                                          true,
		"Too many pending invitations":                               true,
		"Too many e-mails sent":                                      true,
		"You have reached your invitation limit":                     true,
		"Invitation limit reached":                                   true,
		"limits exceeded":                                            true,
		"The daily limit of 50 invitations has been exceeded":        true,
		"Over the limit for this hour":                               true,
		"Only 5 invitations per hour are allowed":                    true,
		"You can send 20 invitations per day":                        true,
		"email must be shorter than 100 characters":                  false,
		"email must be shorter than or equal to 100 characters":      false,
		"email exceeds the limit of 254 characters":                  false,
		"length limit exceeded":                                      false,
		"teamAssignments: limit of 10 elements exceeded":             false,
		"role must be one of the following values: manager, member":  false,
		"Access is limited to administrators":                        false,
		"limited":                                                    false,
		"too many team assignments":                                  false,
		"too many characters":                                        false,
		"email must be an email":                                     false,
		"User is already a member":                                   false,
		"A corporate address is required":                            false,
		"one invitation per person":                                  false,
		"The limit must be a number":                                 false,
		"Forbidden resource":                                         false,
		"Your trial is over. Contact sales about limits of the plan": false,
		"Seat limit reached":                                         false,
		"Seat quota exceeded":                                        false,
		"All licenses are used up: the limit of 25 is reached":       false,
		"": false,
	} {
		if got := speaksOfQuota(text); got != want {
			t.Errorf("speaksOfQuota(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestOverload(t *testing.T) {
	tests := []struct {
		name string
		give Error
		want bool
	}{
		{"429", Error{Class: NotProcessed, Status: 429}, true},
		{"503", Error{Class: Lost, Status: 503}, true},
		{"503 with Retry-After", Error{Class: NotProcessed, Status: 503, HasRetryAfter: true}, true},
		{"403 with Retry-After", Error{Class: NotProcessed, Status: 403, HasRetryAfter: true}, true},
		{"403 challenge with Retry-After", Error{Class: Foreign, Status: 403, HasRetryAfter: true}, false},
		{"403", Error{Class: FinalNo, Status: 403}, false},
		{"403 about a quota", Error{Class: FinalNo, Status: 403, Quota: true}, true},
		{"400", Error{Class: FinalNo, Status: 400}, false},
		{"400 about a quota", Error{Class: FinalNo, Status: 400, Quota: true}, true},
		{"500", Error{Class: Lost, Status: 500}, false},
		{"401 of a fresh token", Error{Class: NotProcessed, Status: 401, HasRetryAfter: true}, false},
		{"no reply", Error{Class: Lost}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.give.Overload(); got != test.want {
				t.Errorf("Overload = %t, want %t", got, test.want)
			}
		})
	}
}

func TestAhead(t *testing.T) {
	for operation, want := range map[string]bool{OpInvite: false, OpProfile: false, OpDiscover: true, OpExchangeToken: true} {
		if got := (&Error{Operation: operation, Err: errors.New("x")}).Ahead(); got != want {
			t.Errorf("%s: Ahead = %t, want %t", operation, got, want)
		}
	}
}
