package report

import (
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
)

func TestFiguresHaveThreeDigits(t *testing.T) {
	for ns, want := range map[float64]string{
		0.7312: "0.731 ns", 12.345: "12.3 ns", 999: "999 ns", 1234: "1.23 µs", 45_678: "45.7 µs", 1e6: "1.00 ms", 2.5e9: "2.50 s",
	} {
		if got := Duration(ns); got != want {
			t.Errorf("%v ns is %q, want %q", ns, got, want)
		}
	}
}

func TestTableReplacesWhatIsBetweenTheMarks(t *testing.T) {
	got, err := Insert("head\n"+begin+"old\n"+end+"tail\n", "new\n")
	if want := "head\n" + begin + "\nnew\n\n" + end + "tail\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	again, err := Insert(got, "new\n")
	if err != nil || again != got {
		t.Errorf("the second time, got %q, %v", again, err)
	}
	for _, text := range []string{"", begin, end, end + begin} {
		if _, err := Insert(text, ""); err == nil {
			t.Errorf("%q has no error", text)
		}
	}
}

// rowWith returns a row in which another needs a multiple of sessiongen's time.
func rowWith(ratio float64, bare bool, targets ...Target) Row {
	return Row{
		Name:    "reads",
		Targets: targets,
		Results: []Result{
			{Library: "sessiongen", Ratio: measure.Distribution{Median: 1}},
			{Library: "other", Bare: bare, Ratio: measure.Distribution{Median: ratio}},
		},
	}
}

func TestLostRowsAreListedWithTheirReason(t *testing.T) {
	met, missed := Target{AtLeast: true, Limit: 2, Reached: 2}, Target{Limit: 2, Reached: 2.1}
	for _, test := range []struct {
		row  Row
		lost bool
	}{
		{rowWith(1.01, false, met), false},
		{rowWith(0.99, false, met), true},
		{rowWith(0.99, true, met), false},
		{rowWith(1.01, false, met, missed), true},
	} {
		test.row.Reason = "it does more"
		text := (&Report{Rows: []Row{test.row}}).Markdown()
		if got := strings.Contains(text, "- reads: it does more.\n"); got != test.lost {
			t.Errorf("%+v: the reason is there: %t, want %t", test.row, got, test.lost)
		}
	}
}

func TestMissedTargetsAreMarked(t *testing.T) {
	for _, test := range []struct {
		target Target
		want   string
	}{
		{Target{What: "time", Limit: 2, Unit: " ns", Reached: 2.1}, "| reads | time | ≤ 2 ns | **2.10 ns**, missed |\n"},
		{Target{What: "ratio", AtLeast: true, Limit: 1.3, Unit: "×", Reached: 1.2968}, "| reads | ratio | ≥ 1.3× | **1.297×**, missed |\n"},
		{Target{What: "ratio", AtLeast: true, Limit: 1.3, Unit: "×", Reached: 1.3004}, "| reads | ratio | ≥ 1.3× | 1.30× |\n"},
		{Target{What: "ratio", Limit: 1.15, Unit: "×", Reached: 1.15004}, "| reads | ratio | ≤ 1.15× | **1.15004×**, missed |\n"},
	} {
		text := (&Report{Rows: []Row{rowWith(1.01, false, test.target)}}).Markdown()
		if !strings.Contains(text, test.want) {
			t.Errorf("no %q in\n%s", test.want, text)
		}
	}
}

func TestReasonOfSeveralRowsIsGivenOnce(t *testing.T) {
	missed := []Target{{What: "time", Limit: 1, Reached: 2}}
	r := &Report{Rows: []Row{
		{Name: "a", Reason: "it is far", Targets: missed},
		{Name: "b", Reason: "it is large", Targets: missed},
		{Name: "c", Reason: "it is far", Targets: missed},
	}}
	if text, want := r.Markdown(), "- a; c: it is far.\n- b: it is large.\n"; !strings.Contains(text, want) {
		t.Errorf("want %q in\n%s", want, text)
	}
}

func TestMissedCommandHasItsReason(t *testing.T) {
	for limit, missed := range map[float64]bool{1: true, 2: false} {
		r := &Report{Commands: []Command{{Name: "check", Reason: "it reads more", Target: Target{Limit: limit, Reached: 1.5}}}}
		if got := strings.Contains(r.Markdown(), "\ncheck: it reads more.\n"); got != missed {
			t.Errorf("limit %v: the reason is there: %t, want %t", limit, got, missed)
		}
	}
}

func TestLostIncrementsAreTold(t *testing.T) {
	none, some := 0.0, 87.654
	row := rowWith(1.01, false)
	row.Results[0].Lost, row.Results[1].Lost = &none, &some
	text := (&Report{Rows: []Row{rowWith(1.01, false), row}}).Markdown()
	if want := "the request that reads: sessiongen 0 %, other 87.7 %.\n"; strings.Count(text, "\nLost of ") != 1 || !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

func TestSummaryHasTheRowsAtTheHeadAndTheLibrariesOfTheFirst(t *testing.T) {
	row := func(name string, head bool, libraries ...string) Row {
		r := Row{Name: name, Head: head}
		for i, l := range libraries {
			r.Results = append(r.Results, Result{Library: l, Nanoseconds: measure.Distribution{Median: float64(1000 * (1 + i))}, RoundTrips: 1})
		}
		return r
	}
	got := (&Report{Rows: []Row{
		row("counts", false, "sessiongen", "third"),
		row("reads, memcached", true, "sessiongen", "other"),
		row("writes, memcached", true, "sessiongen", "third", "other"),
		row("leaves, memcached", true, "sessiongen"),
	}}).Summary()
	want := `| a request that | sessiongen | other | round trips of sessiongen |
|---|---:|---:|---:|
| reads | 1.00 µs | 2.00 µs | 1 |
| writes | 1.00 µs | 3.00 µs | 1 |
| leaves | 1.00 µs |  | 1 |
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestQueuesInTheTableAreThoseOfManyGoroutines(t *testing.T) {
	text := (&Report{Queues: []Queue{
		{Library: "sessiongen", Goroutines: 64, PerSecond: 26_000},
		{Library: "sessiongen", Goroutines: 1024, PerSecond: 25_000.4, Median: 4e7, P99: 5e7, Connections: 128},
	}}).Markdown()
	if want := "|---:|---|---:|---:|---:|---:|\n| 1024 | sessiongen | 25000 | 40.0 ms | 50.0 ms | 128 |\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

func TestLoadThatIsNotServedIsMarked(t *testing.T) {
	load := Load{Library: "other", Sessions: 10, Rate: 20_000, PerSecond: 19_990, CPU: 4000, Collector: 0.123, Collections: 2, Bytes: 3000}
	for perSecond, want := range map[float64]string{
		19_990: "| other | 19990 | 4.00 µs | 12.3 % | 2.00 | 3000 |\n",
		15_000: "| other | **15000**, no more | 4.00 µs | 12.3 % | 2.00 | 3000 |\n",
	} {
		load.PerSecond = perSecond
		if text := (&Report{Loads: []Load{load}}).Markdown(); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	load.Rate = 5000
	if text := (&Report{Loads: []Load{load}}).Markdown(); strings.Contains(text, "| other |") {
		t.Errorf("another rate is in the table:\n%s", text)
	}
}

func TestWeightsShowItemsAndBytes(t *testing.T) {
	text := (&Report{Weights: []Weight{{Library: "sessiongen", Variables: 4, Items: 5, Bytes: 793.6}}}).Markdown()
	if want := "\n| 4 | sessiongen | 5 | 794 |\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}
