// Package config finds out which service to talk to and with which credentials, as the vendor's own command line
// does: an option, else an environment variable, else the vendor's login, else its config file, else the default.
//
//	settings, err := config.Resolve(config.Options{
//		Getenv: os.Getenv, Login: config.Login(home), Files: config.Files(home), Stdin: os.Stdin,
//	})
//
// The environment, the files and standard input are the caller's to give, so nothing is read that was not given. A
// file in the working directory is never among them: whoever plants one there could send the credentials elsewhere.
// The package makes no connection and prints nothing; what a person should know is in [Settings.Warnings].
package config

import (
	"fmt"
	"io"
	"strings"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
)

// The vendor's environment variables.
const (
	regionVariable       = "CYBEDEFEND_REGION"
	apiURLVariable       = "CYBEDEFEND_API_URL"
	authEndpointVariable = "CYBEDEFEND_AUTH_ENDPOINT"
	accessTokenVariable  = "CYBEDEFEND_ACCESS_TOKEN"
	patVariable          = "CYBEDEFEND_PAT"
	// apiKeyVariable held what the service does not take any more.
	apiKeyVariable = "CYBEDEFEND_API_KEY"
)

// The names of the options.
const (
	optionRegion       = "region"
	optionAPIURL       = "api-url"
	optionAuthEndpoint = "auth-endpoint"
	optionPATFile      = "pat-file"
)

// Options are what settings are found in. The zero value has none, so that the defaults are left.
type Options struct {
	// Region, APIURL, AuthEndpoint and PATFile are the values of the options, empty where one is not given. PATFile names
	// a file, or standard input if it is "-".
	Region, APIURL, AuthEndpoint, PATFile string
	// Typed is a token that a person has typed in. It comes before every other one.
	Typed secret.Text
	// Remembered returns the token that a keyring has for the service at an address, empty if it has none. It is asked only
	// where no other credentials are found. Nil: nobody is asked.
	Remembered func(apiURL string) (secret.Text, error)
	// Getenv returns an environment variable; nil means that there is none.
	Getenv func(name string) string
	// Login is the file of the vendor's login, empty for none; see [Login]. It counts only where no option and no variable
	// has credentials, and then it counts alone: its token belongs to the service that it names.
	Login string
	// Files are the vendor's config files. Only the first one that exists counts; see [Files].
	Files []string
	// Stdin is read to its end if PATFile is "-", and not touched otherwise.
	Stdin io.Reader
	// Now tells the time by which an access token has expired; nil stands for [time.Now].
	Now func() time.Time
	// Render shows the options in sources, errors and warnings. Nil shows them in words.
	Render remedy.Renderer
}

// Settings say which service to talk to and with which credentials.
type Settings struct {
	// Region is "us" or "eu", empty for a service that is hosted elsewhere.
	Region Value
	// APIURL is where the API is, without a slash at its end.
	APIURL Value
	// AuthEndpoint is where a personal access token is exchanged. It may be empty if the credentials are an access
	// token.
	AuthEndpoint Value
	// Credentials are never empty.
	Credentials Credentials
	// Warnings are sentences about settings that work and yet are unlikely to be what somebody wants.
	Warnings []string
}

// Value is a setting and where it comes from.
type Value struct {
	Text string
	// Source names an option, a variable, a file with its key, or what the value follows from; it is for people.
	Source string
}

// Resolve finds the settings. An address beats the region, wherever either comes from: one that belongs to a region
// stands for that region, any other needs its own authentication endpoint unless the credentials are an access token.
//
// Errors are an [*Error]; without any credentials it holds [ErrNoCredentials].
func Resolve(options Options) (Settings, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	r := resolver{options: options}
	var err error
	if r.file, err = r.chooseFile(); err != nil {
		return Settings{}, err
	}
	region, err := r.service()
	if err != nil {
		return Settings{}, err
	}
	if r.settings.Credentials, err = r.credentials(); err != nil {
		return Settings{}, err
	}
	if err := r.authEndpoint(region); err != nil {
		return Settings{}, err
	}
	return r.settings, nil
}

// WithoutCredentials returns an environment that has no credentials, and is the same otherwise.
func WithoutCredentials(getenv func(string) string) func(string) string {
	return func(name string) string {
		if name == accessTokenVariable || name == patVariable {
			return ""
		}
		return getenv(name)
	}
}

// chooseFile returns the file that counts: that of the vendor's login if its credentials are needed and there, else the
// first config file.
func (r *resolver) chooseFile() (file, error) {
	if r.options.Login != "" && r.options.Typed.Empty() && r.getenv(accessTokenVariable) == "" && r.options.PATFile == "" && r.getenv(patVariable) == "" {
		login, err := readFirst([]string{r.options.Login})
		if err != nil || !login.PAT.Empty() {
			return login, err
		}
	}
	return readFirst(r.options.Files)
}

type resolver struct {
	options  Options
	file     file
	settings Settings
}

