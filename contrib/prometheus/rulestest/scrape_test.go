package rulestest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"

	promsession "github.com/sessiongen/sessiongen/contrib/prometheus"
)

const (
	alertsFile = "../alerts.yml"
	interval   = 30 * time.Second // between two scrapes
)

var promQL = parser.NewParser(parser.Options{})

// A prom is a Prometheus that has loaded alerts.yml and scrapes some sessions. Its
// clock stands still between two scrapes.
type prom struct {
	t      *testing.T
	page   *prometheus.Registry
	db     *tsdb.DB
	query  rules.QueryFunc
	alerts []*rules.AlertingRule
	now    time.Time
}

// loadRules returns the rules as Prometheus' own parser reads them.
func loadRules(t *testing.T) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.ParseFile(alertsFile, false, model.UTF8Validation, promQL, slog.New(slog.DiscardHandler))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var all []rulefmt.Rule
	for _, group := range groups.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func newProm(t *testing.T, all ...promsession.Sessions) *prom {
	t.Helper()
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 0
	db, err := tsdb.Open(t.TempDir(), slog.New(slog.DiscardHandler), nil, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: promQL})
	p := &prom{t: t, page: prometheus.NewRegistry(), db: db, query: rules.EngineQueryFunc(engine, db), now: time.Unix(1_700_000_000, 0)}
	for _, sessions := range all {
		p.page.MustRegister(promsession.NewCollector(sessions))
	}
	for _, rule := range loadRules(t) {
		expr, err := promQL.ParseExpr(rule.Expr)
		if err != nil {
			t.Fatal(err)
		}
		p.alerts = append(p.alerts, rules.NewAlertingRule(rule.Alert, expr, time.Duration(rule.For), time.Duration(rule.KeepFiringFor),
			labels.FromMap(rule.Labels), labels.FromMap(rule.Annotations), labels.EmptyLabels(), "", true, slog.New(slog.DiscardHandler)))
	}
	return p
}

// scrape stores what the page shows now, and evaluates the alerts. It returns those
// that fire.
func (p *prom) scrape() (firing map[string]*rules.Alert) {
	p.t.Helper()
	p.now = p.now.Add(interval)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(p.page, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	page, err := textparse.New(w.Body.Bytes(), w.Header().Get("Content-Type"), labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	appender := p.db.Appender(context.Background())
	for {
		entry, err := page.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			p.t.Fatal(err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		var series labels.Labels
		page.Labels(&series)
		_, _, value := page.Series()
		series = labels.NewBuilder(series).Set("job", "shop").Set("instance", "one").Labels()
		if _, err := appender.Append(0, series, p.now.UnixMilli(), value); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := appender.Commit(); err != nil {
		p.t.Fatal(err)
	}
	firing = map[string]*rules.Alert{}
	for _, alert := range p.alerts {
		if _, err := alert.Eval(context.Background(), 0, p.now, p.query, nil, 0); err != nil {
			p.t.Fatalf("%s: %v", alert.Name(), err)
		}
		for _, active := range alert.ActiveAlerts() {
			if active.State == rules.StateFiring {
				firing[alert.Name()] = active
			}
		}
	}
	return firing
}
