package main

import "time"

//go:generate go tool sessiongen

// SessionFields is what the third version remembers of one visitor. Mode, Roles and
// Plan have other types, and what was stored of them is lost: that has to be
// accepted. Nothing else is lost.
type SessionFields struct {
	Counters
	User     string
	Since    time.Time
	CSRF     string `session:"token"`
	Theme    Theme
	Notice   string `session:",flash"`
	Code     string `session:",ttl=20h"`
	Mode     int
	Roles    map[string]bool `session:",lazy"`
	Plan     Plan
	Profile  Profile
	Places   map[Label]Place `session:",lazy"`
	Search   []Query         `session:"search_v2"`
	Wish     []string        `session:",lazy"`
	Cart     []Item
	Draft    []byte
	Settings Settings       `session:",json"`
	Extra    map[string]any `session:",json"`
	Counts   map[string]uint64
	Alerts   []Alert `session:",flash"`
}

// Counters are stored as fields of SessionFields, as they were before.
type Counters struct {
	Visits int64
	Level  uint16
	Score  float64
}

type (
	Theme string
	Label string
)

type Plan struct {
	Name  string
	Price string
}

type Profile struct {
	Email string
	Home  Address
	Langs []string
}

type Address struct{ City, Country, Zip string }

type Place struct {
	Label Label
	Y, X  int64
}

type Query struct {
	Text string
	Page int
	Tags []string
}

type Item struct {
	Options map[string]string
	Price   float64
	Count   int64
	SKU     string
}

type Settings struct {
	Volume   int64   `json:"volume"`
	Language string  `json:"lang"`
	Zoom     float64 `json:"zoom"`
}

type Alert struct {
	At   time.Time
	Text string
}
