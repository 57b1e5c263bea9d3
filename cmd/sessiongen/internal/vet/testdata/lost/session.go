package lost

//go:generate go tool sessiongen

type SessionFields struct {
	Visits  int
	Cart    []Item `session:",lazy"`
	Counts  map[string]int
	Tags    []string
	Profile Profile
	Friend  *Person
	Groups  map[string][]string
	People  []*Person
	Role    Role

	Profiles []Profile
}

type Item struct {
	Name     string
	Quantity int
}

type Profile struct {
	Name   string
	Colors []string
	Best   *Person
	Grid   [3]int
}

type Person struct {
	Name string
	Age  int
}

func (p *Person) Birthday() { p.Age++ }

type Role int

func (r Role) String() string { return "role" }
