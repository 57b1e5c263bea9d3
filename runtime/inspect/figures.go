package inspect

import "github.com/sessiongen/sessiongen/runtime"

// A bar is one of several that compare.
type bar struct {
	Key, Name, What string
	Count           uint64
	Width           float64 // of 100
}

// bars compares why sessions have ended, or what went wrong.
func bars(s runtime.Stats, of string) []bar {
	type row struct{ key, name, what string }
	var all []bar
	add := func(kind string, n uint64, r row) {
		all = append(all, bar{kind + "." + r.key, r.name, r.what, n, 0})
	}
	if of == "ended" {
		for _, r := range []row{
			{"destroyed", "destroyed", "by a logout, or by End, EndAll or EndOthers"},
			{"expired", "expired", "past the lifetime or the idle time-out"},
			{"ended", "ended", "not listed by the account any more"},
			{"lost", "lost", "the store has lost a variable"},
			{"refused", "refused", "the cookie does not open the session"},
			{"ambiguous", "ambiguous", "several cookies of one name"},
		} {
			add(of, s.Ended[runtime.EventKind(r.key)], r)
		}
	} else {
		for _, r := range []row{
			{"unavailable", "unavailable", "the store is down or too slow"},
			{"ended", "ended", "the session ended during the request"},
			{"conflict", "conflict", "other requests were always faster"},
			{"too_large", "too large", "a value is larger than allowed"},
			{"headers_sent", "headers sent", "the response had begun"},
			{"no_middleware", "no middleware", "the handler is not within Middleware"},
			{"canceled", "canceled", "mostly, the client went away"},
			{"other", "other", ""},
		} {
			add("errors", s.Errors[r.key], r)
		}
	}
	most := uint64(1)
	for _, b := range all {
		most = max(most, b.Count)
	}
	for i := range all {
		all[i].Width = 100 * float64(all[i].Count) / float64(most)
	}
	return all
}

// callsView is what the page shows of one operation of the store.
type callsView struct {
	Op                         runtime.Op
	Count, Typical, Slow, Lost string
	Canceled                   string
}

func calls(s runtime.Stats) []callsView {
	var all []callsView
	for _, op := range []runtime.Op{runtime.OpGet, runtime.OpAdd, runtime.OpSwap, runtime.OpDelete} {
		c := s.Calls[op]
		all = append(all, callsView{
			Op: op, Count: count(c.Latency.Count), Lost: count(c.Failed), Canceled: count(c.Canceled),
			Typical: atMost(c.Latency, 0.5), Slow: atMost(c.Latency, 0.99),
		})
	}
	return all
}

// atMost returns an upper bound of a share of the calls' latencies.
func atMost(h runtime.Histogram, share float64) string {
	if h.Count == 0 {
		return "–"
	}
	at := h.Quantile(share)
	if n := len(h.Buckets); n > 0 && float64(h.Count-h.Buckets[n-1]) < share*float64(h.Count) {
		return "> " + latency(at)
	}
	return "≤ " + latency(at)
}

// A tile is a figure with a small chart.
type tile struct{ Key, Name, Total, What string }

func tiles(s runtime.Stats) []tile {
	failed := uint64(0)
	for _, n := range s.Errors {
		failed += n
	}
	return []tile{
		{"loads", "Loads", count(s.Loads), "sessions looked for by a cookie"},
		{"hits", "Found living", share(s.Hits, s.Loads), "of the loads"},
		{"new", "New sessions", count(s.New), "stored for the first time"},
		{"calls", "Calls of the store", count(s.RoundTrips), "round trips, mostly"},
		{"errors", "Errors", count(failed), "of methods and commits"},
	}
}
