package sandbox

import "fmt"

// Kind is a kind of fault.
type Kind uint8

// The kinds of fault.
const (
	None Kind = iota

	// ErrorBefore answers with a 5xx. It and the kinds up to Throttle leave the call without any effect.
	ErrorBefore
	// CutBefore closes the connection.
	CutBefore
	// Unavailable answers 503 with Retry-After.
	Unavailable
	// Throttle answers 429.
	Throttle

	// ErrorAfter answers with a 5xx. It and the kinds up to Hang come after the call has taken effect, and only its
	// reply is lost.
	ErrorAfter
	// CutAfter closes the connection.
	CutAfter
	// Truncate closes the connection in the middle of the reply's body.
	Truncate
	// Garble answers with the right status and a body that is not JSON.
	Garble
	// Hollow answers with the right status and an empty object.
	Hollow
	// Hang doesn't answer until the client has gone.
	Hang

	// Forbidden answers 403 with Retry-After, in the service's own shape. It and the kinds up to ProxyAuth come from
	// something in front of the service, and leave the call without any effect.
	Forbidden
	// Challenge answers 403 with a page that asks for a browser, as Cloudflare does.
	Challenge
	// WAF answers 406 with the page of a web application firewall.
	WAF
	// Redirect answers 302 and leads to a page for signing in.
	Redirect
	// ProxyAuth answers 407, as a proxy does that wants credentials of its own.
	ProxyAuth

	// FailureBefore answers 200 and says in the body that nothing was done, which is true.
	FailureBefore
	// FailureAfter says the same, although the call has taken effect. So have the calls that meet the kinds below: an
	// invite gets an answer that is no whole invitation, and a refusal of the service is passed on as it is.
	FailureAfter
	// Empty answers 201 without a body.
	Empty
	// Queued answers 202 and {"status":"queued"}.
	Queued
	// BOM puts a byte order mark before the body.
	BOM
	// NumericID shows a number as the invitation's id.
	NumericID
	// MissingID leaves the invitation's id out.
	MissingID
	// SameID shows the same id for everybody.
	SameID
	// OtherOrganization names another organization than the invite.
	OtherOrganization
	// OtherRole names another role than the invite.
	OtherRole
)

// kinds says of each kind how it is called, whether it keeps the call from taking effect, and whether its answer tells
// nothing of the invitation.
var kinds = [...]struct {
	name         string
	before, mute bool
}{
	None:              {name: "none"},
	ErrorBefore:       {name: "error_before", before: true},
	CutBefore:         {name: "cut_before", before: true},
	Unavailable:       {name: "unavailable", before: true},
	Throttle:          {name: "throttle", before: true},
	ErrorAfter:        {name: "error_after", mute: true},
	CutAfter:          {name: "cut_after", mute: true},
	Truncate:          {name: "truncate"},
	Garble:            {name: "garble", mute: true},
	Hollow:            {name: "hollow", mute: true},
	Hang:              {name: "hang", mute: true},
	Forbidden:         {name: "forbidden", before: true},
	Challenge:         {name: "challenge", before: true},
	WAF:               {name: "waf", before: true},
	Redirect:          {name: "redirect", before: true},
	ProxyAuth:         {name: "proxy_auth", before: true},
	FailureBefore:     {name: "failure_before", before: true},
	FailureAfter:      {name: "failure_after", mute: true},
	Empty:             {name: "empty", mute: true},
	Queued:            {name: "queued", mute: true},
	BOM:               {name: "bom"},
	NumericID:         {name: "numeric_id"},
	MissingID:         {name: "missing_id"},
	SameID:            {name: "same_id"},
	OtherOrganization: {name: "other_organization"},
	OtherRole:         {name: "other_role"},
}

// Kinds returns every kind of fault.
func Kinds() []Kind {
	var all []Kind
	for kind := None + 1; kind.known(); kind++ {
		all = append(all, kind)
	}
	return all
}

func (k Kind) known() bool { return int(k) < len(kinds) }

// String returns the kind's name.
func (k Kind) String() string {
	if k.known() {
		return kinds[k].name
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name that [Kind.String] writes.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, kind := range kinds {
		if kind.name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown kind of fault %q", text)
}

// Before reports whether the fault keeps the call from taking effect.
func (k Kind) Before() bool { return k.known() && kinds[k].before }

// mute reports whether the answer tells nothing of the invitation, so that the invitation may also be made later.
func (k Kind) mute() bool { return k.known() && kinds[k].mute }
