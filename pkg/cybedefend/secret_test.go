package cybedefend_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestNoSecretIsEverPrinted(t *testing.T) {
	secrets := []string{personalToken, accessToken, "token-1", inviteToken}
	echo := func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		text := strings.Repeat("y", 180) + r.Header.Get("Authorization") + r.PostForm.Get("subject_token") + r.URL.RawQuery
		answer(418, marshal(t, map[string]string{"message": text}))(w, r)
	}
	ready := serve(t, echo)
	var errs []error
	for _, call := range calls {
		_, err := call(t.Context(), ready)
		errs = append(errs, err)
	}
	errs = append(errs, teams(t, (&tenant{refusal: echo}).connect(t)))
	for _, cut := range []string{invitationJSON[:90], strings.Replace(invitationJSON, `"email"`, `"mail"`, 1), `"` + inviteToken + `"`, inviteToken} {
		_, err := serve(t, answer(201, cut)).Invite(t.Context(), organizationID, ada)
		errs = append(errs, err)
	}
	// A refusal and an error may show the invitation, or the exchange its token, and come cut.
	const tokenJSON = `{"access_token":"` + accessToken + `","expires_in":600}`
	for _, status := range []int{409, 502} {
		for _, body := range []string{invitationJSON, invitationJSON[:90], invitationJSON + "{}", "at fault: " + invitationJSON} {
			_, err := serve(t, answer(status, body)).Invite(t.Context(), organizationID, ada)
			errs = append(errs, err)
		}
		for _, body := range []string{tokenJSON, tokenJSON[:len(tokenJSON)-4]} {
			errs = append(errs, teams(t, (&tenant{refusal: answer(status, body)}).connect(t)))
		}
	}
	options := cybedefend.Options{Credentials: cybedefend.PersonalAccessToken{Token: secret.New(personalToken)}}
	printed := []any{options, options.Credentials, cybedefend.AccessToken(secret.New(accessToken))}
	for _, err := range errs {
		if err == nil {
			t.Error("a call succeeded")
			continue
		}
		failure, _ := errors.AsType[*cybedefend.Error](err)
		printed = append(printed, err, *failure)
	}
	for _, value := range printed {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, value)
			for _, s := range secrets {
				// The beginning is as bad: messages are shortened.
				if strings.Contains(text, s[:min(len(s), 14)]) {
					t.Errorf("%s shows a secret: %s", verb, text)
				}
			}
		}
	}
}
