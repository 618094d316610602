package main_test

import (
	"os"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
)

// TestFleetCampaign attacks a fleet of three workers for long, and its database with it: FLEET=200 make torture makes 200
// kills, 200 freezes and 10 crashes while a fleet works for 20 organizations with 20,000 people under a limit of 200 requests a
// second. With another number all of that is as much less, but for the number of organizations, which is four at least.
// Everybody is mailed once, and the results are those of one machine.
func TestFleetCampaign(t *testing.T) {
	if os.Getenv("FLEET") == "" {
		t.Skip("FLEET is not set: make torture runs it")
	}
	size := envInt(t, "FLEET", 0)
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	organizations := max(4, size/10)
	c := campaign{
		organizations: organizations, people: max(60, 100*size/organizations), rate: float64(size), service: attackedService(), slots: 8, slice: 5 * time.Second,
	}
	c.service.Seed, c.service.Latency, c.service.LatencyJitter = seed, 50*time.Millisecond, 250*time.Millisecond
	server := postgrestest.Start(t)
	c.wage(t, server.Address(t), &attack{seed: seed, kills: size, freezes: size, crashes: max(1, size/20), server: server})
}
