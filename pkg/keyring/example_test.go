package keyring_test

import (
	"context"
	"fmt"

	keyrings "github.com/zalando/go-keyring"

	"rollcall/pkg/keyring"
	"rollcall/pkg/secret"
)

func Example() {
	keyrings.MockInit() // in place of the keyring of whoever runs this
	ctx := context.Background()
	k := keyring.New(surroundings("darwin", nil))

	k.Remember(ctx, "https://api.example.com", secret.New("pat_0123456789"))
	token, err := k.Recall(ctx, "https://api.example.com")
	fmt.Println(token, token.Reveal(), err)

	cron := keyring.New(surroundings("linux", nil))
	_, err = cron.Recall(ctx, "https://api.example.com")
	fmt.Println(err)
	// Output:
	// [redacted] pat_0123456789 <nil>
	// there is no keyring outside a desktop session, as with ssh, cron or a container
}
