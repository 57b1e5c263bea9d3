package runtime

// A Schema describes an accessor type S to [NewManager]. Generated code
// fills it in.
type Schema[S any] struct {
	// Accessor is the name of S as declared, such as "Session". In snake_case
	// it is the default of [Config.Namespace] and, behind "__Host-", of
	// [Config.CookieName].
	Accessor string

	// Session returns the untyped part of s.
	Session func(s *S) *Session

	// Variables are the session's variables. They are fetched in this order.
	Variables []Variable[S]
}
