package cybedefend

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"rollcall/pkg/secret"
	"rollcall/pkg/throttle"
)

// judge says what came of a request that was sent at an instant: what observers get to see, and the error unless it is done.
func (c *Client) judge(r *request, answer reply, sent time.Time) (Exchange, *Error) {
	exchange := Exchange{
		Operation: r.operation, Status: answer.status, Date: serverTime(answer.header), RequestID: requestID(answer.header),
	}
	serviceNow := exchange.Date
	if serviceNow.IsZero() {
		serviceNow = c.now()
	}
	wait, limits := throttle.Read(answer.status, paceOf(answer.header), serviceNow)
	stranger := foreign(answer, wait.Known)
	refused := c.report(r.token, answer.status, stranger != "", wait.Known, sent)
	if errors.Is(refused.err, errTokenFresh) {
		wait = throttle.Wait{After: refused.wait, Known: true, From: errTokenFresh.Error()}
	}
	exchange.RetryAfter, exchange.HasRetryAfter, exchange.RetryAfterFrom = wait.After, wait.Known, clean(wait.From)
	exchange.Limits = limits

	known := facts{
		read: r.read, taken: answer.taken, status: answer.status, foreign: stranger != "", retryAfter: wait.Known,
		renewable: refused.err != nil,
	}
	err := answer.err
	if known.success() {
		err = r.read2xx(answer)
		known.understood = err == nil
		known.wholeJSON = err != nil && answer.err == nil && json.Valid(answer.body)
	}
	exchange.Class = classify(known)
	if exchange.Class == Done {
		return exchange, nil
	}
	answer.secrets = r.secrets() // by now there may be one more
	failure := &Error{
		Operation: r.operation, Class: exchange.Class, Status: exchange.Status, RequestID: exchange.RequestID,
		RetryAfter: exchange.RetryAfter, HasRetryAfter: exchange.HasRetryAfter, RetryAfterFrom: exchange.RetryAfterFrom, Err: err,
	}
	if answer.status != 0 {
		failure.Message = clean(explanation(answer, stranger), answer.secrets[:]...)
	}
	if s := sentinel(answer.status, exchange.Class, refused); s != nil {
		failure.Err = s
	}
	failure.Quota = exchange.Class == FinalNo && answer.status >= 400 && answer.status != http.StatusUnauthorized &&
		speaksOfQuota(failure.Message)
	return exchange, failure
}

// read2xx takes what a 2xx reply holds.
func (r *request) read2xx(answer reply) (err error) {
	if r.understand != nil {
		if err = answer.err; err == nil {
			err = r.understand(answer.body)
		}
	}
	if r.salvage != nil && (err != nil || r.understand == nil) {
		r.salvage(answer.body)
	}
	return err
}

// secrets are the token of a request, and what else it hides.
type secrets [2]secret.Text

// secrets returns what must not be part of any message.
func (r *request) secrets() secrets {
	if r.hide == nil {
		return secrets{r.token}
	}
	return secrets{r.token, r.hide()}
}

// report tells the credentials what became of their token. Only the service itself can accept or refuse one, and an answer
// that may come before the token was looked at tells nothing. wait is set if it said when to come again.
func (c *Client) report(token secret.Text, status int, foreign, wait bool, sent time.Time) verdict {
	switch {
	case token.Empty() || foreign || status < 200 || status >= 500 || anybodys(status), status == http.StatusForbidden && wait:
		return verdict{}
	case status == http.StatusUnauthorized:
		return c.tokens.refused(token, sent)
	}
	c.tokens.accepted(token)
	return verdict{}
}

// explanation returns what a reply that is not a success says to a person. It still needs to be cleaned.
func explanation(answer reply, stranger string) string {
	if stranger != "" {
		return stranger
	}
	if text := page(answer); text != "" {
		return text
	}
	if answer.status < 300 {
		return words(answer.body)
	}
	return message(answer.body)
}

// sentinel returns the error to match for a reply that is not 2xx.
func sentinel(status int, class Class, refused verdict) error {
	switch {
	case status == http.StatusUnauthorized && class == NotProcessed:
		return refused.err
	case status == http.StatusUnauthorized && class == FinalNo:
		return ErrCredentials
	case status == http.StatusForbidden && class == FinalNo:
		return ErrForbidden
	}
	return nil
}
