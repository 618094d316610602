package onboard_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
)

const organization = sandbox.DefaultOrganizationID

// TestDistinctAsksOnlyWhereItMust compares works of which ids, names or ledgers differ: nobody has to be asked.
func TestDistinctAsksOnlyWhereItMust(t *testing.T) {
	folder := t.TempDir()
	work := func(organization, ledger string) onboard.Options {
		var o onboard.Options
		o.OrganizationID, o.Ledger = organization, ledger
		o.Dial = func(context.Context) (onboard.Endpoint, error) {
			t.Errorf("%s: the service was looked for", organization)
			return onboard.Endpoint{}, errors.New("there is none")
		}
		return o
	}
	const other = "9d3e5a1b-0000-4000-8000-0123456789ab"
	for _, works := range [][]onboard.Options{
		nil,
		{work("Acme", "")},
		{work(organization, ""), work(other, "")},
		{work("Acme", ""), work("Acme APAC", "")},
		{work("Acme", filepath.Join(folder, "a.db")), work("Acme", filepath.Join(folder, "b.db"))},
	} {
		if err := onboard.Distinct(t.Context(), works); err != nil {
			t.Error(err)
		}
	}
}

func TestDistinct(t *testing.T) {
	service, err := sandbox.Start(t.Context(), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	folder := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "real"), 0o700), os.Symlink("real", filepath.Join(folder, "link"))); err != nil {
		t.Fatal(err)
	}
	work := func(organization, ledger string) onboard.Options {
		var o onboard.Options
		o.Roster, o.OrganizationID = "a.csv", organization
		if ledger != "" {
			o.Ledger = filepath.Join(folder, ledger)
		}
		o.LedgerOf = func(id string) (string, error) { return filepath.Join(folder, "real", id+".db"), nil }
		o.Dial = onboard.At(service.URL(), cybedefend.AccessToken(service.AccessToken()))
		return o
	}
	ephemeral := work("", "")
	ephemeral.Dial = func(context.Context) (onboard.Endpoint, error) {
		return onboard.Endpoint{URL: service.URL(), Ephemeral: true}, nil
	}
	const upper = "3C90C3CC-0D44-4B50-8888-8DD25736052A"
	for _, tt := range []struct {
		name string
		give []onboard.Options
		want *onboard.TwinsError
	}{
		{"the same words", []onboard.Options{work("Acme", ""), work("Acme", "")}, &onboard.TwinsError{Second: 1}},
		{"the only one", []onboard.Options{work("", ""), work("", "")}, &onboard.TwinsError{Second: 1}},
		{"in upper case", []onboard.Options{work(organization, ""), work(upper, "")}, &onboard.TwinsError{Second: 1}},
		{"an id and a name", []onboard.Options{work(organization, ""), work("Acme", "")}, &onboard.TwinsError{Second: 1, OrganizationID: organization}},
		{"a name and none", []onboard.Options{work("Acme", ""), work("", "")}, &onboard.TwinsError{Second: 1, OrganizationID: organization}},
		{
			"the third",
			[]onboard.Options{work("Acme", "x.db"), work(organization, ""), work("", "")},
			&onboard.TwinsError{First: 1, Second: 2, OrganizationID: organization},
		},
		{"a ledger that is not there yet, by a link", []onboard.Options{work("Acme", "real/l.db"), work("Acme", "link/l.db")}, &onboard.TwinsError{Second: 1}},
		{"the organization's own ledger", []onboard.Options{work("Acme", "link/"+organization+".db"), work("Acme", "")}, &onboard.TwinsError{Second: 1}},
		{"a ledger beside the organization's own", []onboard.Options{work("Acme", "other.db"), work("Acme", "")}, nil},
		{"an organization that is not there", []onboard.Options{work(organization, ""), work("Nobody", "")}, nil},
		{"a service of its own each", []onboard.Options{ephemeral, ephemeral}, nil},
	} {
		err := onboard.Distinct(t.Context(), tt.give)
		twins, _ := errors.AsType[*onboard.TwinsError](err)
		if (err != nil) != (tt.want != nil) || tt.want != nil && (twins == nil || *twins != *tt.want) {
			t.Errorf("%s: %v (%+v), want %+v", tt.name, err, twins, tt.want)
		}
	}
}
