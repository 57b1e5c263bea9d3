package gentest

import "testing"

func TestSessionsOfThisModuleAreUpToDate(t *testing.T) { UpToDate(t) }
