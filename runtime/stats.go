package runtime

import "time"

// Stats is what a manager has counted since it was made, in this process. All counts
// only grow. Each is right by itself, but they are not of one instant: while requests
// are served, Hits may be ahead of what Loads shows. They hold no id, secret or
// value, and their JSON is fit for package expvar.
type Stats struct {
	// Namespace is that of the Config, or its default: it tells the managers of an
	// app apart.
	Namespace string `json:"namespace"`

	// Since is when the manager was made.
	Since time.Time `json:"since"`

	// Loads counts the sessions that were looked for because of a cookie that has the
	// form of ours: one for each request whose handler calls From, and one for each
	// Open. Hits are those that were found living.
	Loads uint64 `json:"loads"`
	Hits  uint64 `json:"hits"`

	// Absent counts the loads that found nothing: the session has expired and was
	// forgotten, was destroyed, or the store has lost it, as memcached does when it
	// restarts. Outdated counts those whose cookie a renewal has replaced less than a
	// minute before. A load that is none of Hits, Absent and Outdated is in Ended, or
	// has failed.
	Absent   uint64 `json:"absent"`
	Outdated uint64 `json:"outdated"`

	// New counts the sessions that were stored for the first time, Renewed those that
	// Renew, or Login, has moved to a new id: [EventCreated] and [EventRenewed].
	New     uint64 `json:"new"`
	Renewed uint64 `json:"renewed"`

	// Ended counts by the reason for which a visitor's session is over: one of
	// [EventDestroyed], [EventExpired], [EventEnded], [EventRefused],
	// [EventAmbiguous] and [EventLost]. Each has an entry. For all but
	// EventDestroyed, it is requests that are counted: one that brings the cookie
	// again counts again.
	Ended map[EventKind]uint64 `json:"ended"`

	// Changed and Failed count [EventChanged] and [EventFailed].
	Changed uint64 `json:"changed"`
	Failed  uint64 `json:"failed"`

	// Conflicts counts the adds and swaps that were lost to another request of the
	// session or of its account: each item that the store has answered with
	// [ErrExists]. Mostly they are tried again; those that were given up are among the
	// Errors.
	Conflicts uint64 `json:"conflicts"`

	// RoundTrips is the number of calls of the store, of all operations together.
	// With [Memcache], each is one round trip to one server, unless a read is repeated
	// because the server has closed a connection. Calls that go side by side count
	// each.
	RoundTrips uint64 `json:"round_trips"`

	// Errors counts the methods that have failed, and the commits of the Middleware,
	// by what their error wraps: "unavailable", "ended", "conflict", "too_large",
	// "headers_sent" and "no_middleware" are [ErrUnavailable] and so on; "canceled" is
	// [context.Canceled], which means mostly that the client went away; all else is
	// "other". Each has an entry. An error that the function of an Update returns is not
	// counted.
	Errors map[string]uint64 `json:"errors"`

	// Calls has the calls of the store by operation. Each has an entry.
	Calls map[Op]CallStats `json:"calls"`
}

// CallStats is what was counted of the calls of one operation.
type CallStats struct {
	// Failed counts the calls that the store did not answer, for all of their keys:
	// those with another error than [ErrExists], [ErrNotFound] and [ErrTooLarge]. But
	// those that ended because their context was cancelled are in Canceled.
	Failed   uint64 `json:"failed"`
	Canceled uint64 `json:"canceled"`

	// Latency is how long all calls took, those included that failed.
	Latency Histogram `json:"latency"`
}

// Stats returns what was counted since the manager was made. It takes some
// microseconds, and no request waits for it.
func (m *Manager[S]) Stats() Stats { return m.engine.stats() }

func (e *engine) stats() Stats {
	s := Stats{
		Namespace: e.config.Namespace,
		Since:     e.store.began,
		Hits:      e.counts.hits.Load(), // before Loads, which must not be behind
		Absent:    e.counts.absent.Load(),
		Outdated:  e.counts.outdated.Load(),
		New:       e.counts.event(EventCreated).Load(),
		Renewed:   e.counts.event(EventRenewed).Load(),
		Ended:     make(map[EventKind]uint64, len(endings)),
		Changed:   e.counts.event(EventChanged).Load(),
		Failed:    e.counts.event(EventFailed).Load(),
		Conflicts: e.store.conflicts.Load(),
		Errors:    make(map[string]uint64, len(errorKinds)),
		Calls:     make(map[Op]CallStats, len(ops)),
	}
	for _, kind := range endings {
		s.Ended[kind] = e.counts.event(kind).Load()
	}
	s.Loads = e.counts.loads.Load()
	for i := range errorKinds {
		s.Errors[errorKinds[i].name] = e.counts.errors[i].Load()
	}
	for i, name := range ops {
		c := &e.store.counts[i]
		stats := CallStats{Failed: c.failed.Load(), Canceled: c.canceled.Load(), Latency: c.latency.histogram()}
		s.Calls[name] = stats
		s.RoundTrips += stats.Latency.Count
	}
	return s
}
