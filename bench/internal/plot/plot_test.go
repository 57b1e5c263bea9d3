package plot

import (
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/report"
)

func TestZeroIsLeftOutBecauseItHasNoLogarithm(t *testing.T) {
	var c report.Curve
	for name, ys := range map[string][]float64{"all": {1, 2, 3}, "some": {0, 2, 3}, "none": {0, 0, 0}} {
		for x, y := range ys {
			c.Add(name, float64(x+1), y)
		}
	}
	var b strings.Builder
	if err := SVG(c, &b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "<circle"); got != 5 {
		t.Errorf("%d points are drawn, want 5:\n%s", got, &b)
	}
}
