module github.com/sessiongen/sessiongen

go 1.26.0 // as golang.org/x/tools demands, and the code, for errors.AsType

require (
	github.com/bradfitz/gomemcache v0.0.0-20260422231931-4d751bb6e37c
	github.com/google/uuid v1.6.0
	golang.org/x/tools v0.52.0
)

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

tool github.com/sessiongen/sessiongen/cmd/sessiongen
