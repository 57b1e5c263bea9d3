// Bench compares sessiongen with other session libraries, and its generator
// with stringer. From this folder:
//
//	go run .                    measure everything; write results.json, the
//	                            plots, the tables of README.md, and the
//	                            summary of ../README.md
//	go run . -rows REGEXP       measure the rows whose names match and print
//	                            them; write nothing
//	go run . -rows REGEXP -keep the same, but keep the other figures of
//	                            results.json, and write all
//	go run . -codec             measure the codec alone, and keep the other
//	                            figures of results.json
//	go run . -generator         the same for the generator
//	go run . -render            render tables and plots anew from results.json
//	go run . -quick             run every part of it in some seconds, for its
//	                            own test; write nothing
//
// It starts a memcached of its own, and a Valkey or a Redis. The libraries are in internal/peer, one a
// file; what requests do, in its works*.go; the rows, and what they are to reach,
// in rows*.go.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// settings are what the flags say.
type settings struct {
	rows       *regexp.Regexp // nil for everything
	keep       bool           // the other figures of results.json
	codec      bool
	generator  bool
	render     bool
	quick      bool
	sessions   int
	goroutines []int
	out        string
	readme     string // the file that has the tables
	front      string // the file that has the summary
	measure.Options
}

func run(args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // parse has said why
	}
	if err := s.run(stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{goroutines: []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("rows", "measure the `rows` whose names match, and print them", func(text string) (err error) {
		s.rows, err = regexp.Compile(text)
		return err
	})
	flags.BoolVar(&s.keep, "keep", false, "with -rows, keep the other figures of results.json, and write all")
	flags.BoolVar(&s.codec, "codec", false, "measure the codec alone, and keep the other figures of results.json")
	flags.BoolVar(&s.generator, "generator", false, "measure the generator alone, and keep the other figures of results.json")
	flags.BoolVar(&s.render, "render", false, "render tables and plots anew from results.json")
	flags.BoolVar(&s.quick, "quick", false, "run everything once, in some seconds, and write no file that -out does not ask for")
	flags.IntVar(&s.Trials, "trials", 31, "trials of each row")
	flags.DurationVar(&s.Duration, "time", 50*time.Millisecond, "time of one trial")
	flags.IntVar(&s.sessions, "sessions", 1_000_000, "sessions to fill one memcached with")
	flags.StringVar(&s.out, "out", ".", "folder for results.json and the plots")
	flags.StringVar(&s.readme, "readme", "README.md", "file to render the tables into; empty for none")
	flags.StringVar(&s.front, "front", "../README.md", "file to render the summary into; empty for none")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "bench: unexpected argument %q\n", flags.Arg(0))
		return s, errors.New("unexpected argument")
	}
	if s.quick {
		s.beQuick(flags)
	}
	return s, nil
}

// beQuick makes everything small, and lets nothing be written by default.
func (s *settings) beQuick(flags *flag.FlagSet) {
	s.Trials, s.Duration, s.sessions = 1, 2*time.Millisecond, 1000
	s.goroutines = []int{1, 8, 128}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if !given["out"] {
		s.out = ""
	}
	if !given["readme"] {
		s.readme = ""
	}
	if !given["front"] {
		s.front = ""
	}
}
