package batch_test

import (
	"testing"
	"testing/synctest"

	"rollcall/pkg/pace"
)

// BenchmarkPaceFigures prints what the pace makes of services whose limits nobody told it, as a table. Its time is virtual,
// so that it prints the same on every machine.
func BenchmarkPaceFigures(b *testing.B) {
	bucket := func(limit float64, rows int) lab { return lab{limit: limit, burst: 10, latency: 20 * ms, rows: rows} }
	one := func(limit float64, rows int) lab { return lab{limit: limit, burst: 1, latency: 20 * ms, rows: rows} }
	for _, c := range []struct {
		name string
		give lab
		// again measures a second run that begins with what the first one has learned.
		again bool
		// dip is to how many a second the limit falls for half a minute, after one.
		dip float64
	}{
		{name: "limit=10/rows=600", give: bucket(10, 600)},
		{name: "limit=60/rows=900", give: bucket(60, 900)},
		{name: "limit=60/rows=3600", give: bucket(60, 3600)},
		{name: "limit=200/rows=2000", give: bucket(200, 2000)},
		{name: "limit=1000/rows=20000", give: bucket(1000, 20_000)},
		{name: "limit=60/rows=900/remembered", give: bucket(60, 900), again: true},
		{name: "limit=1000/rows=20000/remembered", give: bucket(1000, 20_000), again: true},
		{name: "limit=60/rows=900/told", give: with(bucket(60, 900), func(l *lab) { l.headers = true })},
		{name: "limit=60/rows=900/no-retry-after", give: with(bucket(60, 900), func(l *lab) { l.silent = true })},
		{name: "limit=60/rows=900/answers=200ms", give: with(bucket(60, 900), func(l *lab) { l.latency = 200 * ms })},
		{name: "limit=60/rows=900/jitter=40ms", give: with(bucket(60, 900), func(l *lab) { l.jitter = 40 * ms })},
		{name: "limit=50/rows=900/asked=49", give: with(bucket(50, 900), func(l *lab) { l.pace = pace.Options{Rate: 49} })},
		{name: "limit=10/rows=600/one-token", give: one(10, 600)},
		{name: "limit=60/rows=900/one-token", give: one(60, 900)},
		{name: "limit=60/rows=3600/one-token", give: one(60, 3600)},
		{name: "limit=60/rows=3600/one-token/disk=5ms", give: with(one(60, 3600), func(l *lab) { l.disk = 5 * ms })},
		{name: "limit=60/rows=1800/becomes=30", give: with(bucket(60, 1800), func(l *lab) { l.changed = 30 })},
		{name: "limit=60/dip=20/s,30s", give: bucket(60, 0), dip: 20},
		{name: "limit=60/dip=1/s,30s", give: bucket(60, 0), dip: 1},
		{name: "limit=60/dip=0.2/s,30s", give: bucket(60, 0), dip: 0.2},
		{name: "limit=20/rows=400/gateway=503", give: with(bucket(20, 400), func(l *lab) { l.plain = true })},
		{name: "limit=20/rows=2400/gateway=503", give: with(bucket(20, 2400), func(l *lab) { l.plain = true })},
		{name: "limit=20/rows=400/gateway=503/one-token", give: with(one(20, 400), func(l *lab) { l.plain = true })},
		{name: "limit=20/rows=2400/gateway=503/one-token", give: with(one(20, 2400), func(l *lab) { l.plain = true })},
	} {
		b.Run(c.name, func(b *testing.B) {
			const began, long, most = 60, 30, 60
			if c.dip > 0 {
				c.give = c.give.dip(began, long, c.dip, most+10)
			}
			var m measured
			for b.Loop() {
				virtually(b, func(t *testing.T) {
					l := c.give
					if c.again {
						l.pace.Start = l.run(t).learned
					}
					m = l.run(t)
				})
			}
			switch {
			case c.dip > 0:
				b.ReportMetric(m.back(c.give, began+long, most), "s-to-recover")
			case c.give.changed > 0:
				b.ReportMetric(float64(m.late), "refused-after")
			case c.give.plain:
				b.ReportMetric(m.took.Seconds(), "s")
				b.ReportMetric(float64(m.calls), "requests")
				b.ReportMetric(float64(m.failed), "failed-rows")
			default:
				b.ReportMetric(100*m.share, "%/limit")
			}
			b.ReportMetric(1000*float64(m.refused)/float64(c.give.rows), "refused/1000")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// with returns the lab with a change.
func with(l lab, change func(*lab)) lab {
	change(&l)
	return l
}

// virtually runs work on virtual time, which only tests have.
func virtually(b *testing.B, work func(t *testing.T)) {
	b.Helper()
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) { synctest.Test(t, work) }}}) {
		b.Fatal("see above")
	}
}
