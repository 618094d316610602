package config_test

import (
	"fmt"

	"rollcall/pkg/config"
)

// An option beats the environment, which beats the files. Every setting says where it comes from.
func Example() {
	environment := map[string]string{"CYBEDEFEND_PAT": "pat_0123456789", "CYBEDEFEND_REGION": "us"}
	settings, err := config.Resolve(config.Options{
		Region: "eu",
		Getenv: func(name string) string { return environment[name] },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(settings.APIURL.Text, "by", settings.Region.Source)
	fmt.Println(settings.Credentials.PAT, "from", settings.Credentials.Source)
	// Output:
	// https://api-eu.cybedefend.com by region
	// [redacted] from CYBEDEFEND_PAT
}
