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
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sessiongen/sessiongen/runtime"
)

// Sessions is what sessiongen generates, such as *Sessions.
type Sessions interface{ Stats() runtime.Stats }

// NewCollector returns a collector of the figures of some sessions. The label
// sessions tells them apart: it is their runtime.Config.Namespace, or the default of
// that. (A label of the name namespace would be in the way of the one that Prometheus
// gives what it scrapes in Kubernetes.) Sessions of one namespace in two stores need
// a collector each, registered by [prometheus.WrapRegistererWith], with a label of
// the app's own.
func NewCollector(all ...Sessions) prometheus.Collector { return collector(all) }

type collector []Sessions

// The names are part of what users rely on: alerts.yml and dashboard.json have
// them, too.
var (
	loads      = newDesc("loads_total", "Sessions that were looked for because of a cookie.")
	hits       = newDesc("hits_total", "Loads that have found a living session.")
	misses     = newDesc("misses_total", "Loads that have found nothing (absent), or a session that has moved to a new id less than a minute ago (outdated).", "reason")
	created    = newDesc("new_total", "Sessions that were stored for the first time.")
	renewed    = newDesc("renewed_total", "Sessions that have moved to a new id, by Renew or Login.")
	ended      = newDesc("ended_total", "Why visitors' sessions are over. All but destroyed count requests.", "reason")
	changed    = newDesc("changed_total", "Values that another declaration has stored, and this one can't read.")
	failed     = newDesc("failed_total", "Failures that no handler was told of, and loads that have failed.")
	conflicts  = newDesc("conflicts_total", "Writes that another request of the session was ahead of. Mostly they are tried again.")
	errors     = newDesc("errors_total", "Methods, and commits of the middleware, that have failed, by what their error wraps.", "error")
	duration   = newDesc("store_call_duration_seconds", "How long calls of the store took.", "operation")
	unanswered = newDesc("store_calls_failed_total", "Calls that the store did not answer.", "operation")
	canceled   = newDesc("store_calls_canceled_total", "Calls that ended early because their context was cancelled.", "operation")
)

var descs = []*prometheus.Desc{
	loads, hits, misses, created, renewed, ended, changed, failed, conflicts, errors, duration, unanswered, canceled,
}

func newDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("sessiongen_"+name, help, append([]string{"sessions"}, labels...), nil)
}

// Describe implements [prometheus.Collector].
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range descs {
		to <- desc
	}
}

// Collect implements [prometheus.Collector].
func (c collector) Collect(to chan<- prometheus.Metric) {
	for _, sessions := range c {
		s := sessions.Stats()
		count := func(desc *prometheus.Desc, n uint64, labels ...string) {
			to <- prometheus.MustNewConstMetricWithCreatedTimestamp(desc, prometheus.CounterValue, float64(n), s.Since, append([]string{s.Namespace}, labels...)...)
		}
		count(loads, s.Loads)
		count(hits, s.Hits)
		count(misses, s.Absent, "absent")
		count(misses, s.Outdated, "outdated")
		count(created, s.New)
		count(renewed, s.Renewed)
		for reason, n := range s.Ended {
			count(ended, n, string(reason))
		}
		count(changed, s.Changed)
		count(failed, s.Failed)
		count(conflicts, s.Conflicts)
		for kind, n := range s.Errors {
			count(errors, n, kind)
		}
		for op, calls := range s.Calls {
			to <- histogram(calls.Latency, s.Since, s.Namespace, string(op))
			count(unanswered, calls.Failed, string(op))
			count(canceled, calls.Canceled, string(op))
		}
	}
}

// histogram returns the metric of a histogram, whose buckets count all calls up to
// their bounds.
func histogram(h runtime.Histogram, since time.Time, labels ...string) prometheus.Metric {
	below, total := make(map[float64]uint64, len(h.Bounds)), uint64(0)
	for i, bound := range h.Bounds {
		total += h.Buckets[i]
		below[bound] = total
	}
	return prometheus.MustNewConstHistogramWithCreatedTimestamp(duration, h.Count, h.Sum, below, since, labels...)
}
