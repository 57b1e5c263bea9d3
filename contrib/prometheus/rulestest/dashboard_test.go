package rulestest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	prometheusquery "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	promsession "github.com/sessiongen/sessiongen/contrib/prometheus"
	"github.com/sessiongen/sessiongen/runtime"
)

const dashboardFile = "../dashboard.json"

// A classic dashboard is one in the form that all versions of Grafana import.
//
//lint:ignore SA1019 The later form takes Grafana 12.
type classic = dashboard.Dashboard

// loadDashboard returns the dashboard as Grafana's own types have it. A field that
// they do not know is an error.
func loadDashboard(t *testing.T) classic {
	t.Helper()
	plugins.RegisterDefaultPlugins()
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	// Where nothing is wrong, what the SDK returns is an empty list, and not nil. For
	// that reason its strict reading leaves the panels out of what it has read.
	var strictly, d classic
	wrong := func(err error) bool {
		problems, ok := err.(cog.BuildErrors)
		return err != nil && (!ok || len(problems) > 0)
	}
	if err := strictly.UnmarshalJSONStrict(text); wrong(err) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(); wrong(err) {
		t.Fatal(err)
	}
	return d
}

// A query is one of a panel, as Grafana sends it.
type query struct {
	panel, expr string
	legend      []string // the labels that it names
}

func queries(t *testing.T) (all []query) {
	t.Helper()
	for _, p := range loadDashboard(t).Panels {
		for _, target := range p.Panel.Targets {
			q, ok := target.(*prometheusquery.Dataquery)
			if !ok {
				t.Fatalf("%s: the query is a %T", *p.Panel.Title, target)
			}
			expr := strings.NewReplacer("$__rate_interval", "5m", "$job", "shop", "$sessions", "session").Replace(q.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: a variable is left in %s", *p.Panel.Title, expr)
			}
			of := query{panel: *p.Panel.Title, expr: expr}
			for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(*q.LegendFormat, -1) {
				of.legend = append(of.legend, label[1])
			}
			all = append(all, of)
		}
	}
	return all
}

// shown returns the series that the adapter shows, by name, with their labels.
func shown(t *testing.T) map[string]map[string][]string {
	t.Helper()
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(promsession.NewCollector(sessions))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string][]string{}
	for _, family := range families {
		values := map[string][]string{"job": {"shop"}}
		for _, metric := range family.Metric {
			for _, label := range metric.Label {
				values[label.GetName()] = append(values[label.GetName()], label.GetValue())
			}
		}
		if !strings.HasSuffix(family.GetName(), "_seconds") {
			all[family.GetName()] = values
			continue
		}
		for _, suffix := range []string{"_count", "_sum", "_bucket"} {
			all[family.GetName()+suffix] = values
		}
	}
	return all
}

// metricsOf returns the names of the metrics in an expression. It fails for what the
// adapter does not show.
func metricsOf(t *testing.T, where, text string, all map[string]map[string][]string) (names []string) {
	t.Helper()
	expr, err := promQL.ParseExpr(text)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return nil
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		labelled, ok := all[selector.Name]
		if !ok {
			t.Errorf("%s: there is no metric %s", where, selector.Name)
		}
		names = append(names, selector.Name)
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name == model.MetricNameLabel {
				continue
			}
			if !slices.ContainsFunc(labelled[matcher.Name], matcher.Matches) {
				t.Errorf("%s: nothing of %s has %v", where, selector.Name, matcher)
			}
		}
		return nil
	})
	return names
}

func TestExpressionsNameWhatTheAdapterShowsAndAllOfIt(t *testing.T) {
	all := shown(t)
	used := map[string]bool{}
	for _, q := range queries(t) {
		for _, name := range metricsOf(t, "dashboard.json, "+q.panel, q.expr, all) {
			used[name] = true
		}
	}
	for _, rule := range loadRules(t) {
		metricsOf(t, "alerts.yml, "+rule.Alert, rule.Expr, all)
	}
	for name := range all {
		if !used[name] {
			t.Errorf("%s is not in the dashboard", name)
		}
	}
}

// What a panel shows has data once the sessions are used.
func TestEveryPanelOfTheDashboardHasData(t *testing.T) {
	s := openShop(t)
	p := newProm(t, s.Sessions)
	for range 20 {
		s.visit()
		p.scrape()
	}
	for _, q := range queries(t) {
		found, err := p.query(t.Context(), q.expr, p.now)
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %s has no data, %v", q.panel, q.expr, err)
		}
		for _, sample := range found {
			for _, label := range q.legend {
				if !sample.Metric.Has(label) {
					t.Errorf("%s: the legend names the label %s, and the series is %v", q.panel, label, sample.Metric)
				}
			}
		}
	}
}

func TestPanelsDoNotOverlap(t *testing.T) {
	taken := map[string]string{}
	ids := map[uint32]bool{}
	d := loadDashboard(t)
	for _, p := range d.Panels {
		panel := p.Panel
		if panel == nil || panel.Title == nil || panel.Description == nil || panel.GridPos == nil || panel.Id == nil || ids[*panel.Id] {
			t.Fatalf("a panel lacks something, or has another one's id: %+v", panel)
		}
		ids[*panel.Id] = true
		at := panel.GridPos
		if at.X+at.W > 24 {
			t.Errorf("%s is beyond the right edge", *panel.Title)
		}
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				cell := fmt.Sprint(x, ",", y)
				if other, ok := taken[cell]; ok {
					t.Fatalf("%s is on top of %s", *panel.Title, other)
				}
				taken[cell] = *panel.Title
			}
		}
	}
	if len(d.Panels) < 10 {
		t.Errorf("%d panels", len(d.Panels))
	}
}
