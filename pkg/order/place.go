package order

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/secret"
)

// Place says where the service is and what to call it with. Commands that call it share the flags for it.
type Place struct {
	Region       string `yaml:"region"`
	APIURL       string `yaml:"api-url"`
	AuthEndpoint string `yaml:"auth-endpoint"`
	PATFile      string `yaml:"pat-file"`
	Sandbox      bool   `yaml:"sandbox"`

	// Typed is what a person has typed in for it, and InPage says that this was in a page: so that no flag is named.
	Typed  secret.Text `yaml:"-"`
	InPage bool        `yaml:"-"`
	// Alone says that the service is called with what is in PATFile and nothing else.
	Alone bool `yaml:"-"`
}

// ServiceFlags adds the flags that say which service and which organization are meant. Commands that call the service share them.
func ServiceFlags(cmd *cobra.Command, s *onboard.Service, p *Place) {
	flags := cmd.Flags()
	flags.StringVar(&s.OrganizationID, "organization-id", "", "`ID` or exact name of the organization (default: CYBEDEFEND_ORGANIZATION_ID, else the caller's only one)")
	AddressFlags(cmd, p)
	flags.StringVar(&p.PATFile, "pat-file", "", "read the personal access token from `FILE`, - being standard input. CYBEDEFEND_ACCESS_TOKEN comes before it; CYBEDEFEND_PAT, the vendor's login and its config file come after it")
	flags.DurationVar(&s.Timeout, "timeout", cybedefend.DefaultTimeout, "time for one request: giving up early loses the reply, not the invitation")
	flags.BoolVar(&p.Sandbox, "sandbox", false, "use a service inside this process, which mails nobody; results go to NAME.sandbox.results.csv, and runs to a ledger of their own")
}

// AddressFlags adds the flags that say where the service is.
func AddressFlags(cmd *cobra.Command, p *Place) {
	flags := cmd.Flags()
	flags.StringVar(&p.Region, "region", "", "`REGION` of the service: us or eu (default: CYBEDEFEND_REGION, the vendor's config file, us)")
	flags.StringVar(&p.APIURL, "api-url", "", "`URL` of the service, stronger than the region (default: CYBEDEFEND_API_URL, the vendor's config file)")
	flags.StringVar(&p.AuthEndpoint, "auth-endpoint", "", "`URL` of the identity provider (default: CYBEDEFEND_AUTH_ENDPOINT, the vendor's config file)")
}
