// Package promsession shows Prometheus the figures of the sessions that sessiongen
// generates.
//
//	sessions, err := NewSessions(config)
//	...
//	prometheus.MustRegister(promsession.NewCollector(sessions))
//	http.Handle("GET /metrics", promhttp.Handler())
//
// All figures are those of runtime.Stats, read at each scrape. No request does
// anything for them that it would not do otherwise. No label has the id of a
// session, a key or a value in it.
//
// Beside this package are alerts.yml, with rules for what needs somebody's attention,
// and dashboard.json, for Grafana.
package promsession

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sessiongen/sessiongen/runtime"
)

// Sessions is what sessiongen generates, such as *Sessions.
type Sessions interface{ Stats() runtime.Stats }

// NewCollector returns a collector of the figures of some sessions, such as those of
// visitors. Each manager of an app needs one. The label sessions tells them apart: it
// is their runtime.Config.Namespace, or the default of that. (A label of the name
// namespace would be in the way of the one that Prometheus gives what it scrapes in
// Kubernetes.) Sessions of one namespace in two stores can be registered by
// [prometheus.WrapRegistererWith], with a label of the app's own.
func NewCollector(sessions Sessions) prometheus.Collector {
	c := &collector{sessions: sessions}
	constant := prometheus.Labels{"sessions": sessions.Stats().Namespace}
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		desc := prometheus.NewDesc("sessiongen_"+name, help, labels, constant)
		c.all = append(c.all, desc)
		return desc
	}
	// The names are what users rely on. alerts.yml and dashboard.json have them, too.
	c.loads = describe("loads_total", "Sessions that were looked for because of a cookie.")
	c.hits = describe("hits_total", "Loads that have found a living session.")
	c.misses = describe("misses_total", "Loads that have found nothing (absent), or a session that has moved to a new id less than a minute ago (outdated).", "reason")
	c.created = describe("new_total", "Sessions that were stored for the first time.")
	c.renewed = describe("renewed_total", "Sessions that have moved to a new id, by Renew or Login.")
	c.ended = describe("ended_total", "Why visitors' sessions are over. All but destroyed count requests.", "reason")
	c.changed = describe("changed_total", "Values that another declaration has stored, and this one can't read.")
	c.failed = describe("failed_total", "Failures that no handler was told of, and loads that have failed.")
	c.conflicts = describe("conflicts_total", "Writes that another request of the session was ahead of. Mostly they are tried again.")
	c.errors = describe("errors_total", "Methods, and commits of the middleware, that have failed, by what their error wraps.", "error")
	c.duration = describe("store_call_duration_seconds", "How long calls of the store took.", "operation")
	c.unanswered = describe("store_calls_failed_total", "Calls that the store did not answer.", "operation")
	c.canceled = describe("store_calls_canceled_total", "Calls that ended early because their context was cancelled.", "operation")
	return c
}

type collector struct {
	sessions Sessions

	loads, hits, misses, created, renewed, ended, changed, failed, conflicts, errors,
	duration, unanswered, canceled *prometheus.Desc

	all []*prometheus.Desc
}

// Describe implements [prometheus.Collector].
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range c.all {
		to <- desc
	}
}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(to chan<- prometheus.Metric) {
	s := c.sessions.Stats()
	count := func(desc *prometheus.Desc, n uint64, labels ...string) {
		to <- prometheus.MustNewConstMetricWithCreatedTimestamp(desc, prometheus.CounterValue, float64(n), s.Since, labels...)
	}
	count(c.loads, s.Loads)
	count(c.hits, s.Hits)
	count(c.misses, s.Absent, "absent")
	count(c.misses, s.Outdated, "outdated")
	count(c.created, s.New)
	count(c.renewed, s.Renewed)
	for reason, n := range s.Ended {
		count(c.ended, n, string(reason))
	}
	count(c.changed, s.Changed)
	count(c.failed, s.Failed)
	count(c.conflicts, s.Conflicts)
	for kind, n := range s.Errors {
		count(c.errors, n, kind)
	}
	for op, calls := range s.Calls {
		h := calls.Latency
		to <- prometheus.MustNewConstHistogramWithCreatedTimestamp(c.duration, h.Count, h.Sum, cumulative(h), s.Since, string(op))
		count(c.unanswered, calls.Failed, string(op))
		count(c.canceled, calls.Canceled, string(op))
	}
}

// cumulative returns the number of calls that took each bound at most.
func cumulative(h runtime.Histogram) map[float64]uint64 {
	below, total := make(map[float64]uint64, len(h.Bounds)), uint64(0)
	for i, bound := range h.Bounds {
		total += h.Buckets[i]
		below[bound] = total
	}
	return below
}
