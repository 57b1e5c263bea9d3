package main

import "fmt"

// A tea is something that the shop sells.
type tea struct {
	ID     string
	Name   string
	Taste  string
	Price  money
	Colour string // of the cup
}

var catalogue = []tea{
	{"sencha", "Sencha", "Fresh and grassy, from Shizuoka", 890, "#a9b83f"},
	{"oolong", "Oolong", "Roasted, with a note of plum", 1150, "#c98a2d"},
	{"assam", "Assam", "Malty and strong; takes milk", 750, "#a4481f"},
	{"rooibos", "Rooibos", "Sweet, red, without caffeine", 620, "#b8332a"},
}

func findTea(id string) (tea, bool) {
	for _, t := range catalogue {
		if t.ID == id {
			return t, true
		}
	}
	return tea{}, false
}

// money is an amount in cents.
type money int

func (m money) String() string { return fmt.Sprintf("€%d.%02d", m/100, m%100) }
