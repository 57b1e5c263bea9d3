package main

import "time"

//go:generate go tool sessiongen

// SessionFields is what the first version remembers of one visitor.
type SessionFields struct {
	User     string
	Visits   int32
	Level    uint8
	Score    float32
	Since    time.Time
	Token    string
	Theme    string
	Notice   string
	Code     string
	Bio      string
	Mode     string
	Roles    []string
	Plan     Plan
	Profile  Profile
	Places   map[string]Place
	Search   []string
	Wish     []string
	Cart     []Item         `session:",lazy"`
	Draft    []byte         `session:",lazy"`
	Settings Settings       `session:",json"`
	Extra    map[string]any `session:",json"`
}

type Plan struct {
	Name  string
	Price int
}

type Profile struct {
	Name string
	Zip  int32
	Home Address
}

type Address struct{ Street, City string }

type Place struct{ X, Y int16 }

type Item struct {
	SKU   string
	Count int32
	Color string
}

type Settings struct {
	Lang  string `json:"lang"`
	Sound bool   `json:"sound"`
}
