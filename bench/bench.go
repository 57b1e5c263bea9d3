package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
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
	progress io.Writer
}

func (s settings) run(stdout, stderr io.Writer) error {
	var r *report.Report
	var err error
	if s.render {
		r, err = report.Read(filepath.Join(s.out, resultsFile))
	} else {
		r, err = s.measure(stderr)
	}
	if err != nil {
		return err
	}
	annotate(r)
	if _, err := io.WriteString(stdout, r.Markdown()); err != nil || s.rows != nil {
		return err
	}
	return s.publish(r)
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
	b := &bench{s, server, progress}
	r := &report.Report{Date: time.Now().Format(time.DateOnly), Machine: machine, Trials: s.Trials}
	return r, b.fill(r)
}

func (b *bench) fill(r *report.Report) error {
	for _, row := range rows() {
		if b.rows != nil && !b.rows.MatchString(row.name) {
			continue
		}
		fmt.Fprintln(b.progress, row.name)
		measured, err := b.compare(row)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		r.Rows = append(r.Rows, measured)
	}
	return nil
}

// annotate adds what is written in this program and not measured by it.
func annotate(r *report.Report) {
	reasons := map[string]string{}
	libraries := map[string]peer.Library{}
	for _, row := range rows() {
		reasons[row.name] = row.reason
		for _, l := range row.libraries {
			libraries[l.Name] = l
		}
	}
	for i := range r.Rows {
		r.Rows[i].Reason = reasons[r.Rows[i].Name]
	}
	for i := range r.Libraries {
		r.Libraries[i].Notes = libraries[r.Libraries[i].Name].Notes
	}
}

// publish writes what the settings ask for.
func (s settings) publish(r *report.Report) error {
	if s.out != "" && !s.render {
		if err := r.Write(filepath.Join(s.out, resultsFile)); err != nil {
			return err
		}
	}
	if s.readme == "" {
		return nil
	}
	text, err := os.ReadFile(s.readme)
	if err != nil {
		return err
	}
	with, err := report.Insert(string(text), r.Markdown())
	if err != nil {
		return fmt.Errorf("%s: %w", s.readme, err)
	}
	return os.WriteFile(s.readme, []byte(with), 0o666)
}
