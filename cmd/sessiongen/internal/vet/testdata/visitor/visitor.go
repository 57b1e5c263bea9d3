package visitor

//go:generate go tool sessiongen
type visitor struct{ Tags []string }

// AnythingFields has a name that its accessor does not have.
//
//go:generate go tool sessiongen -name Memory
type AnythingFields struct{ Tags []string }

//go:generate go tool sessiongen
type EmptyFields struct{}

// Both are fields of a session of any name.
type Site struct {
	visitors *visitorSessions
	Memories *Memorys
}

func names(v *visitorSession, m *Memory) {
	v.GetTags()[0] = "x" // want `call SetTags`
	m.GetTags()[0] = "x" // want `call SetTags`
}
