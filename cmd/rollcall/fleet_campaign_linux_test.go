package main_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
)

// TestFleetCampaign attacks a fleet of three workers for long, and its database with it: FLEET=200 make torture makes 200
// kills, 200 freezes and 10 crashes while 20,000 people are invited to 20 organizations. Everybody is mailed once.
func TestFleetCampaign(t *testing.T) {
	if os.Getenv("FLEET") == "" {
		t.Skip("FLEET is not set: make torture runs it")
	}
	attacks := envInt(t, "FLEET", 0)
	seed := uint64(envInt(t, "SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("SEED=%d", seed)
	organizations, crashes := max(3, attacks/10), max(1, attacks/20)
	people := attacks * 100 / organizations
	options := attackedService()
	options.Seed, options.Organizations, options.Faults = seed, organizations, attackedFaults()
	options.Latency, options.LatencyJitter = 100*time.Millisecond, 400*time.Millisecond
	server := postgrestest.Start(t)
	l := newFleetLab(t, build(t), server.Address(t), options, nil)
	l.slots, l.slice = 8, 5*time.Second
	a := &attack{
		l: l, seed: seed, kills: int32(attacks), freezes: int32(attacks), pause: 6 * time.Second,
		server: server, crashes: int32(crashes),
	}
	var ids []int64
	for n, organization := range l.service.Organizations() {
		ids = append(ids, l.submit(organization.ID, l.roster(n, people), "--rate", fmt.Sprintf("%d/m", 1200/organizations), "--grace", "50ms", "--timeout", "2s"))
	}
	began := time.Now()
	a.run(3)
	took := time.Since(began)
	outcomes := map[string]int{}
	for _, id := range ids {
		_, results := l.job(id)
		for _, outcome := range results {
			outcomes[outcome]++
		}
	}
	mailed, twice := 0, 0
	for _, mails := range l.service.Mails() {
		mailed++
		twice += min(mails-1, 1)
	}
	t.Logf("%d organizations, %d people, 3 workers, %s: %s; %d mailed, %d mailed twice, %d lost; %v", organizations, organizations*people,
		took.Round(time.Second), a, mailed, twice, organizations*(people+3)-sum(outcomes), outcomes)
	if unknown := outcomes["unknown"]; outcomes["invited"]+unknown != organizations*people {
		t.Errorf("of %d people %v", organizations*people, outcomes)
	}
	l.checkMails(organizations * people)
}

// sum returns the sum of counts.
func sum(counts map[string]int) (all int) {
	for _, n := range counts {
		all += n
	}
	return all
}
