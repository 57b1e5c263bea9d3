package runtime

// A Schema is for generated code. It describes an accessor type S to
// [NewManager].
type Schema[S any] struct {
	// Name is the name of S in snake_case, such as "session". It is the
	// default of [Config.Namespace] and, behind "__Host-", of
	// [Config.CookieName].
	Name string

	// Session returns the untyped part of s.
	Session func(s *S) *Session

	// Variables are the session's variables: first those that are loaded with
	// it, in the order in which they are fetched, then the lazy ones. A
	// variable's place is its index in this list.
	Variables []Variable[S]
}
