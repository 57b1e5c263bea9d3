// Package faults proves what sessions promise while things break: its tests
// put a faulty network between the runtime and real memcached processes, kill
// these and the app, change clocks, and run versions of an app side by side. It
// is a module of its own, so that what it needs is nobody else's dependency.
//
// The tests have a short form, and a long one that -torture chooses:
//
//	go test -race -timeout 0 . -torture
//
// With -valkey, those that are not about memcached itself run on Valkey, or Redis, and
// the store of contrib/valkey.
package faults
