// Package plot draws curves as SVG, with logarithms on both axes.
package plot

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/go-analyze/charts/chartdraw"
	"github.com/go-analyze/charts/chartdraw/drawing"

	"github.com/sessiongen/sessiongen/bench/internal/report"
)

const (
	width, height = 1000, 480
	legendWidth   = 320
	legendStep    = 22
)

var (
	ink  = drawing.ColorFromHex("333333")
	grid = chartdraw.Style{StrokeColor: drawing.ColorFromHex("dddddd"), StrokeWidth: 1}

	// The colours are told apart by the colour-blind, too (Okabe and Ito).
	colours = []string{"d55e00", "0072b2", "009e73", "cc79a7", "e69f00", "56b4e9", "000000"}
)

// SVG draws a curve.
func SVG(c report.Curve, w io.Writer) error {
	if len(c.Series) == 0 {
		return fmt.Errorf("%s has nothing to show", c.File)
	}
	chart := chartdraw.Chart{
		Title:      c.Title,
		TitleStyle: text(12),
		Width:      width,
		Height:     height,
		Background: chartdraw.Style{Padding: chartdraw.Box{Top: 60, Left: 20, Right: legendWidth, Bottom: 20, IsSet: true}},
		XAxis:      chartdraw.XAxis{Name: c.X, NameStyle: text(9), Style: text(9), GridMajorStyle: grid, GridMinorStyle: grid},
		// The library's secondary axis is the one on the left.
		YAxis:          chartdraw.YAxis{Style: text(9), GridMajorStyle: grid, GridMinorStyle: grid, AxisType: chartdraw.YAxisSecondary},
		YAxisSecondary: chartdraw.HideYAxis(),
		Elements:       []chartdraw.Renderable{legend(c)},
	}
	chart.XAxis.Ticks, chart.XAxis.Range = xTicks(c)
	chart.YAxis.Ticks, chart.YAxis.Range = yTicks(c)
	for i, s := range c.Series {
		if drawn := series(s, style(i)); len(drawn.XValues) != 0 {
			chart.Series = append(chart.Series, drawn)
		}
	}
	return chart.Render(chartdraw.SVG, w)
}

func text(size float64) chartdraw.Style {
	return chartdraw.Style{FontStyle: chartdraw.FontStyle{FontSize: size, FontColor: ink}}
}

func style(i int) chartdraw.Style {
	colour := drawing.ColorFromHex(colours[i%len(colours)])
	return chartdraw.Style{StrokeColor: colour, StrokeWidth: 2, DotColor: colour, DotWidth: 3}
}

// series draws logarithms, whose axes the ticks label. Zero has none, so it is
// left out.
func series(s report.Series, style chartdraw.Style) chartdraw.ContinuousSeries {
	drawn := chartdraw.ContinuousSeries{Name: s.Name, Style: style}
	for _, p := range s.Points {
		if p.Y == 0 {
			continue
		}
		drawn.XValues = append(drawn.XValues, math.Log10(p.X))
		drawn.YValues = append(drawn.YValues, math.Log10(p.Y))
	}
	return drawn
}

// legend writes what y is above the plot, and the names of the series beside it.
func legend(c report.Curve) chartdraw.Renderable {
	return func(r chartdraw.Renderer, canvas chartdraw.Box, defaults chartdraw.Style) {
		text(9).InheritFrom(defaults).GetTextOptions().WriteToRenderer(r)
		r.Text(c.Y, 20, canvas.Top-14)
		for i, s := range c.Series {
			x, y := width-legendWidth+15, canvas.Top+20+i*legendStep
			r.SetStrokeColor(style(i).StrokeColor)
			r.SetStrokeWidth(2)
			r.MoveTo(x, y)
			r.LineTo(x+18, y)
			r.Stroke()
			r.Text(s.Name, x+24, y+4)
		}
	}
}

// xTicks labels each x that was measured.
func xTicks(c report.Curve) ([]chartdraw.Tick, chartdraw.Range) {
	var ticks []chartdraw.Tick
	for _, p := range c.Series[0].Points {
		ticks = append(ticks, chartdraw.Tick{Value: math.Log10(p.X), Label: count(p.X)})
	}
	return ticks, span(ticks)
}

// count writes 2048 as 2K and 1000000 as 1M.
func count(x float64) string {
	n := int(x)
	for _, unit := range []struct {
		size int
		name string
	}{{1_000_000, "M"}, {1000, "k"}, {1024, "K"}} {
		if n >= unit.size && n%unit.size == 0 {
			return strconv.Itoa(n/unit.size) + unit.name
		}
	}
	return strconv.Itoa(n)
}

// yTicks labels 1, 2, 5 and 10 of each power of ten around what was measured.
func yTicks(c report.Curve) ([]chartdraw.Tick, chartdraw.Range) {
	var ys []float64
	for _, s := range c.Series {
		for _, p := range s.Points {
			if p.Y != 0 {
				ys = append(ys, p.Y)
			}
		}
	}
	lowest, highest := slices.Min(ys), slices.Max(ys)
	var ticks []chartdraw.Tick
	for power := math.Pow(10, math.Floor(math.Log10(lowest))); ; power *= 10 {
		for _, step := range []float64{1, 2, 5} {
			y := step * power
			if 2.6*y < lowest {
				continue
			}
			ticks = append(ticks, chartdraw.Tick{Value: math.Log10(y), Label: label(y, c.Unit)})
			if y >= highest && len(ticks) > 1 {
				return ticks, span(ticks)
			}
		}
	}
}

func label(y float64, unit string) string {
	if unit == "ns" {
		return report.Duration(y)
	}
	return count(y)
}

// span returns the range from the first tick to the last.
func span(ticks []chartdraw.Tick) chartdraw.Range {
	by := func(a, b chartdraw.Tick) int { return cmp.Compare(a.Value, b.Value) }
	return &chartdraw.ContinuousRange{Min: slices.MinFunc(ticks, by).Value, Max: slices.MaxFunc(ticks, by).Value}
}
