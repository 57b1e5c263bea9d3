package measure

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuantilesLieBetweenTheNeighbours(t *testing.T) {
	d := Summarize([]float64{5, 1, 3, 2, 4})
	if want := (Distribution{Median: 3, Low: 2, High: 4}); d != want {
		t.Errorf("got %v, want %v", d, want)
	}
	if got := Quantile([]float64{1, 2}, 0.5); got != 1.5 {
		t.Errorf("the median of 1 and 2 is %v", got)
	}
	if got := Quantile([]float64{7}, 0.99); got != 7 {
		t.Errorf("of one value, got %v", got)
	}
}

func TestEachTrialStartsAnewAndStops(t *testing.T) {
	started, stopped, counted := 0, 0, int64(0)
	start := func() (Trial, error) {
		started++
		run := func(n int) error {
			counted += 3 * int64(n)
			return nil
		}
		return Trial{Run: run, Stop: func() { stopped++ }}, nil
	}
	o := Options{Trials: 4, Duration: time.Microsecond}
	samples, err := Compare([]Start{start, start}, o, func() (int64, error) { return counted, nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) != 2 || len(samples[0]) != 4 || len(samples[1]) != 4 || started != 8 || stopped != 8 {
		t.Errorf("%d starts, %d stops: %v", started, stopped, samples)
	}
	if got := samples[0][0].Counted; got != 3 {
		t.Errorf("counted %v per operation, want 3", got)
	}
}

// The clock is not the real one.
func TestWhatIsUsedUpIsPreparedAndNotTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const preparing, using = time.Second, time.Millisecond
		left := 0
		start := func() (Trial, error) {
			return Trial{
				Prepare: func(n int) error {
					time.Sleep(preparing)
					left += n
					return nil
				},
				Run: func(n int) error {
					time.Sleep(time.Duration(n) * using)
					left -= n
					return nil
				},
				Stop: func() {},
			}, nil
		}
		samples, err := Compare([]Start{start}, Options{Trials: 1, Duration: 20 * using}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if left != 0 {
			t.Errorf("%d too many are prepared", left)
		}
		if got := samples[0][0].Nanoseconds; got != float64(using) {
			t.Errorf("it took %v ns, want %v", got, float64(using))
		}
	})
}

func TestAnErrorEndsTheComparison(t *testing.T) {
	wrong := errors.New("wrong")
	fails := func(int) error { return wrong }
	succeeds := func(int) error { return nil }
	for _, trial := range []Trial{{Run: fails}, {Prepare: fails, Run: succeeds}} {
		trial.Stop = func() {}
		start := func() (Trial, error) { return trial, nil }
		if _, err := Compare([]Start{start}, Options{Trials: 1}, nil); !errors.Is(err, wrong) {
			t.Errorf("got %v", err)
		}
	}
}
