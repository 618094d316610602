package cybedefend

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"rollcall/pkg/direct"
	"rollcall/pkg/fence"
	"rollcall/pkg/secret"
)

// byteOrderMark is what some services put before their JSON. It means nothing in UTF-8.
const byteOrderMark = "\xEF\xBB\xBF"

// request is one HTTP request to be sent.
type request struct {
	operation string
	// to is where it goes, and path follows the path there.
	to          carrier
	method      string
	path        string
	body        []byte
	contentType string
	// read is set if the request changes nothing at the service.
	read bool
	// token goes with the request, unless it is empty.
	token secret.Text
	// hide, unless it is nil, returns a further secret that the service might repeat. It is asked again once the reply has
	// been read.
	hide func() secret.Text
	// understand takes the body of a 2xx reply that came whole. If it is nil, any 2xx is a success.
	understand func(body []byte) error
	// salvage, unless it is nil, takes as much as there is in a 2xx reply that is not understood.
	salvage func(body []byte)
}

// reply is what came back.
type reply struct {
	status int
	header direct.Header
	body   []byte
	// err is set if the reply is missing, or its body is cut or too large.
	err error
	// taken is set once a connection has been handed the request.
	taken bool
	// late is set if the client's timeout has ended it.
	late bool
	// secrets must not be part of any message.
	secrets secrets
}

// call sends a request with the credentials. Where they are refused, the error says where they come from.
func (c *Client) call(ctx context.Context, r *request) error {
	err := c.callAs(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrCredentials) {
		named := *e // it may be shared by everybody who has waited for one exchange
		named.CredentialsFrom = c.tokensFrom
		return &named
	}
	return err
}

// callAs sends a request with the token that is good now.
func (c *Client) callAs(ctx context.Context, r *request) error {
	token, err := c.tokens.token(ctx)
	if err != nil {
		if _, ok := errors.AsType[*Error](err); ok {
			return err
		}
		class := NotProcessed
		if errors.Is(err, ErrCredentials) {
			class = FinalNo
		}
		return &Error{Operation: r.operation, Class: class, Err: err}
	}
	r.token = token
	return c.send(ctx, r)
}

// send makes exactly one HTTP request of r and judges what comes of it.
func (c *Client) send(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return &Error{Operation: r.operation, Class: NotProcessed, Err: err}
	}
	if !r.read {
		if err := fence.Fresh(ctx); err != nil {
			return &Error{Operation: r.operation, Class: NotProcessed, Err: err}
		}
	}
	start := c.now()
	answer := c.roundTrip(ctx, r)
	exchange, failure := c.judge(r, answer, start)
	exchange.Duration = c.now().Sub(start)
	c.observe(exchange)
	if failure == nil {
		return nil
	}
	return failure
}

// roundTrip has r carried.
func (c *Client) roundTrip(ctx context.Context, r *request) reply {
	answer := r.to.carry(ctx, r)
	answer.body = bytes.TrimPrefix(answer.body, []byte(byteOrderMark))
	answer.secrets = r.secrets()
	if answer.err != nil {
		answer.err = c.explainEnd(ctx, answer)
	}
	return answer
}

// explainEnd makes sure that an error which came of a context's end, or of the client's timeout, can be matched as such, whatever
// the transport made of it.
func (c *Client) explainEnd(ctx context.Context, answer reply) error {
	switch ended := ctx.Err(); {
	case ended != nil && !errors.Is(answer.err, ended):
		return fmt.Errorf("%w: %w", ended, answer.err)
	case ended == nil && answer.late:
		return fmt.Errorf("no whole reply within %s: %w", c.timeout, context.DeadlineExceeded)
	}
	return answer.err
}
