// Package storetest checks that a [runtime.Store] keeps its contract, on which
// the promises of sessions rest.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) runtime.Store {
//			return mystore.New(...)
//		})
//	}
package storetest

import (
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// Run checks the store that open returns, each rule in a subtest. open is
// called once for each of them, and may return the same store every time, with
// anything in it: the keys of a subtest have session ids that are used nowhere
// else, and their namespace is "storetest". The store must have room for 4 MiB
// of values. It takes some seconds, because items have to expire, and is worth
// running with the race detector.
//
// That an error leaves the outcome of a write open, and that the store is
// never reported empty when it is down, is for tests of its own: only they can
// break it.
func Run(t *testing.T, open func(t *testing.T) runtime.Store) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(&probe{t, open(t)}) })
	}
}

// A check holds a store to one rule.
type check struct {
	name string
	run  func(*probe)
}

var checks = []check{
	{"AbsentIsLeftOut", absentIsLeftOut},
	{"AddedIsRead", addedIsRead},
	{"AddKeepsWhatExists", addKeepsWhatExists},
	{"SwapReplacesItsVersionOnly", swapReplacesItsVersionOnly},
	{"SwapOfAbsentIsNotFound", swapOfAbsentIsNotFound},
	{"DeleteRemovesItsKeysOnly", deleteRemovesItsKeysOnly},
	{"ResultsAreInOrder", resultsAreInOrder},
	{"VersionsNeverRepeat", versionsNeverRepeat},
	{"AnyBytesAreKept", anyBytesAreKept},
	{"LargeValuesAreKept", largeValuesAreKept},
	{"LongKeysDiffer", longKeysDiffer},
	{"ManyItemsInOneCall", manyItemsInOneCall},
	{"SessionsAreApart", sessionsAreApart},
	{"SessionsOfAnAccountAreTogether", sessionsOfAnAccountAreTogether},
	{"ExpiryIsKept", expiryIsKept},
	{"OneOfManyAddsWins", oneOfManyAddsWins},
	{"OneOfManySwapsWins", oneOfManySwapsWins},
	{"NoUpdateIsLost", noUpdateIsLost},
	{"ReadsKeepTheirOrder", readsKeepTheirOrder},
	{"DoneContextIsUnavailable", doneContextIsUnavailable},
}
