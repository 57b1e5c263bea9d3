// Package report holds what the benchmark found, and renders it.
package report

import (
	"encoding/json"
	"os"
	"slices"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
)

// A Report is the outcome of a run.
type Report struct {
	Date      string    `json:"date"`
	Machine   Machine   `json:"machine"`
	Trials    int       `json:"trials"`
	Rows      []Row     `json:"rows"`
	Curves    []Curve   `json:"curves"`
	Fills     []Fill    `json:"fills"`
	Weights   []Weight  `json:"weights"`
	Queues    []Queue   `json:"queues"`
	Loads     []Load    `json:"loads"`
	Codecs    []Codec   `json:"codecs"`
	Commands  []Command `json:"commands"`
	Libraries []Library `json:"libraries"`
}

// A Row compares libraries at one kind of request.
type Row struct {
	Name    string   `json:"name"`
	Results []Result `json:"results"`
	Targets []Target `json:"targets"`
	Reason  string   `json:"-"` // why it misses a target or is lost, if it is
	Head    bool     `json:"-"` // it is one of those in the summary
}

// A Result is what one library needs for a request.
type Result struct {
	Library     string               `json:"library"`
	Bare        bool                 `json:"bare"` // no other library: what one stands on, or sessiongen in another setting
	Nanoseconds measure.Distribution `json:"nanoseconds"`
	Ratio       measure.Distribution `json:"ratio"` // of the time to sessiongen's
	Bytes       float64              `json:"bytes"`
	Allocations float64              `json:"allocations"`
	Memcached   bool                 `json:"memcached"`
	RoundTrips  float64              `json:"round_trips"`
	Dials       float64              `json:"dials"`

	// Lost is how many of the increments that visitors side by side made of one
	// variable are lost, in percent; nil if that was not looked at.
	Lost *float64 `json:"lost,omitempty"`
}

// A Target is what a row is to reach.
type Target struct {
	What    string  `json:"what"`
	AtLeast bool    `json:"at_least"` // else it is at most Limit
	Limit   float64 `json:"limit"`
	Reached float64 `json:"reached"`
	Unit    string  `json:"unit"`
}

// Met tells whether the target is reached.
func (t Target) Met() bool {
	if t.AtLeast {
		return t.Reached >= t.Limit
	}
	return t.Reached <= t.Limit
}

// Lost tells whether a target is missed, or another library is faster.
func (r Row) Lost() bool {
	missed := func(t Target) bool { return !t.Met() }
	faster := func(other Result) bool {
		return !other.Bare && other.Ratio.Median < 1
	}
	return slices.ContainsFunc(r.Targets, missed) || slices.ContainsFunc(r.Results, faster)
}

// A Curve is what a plot shows.
type Curve struct {
	File   string   `json:"file"`
	Title  string   `json:"title"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
	Unit   string   `json:"unit"` // of Y: ns, or none
	Series []Series `json:"series"`
}

// A Series is one line of a plot.
type Series struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// A Point of a Series.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// A Fill is a memcached that holds so many sessions of a library.
type Fill struct {
	Library  string  `json:"library"`
	Sessions int     `json:"sessions"`
	Items    float64 `json:"items"`    // bytes of a session's items, as memcached counts them
	Resident float64 `json:"resident"` // bytes that the process has grown by for each
	Median   float64 `json:"median"`   // nanoseconds of a request
	P99      float64 `json:"p99"`
}

// A Codec is what it takes to encode and to decode one kind of value.
type Codec struct {
	Value  string  `json:"value"`
	Encode Contest `json:"encode"`
	Decode Contest `json:"decode"`
}

// A Contest compares a codec of sessiongen's with encoding/gob.
type Contest struct {
	Gob         measure.Distribution `json:"gob"` // nanoseconds
	Ours        measure.Distribution `json:"ours"`
	Allocations float64              `json:"allocations"` // ours
	Target      Target               `json:"target"`      // of the ratio
}

// A Command compares the wall time of two commands.
type Command struct {
	Name   string               `json:"name"`
	First  measure.Distribution `json:"first"` // nanoseconds
	Second measure.Distribution `json:"second"`
	Ratio  measure.Distribution `json:"ratio"`
	Target Target               `json:"target"`
	Reason string               `json:"reason"` // why it may miss the target
}

// A Library is one that took part.
type Library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Notes   string `json:"-"`
}

// Read returns the report that Write wrote.
func Read(file string) (*Report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(Report)
	return r, json.Unmarshal(data, r)
}

// Write writes all figures to a file.
func (r *Report) Write(file string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o666)
}

// Add adds a point to the series of this name.
func (c *Curve) Add(series string, x, y float64) {
	for i := range c.Series {
		if c.Series[i].Name == series {
			c.Series[i].Points = append(c.Series[i].Points, Point{x, y})
			return
		}
	}
	c.Series = append(c.Series, Series{series, []Point{{x, y}}})
}

// Took notes that a library took part, whose version is that of its module.
func (r *Report) Took(name, module string) {
	for _, l := range r.Libraries {
		if l.Name == name {
			return
		}
	}
	r.Libraries = append(r.Libraries, Library{Name: name, Version: Version(module)})
}
