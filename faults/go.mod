module github.com/sessiongen/sessiongen/faults

go 1.26.0

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/sessiongen/sessiongen v0.0.0
	github.com/sessiongen/sessiongen/contrib/valkey v0.0.0
	github.com/valkey-io/valkey-go v1.0.79
	go.uber.org/goleak v1.3.0
)

require (
	github.com/bradfitz/gomemcache v0.0.0-20260422231931-4d751bb6e37c // indirect
	github.com/google/uuid v1.6.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)

tool github.com/sessiongen/sessiongen/cmd/sessiongen

replace github.com/sessiongen/sessiongen => ../

replace github.com/sessiongen/sessiongen/contrib/valkey => ../contrib/valkey
