package shape

//go:generate go tool sessiongen

// WideFields is a session of 32 variables, 27 of them lazy.
type WideFields struct {
	FiveFields
	L06 string `session:",lazy"`
	L07 string `session:",lazy"`
	L08 string `session:",lazy"`
	L09 string `session:",lazy"`
	L10 string `session:",lazy"`
	L11 string `session:",lazy"`
	L12 string `session:",lazy"`
	L13 string `session:",lazy"`
	L14 string `session:",lazy"`
	L15 string `session:",lazy"`
	L16 string `session:",lazy"`
	L17 string `session:",lazy"`
	L18 string `session:",lazy"`
	L19 string `session:",lazy"`
	L20 string `session:",lazy"`
	L21 string `session:",lazy"`
	L22 string `session:",lazy"`
	L23 string `session:",lazy"`
	L24 string `session:",lazy"`
	L25 string `session:",lazy"`
	L26 string `session:",lazy"`
	L27 string `session:",lazy"`
	L28 string `session:",lazy"`
	L29 string `session:",lazy"`
	L30 string `session:",lazy"`
	L31 string `session:",lazy"`
	L32 string `session:",lazy"`
}

// OfWide is a session of 32 variables, 27 of them lazy.
func OfWide() Shape {
	fields := WideFields{FiveFields: five()}
	fillStrings(&fields)
	return of("32, 27 of them lazy", fields)
}
