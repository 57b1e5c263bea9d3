package main

import "os"

// Settings of GODEBUG that the command depends on: those that it begins with if
// the environment says nothing of them, and those that nothing changes.
//
// The go command builds a tool with the settings of the module that it is a tool
// of, which are meant for the app. Without aliases package go/types knows no
// generic ones, and what reads export data panics where it finds one. Of the
// others, a go command in the current folder is not run because the app runs
// programs from there, and mount points of Windows are followed as ever. The rest
// is of no account here: it is of networks, of clocks, or for the go commands
// that are run, which see none but the environment's.
const (
	godebugDefault = "execerrdot=1,winsymlink=1,winreadlinkvolume=1"
	godebugFixed   = "gotypesalias=1"
)

// settleGodebug makes the command independent of the settings of the app, and of
// the environment as far as it must be.
func settleGodebug() error {
	// Of two settings of one name, the last counts.
	return os.Setenv("GODEBUG", godebugDefault+","+os.Getenv("GODEBUG")+","+godebugFixed)
}
