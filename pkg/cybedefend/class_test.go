package cybedefend

import (
	"errors"
	"fmt"
	"testing"
)

func TestClassify(t *testing.T) {
	reply := func(status int) facts { return facts{taken: true, status: status} }
	foreign := func(status int) facts { return facts{taken: true, status: status, foreign: true} }
	tests := []struct {
		name string
		give facts
		want Class
		// read is the class of the same reply to a read.
		read Class
	}{
		{"no connection", facts{}, NotProcessed, NotProcessed},
		{"taken, no reply", facts{taken: true}, Lost, NotProcessed},
		{"101", reply(101), Lost, NotProcessed},
		{"200 whole", facts{taken: true, status: 200, understood: true}, Done, Done},
		{"201 whole", facts{taken: true, status: 201, understood: true}, Done, Done},
		{"204 whole", facts{taken: true, status: 204, understood: true}, Done, Done},
		{"201 cut or not JSON", reply(201), Confirmed, NotProcessed},
		{"202 that is JSON of another shape", facts{taken: true, status: 202, wholeJSON: true}, Confirmed, FinalNo},
		{"200 with a page", foreign(200), Confirmed, Foreign},
		{"299", reply(299), Confirmed, NotProcessed},
		{"302", foreign(302), Foreign, Foreign},
		{"400", reply(400), FinalNo, FinalNo},
		{"400 with a page", foreign(400), Foreign, Foreign},
		{"401", reply(401), FinalNo, FinalNo},
		{"401 renewable", facts{taken: true, status: 401, renewable: true}, NotProcessed, NotProcessed},
		{"401 with a page", foreign(401), Foreign, Foreign},
		{"403", reply(403), FinalNo, FinalNo},
		{"403 with Retry-After", facts{taken: true, status: 403, retryAfter: true}, NotProcessed, NotProcessed},
		{"403 challenge", foreign(403), Foreign, Foreign},
		{"404", reply(404), FinalNo, FinalNo},
		{"405", reply(405), FinalNo, FinalNo},
		{"407", foreign(407), Foreign, Foreign},
		{"408", reply(408), Lost, NotProcessed},
		{"409", reply(409), FinalNo, FinalNo},
		{"409 with Retry-After", facts{taken: true, status: 409, retryAfter: true}, FinalNo, FinalNo},
		{"410", reply(410), FinalNo, FinalNo},
		{"413", reply(413), FinalNo, FinalNo},
		{"415", reply(415), FinalNo, FinalNo},
		{"418", reply(418), FinalNo, FinalNo},
		{"422", reply(422), FinalNo, FinalNo},
		{"425", reply(425), NotProcessed, NotProcessed},
		{"429", reply(429), NotProcessed, NotProcessed},
		{"500", reply(500), Lost, NotProcessed},
		{"500 with Retry-After", facts{taken: true, status: 500, retryAfter: true}, Lost, NotProcessed},
		{"502", reply(502), Lost, NotProcessed},
		{"503", reply(503), Lost, NotProcessed},
		{"503 with Retry-After", facts{taken: true, status: 503, retryAfter: true}, NotProcessed, NotProcessed},
		{"503 challenge", foreign(503), Foreign, Foreign},
		{"504", reply(504), Lost, NotProcessed},
		{"599", reply(599), Lost, NotProcessed},
		{"999", reply(999), Lost, NotProcessed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := classify(test.give); got != test.want {
				t.Errorf("classify = %v, want %v", got, test.want)
			}
			test.give.read = true
			if got := classify(test.give); got != test.read {
				t.Errorf("classify as a read = %v, want %v", got, test.read)
			}
		})
	}
}

func TestClassOf(t *testing.T) {
	tests := []struct {
		give error
		want Class
	}{
		{nil, Done},
		{&Error{Class: FinalNo}, FinalNo},
		{fmt.Errorf("row 3: %w", &Error{Class: NotProcessed}), NotProcessed},
		{errors.New("who knows"), Lost},
	}
	for _, test := range tests {
		if got := ClassOf(test.give); got != test.want {
			t.Errorf("ClassOf(%v) = %v, want %v", test.give, got, test.want)
		}
	}
}

func TestClassString(t *testing.T) {
	for class, want := range map[Class]string{
		0: "unset", Done: "done", FinalNo: "final_no", NotProcessed: "not_processed", Lost: "lost",
		Confirmed: "confirmed", Foreign: "foreign", 9: "class(9)",
	} {
		if got := class.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}
