package measure

import "slices"

// A Distribution sums up the trials.
type Distribution struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`  // the lower quartile
	High   float64 `json:"high"` // the upper quartile
}

// Summarize returns the distribution of values, of which there is one at least.
func Summarize(values []float64) Distribution {
	sorted := slices.Sorted(slices.Values(values))
	return Distribution{Median: Quantile(sorted, 0.5), Low: Quantile(sorted, 0.25), High: Quantile(sorted, 0.75)}
}

// Quantile returns the value below which the share q of the sorted values is.
func Quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i == len(sorted)-1 {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// Ratios returns the distribution of the times of a as multiples of those of b,
// each from the same round of trials: what slows the machine down for a while
// hits both.
func Ratios(a, b []Sample) Distribution {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i].Nanoseconds / b[i].Nanoseconds
	}
	return Summarize(ratios)
}

// Of returns the distribution of one figure of the samples.
func Of(samples []Sample, figure func(Sample) float64) Distribution {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = figure(s)
	}
	return Summarize(values)
}