// service settles where the API is and returns its region, which has no name if it is none of the vendor's.
func (r *resolver) service() (cybedefend.Region, error) {
	wish, wishRank := r.pick(optionRegion, r.options.Region, regionVariable, "region", r.file.Region)
	region, err := regionNamed(wish)
	if err != nil {
		return cybedefend.Region{}, err
	}
	api, apiRank := r.pick(optionAPIURL, r.options.APIURL, apiURLVariable, "api_url", r.file.APIURL)
	if api.Text == "" {
		r.settings.Region = Value{region.Name, wish.Source}
		r.settings.APIURL = Value{region.BaseURL, "region " + region.Name}
		return region, nil
	}
	if api.Text, err = parseBase(api.Text); err != nil {
		return cybedefend.Region{}, &Error{Source: api.Source, Err: err}
	}
	r.settings.APIURL = api
	r.warnOfDashboard(api)
	home := regionWhere(func(region cybedefend.Region) bool { return region.BaseURL == api.Text })
	if home.Name != "" {
		r.settings.Region = Value{home.Name, api.Source}
	}
	if wishRank < apiRank && home.Name != region.Name {
		r.warn("%s has no effect: %s says %s", wish.Source, api.Source, api.Text)
	}
	return home, nil
}

// warnOfDashboard warns of the address at which people look at the service: once the API answered there.
func (r *resolver) warnOfDashboard(api Value) {
	for _, region := range cybedefend.Regions() {
		if api.Text == dashboard(region) {
			r.warn("%s: %s is the dashboard; the API of region %s is at %s", api.Source, api.Text, region.Name, region.BaseURL)
		}
	}
}

// dashboard returns where people look at a region of the service, and make personal access tokens.
func dashboard(region cybedefend.Region) string { return "https://" + region.Name + ".cybedefend.com" }

// parseBase returns an address that may be sent credentials, without the slash at its end.
func parseBase(text string) (string, error) {
	base, err := address.ParseBase(text)
	if err != nil {
		return "", err
	}
	return base.String(), nil
}

// authEndpoint settles where a personal access token is exchanged by a service in region. It never goes to another
// region than the one it is for.
func (r *resolver) authEndpoint(region cybedefend.Region) error {
	endpoint, _ := r.pick(optionAuthEndpoint, r.options.AuthEndpoint, authEndpointVariable, "auth_endpoint", r.file.AuthEndpoint)
	needed := !r.settings.Credentials.PAT.Empty()
	if endpoint.Text == "" {
		if region.Name != "" {
			r.settings.AuthEndpoint = Value{region.AuthEndpoint, "region " + region.Name}
			return nil
		}
		if needed {
			return &Error{
				Source: r.settings.APIURL.Source,
				Err:    fmt.Errorf("%s is none of the vendor's regions and has no authentication endpoint", r.settings.APIURL.Text),
				Hint: remedy.Words("set both together: ").Use(optionAPIURL, "").Words(" and ").Use(optionAuthEndpoint, "").
					Words(", or " + apiURLVariable + " and " + authEndpointVariable + "; the regions are " + regionList()),
			}
		}
		return nil
	}
	var err error
	if endpoint.Text, err = parseBase(endpoint.Text); err != nil {
		return &Error{Source: endpoint.Source, Err: err}
	}
	r.settings.AuthEndpoint = endpoint
	of := regionWhere(func(region cybedefend.Region) bool { return region.AuthEndpoint == endpoint.Text })
	if needed && of.Name != "" && region.Name != "" && of.Name != region.Name {
		return &Error{
			Source: endpoint.Source,
			Err:    fmt.Errorf("%s belongs to region %s, but %s is in region %s", endpoint.Text, of.Name, r.settings.APIURL.Text, region.Name),
			Hint:   remedy.Words("leave the authentication endpoint out: it follows from the region"),
		}
	}
	return nil
}

// pick returns the first value there is, that of the option, of the variable or of the key in the vendor's file, and its
// rank in that order.
func (r *resolver) pick(option, given, variable, key, filed string) (value Value, rank int) {
	candidates := []Value{
		{strings.TrimSpace(given), r.option(option, "")},
		{r.getenv(variable), variable},
		{strings.TrimSpace(filed), r.file.path + ": " + key},
	}
	for rank, candidate := range candidates {
		if candidate.Text != "" {
			return candidate, rank
		}
	}
	return Value{Source: "default"}, len(candidates)
}

// getenv returns a variable without the white space that shells and service files leave around it.
func (r *resolver) getenv(name string) string {
	if r.options.Getenv == nil {
		return ""
	}
	return strings.TrimSpace(r.options.Getenv(name))
}

// option returns an option as the caller shows it.
func (r *resolver) option(name, value string) string {
	return r.options.Render.Text(remedy.Remedy{Option: name, Value: value})
}

func (r *resolver) warn(format string, args ...any) {
	r.settings.Warnings = append(r.settings.Warnings, fmt.Sprintf(format, args...))
}

// regionNamed returns the region that somebody wishes, the default one for no wish.
func regionNamed(wish Value) (cybedefend.Region, error) {
	if wish.Text == "" {
		return cybedefend.Regions()[0], nil
	}
	region := regionWhere(func(region cybedefend.Region) bool { return strings.EqualFold(region.Name, wish.Text) })
	if region.Name == "" {
		return region, &Error{
			Source: wish.Source,
			Err:    fmt.Errorf("unknown region %q (%s)", wish.Text, strings.Join(regionNames(), " or ")),
		}
	}
	return region, nil
}

// regionWhere returns the region that is meant, or one without a name.
func regionWhere(meant func(cybedefend.Region) bool) cybedefend.Region {
	for _, region := range cybedefend.Regions() {
		if meant(region) {
			return region
		}
	}
	return cybedefend.Region{}
}

func regionNames() []string {
	var names []string
	for _, region := range cybedefend.Regions() {
		names = append(names, region.Name)
	}
	return names
}

func regionList() string {
	var list []string
	for _, region := range cybedefend.Regions() {
		list = append(list, fmt.Sprintf("%s (%s)", region.Name, region.BaseURL))
	}
	return strings.Join(list, " and ")
}
