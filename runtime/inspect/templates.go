package inspect

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"github.com/sessiongen/sessiongen/runtime"
)

//go:embed web
var web embed.FS

// What every page has. It is in the page itself, which has one address alone.
var (
	style  = file("page.css")
	script = file("page.js")
)

// policy lets browsers run the page's own script, and use its own style, and nothing
// else: they are known by their hashes.
var policy = "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style) +
	"; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"count": count, "share": share, "bars": bars, "calls": calls, "tiles": tiles,
}).ParseFS(web, "web/*.html"))

func file(name string) string {
	data, err := web.ReadFile("web/" + name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A frame is what every page has.
type frame struct {
	Style  template.CSS
	Script template.JS
}

func newFrame() frame { return frame{template.CSS(style), template.JS(script)} }

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
