package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/codec"
	"github.com/sessiongen/sessiongen/bench/internal/cores"
	"github.com/sessiongen/sessiongen/bench/internal/generator"
	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/plot"
	"github.com/sessiongen/sessiongen/bench/internal/report"
)

const resultsFile = "results.json"

// megabytes is enough for all that the rows and curves store, so that nothing
// is evicted.
const megabytes = 4096

// A bench is one run of the benchmark.
type bench struct {
	settings
	server   *memcached.Server
	valkey   *valkeyServer // nil before the first row on it
	progress io.Writer
	together func() // ends what apart began; nil before
}

func (s settings) run(stdout, stderr io.Writer) error {
	var r *report.Report
	var err error
	if s.render || s.codec || s.generator {
		r, err = report.Read(filepath.Join(s.out, resultsFile))
	} else {
		r, err = s.measure(stderr)
	}
	if err == nil && s.keep {
		err = s.merge(r)
	}
	if err == nil && s.codec {
		err = s.measureCodec(r)
	}
	if err == nil && s.generator {
		err = s.measureGenerator(r)
	}
	if err != nil {
		return err
	}
	annotate(r)
	if _, err := io.WriteString(stdout, r.Markdown()); err != nil || s.rows != nil && !s.keep {
		return err
	}
	return s.publish(r)
}

// merge adds to a report of some rows the other figures of results.json.
func (s settings) merge(r *report.Report) error {
	all, err := report.Read(filepath.Join(s.out, resultsFile))
	if err != nil {
		return err
	}
	measured := map[string]report.Row{}
	for _, row := range slices.Concat(all.Rows, r.Rows) {
		measured[row.Name] = row
	}
	all.Rows = nil
	for _, row := range rows() {
		if m, ok := measured[row.name]; ok {
			all.Rows = append(all.Rows, m)
		}
	}
	if r.Machine.Valkey != "" {
		all.Machine.Valkey = r.Machine.Valkey
	}
	for _, l := range r.Libraries {
		if !slices.ContainsFunc(all.Libraries, func(known report.Library) bool { return known.Name == l.Name }) {
			all.Libraries = append(all.Libraries, l)
		}
	}
	*r = *all
	return nil
}

// measure takes all figures, or those of the rows that are wanted.
func (s settings) measure(progress io.Writer) (*report.Report, error) {
	machine, err := report.ThisMachine()
	if err != nil {
		return nil, err
	}
	server, err := memcached.Start(megabytes)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	b := &bench{settings: s, server: server, progress: progress}
	defer b.rejoin()
	defer b.stopValkey()
	r := &report.Report{Date: time.Now().Format(time.DateOnly), Machine: machine, Trials: s.Trials}
	if err := b.measureRows(r); err != nil || s.rows != nil {
		return r, err
	}
	b.rejoin()
	b.stopValkey()
	return r, b.measureRest(r)
}

// measureRows compares the libraries, and notes which took part.
func (b *bench) measureRows(r *report.Report) error {
	for _, row := range rows() {
		if b.rows != nil && !b.rows.MatchString(row.name) {
			continue
		}
		fmt.Fprintln(b.progress, row.name)
		if row.memcached {
			b.apart()
		}
		if row.valkey {
			if err := b.apartWithValkey(r); err != nil {
				return err
			}
		}
		measured, err := b.compare(row)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		r.Rows = append(r.Rows, measured)
		for _, l := range row.libraries {
			r.Took(l.Name, l.Module)
		}
	}
	return nil
}

// measureRest takes what is measured beside the rows.
func (b *bench) measureRest(r *report.Report) (err error) {
	for _, curves := range []func() ([]report.Curve, error){b.variables, b.declared, b.sizes} {
		c, err := curves()
		if err != nil {
			return err
		}
		r.Curves = append(r.Curves, c...)
	}
	if r.Queues, err = b.queues(); err != nil {
		return err
	}
	b.rejoin()
	if r.Fills, err = b.fills(); err != nil {
		return err
	}
	if r.Weights, err = b.weights(); err != nil {
		return err
	}
	if r.Loads, err = b.loads(); err != nil {
		return err
	}
	r.Curves = append(r.Curves, handled(r.Queues), waited(r.Queues), filled(r.Fills), weighed(r.Fills), itemized(r.Weights), loaded(r.Loads))
	fmt.Fprintln(b.progress, "the codec")
	if err := b.measureCodec(r); err != nil {
		return err
	}
	fmt.Fprintln(b.progress, "the generator")
	return b.measureGenerator(r)
}

// measureCodec takes the codec's figures. Nothing in it waits, so a trial can be
// short.
func (s settings) measureCodec(r *report.Report) (err error) {
	r.Codecs, err = codec.Measure(measure.Options{Trials: s.Trials, Duration: s.Duration / 5})
	return err
}

// measureGenerator takes the figures of the command.
func (s settings) measureGenerator(r *report.Report) (err error) {
	r.Commands, err = generator.Measure(s.Trials)
	return err
}

// apart keeps the server and this process on cores of their own from now on.
func (b *bench) apart() {
	if b.together == nil {
		b.together = b.separate(b.server.Pid())
	}
}

// separate keeps the process of a server and this one on cores of their own, if it can,
// until together is called.
func (b *bench) separate(server int) (together func()) {
	together, err := cores.Apart(server)
	if err != nil {
		fmt.Fprintln(b.progress, "the server shares its core, which makes figures unsteady:", err)
		return func() {}
	}
	return together
}

// rejoin gives both all cores again.
func (b *bench) rejoin() {
	if b.together != nil {
		b.together()
		b.together = nil
	}
}

// annotate adds what is written in this program and not measured by it.
func annotate(r *report.Report) {
	reasons, heads := map[string]string{}, map[string]bool{}
	libraries := map[string]peer.Library{}
	for _, row := range rows() {
		reasons[row.name], heads[row.name] = row.reason, row.head
		for _, l := range row.libraries {
			libraries[l.Name] = l
		}
	}
	for i := range r.Rows {
		r.Rows[i].Reason, r.Rows[i].Head = reasons[r.Rows[i].Name], heads[r.Rows[i].Name]
	}
	for i := range r.Libraries {
		r.Libraries[i].Notes = libraries[r.Libraries[i].Name].Notes
	}
}

// publish writes what the settings ask for.
func (s settings) publish(r *report.Report) error {
	if s.out != "" {
		if err := s.write(r); err != nil {
			return err
		}
	}
	if err := insert(s.readme, r.Markdown()); err != nil {
		return err
	}
	return insert(s.front, r.Summary())
}

// insert puts a table into a file, unless that has no name.
func insert(file, table string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	with, err := report.Insert(string(text), table)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(with), 0o666)
}

// write writes all figures, and draws them.
func (s settings) write(r *report.Report) error {
	if !s.render {
		if err := r.Write(filepath.Join(s.out, resultsFile)); err != nil {
			return err
		}
	}
	for _, c := range r.Curves {
		var drawn bytes.Buffer
		if err := plot.SVG(c, &drawn); err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
		if err := os.WriteFile(filepath.Join(s.out, c.File), drawn.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}
