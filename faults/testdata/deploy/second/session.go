package main

import "time"

//go:generate go tool sessiongen

// SessionFields is what the second version remembers of one visitor. Nothing that
// the first one has stored is lost: fields are added and removed, of structs, too,
// numbers are wider, types and fields have other names, and what is stored
// otherwise has a new name.
type SessionFields struct {
	User     string
	Visits   int64
	Level    uint16
	Score    float64
	Since    time.Time
	CSRF     string `session:"token"`
	Theme    Theme
	Notice   string `session:",flash"`
	Code     string `session:",evictable"`
	Bio      string `session:",lazy"`
	Mode     string
	Roles    []string
	Plan     Plan
	Profile  Profile
	Places   map[Label]Place
	Search   []Query `session:"search_v2"`
	Cart     []Line  `session:",lazy"`
	Draft    []byte
	Settings Settings          `session:",json"`
	Extra    map[string]any    `session:",json"`
	Hint     Hint              `session:",evictable"`
	Flags    map[string]bool   `session:",json"`
	Counts   map[string]uint32 `session:",lazy"`
}

type (
	Theme string
	Label string
)

type Plan struct {
	Name  string
	Price int
}

type Profile struct {
	Name  string
	Email string
	Home  Address
}

type Address struct{ City, Country string }

type Place struct {
	X, Y  int32
	Label Label
}

type Query struct {
	Text string
	Page int
}

type Line struct {
	SKU     string
	Count   int64
	Color   string
	Price   float64
	Options map[string]string
}

type Settings struct {
	Language string `json:"lang"`
	Sound    bool   `json:"sound"`
	Volume   int8   `json:"volume"`
}

type Hint struct {
	Text  string
	Shown bool
}
