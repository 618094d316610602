package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// order is something that a running sandbox is told to do: the body of POST /sandbox/NAME.
type order func(body []byte) error

// orders returns them by name.
func (s *Sandbox) orders() map[string]order {
	blank := func(blank Blank) order {
		return plain(func() error {
			lists := s.Lists()
			lists.Blank = blank
			return s.ChangeLists(lists)
		})
	}
	return map[string]order{
		"expire": plain(func() error { s.ExpireTokens(); return nil }),
		"revoke": plain(func() error { s.Revoke(); return nil }),
		"reset":  plain(func() error { s.Reset(); return nil }),

		"outage":   s.orderOutage,
		"limit":    s.orderLimit,
		"answer":   s.orderAnswer,
		"quota":    s.orderQuota,
		"spelling": s.orderSpelling,

		"lists":       s.orderLists,
		"lists-empty": blank(EmptyLists),
		"lists-null":  blank(NullLists),
		"lists-back":  blank(NotBlank),

		"refuse":        s.orderRefusal,
		"refuse-nobody": plain(func() error { return s.ChangeRefusals() }),

		"decline":   s.orderEnding(Declined),
		"cancel":    s.orderEnding(Cancelled),
		"drop":      s.orderEnding(Dropped),
		"accept-as": s.orderAcceptance,

		"role":       s.orderRole,
		"seat":       s.orderSeat,
		"roles-keep": plain(func() error { s.KeepRoles(true); return nil }),
		"roles-back": plain(func() error { s.KeepRoles(false); return nil }),

		"members-keep": plain(func() error { s.KeepMembers(true); return nil }),
		"members-back": plain(func() error { s.KeepMembers(false); return nil }),
	}
}

// plain is an order that needs no body.
func plain(do func() error) order { return func([]byte) error { return do() } }

// period is a duration in a body: "20s".
type period time.Duration

// UnmarshalText reads what [time.ParseDuration] reads.
func (p *period) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	*p = period(value)
	return err
}

// readOrder reads a body that has the fields of into, and no others.
func readOrder(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

// orderOutage takes {"for": "20s", "cut": true, "retryAfter": "5s"}, all but "for" optional; "0s" ends an outage.
func (s *Sandbox) orderOutage(body []byte) error {
	var told struct {
		For        *period `json:"for"`
		Cut        bool    `json:"cut"`
		RetryAfter period  `json:"retryAfter"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	if told.For == nil {
		return errors.New(`expected {"for": "20s"}`)
	}
	s.StartOutage(Outage{For: time.Duration(*told.For), Cut: told.Cut, RetryAfter: time.Duration(told.RetryAfter)})
	return nil
}

// orderLimit takes {"rate": 30}, in calls a second; 0 lifts the limit.
func (s *Sandbox) orderLimit(body []byte) error {
	var told struct {
		Rate *float64 `json:"rate"`
	}
	if err := readOrder(body, &told); err != nil || told.Rate == nil || *told.Rate < 0 {
		return errors.New(`expected {"rate": CALLS A SECOND}`)
	}
	s.ChangeLimit(*told.Rate)
	return nil
}

// orderAnswer takes {"kind": "challenge", "invitesOnly": true, "status": 500, "retryAfter": "5s", "late": "5s"}, all
// but the kind of fault optional; "none" takes the standing answer back.
func (s *Sandbox) orderAnswer(body []byte) error {
	var told struct {
		Kind        *Kind  `json:"kind"`
		InvitesOnly bool   `json:"invitesOnly"`
		Status      int    `json:"status"`
		RetryAfter  period `json:"retryAfter"`
		Late        period `json:"late"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	if told.Kind == nil {
		return errors.New(`expected {"kind": "none"} or another kind of fault`)
	}
	return s.ChangeStanding(Standing{
		Fault: Fault{
			Kind: *told.Kind, Status: told.Status,
			RetryAfter: time.Duration(told.RetryAfter), Late: time.Duration(told.Late),
		},
		InvitesOnly: told.InvitesOnly,
	})
}

// orderQuota takes {"number": 10, "per": "1m", "status": 429, "words": "…"}, the last two optional; number 0 lifts it.
func (s *Sandbox) orderQuota(body []byte) error {
	var told struct {
		Number int    `json:"number"`
		Per    period `json:"per"`
		Status int    `json:"status"`
		Words  string `json:"words"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.ChangeQuota(Quota{told.Number, time.Duration(told.Per), told.Status, told.Words})
}

// orderSpelling takes {"reply": "masked", "list": "gmail"}; what is left out is spelled as invited.
func (s *Sandbox) orderSpelling(body []byte) error {
	var told Spellings
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.ChangeSpelling(told)
}

// orderLists takes the fields of [Lists], the lag as {"lag": "15s"}. What is left out stays as it is.
func (s *Sandbox) orderLists(body []byte) error {
	lists := s.Lists()
	lag := period(lists.Lag)
	told := struct {
		*Lists
		Lag *period `json:"lag"`
	}{&lists, &lag}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	lists.Lag = time.Duration(lag)
	return s.ChangeLists(lists)
}

// orderRefusal takes the fields of a [Refusal], and refuses those it matches as well.
func (s *Sandbox) orderRefusal(body []byte) error {
	var told Refusal
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.addRefusal(told)
}

// orderEnding takes {"email": "ann@example.com"}.
func (s *Sandbox) orderEnding(ending Ending) order {
	return func(body []byte) error {
		var told struct {
			Email string `json:"email"`
		}
		if err := readOrder(body, &told); err != nil {
			return err
		}
		return s.End(told.Email, ending)
	}
}

// orderAcceptance takes {"email": "ann@example.com", "as": "ann@home.example"}.
func (s *Sandbox) orderAcceptance(body []byte) error {
	var told struct {
		Email string `json:"email"`
		As    string `json:"as"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.AcceptAs(told.Email, told.As)
}
