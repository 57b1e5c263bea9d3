// Sessiongen writes typed Go code for the sessions of a web app.
//
// A web app keeps a few facts about each visitor: a token, a user id, a cart.
// Most session libraries keep them in a map of strings to anything, where a
// misspelled name or a wrong type shows only when a visitor meets it. Declare
// them as a struct instead:
//
//	package shop
//
//	//go:generate go tool sessiongen
//
//	// SessionFields is what the shop remembers of one visitor.
//	type SessionFields struct {
//		// Token guards the forms against cross-site requests.
//		Token  string
//		Visits int
//		Cart   []Item `session:",lazy"`
//		Notice string `session:",flash"`
//	}
//
// and go generate writes session_gen.go: the type Session with methods such as
// GetToken, SetToken, HasToken, ClearToken and UpdateToken, and the type
// Sessions, which puts a session into every request. From then on the compiler
// checks every access. To get the command once for a module:
//
//	go get -tool github.com/sessiongen/sessiongen/cmd/sessiongen
//
// # Usage
//
//	sessiongen [flags] [packages]
//	sessiongen vet [flags] [packages]
//
// Packages are named as for the go command; none means the one in the current
// folder. The flags are:
//
//	-type T
//		Generate for the struct type T of the package.
//	-name N
//		The name of the accessor type, taken as written. By default it is the
//		name of the struct type without a trailing Fields, or with Session
//		appended: SessionFields makes Session, and visitor makes
//		visitorSession. Its manager's name has an s more, as in Sessions, and
//		the constructor is NewSessions, or newVisitorSessions.
//	-o FILE
//		The output file, relative to the folder of the package; - is standard
//		output. By default it is the accessor's name in small letters and
//		_gen.go, or _gen_test.go for a type declared in a test file. If that
//		file is for one system by its name, so is the output, as in
//		_gen_linux.go.
//	-check
//		Write nothing; print what is stale as a unified diff, and exit with 1
//		if anything is.
//	-accept NAME
//		Accept that visitors lose the variable that is stored under NAME, which
//		may be a list with commas between.
//	-forget NAME
//		Forget how the variable stored under NAME was stored before, or that it
//		was there at all: once no session of that time lives. It may be a list.
//	-against REVISION
//		Compare with the schema file of a revision of git, too.
//	-format FORM
//		The form of diagnostics: text, or github for annotations of GitHub
//		Actions, which shows them beside the code, notes as notices. With
//		-check, each stale file has one, too.
//	-tags LIST
//		Build tags, separated by commas.
//	-v
//		Also print notes: what a declaration can lose although it can be
//		stored.
//	-version
//		Print the version.
//
// Without -type, a run by go generate is for the struct type that its directive
// is directly above, with nothing but the type's doc comment between, and no
// blank line. Else it is for the one among the file's struct types below whose
// name ends in Fields, if there is just one, or for the only one; where that is
// not clear either, it fails and lists them. What a directive further down is
// for is not counted.
//
// Any other run is for all go:generate directives that run sessiongen in the
// packages, each with its own flags. So
//
//	sessiongen -check ./...
//
// in a test or in continuous integration tells whether all of a repository is
// up to date. Files that the build constraints exclude, by system or by tag,
// are not seen, apart from those for the tag generate, which go generate sets.
// Output that no such directive is for is reported: remove what is left of a
// type that has gone, and write the directive so that it can be read, not as a
// command of a shell.
//
// # Tags
//
// A field may have a tag `session:"name,option,..."`. The name is what the
// variable is stored under: 1 to 64 of a-z, 0-9 and _, by default the field's
// name in snake_case. To rename a field and keep what is stored, give its old
// name in the tag. A field with the tag `session:"-"` is not stored. The
// options are:
//
//	lazy
//		Fetched on first use, not with the session: its getter and its Has
//		method take a context and return an error.
//	flash
//		Adds a method that returns the value and clears it, as in PopNotice.
//	ttl=2h
//		Expires on its own, that long after it was set. Implies evictable.
//	evictable
//		The session outlives the loss of this variable to the store's memory
//		pressure.
//	json
//		Stored as JSON, for types that gob can't carry, such as interfaces.
//
// Embedded structs without a tag are flattened, as encoding/json does.
//
// # Schema file
//
// Sessions outlive a deploy, so beside session_gen.go there is session.schema, a
// text file with the form in which each variable is stored, a leaf on each line.
// Commit both. When the declaration has changed, it is compared with that file.
// What all living sessions can be read with, by this build and by those before it
// that may run beside it, is recorded there: a new variable, a wider integer, a
// field more or less in a struct. Anything else is a diagnostic, which says what
// visitors would lose, and what to do: store the variable under another name, or
// under its old one if only the field was renamed, or accept the loss of just that
// variable with -accept. Earlier forms stay in the file, as sessions may be older
// than the last deploy, until -forget drops them. With
//
//	sessiongen -check -against origin/main ./...
//
// continuous integration also sees a file that was written anew along with the
// mistake. Types that test files declare have no schema file.
//
// # Vet
//
//	sessiongen vet ./...
//
// looks for mistakes in code that uses the output, with these rules:
//
//	sessionlost
//		What a getter returned is changed in place and never set.
//	sessionkept
//		A session is kept beyond its request, or used by a goroutine that
//		nobody waits for.
//	sessionerr
//		The error of a method of a session, or of its manager, is ignored.
//	sessionlate
//		A new session is set after the response was begun.
//
// Flags and packages are those of go vet, which runs the command as its tool,
// as it does in
//
//	go vet -vettool=$(go tool -n sessiongen) ./...
//
// A rule's name as a flag runs that rule alone; -sessionlate=false leaves it
// out. Of the flags above, vet has -format, which go vet has not. A package in a
// folder named vet is ./vet. The command exits with 0 if it finds nothing, with 1
// if it finds something, and with 2 if it can't look, because a package does not
// compile, say.
//
// # Diagnostics
//
// What is wrong with a declaration is printed to standard error, all of it at
// once, in lines of the form
//
//	session.go:12:2: SessionFields.Cart[].Done: gob drops a field of type chan int; ...
//
// and nothing is written then. A note, which -v asks for, has the word note
// before what it says, and changes nothing else. The command exits with 0 if all
// is done or up to date, with 1 if -check finds something stale, and with 2 if
// anything is wrong. It overwrites nothing but its own output, and its output
// breaks the build when the struct type changes, until it is generated anew.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/vet"

	// The output needs it. Imported here, its dependencies are among those
	// of the command, so that a module that has the tool has them, vendored
	// or not, before its own code imports any.
	_ "github.com/sessiongen/sessiongen/runtime"
)

