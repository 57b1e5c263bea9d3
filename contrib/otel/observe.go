package otelsession

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/sessiongen/sessiongen/runtime"
)

// Sessions is what sessiongen generates, such as *Sessions.
type Sessions interface{ Stats() runtime.Stats }

// Observe adds the figures of some sessions, which are read whenever metrics are
// collected: the counters sessiongen.loads, sessiongen.hits, sessiongen.misses,
// sessiongen.new, sessiongen.renewed, sessiongen.ended, sessiongen.changed,
// sessiongen.failed, sessiongen.conflicts and sessiongen.errors. They mean what
// runtime.Stats says. The attribute sessiongen.namespace tells several sessions
// apart, sessiongen.reason why a session was not found or is over, error.type what
// has failed.
//
// Unregister of what it returns takes the figures away again. It fails if the meter
// does.
func Observe(sessions Sessions, opts ...Option) (metric.Registration, error) {
	meter := read(opts).meters.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL))
	var counters []metric.Observable
	var failed error
	counter := func(name, unit, description string) metric.Int64ObservableCounter {
		c, err := meter.Int64ObservableCounter("sessiongen."+name, metric.WithUnit(unit), metric.WithDescription(description))
		if err != nil {
			failed = err
		}
		counters = append(counters, c)
		return c
	}
	var (
		loads     = counter("loads", "{load}", "Sessions that were looked for because of a cookie.")
		hits      = counter("hits", "{load}", "Loads that have found a living session.")
		misses    = counter("misses", "{load}", "Loads that have found nothing, or a session that has moved to a new id less than a minute ago.")
		created   = counter("new", "{session}", "Sessions that were stored for the first time.")
		renewed   = counter("renewed", "{session}", "Sessions that have moved to a new id.")
		ended     = counter("ended", "{session}", "Why visitors' sessions are over.")
		changed   = counter("changed", "{value}", "Values that another declaration has stored, and this one can't read.")
		missed    = counter("failed", "{failure}", "Failures that no handler was told of, and loads that have failed.")
		conflicts = counter("conflicts", "{write}", "Writes that another request of the session was ahead of.")
		errors    = counter("errors", "{error}", "Methods, and commits of the middleware, that have failed.")
	)
	if failed != nil {
		return nil, failed
	}
	return meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		s := sessions.Stats()
		namespace := attribute.String("sessiongen.namespace", s.Namespace)
		observe := func(c metric.Int64ObservableCounter, n uint64, more ...attribute.KeyValue) {
			o.ObserveInt64(c, int64(n), metric.WithAttributes(append(more, namespace)...))
		}
		reason := attribute.Key("sessiongen.reason").String
		observe(loads, s.Loads)
		observe(hits, s.Hits)
		observe(misses, s.Absent, reason("absent"))
		observe(misses, s.Outdated, reason("outdated"))
		observe(created, s.New)
		observe(renewed, s.Renewed)
		for why, n := range s.Ended {
			observe(ended, n, reason(string(why)))
		}
		observe(changed, s.Changed)
		observe(missed, s.Failed)
		observe(conflicts, s.Conflicts)
		for kind, n := range s.Errors {
			observe(errors, n, semconv.ErrorTypeKey.String(kind))
		}
		return nil
	}, counters...)
}
