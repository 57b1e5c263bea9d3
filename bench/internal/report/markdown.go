package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Markdown renders the report for the README of the benchmark.
func (r *Report) Markdown() string {
	var b strings.Builder
	r.head(&b)
	r.targets(&b)
	r.lost(&b)
	r.results(&b)
	r.increments(&b)
	r.notes(&b)
	r.fills(&b)
	r.weights(&b)
	r.queues(&b)
	r.loads(&b)
	r.codecs(&b)
	r.commands(&b)
	r.plots(&b)
	return b.String()
}

func (r *Report) head(b *strings.Builder) {
	m := r.Machine
	servers := m.Memcached
	if m.Valkey != "" {
		servers += ", " + m.Valkey
	}
	fmt.Fprintf(b, "%s: %s, %d cores, %s, %s, %s. Medians of %d trials.\n", r.Date, m.CPU, m.Cores, m.OS, m.Go, servers, r.Trials)
}

func (r *Report) targets(b *strings.Builder) {
	if len(r.Rows) == 0 {
		return
	}
	fmt.Fprint(b, "\nWhat was aimed at, and what was reached:\n\n| a request that | sessiongen | wanted | reached |\n|---|---|---|---|\n")
	for _, row := range r.Rows {
		for _, t := range row.Targets {
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", row.Name, t.What, t.limit(), t.reached())
		}
	}
}

// lost tells why rows are lost, each reason once.
func (r *Report) lost(b *strings.Builder) {
	var reasons []string
	rows := map[string][]string{} // that have the reason
	for _, row := range r.Rows {
		if row.Lost() {
			why := cmp.Or(row.Reason, Unknown)
			if rows[why] == nil {
				reasons = append(reasons, why)
			}
			rows[why] = append(rows[why], row.Name)
		}
	}
	if len(reasons) != 0 {
		fmt.Fprint(b, "\nWhere less was reached than wanted, or another library is faster:\n\n")
	}
	for _, why := range reasons {
		fmt.Fprintf(b, "- %s: %s.\n", strings.Join(rows[why], "; "), why)
	}
}

// Unknown stands for a reason that nobody has written down yet.
const Unknown = "the reason is not known"

func (r *Report) results(b *strings.Builder) {
	if len(r.Rows) == 0 {
		return
	}
	fmt.Fprint(b, "\nEach row in full; the last column is the time as a multiple of sessiongen's:\n\n",
		"| a request that | library | time | quartiles | bytes | allocations | round trips | dials | |\n",
		"|---|---|---:|---|---:|---:|---:|---:|---:|\n")
	for _, row := range r.Rows {
		name := row.Name
		for _, result := range row.Results {
			roundTrips, dials := "", ""
			if result.Memcached {
				roundTrips, dials = digits(result.RoundTrips), digits(result.Dials)
			}
			fmt.Fprintf(b, "| %s | %s%s | %s | %s | %s | %s | %s | %s | %s× |\n", name, result.Library, r.mark(result.Library),
				Duration(result.Nanoseconds.Median), quartiles(result.Nanoseconds), whole(result.Bytes), whole(result.Allocations),
				roundTrips, dials, digits(result.Ratio.Median))
			name = ""
		}
	}
}

// increments tells what visitors side by side have lost.
func (r *Report) increments(b *strings.Builder) {
	for _, row := range r.Rows {
		var list []string
		for _, result := range row.Results {
			if result.Lost != nil {
				list = append(list, fmt.Sprintf("%s %s %%", result.Library, digits(*result.Lost)))
			}
		}
		if list != nil {
			fmt.Fprintf(b, "\nLost of what was counted by the request that %s: %s.\n", row.Name, strings.Join(list, ", "))
		}
	}
}

func (r *Report) notes(b *strings.Builder) {
	if len(r.Libraries) == 0 {
		return
	}
	fmt.Fprint(b, "\nWhat each does less or more than the others:\n\n")
	for i, l := range r.Libraries {
		name := l.Name
		if l.Version != "" {
			name += " (" + l.Version + ")"
		}
		fmt.Fprintf(b, "%d. %s %s.\n", 1+i, name, l.Notes)
	}
}

// mark points to the note on a library.
func (r *Report) mark(library string) string {
	i := slices.IndexFunc(r.Libraries, func(l Library) bool { return l.Name == library })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf(" <sup>%d</sup>", 1+i)
}

func (r *Report) fills(b *strings.Builder) {
	if len(r.Fills) == 0 {
		return
	}
	fmt.Fprint(b, "\nOne memcached with many sessions of 5 variables, and requests that read 1 and write 1 of a session drawn at random:\n\n",
		"| sessions | library | bytes of its items, a session | growth of the process, a session | median | 99th percentile |\n|---:|---|---:|---:|---:|---:|\n")
	for _, f := range r.Fills {
		fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %s |\n", f.Sessions, f.Library, whole(f.Items), whole(f.Resident), Duration(f.Median), Duration(f.P99))
	}
}

func (r *Report) codecs(b *strings.Builder) {
	if len(r.Codecs) == 0 {
		return
	}
	fmt.Fprint(b, "\nThe codec, against an Encoder or Decoder of encoding/gob for each value; allocations are the codec's, which is given room to encode into:\n\n",
		"| | encoding/gob | sessiongen | allocations | faster, wanted | reached |\n|---|---:|---:|---:|---|---|\n")
	for _, c := range r.Codecs {
		c.Encode.row(b, "encode "+c.Value)
		c.Decode.row(b, "decode "+c.Value)
	}
}

func (c Contest) row(b *strings.Builder, what string) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", what,
		Duration(c.Gob.Median), Duration(c.Ours.Median), whole(c.Allocations), c.Target.limit(), c.Target.reached())
}

func (r *Report) commands(b *strings.Builder) {
	if len(r.Commands) == 0 {
		return
	}
	fmt.Fprint(b, "\nThe generator, wall time side by side:\n\n| command | its time | against | ratio wanted | reached |\n|---|---:|---:|---|---|\n")
	for _, c := range r.Commands {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", c.Name, Duration(c.First.Median), Duration(c.Second.Median), c.Target.limit(), c.Target.reached())
	}
	for _, c := range r.Commands {
		if !c.Target.Met() {
			fmt.Fprintf(b, "\n%s: %s.\n", c.Name, cmp.Or(c.Reason, Unknown))
		}
	}
}

func (r *Report) plots(b *strings.Builder) {
	for _, c := range r.Curves {
		fmt.Fprintf(b, "\n![%s](%s)\n", c.Title, c.File)
	}
}

// The marks between which a file holds the table.
const (
	begin = "<!-- bench:begin -->\n"
	end   = "<!-- bench:end -->\n"
)

// Insert returns the text with the table between its marks.
func Insert(text, table string) (string, error) {
	head, rest, ok := strings.Cut(text, begin)
	if !ok {
		return "", fmt.Errorf("there is no line %q", strings.TrimSpace(begin))
	}
	_, tail, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("there is no line %q", strings.TrimSpace(end))
	}
	return head + begin + "\n" + table + "\n" + end + tail, nil
}
