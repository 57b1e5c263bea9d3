package report

import (
	"fmt"
	"strings"
)

// Summary renders the rows at the head for the README of the project, with a
// column for each library of the first of them.
func (r *Report) Summary() string {
	var b strings.Builder
	var columns []string
	for _, row := range r.Rows {
		if !row.Head {
			continue
		}
		if columns == nil {
			columns = row.names()
			fmt.Fprintf(&b, "| a request that | %s | round trips of %s |\n", strings.Join(columns, " | "), columns[0])
			fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("---:|", len(columns)+1))
		}
		name, _, _ := strings.Cut(row.Name, ", memcached")
		fmt.Fprintf(&b, "| %s |", name)
		for _, column := range columns {
			fmt.Fprintf(&b, " %s |", row.time(column))
		}
		fmt.Fprintf(&b, " %s |\n", whole(row.Results[0].RoundTrips))
	}
	return b.String()
}

// names returns the libraries of the row.
func (r Row) names() []string {
	var names []string
	for _, result := range r.Results {
		names = append(names, result.Library)
	}
	return names
}

// time returns what a library takes, nothing if it did not take part.
func (r Row) time(library string) string {
	for _, result := range r.Results {
		if result.Library == library {
			return Duration(result.Nanoseconds.Median)
		}
	}
	return ""
}