func main() {
	// What is loaded is needed to the end, so there is little to collect.
	debug.SetGCPercent(400)
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// The exit codes.
const (
	done  = 0
	stale = 1 // for vet: mistaken
	wrong = 2
)

func run(args, env []string, stdout, stderr io.Writer) int {
	// Also as a tool of go vet, where the settings are the app's as well.
	if err := settleGodebug(); err != nil {
		return reporter{stderr: stderr}.fail(err)
	}
	switch {
	case vet.IsTool(args):
		vet.Tool(args) // which ends the process
	case len(args) > 0 && args[0] == "vet":
		return vetPackages(args[1:], env, stdout, stderr)
	}
	i, err := invocation.Parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return done
	}
	if err != nil {
		return wrong // which the flag package has printed
	}
	if i.Version {
		fmt.Fprintln(stdout, "sessiongen", version())
		return done
	}
	dir, err := os.Getwd()
	r := newReporter(stderr, dir, env, i)
	if err := cmp.Or(err, i.Misused(lookup(env, "GOFILE") != "" && len(i.Packages) == 0)); err != nil {
		return r.fail(err)
	}
	targets, err := find(dir, env, i)
	outputs, others := generate(targets, i)
	if err := diagnostic.Join(err, others); err != nil {
		return r.fail(err)
	}
	if i.Verbose {
		for _, o := range outputs {
			r.print(o.notes)
		}
	}
	if i.Check {
		if compare(stdout, dir, outputs) {
			return r.stale(outputs)
		}
		return done
	}
	if err := write(stdout, outputs); err != nil {
		return r.fail(err)
	}
	return done
}

// version returns the version that the command was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown version)"
	}
	return info.Main.Version
}
